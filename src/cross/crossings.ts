/**
 * Crossings that a trace may follow: what the book holds for true, with whom and how much the ledger says arrived.
 * @module
 */
import type { Transaction } from '../chain/transaction.ts'
import { coinOf } from '../ledger/describeAsset.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Crossing } from '../trace/beyond.ts'
import type { AssetId, HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import type { CrossBook, TxKey } from './crossBook.ts'
import { accepted, type Candidate, type Question } from './question.ts'

/**
 * Crossings that begin in these transactions of the ledger: an analyst's word first, then identifiers, then candidates that
 * are clearly first. Only those whose other transaction the ledger has too, and tells who was paid what.
 *
 * @param txs u32[n] numbers of transactions
 */
export function crossingsOf(book: CrossBook, ledger: Ledger, txs: Uint32Array): Crossing[] {
  const { txid, chain } = ledger.heads(txs)
  return crossingsFrom(
    book,
    ledger,
    txid.map((id, i) => ({ chain: chain[i]!, txid: id })),
  )
}

/** The same for transactions by name. */
export function crossingsFrom(book: CrossBook, ledger: Ledger, txs: readonly TxKey[]): Crossing[] {
  const questions = book.questionsOf(txs)
  return questions
    .filter((one) => !questions.some((other) => outweighs(other, one)))
    .flatMap((question) => accepted(question).flatMap((one) => crossingOf(ledger, question, one) ?? []))
}

/**
 * Of one payment an analyst's choice, or refusal, is heard alone; else where an identifier speaks, a mere likeness of
 * amounts is not. That none of some candidates is the one says nothing of others.
 */
function outweighs(one: Question, other: Question): boolean {
  if (one === other || !isSamePayment(one, other) || other.answers.length > 0) return false
  const last = one.answers.at(-1)
  if (last !== undefined) return last.kind !== 'none'
  return one.kind === 'identifier' && other.kind === 'candidate' && accepted(one).length > 0
}

function isSamePayment({ out: a }: Question, { out: b }: Question): boolean {
  const agree = <T>(x: T | null, y: T | null): boolean => x === null || y === null || x === y
  return a.chain === b.chain && a.txid === b.txid && agree(a.asset, b.asset) && agree(a.amount, b.amount)
}

function crossingOf(ledger: Ledger, question: Question, candidate: Candidate): Crossing | null {
  const { out, protocol, answers } = question
  const [from, to] = [out, candidate].map((tx) => inLedger(ledger, tx))
  if (from === undefined || to === undefined) return null
  const arrival = arrivalOf(to, candidate)
  if (arrival === null) return null
  const last = answers.at(-1)
  return {
    from: { chain: out.chain, txid: out.txid, holder: out.holder, asset: out.asset, amount: out.amount },
    to: { chain: candidate.chain, txid: candidate.txid, ...arrival },
    protocol,
    how: last !== undefined ? 'analyst' : question.kind,
    // An analyst's word is not weighed.
    confidence: last !== undefined ? 100 : candidate.confidence,
    evidence:
      last !== undefined
        ? `${printable(last.who, 40)} chose it among ${question.candidates.length}: ${printable(last.why, 200)}`
        : candidate.says,
  }
}

function inLedger(ledger: Ledger, { chain, txid }: TxKey): Transaction | undefined {
  return ledger.transactions(ledger.txNumbers(txid)).find((transaction) => transaction.chain === chain)
}

interface Credit {
  readonly holder: HolderId
  readonly asset: AssetId
  readonly amount: bigint
}

/**
 * Whom the other transaction paid what. A link may leave the payee, the token or the amount open, or name a wrapped coin
 * that was unwrapped on the way: what the ledger shows decides, where it shows one thing. Null where it does not.
 */
function arrivalOf(transaction: Transaction, { holder, asset, amount }: Candidate): Credit | null {
  const credits = creditsOf(transaction).filter((credit) => holder === null || credit.holder === holder)
  const exact = credits.filter((credit) => asset === null || credit.asset === asset)
  const shown = exact.length > 0 ? exact : credits
  const [only] = shown
  if (only !== undefined && shown.length === 1)
    return only.asset === asset && amount !== null ? { ...only, amount } : only
  const fitting = shown.filter((credit) => credit.amount === amount)
  if (fitting.length === 1) return fitting[0]!
  // A source without internal transfers does not show a coin that a contract paid: the log says it.
  return credits.length === 0 && holder !== null && asset !== null && amount !== null
    ? { holder, asset, amount }
    : null
}

/** Sums by holder and asset, without fees and without what goes back to a payer. */
export function creditsOf({ chain, transfers, inputs, outputs }: Transaction): Credit[] {
  const sums = new Map<string, Credit>()
  const add = (holder: HolderId | null, asset: AssetId, amount: bigint): void => {
    if (holder === null || amount === 0n) return
    const key = `${holder} ${asset}`
    sums.set(key, { holder, asset, amount: amount + (sums.get(key)?.amount ?? 0n) })
  }
  const payers = new Set(inputs.map(({ holder }) => holder))
  const coin = coinOf(chain)
  for (const { holder, amount } of outputs)
    if (holder === null || !payers.has(holder)) add(holder, coin, amount)
  for (const { kind, from, to, asset, amount } of transfers)
    if (kind !== 'fee' && from !== to) add(to, asset, amount)
  return [...sums.values()]
}
