/** @module */
import { openLabelStore } from '../../label/index.ts'
import { type Command, command, flag } from '../command.ts'
import { writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { LABEL_HEADINGS, labelRow } from './labelRows.ts'

/** `lootline labels search`: addresses by what they are called. */
export const labelsSearchCommand: Command = command({
  name: 'labels search',
  summary: 'Find labels whose name holds a text, in any case of its letters; strongest first.',
  arguments: [{ name: '<text>', help: 'Part of a name.' }],
  options: { store: STORE_OPTION, top: topOption(20), json: flag('--json', 'Print JSON.') },
  examples: [
    { run: 'lootline labels search "tornado"', does: 'lists addresses that are said to be of Tornado Cash' },
  ],
  run(context, [text], { store: named, top, json }) {
    const labels = openLabelStore(storeToRead(context, named).path)
    try {
      const found = labels.search(text!, top)
      if (json) return writeJson(context, found)
      if (found.length === 0) return writeLine(context, 'No label has this in its name.')
      writeTable(
        context,
        [{ head: 'address', max: 100 }, ...LABEL_HEADINGS],
        found.map((label) => [label.address, ...labelRow(label)]),
      )
    } finally {
      labels.close()
    }
  },
})
