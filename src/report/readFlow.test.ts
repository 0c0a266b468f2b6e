import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LootlineError } from '../errors.ts'
import {
  backwardFlow,
  bigFlow,
  collisionFlow,
  hostileFlow,
  poisonFlow,
  smallFlow,
} from '../scene/fixtures.test-suite.ts'
import { flowToJson } from '../trace/index.ts'
import { readFlow } from './readFlow.ts'
import { renderReport } from './renderReport.ts'

const json = (flow: Parameters<typeof flowToJson>[0]): string => [...flowToJson(flow)].join('')

function failure(text: string): LootlineError {
  try {
    readFlow(text, 'a.json')
  } catch (error) {
    if (error instanceof LootlineError) return error
    throw error
  }
  throw new Error('was read')
}

describe('readFlow', () => {
  test('reads back what is written', () => {
    for (const flow of [smallFlow(), collisionFlow(), backwardFlow(), bigFlow(4, 500), hostileFlow()]) {
      expect(readFlow(json(flow), 'flow.json')).toEqual(flow)
    }
  })

  test('reads version 1, which follows no swaps', () => {
    const old = readFileSync(new URL('../trace/golden/flow.v1.json', import.meta.url), 'utf8')
    const { version, options, leaves } = readFlow(old, 'flow.v1.json')
    expect(version).toBe(2)
    expect(options).toMatchObject({ followSwaps: false, followCrossings: false, refuseSwaps: [] })
    expect(leaves).toEqual(JSON.parse(old).leaves)
  })

  test('names file, place and value, and says what to do', () => {
    const flow = smallFlow()
    const cases: [string, string][] = [
      ['{"format": ', 'a.json: not JSON'],
      ['[]', 'a.json, format: expected "lootline-flow"'],
      ['['.repeat(1_000_000), 'a.json: nested deeper than 16'],
      [`[${','.repeat(20_000_001)}`, 'or of more than 20000000 values'],
      ['null', 'a.json, format: expected "lootline-flow"'],
      [JSON.stringify({ ...flow, version: 3 }), 'a.json, version: got 3, expected 1 or 2'],
      [
        json(flow).replace('"380000000000000000000"', '"3.8e20"'),
        'leaves.0.amount: a whole number of base units',
      ],
      [json(flow).replace('"reason":"service"', '"reason":"sold"'), 'leaves.0.reason'],
    ]
    for (const [text, message] of cases) {
      const error = failure(text)
      expect(error.message).toContain(message)
      expect(error.code).toBe('REPORT_BAD_FLOW')
      expect(error.next).not.toBe('')
    }
  })

  test('refuses a flow that does not add up', () => {
    const flow = smallFlow()
    const changed = [
      { ...flow, leaves: flow.leaves.slice(1) },
      { ...flow, seeds: flow.seeds.slice(1) },
      { ...flow, balance: [] },
      { ...flow, balance: flow.balance.map((row) => ({ ...row, accounted: '1' })) },
    ]
    for (const broken of changed) expect(failure(json(broken)).code).toBe('REPORT_UNBALANCED_FLOW')
    const poison = poisonFlow()
    const tripled = poison.leaves.map((leaf) => ({ ...leaf, amount: String(BigInt(leaf.amount) * 3n) }))
    expect(readFlow(json({ ...poison, leaves: tripled }), 'a.json').rule).toBe('poison')
  })

  test('any damage gives a flow that can be printed, or an error that says what is wrong', () => {
    const good = json(smallFlow())
    const damage = fc.record({
      at: fc.integer({ min: 0, max: good.length - 1 }),
      drop: fc.integer({ min: 0, max: 12 }),
      put: fc.string({ maxLength: 6 }),
    })
    fc.assert(
      fc.property(damage, ({ at, drop, put }) => {
        const text = good.slice(0, at) + put + good.slice(at + drop)
        try {
          renderReport(readFlow(text, 'a.json'))
        } catch (error) {
          if (!(error instanceof LootlineError)) throw error
          expect(error.message.length).toBeLessThan(600)
        }
      }),
      { seed: 3, numRuns: 400 },
    )
  })
})
