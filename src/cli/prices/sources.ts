/** @module */
import { openPriceStore } from '../../price/index.ts'
import { formatDay } from '../../units/index.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeTable } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'

/** `lootline prices sources`: the files that prices come from. */
export const pricesSourcesCommand: Command = command({
  name: 'prices sources',
  summary: 'List the files that prices come from, with their symbols, days and hashes.',
  arguments: [],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline prices sources', does: 'lists every price file of the store' }],
  run(context, _args, { store: named, json }) {
    const prices = openPriceStore(storeToRead(context, named).path)
    try {
      const sources = prices.sources()
      if (json) return writeJson(context, sources)
      writeTable(
        context,
        [
          { head: 'source' },
          { head: 'symbols', max: 30 },
          { head: 'from' },
          { head: 'to' },
          { head: 'prices', right: true },
          { head: 'added' },
          { head: 'sha-256', max: 12 },
        ],
        sources.map(({ name, symbols, firstDay, lastDay, bars, importedTime, sha256 }) => [
          name,
          symbols.join(', '),
          firstDay ?? '',
          lastDay ?? '',
          grouped(bars),
          formatDay(importedTime),
          sha256,
        ]),
      )
    } finally {
      prices.close()
    }
  },
})
