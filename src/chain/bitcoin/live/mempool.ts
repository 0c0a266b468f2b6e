/**
 * Unconfirmed transactions, fetched once each and looked through as often as asked.
 * @module
 */
import type { Door } from '../../../net/index.ts'
import type { Interest, Placed } from '../../source.ts'
import { inAnswer } from './inAnswer.ts'
import { placedOf, type Reading } from './placed.ts'
import type { RawOutput } from './rawTransaction.ts'
import { type Found, isWanted } from './wanted.ts'

export interface MempoolAsker {
  /** Ids of all unconfirmed transactions. */
  list(): Promise<readonly string[]>
  /** Those of them that are still there. */
  take(txids: readonly string[]): Promise<readonly Found[]>
  /** What each spends, where {@link take} does not say it. */
  prevouts(found: readonly Found[]): Promise<readonly (readonly (RawOutput | null)[])[]>
  /** Fetched by one look at most; the others' turn comes with the next. */
  readonly most: number
}

/**
 * Each look asks for the list, fetches what is new, and finds what is wanted now among all: what is looked for may have
 * changed. Memory: some kilobyte for each unconfirmed transaction.
 */
export function createMempool(
  { list, take, prevouts, most }: MempoolAsker,
  reading: Reading,
  door: Door,
): (interest: Interest) => Promise<readonly Placed[]> {
  let held = new Map<string, Found>()
  return async (interest) => {
    const txids = await list()
    const now = new Map<string, Found>()
    const unknown: string[] = []
    for (const txid of new Set(txids)) {
      const found = held.get(txid)
      if (found !== undefined) now.set(txid, found)
      else if (unknown.length < most) unknown.push(txid)
    }
    for (const found of await take(unknown)) now.set(found.raw.txid, found)
    const maybe = [...now.values()].filter((found) => isWanted(found, interest, reading.chain))
    const incomplete = maybe.filter(({ prevouts: known }) => known === undefined || known.includes(null))
    const spent = incomplete.length === 0 ? [] : await prevouts(incomplete)
    for (const [i, { raw }] of incomplete.entries()) now.set(raw.txid, { raw, prevouts: spent[i]! })
    held = now
    const wanted = maybe
      .map(({ raw }) => now.get(raw.txid)!)
      .filter((found) => isWanted(found, interest, reading.chain))
    return inAnswer(door, 'the mempool', () =>
      wanted.map(({ raw, prevouts: known = [] }) => placedOf(raw, known, { block: null }, reading)),
    )
  }
}
