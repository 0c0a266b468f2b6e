/**
 * The slow twin of the frame: plain lists and maps, one obvious step after the other, for the tests to compare with.
 * @module
 */
import { CLEAN, FIRST_THEFT, NO_POOL, type Spool, type Tape, UNKNOWN } from '../tape.ts'

const NONE = 0xffffffff

/** A spool as plain rows; amounts are bigints. Columns: op, leg, label, amount, and what `Spool` has beside the log. */
export interface Rows {
  draws: (number | bigint)[][]
  credits: (number | bigint)[][]
  entered: (number | bigint)[][]
  unknown: (number | bigint)[][]
  rest: (number | bigint)[][]
  collisions: (number | bigint)[][]
}

/** A rule, slowly: how it handles `M`, its idea of money. */
export interface SlowRule<M extends object> {
  /** Money of one label, brought by a credit. */
  lot(label: number, amount: bigint, credit: number): M
  size(money: M): bigint
  /** One after the other; the first was there before. */
  join(first: M, second: M): M
  /** Splits off what a spend of `amount` takes. */
  spend(pool: M, amount: bigint): { taken: M; left: M }
  /** Splits the strip into lots of these amounts; the last is the fee, and they add up to the strip. */
  deal(strip: M, amounts: bigint[]): M[]
  /** Places (indexes into the amounts) in the order in which they are filled, without the fee. */
  order(amounts: bigint[]): number[]
  /** Gives a theft the first `amount` units; returns the units of other thefts among them, by label. */
  claim(lot: M, amount: bigint, label: number): { lot: M; before: Map<number, bigint> }
  /** Units by label. */
  count(money: M): Map<number, bigint>
  /** The same money, these labels made clean, all of it brought by `credit`. */
  seal(lot: M, gone: Set<number>, credit: number): M
  /** What is left in a pool, in the order it would be spent. */
  pieces(pool: M): { credit: number; label: number; amount: bigint }[]
}

/** Runs a slow rule over a tape. */
export function runSlowly<M extends object>(tape: Tape, rule: SlowRule<M>): Rows {
  const rows: Rows = { draws: [], credits: [], entered: [], unknown: [], rest: [], collisions: [] }
  const pools = Array.from({ length: tape.pools }, (_, pool) =>
    rule.lot(CLEAN, BigInt(tape.opening[pool]!), NONE),
  )
  const missingLeft = Array.from(tape.missing.amount, BigInt)
  const nothing = rule.lot(CLEAN, 0n, NONE)

  for (let op = 0; op < tape.n; op++) {
    let strip = nothing
    for (let debit = tape.debitStarts[op]!; debit < tape.debitStarts[op + 1]!; debit++) {
      const amount = BigInt(tape.debitAmount[debit]!)
      const pool = tape.debitPool[debit]!
      let taken = nothing
      if (pool !== NO_POOL) {
        const spent = rule.spend(pools[pool]!, amount)
        taken = spent.taken
        pools[pool] = spent.left
      }
      let lack = amount - rule.size(taken)
      for (let i = 0; i < missingLeft.length; i++) {
        if (tape.missing.pool[i] !== pool) continue
        if (op < tape.missing.fromOp[i]! || op >= tape.missing.toOp[i]!) continue
        const part = missingLeft[i]! < lack ? missingLeft[i]! : lack
        if (part === 0n) continue
        missingLeft[i] = missingLeft[i]! - part
        lack -= part
        taken = rule.join(taken, rule.lot(tape.missing.label[i]!, part, NONE))
        rows.entered.push([op, debit, tape.missing.label[i]!, part, 1])
      }
      if (lack > 0n) {
        const clean = tape.model === 'utxo' || pool === NO_POOL
        taken = rule.join(taken, rule.lot(clean ? CLEAN : UNKNOWN, lack, NONE))
        if (!clean) rows.unknown.push([op, debit, UNKNOWN, lack])
      }
      for (const [label, units] of thefts(rule.count(taken))) rows.draws.push([op, debit, label, units])
      strip = rule.join(strip, taken)
    }

    const first = tape.creditStarts[op]!
    const last = tape.creditStarts[op + 1]!
    const amounts = Array.from({ length: last - first }, (_, i) => BigInt(tape.creditAmount[first + i]!))
    const fee = rule.size(strip) - amounts.reduce((sum, amount) => sum + amount, 0n)
    if (fee < 0n) {
      strip = rule.join(strip, rule.lot(UNKNOWN, -fee, NONE))
      rows.unknown.push([op, NONE, UNKNOWN, -fee])
    }
    const lots = rule.deal(strip, [...amounts, fee > 0n ? fee : 0n])

    for (const place of rule.order(amounts)) {
      const credit = first + place
      let lot = lots[place]!
      for (let seed = 0; seed < tape.seeds.credit.length; seed++) {
        if (tape.seeds.credit[seed] !== credit) continue
        const label = tape.seeds.label[seed]!
        const had = rule.count(lot).get(label) ?? 0n
        const claimed = rule.claim(lot, BigInt(tape.seeds.amount[seed]!), label)
        lot = claimed.lot
        const entered = (rule.count(lot).get(label) ?? 0n) - had
        for (const [before, units] of thefts(claimed.before)) {
          if (before !== label) rows.collisions.push([op, credit, label, units, before])
        }
        if (entered > 0n) rows.entered.push([op, credit, label, entered, 0])
      }
      const pool = tape.creditPool[credit]!
      const gone = new Set<number>()
      for (const [label, units] of thefts(rule.count(lot))) {
        let fate = 0
        if (pool === NO_POOL) fate = 3
        else if (tape.stop[pool] === 1) fate = 1
        else if (units < BigInt(tape.dust)) fate = 2
        if (fate > 0) gone.add(label)
        rows.credits.push([op, credit, label, units, fate])
      }
      if (pool !== NO_POOL) pools[pool] = rule.join(pools[pool]!, rule.seal(lot, gone, credit))
    }
    for (const [label, units] of thefts(rule.count(lots.at(-1)!))) {
      rows.credits.push([op, NONE, label, units, 3])
    }
  }

  for (let pool = 0; pool < tape.pools; pool++) {
    for (const { credit, label, amount } of rule.pieces(pools[pool]!)) {
      if (label < FIRST_THEFT) continue
      const before = rows.rest.at(-1)
      if (before !== undefined && before[4] === pool && before[1] === credit && before[2] === label)
        before[3] = (before[3] as bigint) + amount
      else rows.rest.push([opOf(tape, credit), credit, label, amount, pool])
    }
  }
  return rows
}

/** The thefts of a count, ascending. */
function thefts(count: Map<number, bigint>): [number, bigint][] {
  return [...count].filter(([label, units]) => label >= FIRST_THEFT && units > 0n).sort(([a], [b]) => a - b)
}

/** The operation of a credit. */
export function opOf(tape: Tape, credit: number): number {
  return tape.creditStarts.findLastIndex((start) => start <= credit)
}

/** A kernel's spool as plain rows. */
export function rowsOf(spool: Spool): Rows {
  const rows = ({ n, op, leg, label, amount }: Spool['draws'], beside?: ArrayLike<number>) =>
    Array.from({ length: n }, (_, i) => {
      const row = [op[i]!, leg[i]!, label[i]!, BigInt(amount[i]!)]
      return beside === undefined ? row : [...row, beside[i]!]
    })
  return {
    draws: rows(spool.draws),
    credits: rows(spool.credits, spool.fate),
    entered: rows(spool.entered, spool.enteredBy),
    unknown: rows(spool.unknown),
    rest: rows(spool.rest.log, spool.rest.pool),
    collisions: rows(spool.collisions.log, spool.collisions.first),
  }
}
