import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FIRST_THEFT, type Kernel, NO_POOL, type Rule, type Tape } from '../tape.ts'
import { slowHaircut } from './haircut.ref.ts'
import { RULE_KERNELS } from './index.ts'
import { slowFifo, slowLibr, slowLifo, slowTiho } from './ordered.ref.ts'
import { slowPoison } from './poison.ref.ts'
import { type Rows, rowsOf, runSlowly } from './slow.ref.ts'
import { accountPlan, bigTapeOf, type Leg, type Plan, tapeOf, utxoPlan } from './tapes.ref.ts'

const TWINS: Record<Rule, (tape: Tape) => Rows> = {
  fifo: (tape) => runSlowly(tape, slowFifo),
  lifo: (tape) => runSlowly(tape, slowLifo),
  haircut: (tape) => runSlowly(tape, slowHaircut),
  poison: slowPoison,
  tiho: (tape) => runSlowly(tape, slowTiho),
  libr: (tape) => runSlowly(tape, slowLibr),
}

const CASES = (Object.keys(RULE_KERNELS) as Rule[])
  .flatMap((rule) => [
    { rule, kernel: RULE_KERNELS[rule] as Kernel, model: 'account', plan: accountPlan },
    { rule, kernel: RULE_KERNELS[rule] as Kernel, model: 'utxo', plan: utxoPlan },
  ])
  .filter(({ rule, model }) => rule !== 'libr' || model === 'account')
const CONSERVING = CASES.filter(({ rule }) => rule !== 'poison')

function check(plan: fc.Arbitrary<Plan>, property: (plan: Plan) => void, numRuns = 400): void {
  fc.assert(fc.property(plan, property), { seed: 20260101, numRuns })
}

/** Sums column 3 by the other columns named. */
function sums(rows: readonly (number | bigint)[][], ...by: number[]): Map<string, bigint> {
  const totals = new Map<string, bigint>()
  for (const row of rows) add(totals, by.map((column) => row[column]).join(), row[3] as bigint)
  return totals
}

function add(totals: Map<string, bigint>, key: string, amount: bigint): void {
  const total = (totals.get(key) ?? 0n) + amount
  if (total === 0n) totals.delete(key)
  else totals.set(key, total)
}

const OP = 0
const LEG = 1
const LABEL = 2
const FATE = 4

describe.each(CASES)('$rule on $model tapes', ({ rule, kernel, plan }) => {
  test('is its slow twin, row by row', () => {
    check(
      plan,
      (given) => {
        const tape = tapeOf(given)
        expect(rowsOf(kernel(tape))).toEqual(TWINS[rule](tape))
      },
      1000,
    )
  })

  test('gives bigints what it gives numbers', () => {
    check(plan, (given) => {
      expect(rowsOf(kernel(bigTapeOf(given, 1n)))).toEqual(rowsOf(kernel(tapeOf(given))))
    })
  })

  test('claims no more of a leg than there is', () => {
    check(plan, (given) => {
      const tape = tapeOf(given)
      const { draws, credits } = rowsOf(kernel(tape))
      for (const [rows, amounts] of [
        [draws, tape.debitAmount],
        [credits, tape.creditAmount],
      ] as const) {
        const real = rows.filter((row) => row[LEG] !== 0xffffffff)
        for (const [leg, sum] of sums(real, LEG, ...(rule === 'poison' ? [LABEL] : [])))
          expect(sum, leg).toBeLessThanOrEqual(BigInt(amounts[Number(leg.split(',')[0])]!))
      }
    })
  })
})

describe.each(CONSERVING)('$rule on $model tapes', ({ rule, kernel, plan }) => {
  test('loses no unit: entered = rest + what did not go on, by theft', () => {
    check(plan, (given) => {
      const { entered, rest, credits } = rowsOf(kernel(tapeOf(given)))
      expect(sums([...rest, ...credits.filter((row) => row[FATE] !== 0)], LABEL)).toEqual(
        sums(entered, LABEL),
      )
    })
  })

  test('loses no unit within an operation: drawn + seeded = credited, by theft', () => {
    check(plan, (given) => {
      const { entered, draws, credits } = rowsOf(kernel(tapeOf(given)))
      const seeded = entered.filter((row) => row[4] === 0)
      expect(sums([...draws, ...seeded], OP, LABEL)).toEqual(sums(credits, OP, LABEL))
    })
  })

  test('spends nothing before it came: no pool is ever below zero, and ends at its rest', () => {
    check(plan, (given) => {
      const tape = tapeOf(given)
      const { entered, draws, credits, rest } = rowsOf(kernel(tape))
      const held = new Map<string, bigint>()
      for (let op = 0; op < tape.n; op++) {
        const here = (rows: Rows['draws']): Rows['draws'] => rows.filter((row) => row[OP] === op)
        for (const [, debit, label, amount] of here(entered).filter((row) => row[4] === 1))
          add(held, `${tape.debitPool[Number(debit)]},${label}`, amount as bigint)
        for (const [, debit, label, amount] of here(draws))
          add(held, `${tape.debitPool[Number(debit)]},${label}`, -(amount as bigint))
        for (const [key, amount] of held) expect(amount, key).toBeGreaterThan(0n)
        for (const [, credit, label, amount] of here(credits).filter((row) => row[FATE] === 0))
          add(held, `${tape.creditPool[Number(credit)]},${label}`, amount as bigint)
      }
      expect(held).toEqual(sums(rest, 4, LABEL))
    })
  })

  test('stays under poison, leg by leg', () => {
    check(plan, (withDust) => {
      const tape = tapeOf({ ...withDust, dust: 0 })
      const bound = rowsOf(RULE_KERNELS.poison(tape))
      const { draws, credits } = rowsOf(kernel(tape))
      for (const [rows, upper] of [
        [draws, sums(bound.draws, OP, LEG, LABEL)],
        [credits, sums(bound.credits, OP, LEG, LABEL)],
      ] as const) {
        for (const [key, sum] of sums(rows, OP, LEG, LABEL))
          expect(upper.get(key) ?? 0n, key).toBeGreaterThanOrEqual(sum)
      }
    })
  })

  test.skipIf(rule === 'haircut')('knows thefts only by name: other names, same money', () => {
    // haircut shares out label by label, so names move its roundings.
    const rename = (theft: number): number => 2 - theft
    const byLabel = (a: (number | bigint)[], b: (number | bigint)[]): number => (a.join() < b.join() ? -1 : 1)
    check(plan, (given) => {
      const renamed = tapeOf({
        ...given,
        seeds: given.seeds!.map(([credit, theft, amount]) => [credit, rename(theft), amount] as const),
        missing: given.missing!.map(([pool, theft, ...rest]) => [pool, rename(theft), ...rest] as const),
      })
      const label = (value: number | bigint): number => FIRST_THEFT + rename(Number(value) - FIRST_THEFT)
      const { unknown, collisions, ...rows } = rowsOf(kernel(tapeOf(given)))
      const got = rowsOf(kernel(renamed))
      for (const log of ['draws', 'credits', 'entered', 'rest'] as const) {
        const expected = rows[log].map((row) => row.with(LABEL, label(row[LABEL]!)))
        expect(got[log].toSorted(byLabel)).toEqual(expected.toSorted(byLabel))
      }
      expect(got.unknown).toEqual(unknown)
      expect(got.collisions.toSorted(byLabel)).toEqual(
        collisions
          .map((row) => row.with(LABEL, label(row[LABEL]!)).with(4, label(row[4]!)))
          .toSorted(byLabel),
      )
    })
  })

  test('is exact beyond 2^53', () => {
    const scale = 10n ** 21n + 7n
    check(
      plan,
      (given) => {
        const rows = rowsOf(kernel(bigTapeOf(given, scale)))
        if (rule === 'haircut') expect(rows).toEqual(runSlowly(bigTapeOf(given, scale), slowHaircut))
        else {
          const small = rowsOf(kernel(tapeOf(given)))
          const scaled = (log: Rows['draws']): Rows['draws'] =>
            log.map((row) => row.with(3, (row[3] as bigint) * scale))
          for (const log of Object.keys(rows) as (keyof Rows)[]) expect(rows[log]).toEqual(scaled(small[log]))
        }
      },
      300,
    )
  })
})

test('haircut is exact in float64 up to 2^53', () => {
  const scale = 2 ** 43 + 9
  const times = ([pool, amount]: Leg): Leg => [pool, amount * scale]
  check(accountPlan, (given) => {
    const tape = tapeOf({
      ...given,
      ops: given.ops.map(({ debits, credits }) => ({
        debits: debits.map(times),
        credits: credits.map(times),
      })),
      opening: given.opening!.map((amount) => amount * scale),
      seeds: given.seeds!.map(
        ([credit, theft, amount]) => [credit, theft, Math.max(0, amount * scale - 1)] as const,
      ),
    })
    expect(rowsOf(RULE_KERNELS.haircut(tape))).toEqual(runSlowly(tape, slowHaircut))
  })
})

describe('cutting one transfer into two', () => {
  test.each(['fifo', 'tiho', 'libr'] as const)('changes nothing by %s', (rule) => {
    check(accountPlan, (given) => {
      const plan: Plan = { ...given, missing: [], dust: 0 }
      const seeded = new Set(plan.seeds!.map(([credit]) => credit))
      let credits = 0
      const moved: number[] = []
      const ops = plan.ops.flatMap((op) => {
        const first = moved.length
        op.credits.forEach((_, i) => {
          moved.push(credits + i)
        })
        const [from, units] = op.debits[0] ?? [NO_POOL, 0]
        const [to] = op.credits[0] ?? [NO_POOL]
        const whole = op.debits.length !== 1 || op.credits.length !== 1 || from === to || seeded.has(first)
        credits += whole ? op.credits.length : 2
        if (whole) return [op]
        const half = units >> 1
        return [half, units - half].map((part): Plan['ops'][number] => ({
          debits: [[from, part]],
          credits: [[to, part]],
        }))
      })
      const cut: Plan = {
        ...plan,
        ops,
        seeds: plan.seeds!.map(([c, theft, amount]) => [moved[c]!, theft, amount]),
      }
      const before = rowsOf(RULE_KERNELS[rule](tapeOf(plan)))
      const after = rowsOf(RULE_KERNELS[rule](tapeOf(cut)))
      expect(sums(after.rest, 4, LABEL)).toEqual(sums(before.rest, 4, LABEL))
      expect(sums(after.entered, LABEL)).toEqual(sums(before.entered, LABEL))
      expect(sums(after.credits, LABEL, FATE)).toEqual(sums(before.credits, LABEL, FATE))
    })
  })
})

describe('one account, one theft', () => {
  // Deposits are positive, spends negative; the theft comes first.
  const history = fc.record({
    opening: fc.nat(20),
    theft: fc.integer({ min: 1, max: 20 }),
    moves: fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 12 }),
  })

  function left(
    rule: Rule,
    { opening, theft, moves }: { opening: number; theft: number; moves: number[] },
  ): bigint {
    const ops = [theft, ...moves].map((units): Plan['ops'][number] =>
      units > 0
        ? { debits: [[NO_POOL, units]], credits: [[0, units]] }
        : { debits: [[0, -units]], credits: [[1, -units]] },
    )
    const tape = tapeOf({ model: 'account', pools: 2, ops, opening: [opening], seeds: [[0, 0, theft]] })
    return sums(rowsOf(RULE_KERNELS[rule](tape)).rest, 4).get('0') ?? 0n
  }

  test('libr leaves the lowest balance since the theft, or the theft if that is less', () => {
    fc.assert(
      fc.property(history, (given) => {
        let balance = given.opening + given.theft
        let lowest = balance
        for (const move of given.moves) {
          balance = Math.max(0, balance + move)
          lowest = Math.min(lowest, balance)
        }
        expect(left('libr', given)).toBe(BigInt(Math.min(given.theft, lowest)))
      }),
      { seed: 20260102, numRuns: 500 },
    )
  })

  test('tiho leaves the theft less all that was spent since', () => {
    fc.assert(
      fc.property(history, (given) => {
        const spent = given.moves.reduce((sum, move) => sum + Math.max(0, -move), 0)
        expect(left('tiho', given)).toBe(BigInt(Math.max(0, given.theft - spent)))
      }),
      { seed: 20260103, numRuns: 500 },
    )
  })
})

test('the random tapes reach every branch that matters', () => {
  for (const plan of [accountPlan, utxoPlan]) {
    const met = new Set<string>()
    for (const given of fc.sample(plan, { seed: 20260101, numRuns: 1500 })) {
      const rows = rowsOf(RULE_KERNELS.fifo(tapeOf(given)))
      for (const [, , , , fate] of rows.credits) met.add(`fate ${fate}`)
      for (const [, , , , by] of rows.entered) met.add(`by ${by}`)
      for (const log of ['rest', 'unknown', 'collisions'] as const) if (rows[log].length > 0) met.add(log)
      if (rows.credits.some((row) => row[LEG] === 0xffffffff)) met.add('implicit fee')
    }
    expect([...met].sort()).toEqual(
      [
        'by 0',
        'by 1',
        'collisions',
        'fate 0',
        'fate 1',
        'fate 2',
        'fate 3',
        'implicit fee',
        'rest',
        'unknown',
      ].sort(),
    )
  }
})
