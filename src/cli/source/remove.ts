/** @module */
import { openLiveFile } from '../../live/liveFile.ts'
import { removeSource, sourceNamed, sourcesOfStore } from '../../live/sources/index.ts'
import { type Command, command, flag } from '../command.ts'
import { writeJson, writeLine } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'
import { sourceJson } from './sourceRows.ts'

/** `lootline source remove`: it is asked no more. */
export const sourceRemoveCommand: Command = command({
  name: 'source remove',
  summary: 'Remove a live source: it is asked no more. What it answered stays in the store.',
  arguments: [{ name: '<name>', help: 'As "lootline source list" shows it.' }],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline source remove esplora-1', does: 'removes that source' }],
  run(context, [name], { store: named, json }) {
    const { path } = storeToRead(context, named)
    // Before a file is made where there is none.
    sourceNamed(sourcesOfStore(path), name!)
    const live = openLiveFile(path)
    try {
      const entry = removeSource(live, name!)
      if (json) return writeJson(context, sourceJson(entry))
      writeLine(context, `${entry.name} was removed; what it answered stays.`)
    } finally {
      live.close()
    }
  },
})
