/** @module */
import { openLabelStore } from '../../label/index.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'
import { topOption } from '../topOption.ts'

/** `lootline labels conflicts`: addresses that sources give to different owners. */
export const labelsConflictsCommand: Command = command({
  name: 'labels conflicts',
  summary: 'List addresses that sources of comparable confidence give to different owners.',
  arguments: [],
  options: { store: STORE_OPTION, top: topOption(20), json: flag('--json', 'Print JSON, all of them.') },
  examples: [{ run: 'lootline labels conflicts', does: 'lists what to settle before relying on a label' }],
  run(context, _args, { store: named, top, json }) {
    const labels = openLabelStore(storeToRead(context, named).path)
    try {
      const conflicts = labels.conflicts()
      if (json) return writeJson(context, conflicts)
      writeLine(context, `${grouped(conflicts.length)} addresses are given to different owners`, 'bold')
      if (conflicts.length === 0) return
      writeTable(
        context,
        [
          { head: 'address', max: 100 },
          { head: 'owners', max: 80 },
          { head: 'statements', right: true },
        ],
        conflicts
          .slice(0, top)
          .map(({ address, entities, labels: statements }) => [
            address,
            entities.join(', '),
            String(statements.length),
          ]),
      )
      if (conflicts.length > top)
        writeLine(context, `  … and ${grouped(conflicts.length - top)} more, with --top or --json`)
    } finally {
      labels.close()
    }
  },
})
