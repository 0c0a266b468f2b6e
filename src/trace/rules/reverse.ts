/**
 * Tracing backward: the same tape with time turned round, on which the same kernels answer where money came from.
 *
 * Under fifo and lifo every unit has one line of ancestors, and turning the tape finds it exactly: what a rule takes off one
 * end of a line, time reversed puts back there. Under haircut the turned tape gives each origin's share of the mixture, to
 * the unit of rounding; under poison all that could have been an ancestor.
 * tiho and libr look at what is tainted when they choose, so they have no inverse.
 * @module
 */
import { LootlineError } from '../../errors.ts'
import { NONE } from '../../ledger/ledger.ts'
import { type Column, NO_POOL, type Rule, type Tape } from '../tape.ts'
import { columnOf, resizeColumn, resizeU32, type UnitColumn, type Units, zeroOf } from './column.ts'

/** Credits whose origin is asked: all of each is labelled. Ascending by `credit`. */
export interface Targets {
  readonly credit: Uint32Array
  readonly label: Uint16Array
}

/**
 * A turned tape. Its op `opOf.length - 1` is the first of the given one. Where a leg of the turned tape has no counterpart
 * it is NONE in these: detours through which a target gets its label, which mean nothing in the ledger.
 */
export interface ReversedTape<C extends Column = Column> {
  /** Its pools are those of the given tape, followed by the detours' (empty again after their two operations). */
  readonly tape: Tape<C>
  /** u32 per op: the op of the given tape. */
  readonly opOf: Uint32Array
  /** u32 per debit: the credit of the given tape that it undoes; NONE also for an implicit fee. */
  readonly creditOf: Uint32Array
  /**
   * u32 per credit: the debit of the given tape that it undoes. A credit to NO_POOL undoes issuance or, on account chains,
   * a shortfall: money whose origin is not on the tape. NONE also for what outputs exceed inputs by.
   */
  readonly debitOf: Uint32Array
}

/**
 * Turns a tape round. Pools open with what they closed with; seeds, missing lots and dust of the given tape are left out,
 * stops stay. Tainted money that is still in a pool at the end was there before the first operation, or on a UTXO chain
 * comes from outside the tape.
 *
 * Cost: two passes over the tape.
 *
 * @param thefts - labels on the turned tape: one more than the greatest of `targets.label`, less FIRST_THEFT
 * @throws {@link RuleNotReversibleError} for tiho and libr
 */
export function reverse<C extends Column>(
  given: Tape<C>,
  rule: Rule,
  targets: Targets,
  thefts: number,
): ReversedTape<C> {
  if (rule === 'tiho' || rule === 'libr') throw new RuleNotReversibleError(rule)
  const tape = given as unknown as Tape<UnitColumn>
  const { n, pools, debitStarts, debitPool, debitAmount, creditStarts, creditPool, creditAmount } = tape
  const zero = zeroOf(given.debitAmount)
  const { closing, lack } = settle(tape, zero)

  const debits = newLegs(zero)
  const credits = newLegs(zero)
  const opOf: number[] = []
  const seeds = { credit: [] as number[], label: [] as number[], amount: newLegs(zero) }
  let detours = 0
  let target = targets.credit.length - 1

  function endOp(op: number): void {
    opOf.push(op)
    debits.starts.push(debits.n)
    credits.starts.push(credits.n)
  }

  for (let op = n - 1; op >= 0; op--) {
    const creditStart = creditStarts[op]!
    const creditEnd = creditStarts[op + 1]!
    let drawn = zero
    for (let debit = debitStarts[op]!; debit < debitStarts[op + 1]!; debit++) drawn += debitAmount[debit]!
    let filled = zero
    for (let credit = creditStart; credit < creditEnd; credit++) filled += creditAmount[credit]!

    // A target's money is labelled on its way through a pool of its own, and all others of its operation take such a way
    // with it, so that each still draws in its turn.
    const asked = target >= 0 && targets.credit[target]! >= creditStart
    const firstDetour = pools + detours
    if (asked) {
      for (let credit = creditEnd - 1; credit >= creditStart; credit--) {
        const amount = creditAmount[credit]!
        addLeg(debits, creditPool[credit]!, amount, NONE)
        addLeg(credits, pools + detours++, amount, NONE)
        for (; target >= 0 && targets.credit[target] === credit; target--) {
          seeds.credit.push(credits.n - 1)
          seeds.label.push(targets.label[target]!)
          addLeg(seeds.amount, NONE, amount, NONE)
        }
        endOp(op)
      }
    }

    if (drawn > filled) addLeg(debits, NO_POOL, drawn - filled, NONE)
    for (let credit = creditEnd - 1; credit >= creditStart; credit--) {
      const pool = asked ? firstDetour + (creditEnd - 1 - credit) : creditPool[credit]!
      addLeg(debits, pool, creditAmount[credit]!, credit)
    }
    if (filled > drawn) addLeg(credits, NO_POOL, filled - drawn, NONE)
    for (let debit = debitStarts[op + 1]! - 1; debit >= debitStarts[op]!; debit--) {
      const short = lack[debit]!
      if (short > zero) addLeg(credits, NO_POOL, short, debit)
      if (short < debitAmount[debit]!) addLeg(credits, debitPool[debit]!, debitAmount[debit]! - short, debit)
    }
    endOp(op)
  }

  const stop = new Uint8Array(pools + detours)
  stop.set(tape.stop)
  const turned: Tape<UnitColumn> = {
    model: tape.model,
    n: opOf.length,
    pools: pools + detours,
    thefts,
    debitStarts: Uint32Array.from(debits.starts),
    debitPool: resizeU32(debits.pool, debits.n),
    debitAmount: resizeColumn(debits.amount, debits.n),
    creditStarts: Uint32Array.from(credits.starts),
    creditPool: resizeU32(credits.pool, credits.n),
    creditAmount: resizeColumn(credits.amount, credits.n),
    opening: resizeColumn(closing, pools + detours),
    stop,
    seeds: {
      credit: Uint32Array.from(seeds.credit),
      label: Uint16Array.from(seeds.label),
      amount: resizeColumn(seeds.amount.amount, seeds.amount.n),
    },
    missing: {
      pool: new Uint32Array(0),
      label: new Uint16Array(0),
      fromOp: new Uint32Array(0),
      toOp: new Uint32Array(0),
      amount: columnOf(zero, 0),
    },
    dust: zero,
  }
  return {
    tape: turned as unknown as Tape<C>,
    opOf: Uint32Array.from(opOf),
    creditOf: resizeU32(debits.of, debits.n),
    debitOf: resizeU32(credits.of, credits.n),
  }
}

interface Legs {
  n: number
  starts: number[]
  pool: Uint32Array<ArrayBuffer>
  amount: UnitColumn
  of: Uint32Array<ArrayBuffer>
}

function newLegs(zero: Units): Legs {
  return { n: 0, starts: [0], pool: new Uint32Array(64), amount: columnOf(zero, 64), of: new Uint32Array(64) }
}

function addLeg(legs: Legs, pool: number, amount: Units, of: number): void {
  if (legs.n === legs.pool.length) {
    legs.pool = resizeU32(legs.pool, legs.n * 2)
    legs.amount = resizeColumn(legs.amount, legs.n * 2)
    legs.of = resizeU32(legs.of, legs.n * 2)
  }
  legs.pool[legs.n] = pool
  legs.amount[legs.n] = amount
  legs.of[legs.n] = of
  legs.n++
}

/** What is in each pool at the end, and what each debit lacked; on UTXO chains an output from outside lacks nothing. */
function settle(tape: Tape<UnitColumn>, zero: Units): { closing: UnitColumn; lack: UnitColumn } {
  const { model, n, pools, debitStarts, debitPool, debitAmount, creditStarts, creditPool, creditAmount } =
    tape
  const closing = columnOf(zero, pools)
  for (let pool = 0; pool < pools; pool++) closing[pool] = tape.opening[pool]!
  const lack = columnOf(zero, debitPool.length)
  for (let op = 0; op < n; op++) {
    for (let debit = debitStarts[op]!; debit < debitStarts[op + 1]!; debit++) {
      const pool = debitPool[debit]!
      if (pool === NO_POOL) continue
      const left = closing[pool]! - debitAmount[debit]!
      closing[pool] = left > zero ? left : zero
      if (left < zero && model === 'account') lack[debit] = zero - left
    }
    for (let credit = creditStarts[op]!; credit < creditStarts[op + 1]!; credit++) {
      const pool = creditPool[credit]!
      if (pool !== NO_POOL) closing[pool] = closing[pool]! + creditAmount[credit]!
    }
  }
  return { closing, lack }
}

/** Where money came from has no one answer by this rule. */
export class RuleNotReversibleError extends LootlineError<{ code: 'TRACE_RULE_NOT_REVERSIBLE'; rule: Rule }> {
  override readonly name = 'RuleNotReversibleError'

  constructor(rule: Rule) {
    super(
      { code: 'TRACE_RULE_NOT_REVERSIBLE', rule },
      `${rule} chooses by what is tainted, which is not known before the origin is; it cannot trace backward.`,
      'Trace backward by fifo, lifo, haircut or poison.',
    )
  }
}
