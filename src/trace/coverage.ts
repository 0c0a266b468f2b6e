/**
 * What the trace looked at, and what it could not see.
 * @module
 */
import { MOVEMENT_KINDS, NONE } from '../ledger/ledger.ts'
import { counted } from '../units/amount.ts'
import { printable } from '../units/text.ts'
import type { FlowCoverage, FlowSource } from './flow.ts'
import type { Gathered } from './gathered.ts'
import type { Reach } from './reach.ts'
import type { TraceBooks, TraceRequest } from './request.ts'
import type { Seeds } from './seeds.ts'
import type { AssetTape } from './tapes.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')

/** What looks like a way into another asset and was not followed. */
export interface Unclear {
  readonly swaps: number
  readonly crossings: number
}

/** @param partial Of the holders reached, those that are seen only as counterparties. */
export function coverageOf(
  books: TraceBooks,
  seeds: Seeds,
  { gathered, verdicts }: Reach,
  tapes: readonly AssetTape[],
  partial: ReadonlySet<number>,
  unclear: Unclear,
  request: Pick<TraceRequest, 'direction' | 'followCrossings'>,
): Omit<FlowCoverage, 'unknownOrigin'> {
  const { ledger } = books
  const backward = request.direction === 'backward'
  const { firstTime, lastTime } = span(gathered)
  const assets = ledger.assets()
  const uncountedReceipts = seeds.uncounted.map(({ theft, asset, amount }) => ({
    theft: seeds.thefts[theft]!,
    asset: assets[asset]!.id,
    amount: String(amount),
  }))
  return {
    transactions: new Set(gathered.tx.data.subarray(0, gathered.n)).size,
    movements: gathered.n,
    holders: verdicts.size,
    ledgerTransactions: ledger.size().transactions,
    firstTime,
    lastTime,
    ties: tapes.reduce((sum, tape) => sum + ties(gathered, tape), gathered.settled),
    unknownPrevouts: unknownPrevouts(gathered),
    holdersWhole: verdicts.size - partial.size,
    holdersPartial: partial.size,
    sources: sourcesOf(books),
    uncountedReceipts,
    notes: [
      ...notes(books, uncountedReceipts.length > 0, partial.size, verdicts),
      ...unclearNotes(unclear),
      ...(backward && request.followCrossings ? [NO_CROSSINGS_BACK] : []),
    ],
  }
}

function notes(
  { ledger, beyond }: TraceBooks,
  uncounted: boolean,
  partial: number,
  verdicts: Reach['verdicts'],
): string[] {
  const list: string[] = []
  if (uncounted) {
    list.push(
      'The ledger begins with the thief: what the seed addresses spend without a receipt is counted as stolen, and what they are seen to receive is not (use --seed received to count it).',
    )
  }
  if (partial > 0) {
    list.push(
      `${partial} of the holders looked at are known only as counterparties: where money rests with one of them${beyond ? ' and no live source knows more' : ''}, the ledger ends there ("nodata").`,
    )
  }
  const weak = [...verdicts.values()].flatMap((verdict) => (verdict.weak ? [verdict.weak] : []))
  if (weak.length > 0) {
    const names = [...new Set(weak.map(({ name }) => printable(name, 40)))]
    const listed = names.slice(0, 5).join(', ') + (names.length > 5 ? ' …' : '')
    const level = Math.min(...weak.map((label) => label.level))
    list.push(
      `Followed through: ${counted(weak.length, 'holder')} with a weak label of a service (${listed}). Use --min-confidence ${level} to stop at them.`,
    )
  }
  const rejected = ledger.sources().reduce((sum, source) => sum + source.rejected, 0)
  if (rejected > 0)
    list.push(`Rejected at import and not in the ledger: ${counted(rejected, 'row')} of the sources.`)
  return list
}

const NO_CROSSINGS_BACK =
  'Crossings from other chains are not followed backward: money that came over a bridge ends there where the bridge is labelled, and otherwise goes on to who paid the bridge on this chain, which is another customer.'

function unclearNotes({ swaps, crossings }: Unclear): string[] {
  const list: string[] = []
  if (swaps > 0)
    list.push(
      `${counted(swaps, 'transaction')} in which different assets are paid and received not followed as a swap: the values are too far apart, somebody else gains by them too, or several assets were paid and not all are priced. The payments are followed instead.`,
    )
  if (crossings > 0)
    list.push(
      `${counted(crossings, 'crossing')} to another chain not followed: the ledger lacks a side, or does not show which payment crosses.`,
    )
  return list
}

function span({ time, n }: Gathered): { firstTime: number | null; lastTime: number | null } {
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (let i = 0; i < n; i++) {
    const at = time.data[i]!
    if (at < first) first = at
    if (at > last) last = at
  }
  return first <= last ? { firstTime: first, lastTime: last } : { firstTime: null, lastTime: null }
}

/** Neighbours in chain order, of different transactions, that neither height, place in block nor time tells apart. */
function ties({ order1, order2, tx }: Gathered, { movements }: AssetTape): number {
  let count = 0
  for (let op = 1; op < movements.length; op++) {
    const a = movements[op - 1]!
    const b = movements[op]!
    const same = order1.data[a] === order1.data[b] && order2.data[a] === order2.data[b]
    if (same && tx.data[a] !== tx.data[b]) count++
  }
  return count
}

function unknownPrevouts({ n, kind, debitStarts, debitHolder, debitLotTx, debitAmount }: Gathered): number {
  let count = 0
  for (let movement = 0; movement < n; movement++) {
    if (kind.data[movement] !== UTXO) continue
    for (let leg = debitStarts.data[movement]!; leg < debitStarts.data[movement + 1]!; leg++) {
      const unknown = debitLotTx.data[leg] === NONE && debitHolder.data[leg] === NONE
      if (unknown && debitAmount.data[leg] === 0) count++
    }
  }
  return count
}

function sourcesOf({ ledger, labels, prices, beyond }: TraceBooks): FlowSource[] {
  return [
    ...ledger.sources().map(
      (source): FlowSource => ({
        role: 'ledger',
        name: source.name,
        sha256: source.sha256,
        date: null,
        detail: `${source.layout}: ${source.rows} rows, ${source.added} movements added, ${source.duplicates} duplicates dropped, ${source.rejected} rejected`,
      }),
    ),
    ...(beyond?.sources() ?? []),
    ...labels.sources().map(
      (source): FlowSource => ({
        role: 'labels',
        name: source.file,
        sha256: source.sha256,
        date: source.date,
        detail: `${source.layout}: ${source.labels} labels, ${source.rejected} rejected`,
      }),
    ),
    ...prices.sources().map(
      (source): FlowSource => ({
        role: 'prices',
        name: source.name,
        sha256: source.sha256,
        date: source.lastDay,
        detail: `${source.symbols.join(', ')}: ${source.bars} daily bars, ${source.firstDay ?? 'none'} to ${source.lastDay ?? 'none'}`,
      }),
    ),
  ]
}
