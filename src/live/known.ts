/**
 * What of a frontier is known already, and what must be asked.
 * @module
 */
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { Frontier, OpenHolder, OpenLot } from '../trace/index.ts'
import { type ChainId, chainOf, type HolderId } from '../units/caip.ts'
import type { LiveBook, Looked } from './book.ts'

export interface Wanted {
  readonly lots: readonly OpenLot[]
  readonly holders: readonly OpenHolder[]
}

export interface Knowing {
  readonly ledger: Ledger
  readonly book: LiveBook
  /** Height as of which a chain must be known; null: any time will do. Only for a refresh. */
  readonly asOf: (chain: ChainId) => number | null
  /** Whole in the ledger is not enough. Only for a refresh. */
  readonly refresh: boolean
}

/**
 * An output is known as unspent where a source said so, where every block up to a tip was looked through, or where its
 * holder's whole history is known. A holder's history is known where a source gave it whole, where its blocks were
 * looked through, or where a file brought it.
 */
export function unknownOf(knowing: Knowing, frontier: Frontier): Wanted {
  const { ledger, book, asOf, refresh } = knowing
  const owners = frontier.lots.flatMap(({ holder }) => (holder === null ? [] : [holder]))
  const names = [...new Set([...owners, ...frontier.holders.map(({ holder }) => holder)])]
  const numbers = ledger.holderNumbers(names)
  const there = numbers.filter((number) => number !== NONE)
  const wholes = ledger.isWhole(there)
  const wholeNumbers = new Set(there.filter((_, i) => wholes[i] === 1))
  const whole = new Set(names.filter((_, i) => wholeNumbers.has(numbers[i]!)))

  const isLookedFor = ({ moment, sweep }: Looked, chain: ChainId): boolean => {
    const least = asOf(chain) ?? 0
    return (moment !== null && moment.height >= least) || (sweep?.done === true && sweep.height >= least)
  }
  const isKnown = (holder: HolderId, chain: ChainId, height: number | null): boolean => {
    const state = book.holder(holder)
    if (state.moment !== null && isLookedFor({ ...state, sweep: null }, chain)) return true
    // Looked for from later on than taint now came, or cut short by a kill before its last words.
    const isWide = state.since === null || height === null || state.since <= height
    if (isLookedFor(state, chain)) return isWide && whole.has(holder)
    // A kill may leave the ledger's mark without the book's word, so by itself it counts only where a file made it.
    return !refresh && whole.has(holder) && !state.fetched
  }
  return {
    lots: frontier.lots.filter((lot) => {
      if (isLookedFor(book.lot(lot), lot.chain)) return false
      return lot.holder === null || !whole.has(lot.holder) || !isKnown(lot.holder, lot.chain, lot.height)
    }),
    holders: frontier.holders.filter(({ holder, height }) => !isKnown(holder, chainOf(holder), height)),
  }
}
