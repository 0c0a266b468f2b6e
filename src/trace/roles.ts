/**
 * What conversions make of gathered payments: those by which following leaves an asset, those that give some of it back,
 * and those that bring the other asset.
 * @module
 */
import { MOVEMENT_KINDS } from '../ledger/ledger.ts'
import { addTo } from '../units/listMap.ts'
import { type Conversion, type Conversions, flipped, givenIn, gotIn } from './conversion.ts'
import { amountAt, type Gathered, sortByOrder } from './gathered.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const FEE = MOVEMENT_KINDS.indexOf('fee')

/** All by gathered credit leg. */
export interface Roles {
  readonly exits: ReadonlyMap<number, Exit>
  readonly refunds: ReadonlyMap<number, Refund>
  readonly entries: ReadonlyMap<number, Entry>
}

/** `side` is the number of the conversion's out. */
export interface Exit {
  readonly conversion: Conversion
  readonly side: number
  /** Base units that are converted. */
  amount: bigint
  /** The rest of the payment, which comes back later in the transaction. */
  back: bigint
}

/** Of a payment to the converting holder, how much it had paid before and gets back. */
export interface Refund {
  readonly conversion: Conversion
  readonly side: number
  readonly amount: bigint
}

/** `side` is the number of the conversion's in. Of the credit the units from `before` on are what was received net. */
export interface Entry {
  readonly conversion: Conversion
  readonly side: number
  readonly before: bigint
  readonly amount: bigint
}

/** Roles with each conversion seen backward, once; which payments they are stays. */
function flippedRoles({ exits, refunds, entries }: Roles): Roles {
  const turned = new Map<Conversion, Conversion>()
  const turn = <T extends { readonly conversion: Conversion }>(
    roles: ReadonlyMap<number, T>,
  ): Map<number, T> =>
    new Map(
      Array.from(roles, ([leg, role]): [number, T] => {
        const { conversion } = role
        const back = turned.get(conversion) ?? flipped(conversion)
        turned.set(conversion, back)
        return [leg, { ...role, conversion: back }]
      }),
    )
  return { exits: turn(exits), refunds: turn(refunds), entries: turn(entries) }
}

/** Backward, conversions are {@link flipped}. Of two conversions that claim one payment the first has it. Cost: one pass over what was gathered. */
export function rolesOf(gathered: Gathered, conversions: Conversions, forward: boolean): Roles {
  const exits = new Map<number, Exit>()
  const refunds = new Map<number, Refund>()
  const entries = new Map<number, Entry>()
  const got = new Map<Conversion, bigint[]>()

  function enter(conversion: Conversion, side: number, leg: number): void {
    const sums = got.get(conversion) ?? conversion.ins.map(() => 0n)
    got.set(conversion, sums)
    const { amount: net, gross } = conversion.ins[side]!
    const amount = amountAt(gathered, gathered.creditAmount.data[leg]!)
    // What is received net is what was received last: a loan that is paid back comes first.
    const start = sums[side]!
    const end = start + amount
    sums[side] = end
    const from = start > gross - net ? start : gross - net
    if (from < end && !entries.has(leg))
      entries.set(leg, { conversion, side, before: from - start, amount: end - from })
  }

  const paid = new Map<Conversion, Exit[]>()
  for (const movement of swapMovements(gathered, conversions)) {
    const { tx, debitStarts, debitHolder, creditStarts, creditHolder, creditAsset } = gathered
    const leg = creditStarts.data[movement]!
    const parties = [
      tx.data[movement]!,
      debitHolder.data[debitStarts.data[movement]!]!,
      creditHolder.data[leg]!,
      creditAsset.data[leg]!,
    ] as const
    const amount = amountAt(gathered, gathered.creditAmount.data[leg]!)
    const asset = parties[3]
    const given = givenIn(conversions, ...parties)
    if (given) {
      const side = given.outs.findIndex((one) => one.asset === asset)
      const exit = { conversion: given, side, amount, back: 0n }
      exits.set(leg, exit)
      addTo(paid, given, exit)
    }
    const entered = gotIn(conversions, ...parties)
    if (entered)
      enter(
        entered,
        entered.ins.findIndex((one) => one.asset === asset),
        leg,
      )
    const returned = givenBack(conversions, ...parties)
    if (!returned) continue
    const side = returned.outs.findIndex((one) => one.asset === asset)
    let left = amount
    for (const exit of (paid.get(returned) ?? []).toReversed()) {
      if (exit.side !== side) continue
      const back = exit.amount < left ? exit.amount : left
      exit.amount -= back
      exit.back += back
      left -= back
    }
    if (left < amount) refunds.set(leg, { conversion: returned, side, amount: amount - left })
  }
  for (const conversion of conversions.all()) {
    for (const leg of conversion.outLegs) {
      const amount = amountAt(gathered, gathered.creditAmount.data[leg]!)
      if (!exits.has(leg)) exits.set(leg, { conversion, side: 0, amount, back: 0n })
    }
    for (const leg of conversion.inLegs) enter(conversion, 0, leg)
  }
  const roles = { exits, refunds, entries }
  return forward ? roles : flippedRoles(roles)
}

/** The swap in which a payment brings back some of what its payee gives. */
function givenBack(
  conversions: Conversions,
  tx: number,
  payer: number,
  payee: number,
  asset: number,
): Conversion | null {
  // Seen from the payee, the payer is who was paid.
  return givenIn(conversions, tx, payee, payer, asset)
}

/** Account movements of transactions with a swap, in chain order; transfers of nothing are none. */
function swapMovements(gathered: Gathered, conversions: Conversions): Uint32Array {
  const { n, tx, kind, creditStarts, creditAmount } = gathered
  const movements: number[] = []
  for (let movement = 0; movement < n; movement++) {
    if (conversions.swapsOf(tx.data[movement]!).length === 0) continue
    const of = kind.data[movement]
    if (of === UTXO || of === FEE || creditAmount.data[creditStarts.data[movement]!] === 0) continue
    movements.push(movement)
  }
  return sortByOrder(gathered, Uint32Array.from(movements))
}
