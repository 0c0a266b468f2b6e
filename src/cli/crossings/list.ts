/** @module */
import { chainName } from '../../address/index.ts'
import { isOpen } from '../../cross/index.ts'
import { formatTime } from '../../units/index.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { amountText, stateOf, withCrossings } from './withCrossings.ts'

/** `lootline crossings list`: payments that cross, or may. */
export const crossingsListCommand: Command = command({
  name: 'crossings list',
  summary:
    'List payments that cross to another chain, or may: what is clear, what was answered, what is open.',
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
      const found = crossings.questions().filter((question) => !open || isOpen(question))
      if (json) return writeJson(context, found)
      writeLine(context, `${grouped(found.length)} ${open ? 'open questions' : 'payments'}`, 'bold')
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
          { head: 'candidates', right: true },
          { head: 'transaction', max: 70 },
        ],
        shown.map((question) => [
          String(question.number),
          stateOf(question),
          formatTime(question.out.time),
          chainName(question.out.chain),
          amountText(question.out, assets),
          question.protocol,
          String(question.candidates.length),
          question.out.txid,
        ]),
      )
      if (found.length > top)
        writeLine(context, `  … and ${grouped(found.length - top)} more, with --top or --json`)
    })
  },
})
