/**
 * The slow twin of poison: balances and sets.
 * @module
 */
import { FIRST_THEFT, NO_POOL, type Tape, UNKNOWN } from '../tape.ts'
import { opOf, type Rows } from './slow.ref.ts'

const NONE = 0xffffffff

/** {@link poison}, slowly. */
export function slowPoison(tape: Tape): Rows {
  const rows: Rows = { draws: [], credits: [], entered: [], unknown: [], rest: [], collisions: [] }
  const balance = Array.from(tape.opening, BigInt)
  /** Per pool: theft to the last credit that brought it. */
  const touched = balance.map(() => new Map<number, number>())
  const missingLeft = Array.from(tape.missing.amount, BigInt)

  for (let op = 0; op < tape.n; op++) {
    const inOp = new Set<number>()
    let inHand = 0n
    for (let debit = tape.debitStarts[op]!; debit < tape.debitStarts[op + 1]!; debit++) {
      const amount = BigInt(tape.debitAmount[debit]!)
      const pool = tape.debitPool[debit]!
      inHand += amount
      const inDebit = new Set<number>()
      let lack = amount
      if (pool !== NO_POOL && amount > 0n) {
        for (const label of touched[pool]!.keys()) inDebit.add(label)
        lack = amount > balance[pool]! ? amount - balance[pool]! : 0n
        balance[pool] = balance[pool]! - (amount - lack)
        if (balance[pool] === 0n) touched[pool]!.clear()
      }
      for (let i = 0; i < missingLeft.length; i++) {
        const covers = op >= tape.missing.fromOp[i]! && op < tape.missing.toOp[i]!
        const part = missingLeft[i]! < lack ? missingLeft[i]! : lack
        if (tape.missing.pool[i] !== pool || !covers || part === 0n) continue
        missingLeft[i] = missingLeft[i]! - part
        lack -= part
        inDebit.add(tape.missing.label[i]!)
        rows.entered.push([op, debit, tape.missing.label[i]!, part, 1])
      }
      if (lack > 0n && tape.model === 'account' && pool !== NO_POOL)
        rows.unknown.push([op, debit, UNKNOWN, lack])
      for (const label of ascending(inDebit)) {
        rows.draws.push([op, debit, label, amount])
        inOp.add(label)
      }
    }
    for (let credit = tape.creditStarts[op]!; credit < tape.creditStarts[op + 1]!; credit++) {
      const amount = BigInt(tape.creditAmount[credit]!)
      const pool = tape.creditPool[credit]!
      inHand -= amount
      if (pool !== NO_POOL) balance[pool] = balance[pool]! + amount
      if (amount === 0n) continue
      const inCredit = new Set(inOp)
      for (let seed = 0; seed < tape.seeds.credit.length; seed++) {
        const label = tape.seeds.label[seed]!
        const claim = BigInt(tape.seeds.amount[seed]!)
        if (tape.seeds.credit[seed] !== credit || inCredit.has(label) || claim === 0n) continue
        inCredit.add(label)
        rows.entered.push([op, credit, label, claim < amount ? claim : amount, 0])
      }
      for (const label of ascending(inCredit)) {
        let fate = 0
        if (pool === NO_POOL) fate = 3
        else if (tape.stop[pool] === 1) fate = 1
        else if (amount < BigInt(tape.dust)) fate = 2
        else touched[pool]!.set(label, credit)
        rows.credits.push([op, credit, label, amount, fate])
      }
    }
    if (inHand > 0n) for (const label of ascending(inOp)) rows.credits.push([op, NONE, label, inHand, 3])
    if (inHand < 0n) rows.unknown.push([op, NONE, UNKNOWN, -inHand])
  }
  touched.forEach((labels, pool) => {
    for (const label of ascending(labels.keys())) {
      const credit = labels.get(label)!
      rows.rest.push([opOf(tape, credit), credit, label, balance[pool]!, pool])
    }
  })
  return rows
}

function ascending(labels: Iterable<number>): number[] {
  return [...labels].filter((label) => label >= FIRST_THEFT).sort((a, b) => a - b)
}
