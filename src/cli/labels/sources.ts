/** @module */
import { openLabelStore } from '../../label/index.ts'
import { formatDay } from '../../units/index.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeTable } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'

/** `lootline labels sources`: the files that labels come from. */
export const labelsSourcesCommand: Command = command({
  name: 'labels sources',
  summary: 'List the files that labels come from, with their dates and hashes.',
  arguments: [],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline labels sources', does: 'lists every label file of the store' }],
  run(context, _args, { store: named, json }) {
    const labels = openLabelStore(storeToRead(context, named).path)
    try {
      const sources = labels.sources()
      if (json) return writeJson(context, sources)
      writeTable(
        context,
        [
          { head: 'file' },
          { head: 'layout' },
          { head: 'labels', right: true },
          { head: 'actors', right: true },
          { head: 'kept out', right: true },
          { head: 'date' },
          { head: 'added' },
          { head: 'sha-256', max: 12 },
          { head: '' },
        ],
        sources.map((source) => [
          source.file,
          source.layout,
          grouped(source.labels),
          grouped(source.actors),
          grouped(source.rejected),
          source.date ?? '',
          formatDay(source.importedTime),
          source.sha256,
          source.superseded ? 'replaced' : '',
        ]),
      )
    } finally {
      labels.close()
    }
  },
})
