/** @module */
import { type AnswerKind, type Candidate, CrossQuestionError, type Question } from '../../cross/index.ts'
import { type Command, command, flag, UsageError, value, wholeNumber } from '../command.ts'
import { typedTransaction } from '../holders.ts'
import { writeJson } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { notTransaction } from './match.ts'
import { printQuestion, withCrossings } from './withCrossings.ts'

/** Longer reasons belong into the case file. */
const LONGEST_WHY = 2000

/** `lootline crossings answer`: the analyst's word. */
export const crossingsAnswerCommand: Command = command({
  name: 'crossings answer',
  summary:
    'Answer a question about a crossing; the last answer holds, and all are kept with who, when and why.',
  arguments: [{ name: '<question>', help: 'Its number, as lootline crossings list shows it.' }],
  options: {
    store: STORE_OPTION,
    choose: value('--choose <txid>', 'This one is the other side; txid:n where a transaction has several.'),
    none: flag('--none', 'None of them is.'),
    refuse: flag('--refuse', 'The payment crosses nowhere: do not follow it.'),
    why: value('--why <text>', 'The reason, for those who read it later. Must be given.'),
    as: value('--as <name>', 'Who answers. Default: USER.'),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    {
      run: 'lootline crossings answer 3 --choose 9f2c… --why "the service confirmed it, letter of 3 May"',
      does: 'lets traces go on there',
    },
  ],
  async run(context, [typed], { store: named, choose, none, refuse, why = '', as, json }) {
    const number = wholeNumber('<question>', 1)(typed!)
    const kinds = [choose !== undefined && 'choose', none && 'none', refuse && 'refuse'].filter(
      (kind): kind is AnswerKind => kind !== false,
    )
    const [kind] = kinds
    if (kind === undefined || kinds.length > 1)
      throw new UsageError('Give one of --choose, --none and --refuse.')
    if (why.trim() === '' || why.length > LONGEST_WHY)
      throw new UsageError(`--why <text>: give a reason of at most ${LONGEST_WHY} characters.`)
    await withCrossings(context, named, ({ crossings, ledger }) => {
      const chosen = choose === undefined ? null : candidateOf(crossings.question(number), choose)
      const who = (as ?? context.env['USER'] ?? '').trim() || 'unknown'
      crossings.answer(number, { kind, chosen, who, time: context.now(), why: why.trim() })
      const question = crossings.question(number)
      if (json) return writeJson(context, question)
      printQuestion(context, question, ledger.assets())
    })
  },
})

function candidateOf({ number, candidates }: Question, typed: string): Candidate {
  const { txids, n } = typedTransaction(typed) ?? notTransaction(typed)
  const found = candidates.filter(
    (candidate) => txids.includes(candidate.txid) && (n === undefined || candidate.n === n),
  )
  const [only] = found
  if (only === undefined || found.length > 1)
    throw new CrossQuestionError({ code: 'CROSS_NO_CANDIDATE', number, typed })
  return only
}
