import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NONE } from '../../ledger/ledger.ts'
import { FIRST_THEFT, NO_POOL, type Rule } from '../tape.ts'
import { RULE_KERNELS } from './index.ts'
import { reverse } from './reverse.ts'
import { opOf, rowsOf } from './slow.ref.ts'
import { accountPlan, type Leg, type Plan, tapeOf, utxoPlan } from './tapes.ref.ts'

type Origins = Map<string, bigint>

function add(origins: Origins, key: string, amount: bigint): void {
  origins.set(key, (origins.get(key) ?? 0n) + amount)
}

/** Only the ledger: no thefts yet. */
function bare({ model, pools, ops, opening }: Plan): Plan {
  return { model, pools, ops, ...(opening === undefined ? {} : { opening }) }
}

/** Where a credit's money comes from, by tracing the turned tape. */
function backward(plan: Plan, rule: Rule, credit: number): Origins {
  const tape = tapeOf(plan)
  const targets = { credit: Uint32Array.of(credit), label: Uint16Array.of(FIRST_THEFT) }
  const turned = reverse(tape, rule, targets, 1)
  const rows = rowsOf(RULE_KERNELS[rule](turned.tape))
  const origins: Origins = new Map()
  for (const [op, leg, , amount, fate] of rows.credits) {
    if (fate !== 3) continue
    const debit = turned.debitOf[Number(leg)]!
    add(origins, debit === NONE ? `excess ${turned.opOf[Number(op)]}` : `debit ${debit}`, amount as bigint)
  }
  for (const [, , , amount, pool] of rows.rest) add(origins, `pool ${pool}`, amount as bigint)
  return origins
}

/** What each origin puts into each credit, by tracing forward with every origin as a theft of its own. */
function forward(plan: Plan, rule: Rule): Origins[] {
  const names: string[] = []
  const label = (name: string): number => names.push(name) - 1
  const balance = Array.from({ length: plan.pools }, (_, pool) => plan.opening?.[pool] ?? 0)
  let pools = plan.pools
  const seeds: [number, number, number][] = []
  const missing: [number, number, number, number, number][] = []
  const ops: { debits: readonly Leg[]; credits: readonly Leg[] }[] = []
  balance.forEach((units, pool) => {
    if (units === 0) return
    seeds.push([ops.length, label(`pool ${pool}`), units])
    ops.push({ debits: [[NO_POOL, units]], credits: [[pool, units]] })
  })
  const firstCredit = ops.length
  let debit = 0
  plan.ops.forEach(({ debits, credits }, number) => {
    const op = ops.length
    const named = debits.map(([pool, units]): Leg => {
      const name = `debit ${debit++}`
      if (pool === NO_POOL) {
        missing.push([pools, label(name), op, op + 1, units])
        return [pools++, units]
      }
      const lack = Math.max(0, units - balance[pool]!)
      balance[pool] = balance[pool]! - (units - lack)
      if (lack > 0)
        missing.push([pool, label(plan.model === 'utxo' ? `pool ${pool}` : name), op, op + 1, lack])
      return [pool, units]
    })
    const total = (legs: readonly Leg[]): number => legs.reduce((sum, [, units]) => sum + units, 0)
    const excess = total(credits) - total(debits)
    if (excess > 0) {
      missing.push([pools, label(`excess ${number}`), op, op + 1, excess])
      named.push([pools++, excess])
    }
    for (const [pool, units] of credits) if (pool !== NO_POOL) balance[pool] = balance[pool]! + units
    ops.push({ debits: named, credits })
  })
  const tape = tapeOf({ model: plan.model, pools, ops, seeds, missing, thefts: names.length })
  const origins: Origins[] = Array.from(
    plan.ops.flatMap((op) => op.credits),
    () => new Map(),
  )
  for (const [, credit, theft, amount] of rowsOf(RULE_KERNELS[rule](tape)).credits) {
    const found = origins[Number(credit) - firstCredit]
    if (Number(credit) >= firstCredit && found)
      add(found, names[Number(theft) - FIRST_THEFT]!, amount as bigint)
  }
  return origins
}

function check(
  plans: fc.Arbitrary<Plan>,
  rule: Rule,
  same: (back: Origins, there: Origins, plan: Plan) => void,
): void {
  fc.assert(
    fc.property(plans, (withThefts) => {
      const plan = bare(withThefts)
      forward(plan, rule).forEach((there, credit) => {
        same(backward(plan, rule, credit), there, plan)
      })
    }),
    { seed: 20260104, numRuns: 250 },
  )
}

describe.each([
  { model: 'account', plans: accountPlan },
  { model: 'utxo', plans: utxoPlan },
])('reverse on $model tapes', ({ plans }) => {
  test.each(['fifo', 'lifo'] as const)('finds by %s the very units that each origin sent', (rule) => {
    check(plans, rule, (back, there) => {
      expect(back).toEqual(there)
    })
  })

  test('finds by poison every origin that could have sent', () => {
    check(plans, 'poison', (back, there) => {
      expect(new Set(back.keys())).toEqual(new Set(there.keys()))
    })
  })

  test('finds by haircut the share that each origin sent, but for rounding', () => {
    const large = plans.map((plan): Plan => {
      const times = ([pool, units]: Leg): Leg => [pool, units * 1000]
      return {
        ...plan,
        opening: (plan.opening ?? []).map((units) => units * 1000),
        ops: plan.ops.map(({ debits, credits }) => ({
          debits: debits.map(times),
          credits: credits.map(times),
        })),
      }
    })
    check(large, 'haircut', (back, there, plan) => {
      const legs = plan.ops.reduce((sum, { debits, credits }) => sum + debits.length + credits.length, 0)
      for (const name of new Set([...back.keys(), ...there.keys()])) {
        const off = Number((back.get(name) ?? 0n) - (there.get(name) ?? 0n))
        expect(Math.abs(off), name).toBeLessThanOrEqual(legs)
      }
    })
  })

  test('accounts for every unit of several targets', () => {
    fc.assert(
      fc.property(plans, (withThefts) => {
        const tape = tapeOf(bare(withThefts))
        const credit = Uint32Array.from({ length: tape.creditPool.length }, (_, i) => i)
        const turned = reverse(
          tape,
          'fifo',
          { credit, label: Uint16Array.from(credit, (i) => FIRST_THEFT + i) },
          credit.length,
        )
        const rows = rowsOf(RULE_KERNELS.fifo(turned.tape))
        const total = (log: (number | bigint)[][]): bigint =>
          log.reduce((sum, row) => sum + (row[3] as bigint), 0n)
        expect(total(rows.entered) + total(rows.collisions)).toBe(
          tape.creditAmount.reduce((sum, amount) => sum + BigInt(amount), 0n),
        )
        expect(total(rows.entered)).toBe(total(rows.rest) + total(rows.credits.filter((row) => row[4] !== 0)))
        turned.creditOf.forEach((of, debit) => {
          if (of === NONE) return
          const op = turned.tape.debitStarts.findLastIndex((start) => start <= debit)
          expect(turned.opOf[op]).toBe(opOf(tape, of))
          expect(turned.tape.debitAmount[debit]).toBe(tape.creditAmount[of])
        })
      }),
      { seed: 20260105, numRuns: 250 },
    )
  })
})

test.each(['tiho', 'libr'] as const)('reverse refuses %s', (rule) => {
  const none = { credit: new Uint32Array(0), label: new Uint16Array(0) }
  expect(() => reverse(tapeOf({ model: 'account', pools: 1, ops: [] }), rule, none, 0)).toThrow(
    `${rule} chooses by what is tainted, which is not known before the origin is; it cannot trace backward.`,
  )
})
