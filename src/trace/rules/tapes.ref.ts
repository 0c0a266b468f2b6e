/**
 * Tapes written by hand or at random, for tests.
 * @module
 */
import fc from 'fast-check'
import { type Column, FIRST_THEFT, NO_POOL, type Tape } from '../tape.ts'

/** A pool number and an amount. */
export type Leg = readonly [pool: number, amount: number]

/** A tape as one would write it down. Thefts are numbers from 0. */
export interface Plan {
  readonly model: Tape['model']
  readonly pools: number
  readonly ops: readonly { readonly debits: readonly Leg[]; readonly credits: readonly Leg[] }[]
  readonly thefts?: number
  readonly opening?: readonly number[]
  readonly stop?: readonly number[]
  readonly seeds?: readonly (readonly [credit: number, theft: number, amount: number])[]
  readonly missing?: readonly (readonly [
    pool: number,
    theft: number,
    fromOp: number,
    toOp: number,
    amount: number,
  ])[]
  readonly dust?: number
}

/** The plan as a tape of numbers. */
export function tapeOf(plan: Plan): Tape<Float64Array> {
  return build(plan, (amounts) => Float64Array.from(amounts), plan.dust ?? 0)
}

/** The plan as a tape of bigints, every amount times `scale`. */
export function bigTapeOf(plan: Plan, scale: bigint): Tape<bigint[]> {
  const scaled = (amount: number): bigint => BigInt(amount) * scale
  return build(plan, (amounts) => amounts.map(scaled), scaled(plan.dust ?? 0))
}

function build<C extends Column>(
  plan: Plan,
  column: (amounts: number[]) => C,
  dust: Tape<C>['dust'],
): Tape<C> {
  const seeds = (plan.seeds ?? []).toSorted(([a], [b]) => a - b)
  const missing = (plan.missing ?? []).toSorted(([a], [b]) => a - b)
  const debits = plan.ops.flatMap((op) => op.debits)
  const credits = plan.ops.flatMap((op) => op.credits)
  const used = [...seeds, ...missing].map(([, theft]) => theft + 1)
  return {
    model: plan.model,
    n: plan.ops.length,
    pools: plan.pools,
    thefts: plan.thefts ?? Math.max(0, ...used),
    debitStarts: starts(plan.ops.map((op) => op.debits.length)),
    debitPool: Uint32Array.from(debits, ([pool]) => pool),
    debitAmount: column(debits.map(([, amount]) => amount)),
    creditStarts: starts(plan.ops.map((op) => op.credits.length)),
    creditPool: Uint32Array.from(credits, ([pool]) => pool),
    creditAmount: column(credits.map(([, amount]) => amount)),
    opening: column(Array.from({ length: plan.pools }, (_, pool) => plan.opening?.[pool] ?? 0)),
    stop: Uint8Array.from({ length: plan.pools }, (_, pool) => (plan.stop?.includes(pool) ? 1 : 0)),
    seeds: {
      credit: Uint32Array.from(seeds, ([credit]) => credit),
      label: Uint16Array.from(seeds, ([, theft]) => FIRST_THEFT + theft),
      amount: column(seeds.map(([, , amount]) => amount)),
    },
    missing: {
      pool: Uint32Array.from(missing, ([pool]) => pool),
      label: Uint16Array.from(missing, ([, theft]) => FIRST_THEFT + theft),
      fromOp: Uint32Array.from(missing, ([, , from]) => from),
      toOp: Uint32Array.from(missing, ([, , , to]) => to),
      amount: column(missing.map(([, , , , amount]) => amount)),
    },
    dust,
  }
}

function starts(lengths: number[]): Uint32Array {
  let sum = 0
  return Uint32Array.from([0, ...lengths.map((length) => (sum += length))])
}

const amount = fc.integer({ min: 0, max: 12 })
const THEFTS = 3

/** Everything of a plan that does not depend on the model. */
function withThefts(bare: fc.Arbitrary<Plan>): fc.Arbitrary<Plan> {
  return bare.chain((plan) => {
    const credits = plan.ops.reduce((sum, op) => sum + op.credits.length, 0)
    const ops = plan.ops.length
    const theft = fc.nat(THEFTS - 1)
    const anyOp = fc.nat(ops)
    return fc
      .record({
        seeds:
          credits === 0
            ? fc.constant([])
            : fc.array(fc.tuple(fc.nat(credits - 1), theft, amount), { maxLength: 5 }),
        missing: fc.array(fc.tuple(fc.nat(plan.pools - 1), theft, anyOp, anyOp, amount), { maxLength: 4 }),
        stop: fc.array(fc.nat(plan.pools - 1), { maxLength: 1 }),
        dust: fc.constantFrom(0, 0, 3),
      })
      .map((rest) => ({ ...plan, ...rest, thefts: THEFTS }))
  })
}

/** Account operations over a few holders: transfers, to oneself too, issuance, burns; now and then more than one leg. */
export const accountPlan: fc.Arbitrary<Plan> = withThefts(
  fc.integer({ min: 1, max: 4 }).chain((pools) => {
    const pool = fc.oneof(
      { weight: 9, arbitrary: fc.nat(pools - 1) },
      { weight: 1, arbitrary: fc.constant(NO_POOL) },
    )
    const transfer = fc
      .tuple(pool, pool, amount)
      .map(([from, to, units]) => ({ debits: [[from, units] as Leg], credits: [[to, units] as Leg] }))
    const legs = fc.array(fc.tuple(pool, amount), { maxLength: 3 })
    const odd = fc.record({ debits: legs, credits: legs })
    return fc.record({
      model: fc.constant('account' as const),
      pools: fc.constant(pools),
      ops: fc.array(fc.oneof({ weight: 8, arbitrary: transfer }, { weight: 1, arbitrary: odd }), {
        maxLength: 14,
      }),
      opening: fc.array(amount, { maxLength: pools }),
    })
  }),
)

interface Utxo {
  readonly inputs: readonly number[]
  readonly outside: readonly number[]
  readonly outputs: readonly number[]
  readonly burn: readonly number[]
  readonly issued: number
  readonly even: number
}

/** Transactions that spend outputs of earlier ones, outputs from outside, and now and then more than they should. */
export const utxoPlan: fc.Arbitrary<Plan> = withThefts(
  fc
    .array(
      fc.record<Utxo>({
        inputs: fc.array(fc.nat(1000), { maxLength: 3 }),
        outside: fc.array(amount, { maxLength: 2 }),
        outputs: fc.array(amount, { maxLength: 4 }),
        burn: fc.array(amount, { maxLength: 1 }),
        issued: fc.constantFrom(0, 0, 0, 5),
        even: fc.constantFrom(0, 1, 1, 1),
      }),
      { minLength: 1, maxLength: 10 },
    )
    .map(utxoOf),
)

function utxoOf(transactions: readonly Utxo[]): Plan {
  let pools = 0
  const unspent: Leg[] = []
  const ops = transactions.map(({ inputs, outside, outputs, burn, issued, even }) => {
    const debits: Leg[] = outside.map((units) => [pools++, units])
    for (const pick of inputs) {
      if (unspent.length > 0) debits.push(...unspent.splice(pick % unspent.length, 1))
    }
    if (issued > 0) debits.push([NO_POOL, issued])
    // Mostly the outputs are what the inputs can pay; the first ones are cut to fit.
    let left = even === 1 ? debits.reduce((sum, [, units]) => sum + units, 0) : Number.POSITIVE_INFINITY
    const credits: Leg[] = []
    for (const units of outputs) {
      const paid = Math.min(units * 2, left)
      left -= paid
      credits.push([pools++, paid])
    }
    unspent.push(...credits)
    for (const units of burn) credits.push([NO_POOL, Math.min(units, left)])
    return { debits, credits }
  })
  return { model: 'utxo', pools: Math.max(1, pools), ops }
}
