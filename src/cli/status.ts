/** @module */
import { statSync } from 'node:fs'
import { chainName } from '../address/index.ts'
import { formatDay } from '../units/index.ts'
import { withBooks } from './books.ts'
import { type Command, command, flag } from './command.ts'
import { grouped, writeJson, writeLine, writeTable } from './output.ts'
import { STORE_OPTION, storeToRead } from './storeOption.ts'

/** `lootline store status`: what this store holds, and from where. */
export const statusCommand: Command = command({
  name: 'store status',
  summary: 'Show what this store holds: sources with their hashes, counts, assets, labels, prices.',
  arguments: [],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [
    { run: 'lootline store status', does: 'shows the store of this folder' },
    { run: 'lootline store status --store harmony --json', does: 'prints the same for a program' },
  ],
  async run(context, _args, { store: named, json }) {
    const store = storeToRead(context, named)
    await withBooks(context, named, ({ ledger, labels, prices }) => {
      const size = ledger.size()
      const sources = ledger.sources()
      const assets = ledger.assets()
      const labelSources = labels.sources().filter(({ superseded }) => !superseded)
      const priceSources = prices.sources()
      const bytes = [store.ledger, store.labels, store.prices].reduce(
        (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
        0,
      )
      const labelCount = labelSources.reduce((sum, source) => sum + source.labels, 0)
      const bars = priceSources.reduce((sum, source) => sum + source.bars, 0)
      if (json)
        return writeJson(context, {
          store: store.path,
          bytes,
          ledger: { ...size, assets, sources },
          labels: { labels: labelCount, sources: labelSources },
          prices: { bars, symbols: prices.symbols(), sources: priceSources },
        })
      writeLine(context, `Store ${store.path}, ${grouped(bytes)} bytes`, 'bold')
      writeLine(
        context,
        `ledger: ${grouped(size.transactions)} transactions, ${grouped(size.movements)} movements, ${grouped(size.holders)} holders`,
      )
      if (sources.length > 0)
        writeTable(
          context,
          [
            { head: 'source' },
            { head: 'layout' },
            { head: 'rows', right: true },
            { head: 'added', right: true },
            { head: 'duplicates', right: true },
            { head: 'rejected', right: true },
            { head: 'imported' },
            { head: 'sha-256', max: 64 },
          ],
          sources.map((source) => [
            source.name,
            source.layout,
            grouped(source.rows),
            grouped(source.added),
            grouped(source.duplicates),
            grouped(source.rejected),
            formatDay(source.importedTime),
            source.sha256,
          ]),
        )
      if (assets.length > 0)
        writeTable(
          context,
          [{ head: 'asset' }, { head: 'chain' }, { head: 'id', max: 120 }, { head: '' }],
          assets.map(({ symbol, chain, id, known }) => [
            symbol,
            chainName(chain),
            id,
            known ? '' : 'unverified, never valued',
          ]),
        )
      writeLine(
        context,
        `labels: ${grouped(labelCount)} from ${grouped(labelSources.length)} files (lootline labels sources)`,
      )
      writeLine(
        context,
        `prices: ${grouped(bars)} of ${prices.symbols().join(', ') || 'nothing'} from ${grouped(priceSources.length)} files (lootline prices sources)`,
      )
    })
  },
})
