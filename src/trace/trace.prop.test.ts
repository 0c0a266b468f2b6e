import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  account,
  accountTransactions,
  books,
  coin,
  from,
  label,
  ledgerOf,
  nameOf,
  type Row,
  request,
  utxo,
} from './fixtures.ref.ts'
import { slowFifo } from './slowFifo.ref.ts'
import { RULES } from './tape.ts'
import { prepareTrace } from './trace.ts'

const NAMES = ['t', 'u', 'a', 'b', 'c', 'd', 'x'] as const
const rowsArbitrary = fc.array(
  fc.tuple(
    fc.constantFrom<string | null>(...NAMES, null),
    fc.constantFrom(...NAMES),
    fc.oneof(fc.bigInt(0n, 30n), fc.bigInt(0n, 2n ** 70n)),
  ),
  { minLength: 1, maxLength: 40 },
)

describe('whole traces against the slow fifo', () => {
  test.each(['missing', 'received'] as const)('seed mode %s, with and without a stop', (seedMode) => {
    fc.assert(
      fc.property(rowsArbitrary, fc.boolean(), (rows, stopped) => {
        const labels = stopped ? { [account('x')]: label('X', 'service') } : {}
        const ledger = ledgerOf(accountTransactions(rows as Row[]))
        const slow = slowFifo(
          rows.map(([payer, payee, amount], i) => ({ from: payer ?? `mint ${i}`, to: payee, amount })),
          new Set(['t', 'u']),
          seedMode === 'received',
          new Set([...(stopped ? ['x'] : []), ...rows.map((_, i) => `mint ${i}`)]),
        )
        let flow: ReturnType<ReturnType<typeof prepareTrace>['run']>
        try {
          flow = prepareTrace(books(ledger, labels), request({ seeds: from('t', 'u'), seedMode })).run('fifo')
        } catch (error) {
          expect(error).toMatchObject({ code: 'TRACE_NO_SEED' })
          expect(slow.stolen).toBe(0n)
          return
        }
        expect(BigInt(flow.balance[0]?.stolen ?? 0)).toBe(slow.stolen)
        const at = new Map<string, bigint>()
        for (const { holder, amount } of flow.leaves) {
          at.set(nameOf(holder), (at.get(nameOf(holder)) ?? 0n) + BigInt(amount))
        }
        expect(Object.fromEntries(at)).toEqual(Object.fromEntries(slow.at))
      }),
      { seed: 11, numRuns: 500 },
    )
  })
})

describe('every rule on whole traces', () => {
  test('balances, in hops as in leaves', () => {
    fc.assert(
      fc.property(
        rowsArbitrary,
        fc.option(fc.nat(3), { nil: null }),
        fc.bigInt(0n, 6n),
        (rows, maxHops, dust) => {
          const ledger = ledgerOf(accountTransactions(rows as Row[]))
          const wanted = request({
            seeds: [
              { theft: 'one', of: { kind: 'holders', holders: [account('t')] } },
              { theft: 'two', of: { kind: 'holders', holders: [account('u')] } },
            ],
            maxHops,
            dust: { asset: ledger.assets()[0]!.id, amount: dust },
          })
          let prepared: ReturnType<typeof prepareTrace>
          try {
            prepared = prepareTrace(books(ledger), wanted)
          } catch (error) {
            expect(error).toMatchObject({ code: 'TRACE_NO_SEED' })
            return
          }
          for (const rule of RULES) {
            const flow = prepared.run(rule)
            if (rule === 'poison') continue
            for (const { theft, stolen, accounted } of flow.balance)
              expect(accounted, `${rule} ${theft}`).toBe(stolen)
            const stopped = flow.leaves.filter(({ reason }) => !['held', 'nodata', 'time'].includes(reason))
            const total = (list: readonly { readonly amount: string }[]): bigint =>
              list.reduce((sum, { amount }) => sum + BigInt(amount), 0n)
            const byHop = total(flow.hops.filter(({ stop }) => stop !== undefined))
            // What is dust, or at its hop limit, when it is stolen ends without a hop.
            if (maxHops !== 0 && dust <= 1n) expect(byHop).toBe(total(stopped))
            else expect(byHop).toBeLessThanOrEqual(total(stopped))
          }
        },
      ),
      { seed: 12, numRuns: 200 },
    )
  })

  test('balances on random UTXO chains', () => {
    const chainArbitrary = fc.array(
      fc.record({
        spend: fc.array(fc.nat(40), { maxLength: 4 }),
        pay: fc.array(fc.tuple(fc.constantFrom('t', 'a', 'b', 'x'), fc.bigInt(0n, 100n)), {
          minLength: 1,
          maxLength: 4,
        }),
        fee: fc.bigInt(0n, 5n),
      }),
      { minLength: 2, maxLength: 20 },
    )
    fc.assert(
      fc.property(chainArbitrary, (steps) => {
        const unspent: { tx: number; n: number; sats: bigint }[] = []
        const transactions = steps.map(({ spend, pay, fee }, i) => {
          const inputs: { tx: number; n: number; sats: bigint }[] = []
          for (const at of spend)
            if (unspent.length > 0) inputs.push(...unspent.splice(at % unspent.length, 1))
          const total = inputs.reduce((sum, { sats }) => sum + sats, 0n)
          let left = inputs.length === 0 ? 1000n : total > fee ? total - fee : total
          const outputs = pay.map(([holder, wanted], k): readonly [string, bigint] => {
            const amount = k === pay.length - 1 || wanted > left ? left : wanted
            left -= amount
            return [holder, amount]
          })
          outputs.forEach(([, sats], n) => {
            unspent.push({ tx: i + 1, n, sats })
          })
          return utxo(
            i + 1,
            inputs.map(({ tx, n }) => [tx, n] as const),
            outputs,
          )
        })
        const ledger = ledgerOf(transactions)
        let prepared: ReturnType<typeof prepareTrace>
        try {
          const seeds = [{ theft: 'theft', of: { kind: 'holders' as const, holders: [coin('t')] } }]
          prepared = prepareTrace(books(ledger), request({ seeds }))
        } catch (error) {
          expect(error).toMatchObject({ code: 'TRACE_NO_SEED' })
          return
        }
        for (const rule of ['fifo', 'lifo', 'haircut', 'tiho'] as const) {
          for (const { stolen, accounted } of prepared.run(rule).balance) expect(accounted, rule).toBe(stolen)
        }
      }),
      { seed: 13, numRuns: 200 },
    )
  })
})
