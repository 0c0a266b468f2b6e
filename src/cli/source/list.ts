/** @module */
import { sourcesOfStore } from '../../live/sources/index.ts'
import { type Command, command, flag } from '../command.ts'
import { writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'
import { SOURCE_HEADINGS, sourceJson, sourceRow } from './sourceRows.ts'

/** `lootline source list`: the sources of a store. */
export const sourceListCommand: Command = command({
  name: 'source list',
  summary: 'List the live sources of this store, in the order in which they are asked. Asks them nothing.',
  arguments: [],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline source list', does: 'lists every source of the store' }],
  run(context, _args, { store: named, json }) {
    const entries = sourcesOfStore(storeToRead(context, named).path)
    if (json) return writeJson(context, entries.map(sourceJson))
    if (entries.length === 0)
      return writeLine(context, 'No live sources. Add one: lootline source add --help')
    writeTable(context, SOURCE_HEADINGS, entries.map(sourceRow))
  },
})
