/**
 * Order within one block where the chain's own order is not that of spending: Bitcoin Cash lists a block's transactions by
 * id (canonical transaction order, since block 556767 of November 2018), so that a spend may stand before what it spends.
 * A rule must see the money come before it goes. Definition: `docs/methods/order.md`.
 * @module
 */
import { MOVEMENT_KINDS, NONE } from '../ledger/ledger.ts'
import type { Gathered } from './gathered.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')

/**
 * Puts what is spent before its spender among movements of one block, in place; others keep their order. A circle of spends
 * (only forged data has one) is cut where it is met. Linear; blocks in which nothing stands before its parent are left alone.
 *
 * @param movements u32[n] in chain order
 */
export function parentsFirst(gathered: Gathered, movements: Uint32Array): Uint32Array {
  const { order1, kind } = gathered
  for (let from = 0, to = 0; from < movements.length; from = to) {
    const block = order1.data[movements[from]!]
    for (to = from + 1; to < movements.length && order1.data[movements[to]!] === block; ) to++
    if (to - from > 1 && kind.data[movements[from]!] === UTXO)
      settleBlock(gathered, movements.subarray(from, to))
  }
  return movements
}

function settleBlock(gathered: Gathered, block: Uint32Array): void {
  const { tx, debitStarts, debitLotTx } = gathered
  const places = new Map<number, number>()
  for (const [place, movement] of block.entries()) places.set(tx.data[movement]!, place)
  const parentsOf = (movement: number): number[] => {
    const parents: number[] = []
    for (let leg = debitStarts.data[movement]!; leg < debitStarts.data[movement + 1]!; leg++) {
      const lot = debitLotTx.data[leg]!
      const place = lot === NONE ? undefined : places.get(lot)
      if (place !== undefined) parents.push(place)
    }
    return parents
  }
  if (!block.some((movement, place) => parentsOf(movement).some((parent) => parent > place))) return
  const given = block.slice()
  const met = new Uint8Array(given.length)
  let n = 0
  for (const first of given.keys()) {
    // Depth first, on a stack of our own: lines of spends within a block can be long.
    const waiting: { place: number; parents: number[] }[] = []
    const visit = (place: number): void => {
      if (met[place] === 1) return
      met[place] = 1
      waiting.push({ place, parents: parentsOf(given[place]!) })
    }
    visit(first)
    while (waiting.length > 0) {
      const { place, parents } = waiting.at(-1)!
      const parent = parents.shift()
      if (parent !== undefined) visit(parent)
      else {
        waiting.pop()
        block[n++] = given[place]!
      }
    }
  }
}
