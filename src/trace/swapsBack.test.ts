import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  account,
  atomic,
  ETH,
  ledgerOf,
  nameOf,
  type Part,
  pricedBooks,
  request,
  TOK,
  txidOf,
  USDT,
  WETH,
} from './fixtures.ref.ts'
import type { Flow } from './flow.ts'
import type { TraceRequest } from './request.ts'
import { prepareTrace } from './trace.ts'

const NAMES = new Map([
  [ETH, 'ETH'],
  [USDT, 'USDT'],
  [WETH, 'WETH'],
  [TOK, 'TOK'],
])

function trace(txs: readonly (readonly Part[])[], asked: number, change: Partial<TraceRequest> = {}): Flow {
  const ledger = ledgerOf(txs.map((parts, i) => atomic(i + 1, parts)))
  const wanted = request({
    seeds: [{ theft: 'asked', of: { kind: 'lot', txid: txidOf(asked) } }],
    direction: 'backward',
    ...change,
  })
  return prepareTrace(pricedBooks(ledger, { USDT: 1_000_000, ETH: 10 ** 15 }), wanted).run(wanted.rule)
}

const leaves = (flow: Flow): string[] =>
  flow.leaves
    .map(({ asset, reason, holder, amount }) => `${amount} ${NAMES.get(asset)} ${reason} ${nameOf(holder)}`)
    .toSorted()

const swap: Part[] = [
  ['mule', 'pool', 100, USDT],
  ['pool', 'mule', 500, TOK],
]

describe('where money that was swapped came from', () => {
  const txs = [
    [['victim', 'mule', 60, USDT] as Part],
    [['salary', 'mule', 40, USDT] as Part],
    swap,
    [['mule', 'far', 450, TOK] as Part],
  ]

  test('is where came from what was paid for it', () => {
    const flow = trace(txs, 4)
    // 450 of 500 by fifo are the first; 90 of the 100 paid.
    expect(leaves(flow)).toEqual(['30 USDT nodata salary', '450 TOK swap pool', '60 USDT nodata victim'])
    expect(flow.seeds[0]).toMatchObject({ asset: USDT, basis: 'swap', holder: account('mule'), amount: '90' })
    expect(flow.seeds[0]?.from).toMatchObject({
      asset: TOK,
      amount: '450',
      txid: txidOf(3),
      holder: account('mule'),
    })
    expect(flow.leaves.find(({ reason }) => reason === 'swap')?.into).toEqual([
      { asset: USDT, amount: '90', txid: txidOf(3), holder: account('mule') },
    ])
    expect(flow.hops.map(({ from, to, asset }) => [nameOf(from), nameOf(to), NAMES.get(asset)])).toEqual([
      ['salary', 'mule', 'USDT'],
      ['victim', 'mule', 'USDT'],
      ['mule', 'far', 'TOK'],
      ['pool', 'mule', 'TOK'],
    ])
  })

  test('by haircut in proportion', () => {
    expect(leaves(trace(txs, 4, { rule: 'haircut' }))).toEqual([
      '36 USDT nodata salary',
      '450 TOK swap pool',
      '54 USDT nodata victim',
    ])
  })

  test('asked of the very receipt, and of all that an address received', () => {
    expect(leaves(trace(txs, 3))).toContain('60 USDT nodata victim')
    const all = trace(txs, 0, {
      seeds: [{ theft: 'asked', of: { kind: 'holders', holders: [account('mule')] } }],
    })
    // What it received by swapping is no further receipt.
    expect(leaves(all)).toEqual(['40 USDT nodata salary', '60 USDT nodata victim'])
  })

  test('is the pool where the swap is not believed', () => {
    expect(leaves(trace(txs, 4, { followSwaps: false }))).toEqual(['450 TOK nodata pool'])
  })

  test('what came back is not what was paid', () => {
    const flow = trace(
      [
        [['victim', 'mule', 100, USDT]],
        [
          ['mule', 'pool', 100, USDT],
          ['pool', 'mule', 40, USDT],
          ['pool', 'mule', 30, TOK],
        ],
        [['mule', 'far', 30, TOK]],
      ],
      3,
    )
    expect(leaves(flow)).toEqual(['30 TOK swap pool', '60 USDT nodata victim'])
  })

  test('a pool that is itself reached sells what it has, and gives up what it gave', () => {
    const flow = trace(
      [
        [['lp', 'pool', 1000, TOK]],
        [['victim', 'mule', 100, USDT]],
        swap,
        [
          ['mule', 'pool', 500, TOK],
          ['pool', 'mule', 90, USDT],
        ],
        [['pool', 'far', 1000, TOK]],
      ],
      5,
    )
    for (const { stolen, accounted } of flow.balance) expect(accounted).toBe(stolen)
    // Half of what it pays it bought from mule, for money that it had for what it had from lp.
    expect(leaves(flow)).toEqual(['500 TOK swap mule', '90 USDT swap mule', '950 TOK nodata lp'])
  })
})

test('every reversible rule balances backward, in units and cents', () => {
  const names = ['a', 'b', 'p', 'q'] as const
  const amount = fc.bigInt(1n, 40n)
  const transfer = fc
    .record({
      from: fc.constantFrom(...names),
      to: fc.constantFrom(...names),
      asset: fc.constantFrom(USDT, ETH),
      amount,
    })
    .filter(({ from, to }) => from !== to)
    .map(({ from, to, asset, amount: units }): Part[] => [[from, to, units, asset]])
  const swaps = fc
    .record({
      holder: fc.constantFrom(...names),
      pool: fc.constantFrom(...names),
      assets: fc.constantFrom([USDT, ETH] as const, [ETH, USDT] as const),
      paid: amount,
      back: fc.bigInt(0n, 10n),
      got: amount,
    })
    .filter(({ holder, pool, paid, back }) => holder !== pool && back < paid)
    .map(({ holder, pool, assets: [out, into], paid, back, got }): Part[] => [
      [holder, pool, paid, out],
      ...(back > 0n ? [[pool, holder, back, out] as const] : []),
      [pool, holder, got, into],
    ])
  const toOthers = fc
    .record({
      holders: fc.shuffledSubarray([...names], { minLength: 3, maxLength: 3 }),
      assets: fc.constantFrom([USDT, ETH] as const, [ETH, USDT] as const),
      paid: amount,
    })
    .map(({ holders: [giver, pool, receiver], assets: [out, into], paid }): Part[] => [
      [giver!, pool!, paid, out],
      [pool!, receiver!, paid, into, into === ETH ? 'internal' : 'token'],
    ])
  let swapped = 0
  let toOther = 0
  fc.assert(
    fc.property(fc.array(fc.oneof(transfer, swaps, toOthers), { minLength: 1, maxLength: 25 }), (list) => {
      for (const rule of ['fifo', 'lifo', 'haircut'] as const) {
        const flow = trace(list, list.length, { rule })
        for (const { stolen, accounted, stolenUsd, accountedUsd } of flow.balance) {
          expect(accounted).toBe(stolen)
          expect(accountedUsd).toBe(stolenUsd)
        }
        swapped += flow.seeds.filter(({ basis }) => basis === 'swap').length
        toOther += flow.seeds.filter(({ from, holder }) => from && from.holder !== holder).length
        const cents = (rows: readonly { readonly usd: string }[]): bigint =>
          rows.reduce((sum, { usd }) => sum + BigInt(usd), 0n)
        const began = cents(flow.seeds.filter(({ from }) => from === undefined))
        expect(cents(flow.leaves.filter(({ into }) => into === undefined)), rule).toBe(began)
      }
    }),
    { seed: 41, numRuns: 200 },
  )
  expect(swapped).toBeGreaterThan(100)
  expect(toOther).toBeGreaterThan(20)
})
