/** @module */
import { chainName } from '../../address/index.ts'
import { addressOf, chainOf, formatTime, printable } from '../../units/index.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { withCrossings } from './withCrossings.ts'

/** `lootline crossings trusted`. */
export const crossingsTrustedCommand: Command = command({
  name: 'crossings trusted',
  summary: "List the contracts that are trusted as bridge protocols' own, with who said so and when.",
  arguments: [],
  examples: [{ run: 'lootline crossings trusted', does: 'lists what the user vouches for' }],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  async run(context, _args, { store: named, json }) {
    await withCrossings(context, named, ({ crossings }) => {
      const all = crossings.trusted()
      if (json) return writeJson(context, all)
      writeLine(context, `${grouped(all.length)} contracts trusted by you`, 'bold')
      writeTable(
        context,
        [
          { head: 'protocol' },
          { head: 'chain' },
          { head: 'contract' },
          { head: 'by', max: 40 },
          { head: 'since' },
        ],
        all.map(({ protocol, contract, who, time }) => [
          ...[protocol, chainName(chainOf(contract)), addressOf(contract)],
          ...[printable(who, 40), formatTime(time)],
        ]),
      )
    })
  },
})
