import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ETHEREUM } from '../units/caip.ts'
import {
  account,
  atomic,
  books,
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
import { type SlowPart, slowSwaps } from './slowSwaps.ref.ts'
import { RULES } from './tape.ts'
import { type Prepared, prepareTrace } from './trace.ts'

/** Known, so that what is paid out to others is believed without prices. */
const ASSETS = [USDT, WETH, `${ETHEREUM}/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48`]
const HOLDERS = ['t', 'u', 'a', 'b', 'p', 'q'] as const

const amount = fc.oneof(fc.bigInt(1n, 30n), fc.bigInt(1n, 2n ** 70n))
const transfer = fc
  .record({
    from: fc.constantFrom(...HOLDERS, 'm'),
    to: fc.constantFrom(...HOLDERS),
    asset: fc.constantFrom(...ASSETS),
    amount,
  })
  .filter(({ from, to }) => from !== to)
  .map((part): SlowPart[] => [part])
/** Pays one asset, may get some of it back, and gets another, in one or two transfers. */
const swap = fc
  .record({
    holder: fc.constantFrom(...HOLDERS),
    pool: fc.constantFrom(...HOLDERS),
    assets: fc.shuffledSubarray(ASSETS, { minLength: 2, maxLength: 2 }),
    paid: amount,
    back: fc.option(fc.bigInt(1n, 20n), { nil: 0n }),
    got: fc.array(amount, { minLength: 1, maxLength: 2 }),
  })
  .filter(({ holder, pool, paid, back }) => holder !== pool && back < paid)
  .map(({ holder, pool, assets: [out, into], paid, back, got }): SlowPart[] => [
    { from: holder, to: pool, asset: out!, amount: paid },
    ...(back > 0n ? [{ from: pool, to: holder, asset: out!, amount: back }] : []),
    ...got.map((units) => ({ from: pool, to: holder, asset: into!, amount: units })),
  ])
/** Pays one asset to a router, which may give some back and keep some; a pool pays another to somebody else. */
const passedOn = fc
  .record({
    giver: fc.constantFrom(...HOLDERS),
    receiver: fc.constantFrom(...HOLDERS),
    assets: fc.shuffledSubarray(ASSETS, { minLength: 2, maxLength: 2 }),
    paid: fc.bigInt(100n, 2n ** 70n),
    back: fc.option(fc.bigInt(1n, 40n), { nil: 0n }),
    fee: fc.option(fc.bigInt(1n, 1_000n), { nil: 0n }),
    got: fc.array(amount, { minLength: 1, maxLength: 2 }),
  })
  .filter(({ giver, receiver }) => giver !== receiver)
  .map(({ giver, receiver, assets: [out, into], paid, back, fee, got }): SlowPart[] => {
    const kept = fee * 50n <= paid - back ? fee : 0n
    return [
      { from: giver, to: 'r', asset: out!, amount: paid },
      ...(kept > 0n ? [{ from: 'r', to: 'f', asset: out!, amount: kept }] : []),
      { from: 'r', to: 's', asset: out!, amount: paid - back - kept },
      ...got.map((units) => ({ from: 's', to: receiver, asset: into!, amount: units })),
      ...(back > 0n ? [{ from: 'r', to: giver, asset: out!, amount: back }] : []),
    ]
  })
/** Pays one asset and gets another, of which somebody else gets a part too. */
const shared = fc
  .record({
    holder: fc.constantFrom(...HOLDERS),
    other: fc.constantFrom(...HOLDERS),
    assets: fc.shuffledSubarray(ASSETS, { minLength: 2, maxLength: 2 }),
    paid: amount,
    own: fc.bigInt(1n, 3_000n),
    part: fc.oneof(fc.bigInt(1n, 40n), amount),
  })
  .filter(({ holder, other }) => holder !== other)
  .map(({ holder, other, assets: [out, into], paid, own, part }): SlowPart[] => [
    { from: holder, to: 'x', asset: out!, amount: paid },
    { from: 'x', to: other, asset: into!, amount: part },
    { from: 'x', to: holder, asset: into!, amount: own },
  ])
/** Each `x` is another: whoever is paid twice may spend what came the first time. */
const transactions = fc
  .array(fc.oneof(transfer, swap, passedOn, shared), { minLength: 1, maxLength: 30 })
  .map((list) =>
    list.map((parts, i) => {
      const named = (holder: string): string => (holder === 'x' ? `x${i}` : holder)
      return parts.map((part) => ({ ...part, from: named(part.from), to: named(part.to) }))
    }),
  )

const seeds = ['t', 'u'].map((name) => ({
  theft: name,
  of: { kind: 'holders' as const, holders: [account(name)] },
}))

function prepared(list: readonly (readonly SlowPart[])[], priced: boolean): Prepared | null {
  const ledger = ledgerOf(
    list.map((parts, i) =>
      atomic(
        i + 1,
        parts.map(({ from, to, asset, amount: units }): Part => [from, to, units, asset]),
      ),
    ),
  )
  const own = priced ? pricedBooks(ledger, { USDT: 3, ETH: 7 }) : books(ledger)
  // Some holders of the seeds may be nowhere.
  const there = seeds.filter(({ of }) => {
    const [number] = ledger.holderNumbers(of.holders)
    return number !== 0xffffffff
  })
  try {
    return prepareTrace(own, request({ seeds: there, seedMode: 'received' }))
  } catch (error) {
    expect(error).toMatchObject({ code: 'TRACE_NO_SEED' })
    return null
  }
}

function placesOf(flow: Flow): Map<string, bigint> {
  const places = new Map<string, bigint>()
  for (const { theft, asset, reason, holder, amount: units } of flow.leaves) {
    const key = `${theft} ${asset} ${reason} ${nameOf(holder)}`
    places.set(key, (places.get(key) ?? 0n) + BigInt(units))
  }
  return places
}

describe('whole traces with swaps', () => {
  test('are what the slow fifo says', () => {
    let swapped = 0
    let passed = 0
    fc.assert(
      fc.property(transactions, (list) => {
        const trace = prepared(list, false)
        if (!trace) return
        const flow = trace.run('fifo')
        swapped += flow.seeds.filter(({ basis }) => basis === 'swap').length
        passed += flow.seeds.filter(({ from, holder }) => from && from.holder !== holder).length
        expect(Object.fromEntries(placesOf(flow))).toEqual(Object.fromEntries(slowSwaps(list, ['t', 'u'])))
      }),
      { seed: 31, numRuns: 500 },
    )
    expect(swapped).toBeGreaterThan(500)
    expect(passed).toBeGreaterThan(200)
  })

  test('balance by every rule, and carry the value to the cent', () => {
    const priced = transactions.map((list) =>
      list.map((parts) => parts.filter(({ asset }) => asset !== ASSETS[2])),
    )
    let carried = 0
    fc.assert(
      fc.property(priced, (list) => {
        const trace = prepared(list, true)
        if (!trace) return
        for (const rule of RULES) {
          if (rule === 'poison') continue
          const flow = trace.run(rule)
          for (const { stolen, accounted, stolenUsd, accountedUsd } of flow.balance) {
            expect(accounted, rule).toBe(stolen)
            expect(accountedUsd, rule).toBe(stolenUsd)
          }
          for (const theft of ['t', 'u']) {
            const cents = (rows: readonly { readonly theft: string; readonly usd: string }[]): bigint =>
              rows.filter((row) => row.theft === theft).reduce((sum, { usd }) => sum + BigInt(usd), 0n)
            const began = cents(flow.seeds.filter(({ from }) => from === undefined))
            const ended = cents(flow.leaves.filter(({ into }) => into === undefined))
            expect(ended, `${rule} ${theft}`).toBe(began)
          }
          const into = flow.leaves.flatMap((leaf) => leaf.into ?? [])
          const units = (rows: readonly { readonly amount: string }[]): bigint =>
            rows.reduce((sum, row) => sum + BigInt(row.amount), 0n)
          expect(units(into), rule).toBe(units(flow.seeds.filter(({ from }) => from !== undefined)))
          carried += into.length
        }
      }),
      { seed: 32, numRuns: 150 },
    )
    expect(carried).toBeGreaterThan(100)
  })

  test('balance whatever a transaction holds', () => {
    const parts = fc.array(
      fc.tuple(
        fc.constantFrom<string | null>(...HOLDERS, null),
        fc.constantFrom<string | null>(...HOLDERS, null),
        fc.bigInt(0n, 40n),
        fc.constantFrom(ETH, TOK, ...ASSETS),
      ),
      { minLength: 1, maxLength: 9 },
    )
    fc.assert(
      fc.property(
        fc.array(parts, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('forward', 'backward'),
        (list, direction) => {
          const ledger = ledgerOf(list.map((own, i) => atomic(i + 1, own)))
          const wanted = request({
            seeds: [
              {
                theft: 'first',
                of: { kind: 'lot', txid: txidOf(direction === 'forward' ? 1 : list.length) },
              },
              { theft: 'second', of: { kind: 'holders', holders: [account('u')] } },
            ],
            direction,
          })
          let trace: Prepared
          try {
            trace = prepareTrace(pricedBooks(ledger, { USDT: 1_000_000, ETH: 10 ** 15 }), wanted)
          } catch (error) {
            expect(error).toMatchObject({ code: 'TRACE_NO_SEED' })
            return
          }
          for (const rule of ['fifo', 'lifo', 'haircut', 'poison'] as const) {
            // A flow that does not balance, in units or cents, is thrown out by the trace itself.
            const flow = trace.run(rule)
            trace.frontier([rule])
            const units = (rows: readonly { readonly amount: string }[]): bigint =>
              rows.reduce((sum, row) => sum + BigInt(row.amount), 0n)
            expect(units(flow.leaves.flatMap(({ into }) => into ?? [])), rule).toBe(
              units(flow.seeds.filter(({ from }) => from !== undefined)),
            )
          }
        },
      ),
      { seed: 34, numRuns: 300 },
    )
  })

  test('without swaps are what they are without the assets they would be swapped into', () => {
    fc.assert(
      fc.property(fc.array(transfer, { minLength: 1, maxLength: 20 }), (list) => {
        const trace = prepared(list, false)
        expect(trace?.run('fifo').leaves.filter(({ reason }) => reason === 'swap') ?? []).toEqual([])
      }),
      { seed: 33, numRuns: 50 },
    )
  })
})
