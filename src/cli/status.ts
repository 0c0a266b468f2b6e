/** @module */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { chainName } from '../address/index.ts'
import { LootlineError } from '../errors.ts'
import { type Verified, verifyStore } from '../ledger/chain/index.ts'
import { sourcesOfStore } from '../live/sources/index.ts'
import { formatDay } from '../units/index.ts'
import { chainFolder, hasChain, withBooks } from './books.ts'
import { type Command, command, flag, UsageError } from './command.ts'
import type { Context } from './context.ts'
import { grouped, writeJson, writeLine, writeTable } from './output.ts'
import { startProgress } from './progress.ts'
import { SOURCE_HEADINGS, sourceJson, sourceRow } from './source/sourceRows.ts'
import { STORE_OPTION, storeToRead } from './storeOption.ts'

/** `lootline store status`: what this store holds, and from where. */
export const statusCommand: Command = command({
  name: 'store status',
  summary: 'Show what this store holds: sources with their hashes, counts, assets, labels, prices.',
  arguments: [],
  options: {
    store: STORE_OPTION,
    verify: flag(
      '--verify',
      'Read an indexed chain from end to end: checksums, order, links, and the sum of all fees.',
    ),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    { run: 'lootline store status', does: 'shows the store of this folder' },
    { run: 'lootline store status --store harmony --json', does: 'prints the same for a program' },
    { run: 'lootline store status --store bitcoin --verify', does: 'looks for damage in an indexed chain' },
  ],
  async run(context, _args, { store: named, verify, json }) {
    const store = storeToRead(context, named)
    const chain = verify ? verified(context, chainFolder(store.path)) : undefined
    await withBooks(context, named, ({ ledger, labels, prices }) => {
      const size = ledger.size()
      const sources = ledger.sources()
      const assets = ledger.assets()
      const labelSources = labels.sources().filter(({ superseded }) => !superseded)
      const priceSources = prices.sources()
      const bytes = [store.ledger, store.labels, store.prices, store.live].reduce(
        (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
        bytesUnder(chainFolder(store.path)),
      )
      const live = sourcesOfStore(store.path)
      const labelCount = labelSources.reduce((sum, source) => sum + source.labels, 0)
      const bars = priceSources.reduce((sum, source) => sum + source.bars, 0)
      if (json)
        return writeJson(context, {
          store: store.path,
          bytes,
          ledger: { ...size, assets, sources },
          labels: { labels: labelCount, sources: labelSources },
          prices: { bars, symbols: prices.symbols(), sources: priceSources },
          live: { sources: live.map(sourceJson) },
          ...(chain === undefined ? {} : { chain }),
        })
      writeLine(context, `Store ${store.path}, ${grouped(bytes)} bytes`, 'bold')
      writeLine(
        context,
        `ledger: ${grouped(size.transactions)} transactions, ${grouped(size.movements)} movements, ${grouped(size.holders)} holders`,
      )
      if (chain !== undefined)
        writeLine(
          context,
          `verified: ${grouped(chain.files)} files, ${grouped(chain.bytes)} bytes, no damage; fees of ${grouped(chain.fees!.fees)} base units, ${grouped(chain.fees!.unknown)} of ${grouped(chain.fees!.transactions)} unknown`,
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
      writeLine(context, `live sources: ${grouped(live.length)} (lootline source check)`)
      if (live.length > 0) writeTable(context, SOURCE_HEADINGS, live.map(sourceRow))
    })
  },
})

/** 0 where there is no such folder. */
function bytesUnder(folder: string): number {
  if (!existsSync(folder)) return 0
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files.reduce(
    (sum, file) => sum + (statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
}

function verified(context: Context, folder: string): Verified {
  if (!hasChain(folder))
    throw new UsageError('--verify: the store has no indexed chain.', 'Index blocks with "lootline index".')
  const progress = startProgress(context, 'verify')
  try {
    const found = verifyStore(folder, (path) => progress.tick(basename(path)))
    if (found.damage.length > 0) throw new DamagedStoreError(found.damage)
    return found
  } finally {
    progress.end()
  }
}

/** Files of an indexed chain that are not what they were written as. */
class DamagedStoreError extends LootlineError<{
  readonly code: 'CLI_DAMAGED_STORE'
  readonly damage: Verified['damage']
}> {
  override readonly name = 'DamagedStoreError'

  constructor(damage: Verified['damage']) {
    const [first, ...more] = damage
    super(
      { code: 'CLI_DAMAGED_STORE', damage },
      `${first!.file}: ${first!.reason}.${more.length > 0 ? ` ${more.length} more files are damaged: ${more.map(({ file }) => file).join(', ')}.` : ''}`,
      'Check the disk, then index the blocks into a new folder.',
    )
  }
}
