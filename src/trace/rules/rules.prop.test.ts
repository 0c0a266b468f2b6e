import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Kernel, Rule, Tape } from '../tape.ts'
import { slowHaircut } from './haircut.ref.ts'
import { RULE_KERNELS } from './index.ts'
import { slowFifo, slowLibr, slowLifo, slowTiho } from './ordered.ref.ts'
import { slowPoison } from './poison.ref.ts'
import { type Rows, rowsOf, runSlowly } from './slow.ref.ts'
import { accountPlan, bigTapeOf, type Plan, tapeOf, utxoPlan } from './tapes.ref.ts'

const TWINS: Record<Rule, (tape: Tape) => Rows> = {
  fifo: (tape) => runSlowly(tape, slowFifo),
  lifo: (tape) => runSlowly(tape, slowLifo),
  haircut: (tape) => runSlowly(tape, slowHaircut),
  poison: slowPoison,
  tiho: (tape) => runSlowly(tape, slowTiho),
  libr: (tape) => runSlowly(tape, slowLibr),
}

const CASES = (Object.keys(RULE_KERNELS) as Rule[]).flatMap((rule) =>
  [accountPlan, utxoPlan]
    .map((plan, i) => ({
      rule,
      kernel: RULE_KERNELS[rule] as Kernel,
      model: i === 0 ? 'account' : 'utxo',
      plan,
    }))
    .filter(({ model }) => rule !== 'libr' || model === 'account'),
)
const RUNS = { seed: 20260101, numRuns: 1500 }

describe.each(CASES)('$rule on $model tapes', ({ rule, kernel, plan }) => {
  const check = (property: (plan: Plan) => void): void => fc.assert(fc.property(plan, property), RUNS)

  test('is its slow twin, row by row', () => {
    check((given) => {
      const tape = tapeOf(given)
      expect(rowsOf(kernel(tape))).toEqual(TWINS[rule](tape))
    })
  })

  test('gives bigints what it gives numbers', () => {
    check((given) => {
      expect(rowsOf(kernel(bigTapeOf(given, 1n)))).toEqual(rowsOf(kernel(tapeOf(given))))
    })
  })
})
