/**
 * The book of crossings beside the other books of a store, and its questions as people read them.
 * @module
 */
import { chainName } from '../../address/index.ts'
import {
  accepted,
  type CrossBook,
  type Departure,
  isOpen,
  openCrossBook,
  type Question,
} from '../../cross/index.ts'
import type { Asset } from '../../units/asset.ts'
import { addressOf, formatGrouped, formatTime, printable } from '../../units/index.ts'
import { type Books, withBooksAt } from '../books.ts'
import type { Context } from '../context.ts'
import { writeLine, writeTable } from '../output.ts'
import { storeToRead } from '../storeOption.ts'

export interface CrossBooks extends Books {
  readonly crossings: CrossBook
}

/** Opens the store that the command line names, runs the work, and closes the store however the work ends. */
export async function withCrossings<T>(
  context: Context,
  named: string | undefined,
  work: (books: CrossBooks) => T,
): Promise<T> {
  const { path } = storeToRead(context, named)
  return withBooksAt(path, (books) => {
    using stack = new DisposableStack()
    const crossings = stack.adopt(openCrossBook(path), (open) => open.close())
    return work({ ...books, crossings })
  })
}

/** One word: where a question stands. */
export function stateOf(question: Question): string {
  const last = question.answers.at(-1)
  if (last !== undefined) return { choose: 'chosen', none: 'none of them', refuse: 'refused' }[last.kind]
  if (question.verdict === 'gone') return 'gone'
  return isOpen(question) ? 'open' : 'clear'
}

/** `1.5 BTC`; what is not known is said. */
export function amountText({ asset, amount }: Departure, assets: readonly Asset[]): string {
  const known = assets.find(({ id }) => id === asset)
  if (amount === null) return known === undefined ? 'unknown' : `unknown ${symbolOf(known)}`
  return known === undefined
    ? `${amount} base units`
    : `${formatGrouped(amount, known.decimals)} ${symbolOf(known)}`
}

function symbolOf({ known, symbol }: Asset): string {
  return known ? symbol : `"${printable(symbol, 12)}"?`
}

/** A question with its candidates and answers. */
export function printQuestion(context: Context, question: Question, assets: readonly Asset[]): void {
  const { number, out, protocol, id, candidates, note, answers } = question
  writeLine(context, `question ${number}: ${stateOf(question)}`, 'bold')
  writeLine(
    context,
    `  ${amountText(out, assets)} left ${chainName(out.chain)} ${formatTime(out.time)} by ${printable(protocol, 40)}${id === null ? '' : ` ${printable(id, 80)}`}`,
  )
  writeLine(context, `  ${out.txid}`)
  writeLine(context, `  ${note}`)
  const held = accepted(question)
  writeTable(
    context,
    [
      { head: '' },
      { head: 'time' },
      { head: 'chain' },
      { head: 'amount', right: true },
      { head: 'to', max: 90 },
      { head: 'transaction', max: 80 },
    ],
    candidates.map((candidate) => [
      held.some(({ txid, n }) => txid === candidate.txid && n === candidate.n) ? '*' : '',
      formatTime(candidate.time),
      chainName(candidate.chain),
      amountText(candidate, assets),
      candidate.holder === null ? 'unknown' : addressOf(candidate.holder),
      candidates.filter(({ txid }) => txid === candidate.txid).length > 1
        ? `${candidate.txid}:${candidate.n}`
        : candidate.txid,
    ]),
  )
  for (const { says } of candidates) writeLine(context, `  ${says}`)
  for (const { who, time, kind, why } of answers)
    writeLine(context, `  ${formatTime(time)} ${printable(who, 40)}: ${kind}, ${printable(why, 300)}`)
}
