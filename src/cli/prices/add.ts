/** @module */
import { type AddedPriceFile, addPrices, openPriceStore } from '../../price/index.ts'
import { addFiles } from '../addFiles.ts'
import { type Command, command, flag, value } from '../command.ts'
import type { Context } from '../context.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION, storeToWrite } from '../storeOption.ts'

/** `lootline prices add`: price files, or whole folders of them. */
export const pricesAddCommand: Command = command({
  name: 'prices add',
  summary: 'Add files of daily prices (CSV of several publishers), or whole folders of them.',
  about:
    'Every source is kept; where sources differ by over 5 %, results say so. Days without a price stay unpriced.',
  arguments: [{ name: '<path...>', help: 'Files or folders.' }],
  options: {
    store: STORE_OPTION,
    symbol: value(
      '--symbol <symbol>',
      'What the prices are of, where neither a column nor the file name says it.',
    ),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    { run: 'lootline prices add prices/ --store harmony', does: 'adds every price file below a folder' },
    { run: 'lootline prices add close.csv --symbol BTC', does: 'adds one file, saying what it prices' },
  ],
  async run(context, paths, { store: named, symbol, json }) {
    const said = symbol === undefined ? {} : { symbol }
    const { files, skipped, refused } = await addFiles(context, paths, 'prices', () => {
      const prices = openPriceStore(storeToWrite(context, named).path)
      return {
        add: (path) => addPrices(prices, path, { ...said, unixSeconds: context.now() }),
        close: () => prices.close(),
      }
    })
    const told = files.filter(({ error }) => error === null || error !== refused)
    if (json) writeJson(context, { files: files.map(fileJson), skipped })
    else printAdded(context, told, skipped.length)
    if (refused !== null) throw refused
  },
})

function fileJson({ error, ...file }: AddedPriceFile): unknown {
  return { ...file, error: error === null ? null : error.toJSON() }
}

function printAdded(context: Context, files: readonly AddedPriceFile[], skipped: number): void {
  const stored = files.filter(({ status }) => status === 'added')
  const bars = stored.reduce((sum, file) => sum + file.bars, 0)
  writeLine(context, `${grouped(bars)} prices added from ${grouped(stored.length)} files`)
  if (stored.length > 0)
    writeTable(
      context,
      [
        { head: 'source' },
        { head: 'layout' },
        { head: 'prices', right: true },
        { head: 'days without', right: true },
        { head: 'kept out', right: true },
      ],
      stored.map(({ name, layout, bars: count, empty, rejected }) => [
        name ?? '',
        layout ?? '',
        grouped(count),
        grouped(empty),
        grouped(rejected.length),
      ]),
    )
  const known = files.filter(({ status }) => status === 'known').length
  if (known > 0) writeLine(context, `${grouped(known)} files were stored already`)
  if (skipped > 0)
    writeLine(context, `${grouped(skipped)} files hold no prices by their name and were passed over`)
  for (const { error } of files)
    if (error !== null) writeLine(context, `refused: ${error.message} ${error.next}`, 'yellow')
}
