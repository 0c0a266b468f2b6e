/**
 * What live sources know beyond the ledger's transactions, as the trace asks it.
 * @module
 */
import { chainName } from '../address/index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Beyond, FlowSource } from '../trace/index.ts'
import { formatTime, printable } from '../units/index.ts'
import type { LiveBook, Moment } from './book.ts'
import type { ChainTransaction, Crossings } from './live.ts'

export interface BeyondParts {
  readonly ledger: Ledger
  readonly book: LiveBook
  readonly crossings: Pick<Crossings, 'crossings' | 'departures'>
  /** Sentences about this run: what was not asked, and why. */
  readonly runNotes: readonly string[]
}

/** Answers from the store alone; asks no source. */
export function createBeyond({ ledger, book, crossings, runNotes }: BeyondParts): Beyond {
  return {
    unspent(lotTx, lotN) {
      const { txid, chain } = ledger.heads(lotTx)
      return Uint8Array.from(lotTx, (_, i) => {
        const { moment, sweep } = book.lot({ chain: chain[i]!, txid: txid[i]!, n: lotN[i]! })
        return moment !== null || sweep?.done === true ? 1 : 0
      })
    },
    doubted: (holders) =>
      Uint8Array.from(ledger.holderIds(holders), (holder) => {
        const { fetched, moment, sweep } = book.holder(holder)
        return fetched && moment === null && sweep?.done !== true ? 1 : 0
      }),
    counts: (holders) =>
      Float64Array.from(ledger.holderIds(holders), (holder) => book.holder(holder).count ?? Number.NaN),
    ...crossingsBeyond(ledger, crossings),
    sources: () => book.used().map((used) => sourceOf(used.kind, used.source, lastOf(book, used.source))),
    notes: () => [...lieNotes(book), ...momentNotes(book), ...blindNotes(book), ...runNotes],
  }
}

/** What is known of crossings, as a trace asks it. */
export function crossingsBeyond(
  ledger: Ledger,
  known: BeyondParts['crossings'],
): Pick<Beyond, 'crossings' | 'departures'> {
  const named = (txs: Uint32Array): ChainTransaction[] => {
    const { txid, chain } = ledger.heads(txs)
    return txid.map((id, i) => ({ chain: chain[i]!, txid: id }))
  }
  return {
    crossings: (txs) => known.crossings(named(txs)),
    departures: (txs) => known.departures(named(txs)),
  }
}

/** `sha256` of a live source is the hash of the newest block that it was asked about. */
function sourceOf(kind: string, source: string, last: Moment | null): FlowSource {
  return {
    role: 'live',
    name: source,
    sha256: last?.hash ?? '',
    date: last === null ? null : formatTime(last.time).slice(0, 10),
    detail: last === null ? kind : `${kind}: as of block ${last.height}`,
  }
}

function lastOf(book: LiveBook, source: string): Moment | null {
  return book.moments().findLast((moment) => moment.source === source) ?? null
}

/** As of when unspent is unspent, a sentence a chain. */
function momentNotes(book: LiveBook): string[] {
  return [...Map.groupBy(book.moments(), ({ chain }) => chain)].map(([chain, moments]) => {
    const first = moments[0]!
    const last = moments.at(-1)!
    const at = ({ height, time }: Moment): string => `block ${height} (${formatTime(time)})`
    const when =
      first.height === last.height ? at(last) : `${at(first)} at the earliest, ${at(last)} at the latest`
    return `What rests on ${chainName(chain)} rests there as of ${when}, by the word of its live sources; --refresh asks again.`
  })
}

function lieNotes(book: LiveBook): string[] {
  return book
    .lies()
    .map(
      ({ source, what }) =>
        `${printable(source, 120)} contradicts itself: ${printable(what, 300)}. All that it said was taken out, and it is asked no more until --refresh.`,
    )
}

function blindNotes(book: LiveBook): string[] {
  return book.used().flatMap(({ source, blind }) => blind.map((what) => `${printable(source, 120)}: ${what}`))
}
