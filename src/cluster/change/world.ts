/**
 * What change rules look at: transactions, where their coins came from and went, and how often addresses were paid.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import type { ClusterColumns, SpendLinks } from '../columns.ts'

/** All of it as of the last row: a later block can add a spend or a payment, and so take a sign away. */
export interface ChangeWorld {
  readonly columns: ClusterColumns
  readonly links: SpendLinks
  /** u8[outputs] 1 where the address took part in no earlier transaction, nor pays in this one. */
  readonly fresh: Uint8Array
  /** Whether the output at this place is the only one that ever pays its address. */
  readonly paidOnce: (place: number) => boolean
  /** Name of an address's cluster, where there are clusters. */
  readonly clusterOf?: (address: number) => number
}

/** The world of transactions that are all there is. Cost: two passes over the rows. */
export function changeWorld(columns: ClusterColumns, links: SpendLinks, addresses: number): ChangeWorld {
  const timesPaid = new Uint32Array(addresses)
  for (const address of columns.outputAddress) if (address !== NONE) timesPaid[address]!++
  return {
    columns,
    links,
    fresh: freshOutputs(columns, new Uint8Array(addresses), 0),
    paidOnce(place) {
      const address = columns.outputAddress[place]!
      return address !== NONE && timesPaid[address] === 1
    },
  }
}

/**
 * u8[outputs], see {@link ChangeWorld.fresh}.
 * @param seen u8: 1 for addresses that took part before, marked as rows go by; addresses below `first` all did.
 */
export function freshOutputs(columns: ClusterColumns, seen: Uint8Array, first: number): Uint8Array {
  const { n, inputStarts, inputAddress, outputStarts, outputAddress } = columns
  const fresh = new Uint8Array(outputAddress.length)
  const mark = (address: number): void => {
    if (address !== NONE && address >= first) seen[address - first] = 1
  }
  for (let row = 0; row < n; row++) {
    // What pays in has been paid, be it before the first row.
    for (let i = inputStarts[row]!; i < inputStarts[row + 1]!; i++) mark(inputAddress[i]!)
    for (let i = outputStarts[row]!; i < outputStarts[row + 1]!; i++) {
      const address = outputAddress[i]!
      if (address !== NONE && address >= first && seen[address - first] === 0) fresh[i] = 1
    }
    for (let i = outputStarts[row]!; i < outputStarts[row + 1]!; i++) mark(outputAddress[i]!)
  }
  return fresh
}

/** Places of a row's inputs, or outputs. */
export function span(starts: Uint32Array, row: number): number[] {
  const places: number[] = []
  for (let place = starts[row]!; place < starts[row + 1]!; place++) places.push(place)
  return places
}

/** Sats of the smallest input; NaN where one is unknown, Infinity for a coinbase. */
export function smallestInput({ columns }: ChangeWorld, row: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let i = columns.inputStarts[row]!; i < columns.inputStarts[row + 1]!; i++)
    least = Math.min(least, columns.inputSats[i]!)
  return least
}
