/** @module */
import { openLabelStore } from '../../label/index.ts'
import { type Command, command, flag } from '../command.ts'
import { chainOption, typedHolders } from '../holders.ts'
import { writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'
import { LABEL_HEADINGS, labelRow } from './labelRows.ts'

/** `lootline labels show`: every statement about an address, strongest first. */
export const labelsShowCommand: Command = command({
  name: 'labels show',
  summary: 'Show what is stated about an address, by whom, strongest first.',
  arguments: [{ name: '<address...>', help: 'Addresses, or CAIP-10 ids such as eip155:1:0x….' }],
  options: { store: STORE_OPTION, chain: chainOption(), json: flag('--json', 'Print JSON.') },
  examples: [
    {
      run: 'lootline labels show 0x28c6c06298d514db089934071355e5743bf21d60',
      does: 'shows who is said to be behind it',
    },
  ],
  run(context, addresses, { store: named, chain, json }) {
    const labels = openLabelStore(storeToRead(context, named).path)
    try {
      const answers = addresses.map((typed) => {
        const found = labels.of(typedHolders(typed, chain, null))
        // One address may be a holder on several chains; a statement is shown once.
        const matches = [
          ...new Map([...found.values()].flat().map((match) => [JSON.stringify(match), match])).values(),
        ]
        return { address: typed, labels: matches }
      })
      if (json) return writeJson(context, answers)
      for (const { address, labels: matches } of answers) {
        writeLine(context, address, 'bold')
        if (matches.length === 0) writeLine(context, '  no label')
        else
          writeTable(
            context,
            LABEL_HEADINGS,
            matches.map(({ label }) => labelRow(label)),
          )
        if (matches.some(({ caseInsensitive }) => caseInsensitive))
          writeLine(
            context,
            '  Some were matched without capitals, because their source lost them.',
            'yellow',
          )
      }
    } finally {
      labels.close()
    }
  },
})
