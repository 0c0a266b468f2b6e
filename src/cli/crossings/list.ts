/** @module */
import { chainName } from '../../address/index.ts'
import { type CrossBook, departuresOf, isOpen, type Leaving, type Question } from '../../cross/index.ts'
import { counted, formatTime } from '../../units/index.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { amountText, stateOf, withCrossings } from './withCrossings.ts'

/** `lootline crossings list`: payments that cross, or may. */
export const crossingsListCommand: Command = command({
  name: 'crossings list',
  summary:
    'List payments that cross to another chain, or may: what is clear, what was answered, what is open, and what is not known to have arrived (pending).',
  arguments: [],
  options: {
    store: STORE_OPTION,
    open: flag('--open', 'Only those that wait for an answer.'),
    top: topOption(30),
    json: flag('--json', 'Print JSON, all of them.'),
  },
  examples: [{ run: 'lootline crossings list --open', does: 'lists what an analyst should look at' }],
  async run(context, _args, { store: named, open, top, json }) {
    await withCrossings(context, named, ({ crossings, ledger }) => {
      const questions = crossings.questions()
      const found: Listed[] = open
        ? questions.filter(isOpen)
        : [...questions, ...pendingOf(crossings, questions)]
      if (json) return writeJson(context, found)
      writeLine(context, counted(found.length, open ? 'open question' : 'payment'), 'bold')
      const assets = ledger.assets()
      const shown = found.slice(0, top)
      writeTable(
        context,
        [
          { head: 'question', right: true },
          { head: 'state' },
          { head: 'time' },
          { head: 'from' },
          { head: 'amount', right: true },
          { head: 'by', max: 24 },
          { head: 'to' },
          { head: 'candidates', right: true },
          { head: 'transaction', max: 70 },
        ],
        shown.map((question) => [
          question.number === null ? '' : String(question.number),
          question.number === null ? 'pending' : stateOf(question),
          formatTime(question.out.time),
          chainName(question.out.chain),
          amountText(question.out, assets),
          question.protocol,
          destinationOf(question),
          String(question.candidates.length),
          question.out.txid,
        ]),
      )
      if (found.length > top)
        writeLine(context, `  … and ${grouped(found.length - top)} more, with --top or --json`)
    })
  },
})

/** A payment of which nothing is known to have arrived: a question that nobody can answer yet. */
interface Unasked extends Pick<Question, 'kind' | 'protocol' | 'out' | 'candidates' | 'answers'> {
  readonly number: null
  readonly verdict: 'pending'
  readonly toChain: Leaving['toChain']
  readonly toHolder: Leaving['toHolder']
}

type Listed = Question | Unasked

/** What leaves and is in no question. */
function pendingOf(book: CrossBook, questions: readonly Question[]): Unasked[] {
  const keyOf = ({ chain, txid }: Question['out'], protocol: string): string => `${chain} ${txid} ${protocol}`
  const asked = new Set(questions.map(({ out, protocol }) => keyOf(out, protocol)))
  return book
    .leaving()
    .flatMap((tx) => departuresOf(book, [tx]))
    .map(({ from, time, protocol, toChain, toHolder }): Unasked => {
      const out = { ...from, time }
      return {
        ...{ number: null, kind: 'identifier', verdict: 'pending', protocol, out, toChain, toHolder },
        ...{ candidates: [], answers: [] },
      }
    })
    .filter(({ out, protocol }) => !asked.has(keyOf(out, protocol)))
}

function destinationOf(listed: Listed): string {
  const chain = listed.number === null ? listed.toChain : listed.candidates[0]?.chain
  return chain ? chainName(chain) : ''
}
