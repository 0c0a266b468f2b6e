/**
 * The other side of a payment without identifier: candidates by amount and time among what the ledger has, an answer where
 * one is clearly first and chance is ruled out, else a question. Definition, sources and error rates:
 * `docs/methods/crossings-candidates.md`.
 * @module
 */
import { LootlineError } from '../errors.ts'
import type { LabelStore } from '../label/index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { PriceBook } from '../price/index.ts'
import { type Asset, isOneCoin } from '../units/asset.ts'
import type { ChainId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import { formatDuration } from '../units/time.ts'
import type { CrossBook } from './crossBook.ts'
import { creditsOf } from './crossings.ts'
import { priceRange } from './priceRange.ts'
import type { Candidate, Departure } from './question.ts'
import { chainsOf, type Found, type Receipt, receiptsIn, type Service } from './receipts.ts'
import {
  type Ranking,
  SCORE_SETTINGS,
  type Receipt as Scored,
  type ScoreSettings,
  scoreCandidates,
} from './score.ts'

export interface MatchBooks {
  readonly ledger: Ledger
  readonly labels: LabelStore
  readonly prices: PriceBook
}

export interface MatchRequest {
  readonly txid: string
  /** Which of its payments: the output number, or the place among its credits; needed where it has several. */
  readonly n?: number
  readonly chain?: ChainId
  /** Chains to look on; default: all others of the ledger. */
  readonly to?: readonly ChainId[]
  /** Name of the service that is thought to have swapped it; default: the payee's label. */
  readonly service?: string
  readonly windowSeconds?: number
}

export interface Match {
  readonly out: Departure
  /** Whose payments were looked for. */
  readonly service: Service | null
  readonly found: Found
  readonly ranking: Ranking
  /** The candidates that are kept, best first. */
  readonly candidates: readonly Candidate[]
  /** Receipts that cannot be compared: of another coin, where one of the two has no price that day or is not ours to value. */
  readonly unpriced: number
  readonly verdict: 'clear' | 'open' | 'none'
  /** One sentence: why. */
  readonly note: string
  /** Number of the question it was put down as; null where there is no candidate. */
  readonly question: number | null
}

/** Of a long list the best are kept: who chooses among more than these chooses by something else. */
const MOST_KEPT = 20

/** A lone candidate in quiet traffic is wrong in up to one of twenty cases where the answer is elsewhere: measured, see above. */
const CONFIDENCE = 60

/**
 * Searches, scores, and puts the result down in the book: as an answer or as a question. Asked again it replaces what was
 * found before, and leaves answers as they are.
 *
 * @throws {MatchError} where the payment is not in the ledger, is not one, or cannot be valued
 */
export function match(books: MatchBooks, book: CrossBook, request: MatchRequest): Match {
  const { ledger, prices } = books
  const settings: ScoreSettings = {
    ...SCORE_SETTINGS,
    windowSeconds: request.windowSeconds ?? SCORE_SETTINGS.windowSeconds,
  }
  const payment = paymentOf(books, request)
  const { out, asset } = payment
  const from = out.time
  const to = from + settings.windowSeconds
  const own = priceRange(prices, asset, from, to)
  const chains = request.to ?? chainsOf(ledger).filter((chain) => chain !== out.chain)
  const service = request.service === undefined ? payment.service : { name: request.service, entity: null }
  const found = receiptsIn(ledger, books.labels, { chains, from, to, service })
  const assets = new Map(ledger.assets().map((one) => [one.id, one]))
  const ranges = new Map([...assets].map(([id, one]) => [id, priceRange(prices, one, from, to)]))
  const priced = found.receipts.flatMap((receipt): { receipt: Receipt; scored: Scored }[] => {
    if (receipt.chain === out.chain && receipt.txid === out.txid) return []
    const got = assets.get(receipt.asset)
    const same = isOneCoin(got, asset)
    const price = same ? null : (ranges.get(receipt.asset) ?? null)
    if (got === undefined || (!same && (own === null || price === null))) return []
    return [
      { receipt, scored: { amount: receipt.amount, decimals: got.decimals, price, time: receipt.time } },
    ]
  })
  if (own === null && priced.length === 0)
    throw new MatchError({ code: 'CROSS_UNPRICED', txid: out.txid, asset: printable(asset.symbol, 20) })
  const unpriced = found.receipts.length - priced.length
  // What cannot be compared with it need not be another's.
  const comparable = own !== null || unpriced === 0
  const ranking = scoreCandidates(
    { amount: out.amount, decimals: asset.decimals, price: own, time: from },
    priced.map(({ scored }) => scored),
    settings,
  )
  const clear = ranking.verdict === 'clear' && found.whole && found.payers === 'service' && comparable
  const note = noteOf(ranking, found, settings, comparable)
  const candidates = ranking.ranked.slice(0, MOST_KEPT).map(({ at, score, lostLeast, lostMost }, i) => {
    const { receipt, scored } = priced[at]!
    const less =
      scored.price === null
        ? `${percent(lostLeast)} less of the same coin`
        : `${percent(lostLeast)} to ${percent(lostMost)} less by the day's prices`
    return {
      ...receipt,
      ...{ taken: clear && i === 0, confidence: clear && i === 0 ? CONFIDENCE : 0, score },
      says: `Received ${formatDuration(receipt.time - from)} later, ${less}: score ${score.toFixed(3)} among ${ranking.ranked.length} of ${priced.length} receipts`,
    }
  })
  const verdict = candidates.length === 0 ? 'none' : clear ? 'clear' : 'open'
  const question =
    verdict === 'none'
      ? null
      : book.ask({
          ...{
            kind: 'candidate',
            protocol: service?.name ?? 'swap',
            id: null,
            out,
            candidates,
            verdict,
            note,
          },
        })
  return {
    ...{ out, service, found, ranking, candidates, unpriced, verdict, note, question },
  }
}

interface Payment {
  readonly out: Departure & { readonly amount: bigint; readonly time: number }
  readonly asset: Asset
  /** Who was paid, where a label stops there. */
  readonly service: Service | null
}

/** The one payment that is meant. */
function paymentOf({ ledger, labels }: MatchBooks, { txid, n, chain, service }: MatchRequest): Payment {
  const transaction = ledger
    .transactions(ledger.txNumbers(txid))
    .find((one) => chain === undefined || one.chain === chain)
  const shown = printable(txid, 70)
  if (transaction === undefined) throw new MatchError({ code: 'CROSS_NO_TRANSACTION', txid: shown })
  if (transaction.time === undefined) throw new MatchError({ code: 'CROSS_NO_TIME', txid: shown })
  const credits = creditsOf(transaction)
  const statements = labels.of(credits.map(({ holder }) => holder))
  const serviceOf = (holder: string): Service | null => {
    const label = statements.get(holder)?.find((one) => one.label.stop !== null)?.label
    return label === undefined ? null : { name: label.name, entity: label.entity }
  }
  const output = n === undefined ? undefined : transaction.outputs[n]
  const meant = credits.filter(({ holder }, i) =>
    n === undefined
      ? credits.length === 1 ||
        (service === undefined
          ? serviceOf(holder) !== null
          : serviceOf(holder)?.name.toLowerCase().includes(service.toLowerCase()) === true)
      : transaction.outputs.length > 0
        ? output?.holder === holder
        : i === n,
  )
  const [credit] = meant
  if (credit === undefined || meant.length > 1)
    throw new MatchError({ code: 'CROSS_WHICH_PAYMENT', txid: shown, payments: credits.length })
  const asset = ledger.assets().find(({ id }) => id === credit.asset)
  const payers = new Set(transaction.inputs.map(({ holder }) => holder))
  const payer =
    transaction.outputs.length > 0
      ? payers.size === 1
        ? ([...payers][0] ?? null)
        : null
      : (transaction.transfers.find(({ to, asset: of }) => to === credit.holder && of === credit.asset)
          ?.from ?? null)
  if (asset === undefined) throw new MatchError({ code: 'CROSS_UNPRICED', txid: shown, asset: '' })
  return {
    out: {
      ...{ chain: transaction.chain, txid: transaction.txid, holder: payer },
      ...{ asset: credit.asset, amount: credit.amount, time: transaction.time },
    },
    asset,
    service: serviceOf(credit.holder),
  }
}

function noteOf(
  { verdict, margin, chance, ranked }: Ranking,
  found: Found,
  settings: ScoreSettings,
  comparable: boolean,
): string {
  switch (verdict) {
    case 'none':
      return 'Nothing that was received in the window fits by amount.'
    case 'weak':
      return `Even the best scores below ${settings.minScore}.`
    case 'close':
      return `The second is too near: the best leads by ${margin!.toFixed(3)}, and ${settings.minMargin} is asked.`
    case 'crowded':
      return `In so much traffic ${chance.toFixed(2)} receipts would fit by chance; at most ${settings.maxChance} are allowed.`
    default:
      if (found.payers === 'anybody')
        return 'One is clearly first, but who paid it is not known to be the service: the ledger need not have the true one.'
      if (!comparable)
        return 'One of the same coin is clearly first, but receipts of others cannot be compared: what was paid has no price that day.'
      return found.whole
        ? `The only likely one${ranked.length > 1 ? `: it leads by ${margin!.toFixed(3)}` : ''}, and the ledger has all that the service paid in the window.`
        : 'One is clearly first, but the ledger does not have all that the service paid in the window.'
  }
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`
}

type MatchProblem =
  | { readonly code: 'CROSS_NO_TRANSACTION' | 'CROSS_NO_TIME'; readonly txid: string }
  | { readonly code: 'CROSS_WHICH_PAYMENT'; readonly txid: string; readonly payments: number }
  | { readonly code: 'CROSS_UNPRICED'; readonly txid: string; readonly asset: string }

/** A payment for which no candidates can be searched. */
export class MatchError extends LootlineError<MatchProblem> {
  override readonly name = 'MatchError'
  constructor(data: MatchProblem) {
    const [what, next] = explain(data)
    super(data, what, next)
  }
}

function explain(data: MatchProblem): [what: string, next: string] {
  switch (data.code) {
    case 'CROSS_NO_TRANSACTION':
      return [
        `The ledger does not have the transaction ${data.txid}.`,
        'Check the id, or import or fetch the transaction first.',
      ]
    case 'CROSS_NO_TIME':
      return [
        `The time of ${data.txid} is not known, and candidates are searched by time.`,
        'Import or fetch the transaction from a source that says its time.',
      ]
    case 'CROSS_WHICH_PAYMENT':
      return [
        `${data.txid} makes ${data.payments} payments, and which one is meant is not clear.`,
        'Name it as txid:n, or name the service with --service.',
      ]
    case 'CROSS_UNPRICED':
      return [
        `What ${data.txid} pays has no price that day${data.asset === '' ? '' : ` (${data.asset})`}.`,
        'Add prices of that asset with lootline prices add; unknown tokens cannot be valued.',
      ]
  }
}
