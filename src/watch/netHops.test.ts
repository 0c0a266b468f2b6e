import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FlowHop, LeafReason } from '../trace/index.ts'
import { netHops } from './netHops.ts'

function hop(from: string, to: string, amount: number, stop?: LeafReason): FlowHop {
  return {
    ...{ theft: 't', txid: '1', chain: 'eip155:1', time: 0, height: 1, asset: 'eip155:1/slip44:60' },
    ...{ from, to, amount: String(amount), of: String(amount), usd: String(amount * 100) },
    ...(stop !== undefined && { stop }),
  }
}
const shown = (hops: readonly FlowHop[]): string[] =>
  netHops(hops).map(({ from, to, amount, usd, stop }) =>
    `${from} ${to} ${amount} ${usd} ${stop ?? ''}`.trim(),
  )

describe('netHops', () => {
  test.each<[string, FlowHop[], string[]]>([
    [
      'what a contract divides is counted once',
      [hop('w', 's', 2), hop('s', 'x', 1), hop('s', 'y', 1)],
      ['w x 1 100', 'w y 1 100'],
    ],
    ['in whatever order', [hop('s', 'x', 1), hop('s', 'y', 1), hop('w', 's', 2)], ['w x 1 100', 'w y 1 100']],
    ['what a contract keeps is its', [hop('w', 's', 3), hop('s', 'x', 1)], ['w x 1 100', 'w s 2 200']],
    ['what it adds is its', [hop('w', 's', 1), hop('s', 'x', 3)], ['w x 1 100', 's x 2 200']],
    ['a payment to oneself is none', [hop('w', 'w', 5)], []],
    ['nor is one that comes back', [hop('w', 's', 5), hop('s', 'w', 5)], []],
    [
      'a service is told of as before',
      [hop('w', 's', 2), hop('s', 'x', 1), hop('s', 'e', 1, 'service')],
      ['w x 1 100', 'w e 1 100 service'],
    ],
    [
      'what arrived where following stops has arrived',
      [hop('w', 'e', 2, 'service'), hop('e', 'x', 1)],
      ['w e 2 200 service', 'e x 1 100'],
    ],
  ])('%s', (_what, hops, ways) => {
    expect(shown(hops).toSorted()).toEqual(ways.toSorted())
  })

  test('ends each holder with what the hops end it with, and no holder on both sides', () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd', 'e')
    const hops = fc.array(
      fc.tuple(names, names, fc.integer({ min: 1, max: 50 })).map((args) => hop(...args)),
      { maxLength: 12 },
    )
    const nets = (list: readonly FlowHop[]): Map<string, number> => {
      const sums = new Map<string, number>()
      for (const { from, to, amount } of list) {
        sums.set(from, (sums.get(from) ?? 0) - Number(amount))
        sums.set(to, (sums.get(to) ?? 0) + Number(amount))
      }
      return new Map([...sums].filter(([, net]) => net !== 0).toSorted())
    }
    fc.assert(
      fc.property(hops, (list) => {
        const ways = netHops(list)
        expect(nets(ways)).toEqual(nets(list))
        const payers = new Set(ways.map(({ from }) => from))
        expect(ways.filter(({ to }) => payers.has(to))).toEqual([])
        for (const { amount, usd } of ways) expect(Number(usd)).toBe(Number(amount) * 100)
      }),
      { seed: 51, numRuns: 500 },
    )
  })
})
