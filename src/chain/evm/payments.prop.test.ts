import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Call, slowPayments } from './payments.ref.ts'
import { readFrames, readTraces } from './payments.ts'
import { frameSchema, type RpcFrame, type RpcTrace, traceSchema } from './wire.ts'

const address = fc.integer({ min: 1, max: 5 }).map((n) => `0x${n.toString(16).padStart(40, '0')}`)

const type = fc.constantFrom<Call['type'][]>(
  ...([
    'CALL',
    'CALL',
    'CALLCODE',
    'DELEGATECALL',
    'STATICCALL',
    'CREATE',
    'CREATE2',
    'SELFDESTRUCT',
  ] as const),
)
const callAt = (depth: number): fc.Arbitrary<Call> =>
  fc.record({
    ...{ type, from: address, to: address, value: fc.bigInt({ min: 0n, max: 3n }) },
    failed: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    calls: depth === 0 ? fc.constant([]) : fc.array(callAt(depth - 1), { maxLength: 3 }),
  })
const call = callAt(4)
const tree = call.map((one): Call => ({ ...one, type: 'CALL', value: one.value + 1n }))

/** As geth prints it. */
function frameOf({ type, from, to, value, failed, calls }: Call): unknown {
  const error = failed ? { error: 'execution reverted' } : {}
  return {
    type,
    from,
    to,
    value: `0x${value.toString(16)}`,
    ...error,
    ...(calls.length > 0 ? { calls: calls.map(frameOf) } : {}),
  }
}

/** As Erigon prints it: one entry a call. */
function tracesOf(
  { type, from, to, value: units, failed, calls }: Call,
  path: readonly number[] = [],
): unknown[] {
  const value = `0x${units.toString(16)}`
  const error = failed ? { error: 'Reverted' } : {}
  const beneath = calls.flatMap((one, i) => tracesOf(one, [...path, i]))
  const own = { traceAddress: path, ...error }
  if (type === 'SELFDESTRUCT') {
    const action = { address: from, refundAddress: to, balance: value }
    return [{ ...own, type: 'suicide', action, result: null }, ...beneath]
  }
  if (type === 'CREATE' || type === 'CREATE2')
    return [
      { ...own, type: 'create', action: { from, value }, result: failed ? null : { address: to } },
      ...beneath,
    ]
  return [{ ...own, type: 'call', action: { callType: type.toLowerCase(), from, to, value } }, ...beneath]
}

describe('payments within a transaction', () => {
  test('both forms of traces say what the slow twin says', () => {
    fc.assert(
      fc.property(tree, fc.boolean(), (root, shuffled) => {
        const wanted = {
          top: { from: root.from, to: root.to, value: root.value },
          failed: root.failed,
          payments: root.failed ? [] : root.calls.flatMap(slowPayments),
        }
        const frames = readFrames(frameSchema.parse(frameOf(root)) as RpcFrame)
        const traces = tracesOf(root).map((one) => traceSchema.parse(one) as RpcTrace)
        expect(frames).toEqual(wanted)
        expect(readTraces(shuffled ? traces.reverse() : traces)).toEqual(wanted)
      }),
      { numRuns: 300, seed: 3 },
    )
  })

  test('what is no tree with one root is none', () => {
    const [root] = tracesOf({
      type: 'CALL',
      from: '0x1',
      to: '0x2',
      value: 1n,
      failed: false,
      calls: [],
    }) as RpcTrace[]
    expect(readTraces([])).toBeNull()
    expect(readTraces([root!, root!])).toBeNull()
    expect(readTraces([{ ...root!, traceAddress: [0] }])).toBeNull()
    expect(readFrames({ type: 'CALL', from: '0x1', to: '0x2', calls: [{ type: 7 }] })).toBeNull()
  })

  test('a tree as deep as the EVM allows', () => {
    let frame: RpcFrame = {
      type: 'CALL',
      from: `0x${'1'.repeat(40)}`,
      to: `0x${'2'.repeat(40)}`,
      value: '0x1',
    }
    for (let depth = 0; depth < 1024; depth++) frame = { ...frame, calls: [frame] }
    expect(readFrames(frame)!.payments.length).toBe(1024)
  })
})
