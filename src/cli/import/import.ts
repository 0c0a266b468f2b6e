/** @module */
import { basename, resolve } from 'node:path'
import { parseMapping } from '../../chain/table/index.ts'
import type { Covers } from '../../ledger/index.ts'
import { type ChainId, formatDay } from '../../units/index.ts'
import { withBooksAt } from '../books.ts'
import { type Command, command, flag, list, UsageError, value, wholeNumber } from '../command.ts'
import type { Context } from '../context.ts'
import { chainOption, typedHolders } from '../holders.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { startProgress } from '../progress.ts'
import { STORE_OPTION, storeToWrite } from '../storeOption.ts'
import { type Imported, importFile } from './importFile.ts'

/** `lootline import`: transactions from files into the ledger. */
export const importCommand: Command = command({
  name: 'import',
  summary: 'Import transactions from CSV or JSON exports; their layout is recognised by the columns.',
  about:
    'A file is imported whole or not at all. The same bytes are imported once; transfers that several exports have are kept once. A killed import goes on where it stopped.',
  arguments: [
    { name: '<file...>', help: 'Exports of explorers and wallets, LaunderNet flows, Lootline tables.' },
  ],
  options: {
    store: STORE_OPTION,
    map: value(
      '--map <fields>',
      'Columns of an unknown layout: from=Sender,to=Receiver,amount_decimal=Value,…',
    ),
    chain: chainOption(
      'Chain of the file, where it does not say: a name (ethereum) or CAIP-2 id (eip155:1).',
    ),
    asset: value('--asset <asset>', 'Asset of rows that name none: CAIP-19 id, token contract, or "native".'),
    decimals: value(
      '--decimals <n>',
      'Decimals of --asset, where they are not known.',
      wholeNumber('--decimals', 0),
    ),
    token: list('--token <contract=n>', 'Decimals of a token contract. Repeatable.'),
    covers: list(
      '--covers <whose>',
      '"all", "none", or an ADDRESS whose whole history the file is. Repeatable.',
    ),
    skipBad: flag('--skip-bad', 'Put rows that cannot be read into <file>.rejects.csv and go on.'),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    {
      run: 'lootline import flow_records.csv --store harmony',
      does: 'imports one file into the store "harmony"',
    },
    {
      run: 'lootline import export-*.csv --skip-bad',
      does: 'imports several; bad rows go to files of their own',
    },
    {
      run: 'lootline import bank.csv --map txid=Ref,time=Date,from=Sender,to=Receiver,amount_decimal=Sum --chain ethereum --asset native',
      does: 'imports a table of an unknown layout',
    },
  ],
  async run(context, files, { store: named, map, token, covers, skipBad, json, ...stated }) {
    const tokenDecimals = new Map(token.map(tokenOf))
    const coversSaid = coversOf(covers, stated.chain)
    const imported = await withBooksAt(storeToWrite(context, named).path, async (books) => {
      const done: Imported[] = []
      for (const file of files) {
        const progress = startProgress(context, `import ${basename(file)}`)
        try {
          const options = {
            nowUnixSeconds: context.now(),
            skipBad,
            tokenDecimals,
            ...Object.fromEntries(Object.entries(stated).filter(([, typed]) => typed !== undefined)),
            ...(map === undefined ? {} : { map: parseMapping(map, basename(file)) }),
            ...(coversSaid === null ? {} : { covers: coversSaid }),
          }
          done.push(
            await importFile(books, resolve(context.cwd, file), options, (rows, resumedAt) =>
              progress.tick(
                `${grouped(rows)} rows${resumedAt > 0 ? `, going on after ${grouped(resumedAt)}` : ''}`,
              ),
            ),
          )
        } finally {
          progress.end()
        }
      }
      return done
    })
    if (json) return writeJson(context, imported.map(importedJson))
    for (const one of imported) printImported(context, one)
  },
})

function tokenOf(typed: string): [contract: string, decimals: number] {
  const [contract, decimals] = typed.split('=') as [string, string?]
  if (decimals === undefined) throw new UsageError(`--token: "${typed}" is not CONTRACT=DECIMALS.`)
  return [contract, wholeNumber('--token', 0)(decimals)]
}

function coversOf(typed: readonly string[], chain: ChainId | undefined): Covers | null {
  const [first, ...others] = typed
  if (first === undefined) return null
  if (first === 'all' || first === 'none') {
    if (others.length > 0) throw new UsageError(`--covers ${first} cannot stand beside others.`)
    return { kind: first }
  }
  return { kind: 'holders', holders: typed.flatMap((address) => typedHolders(address, chain, null)) }
}

/** What is printed of an import, as data. */
function importedJson({ file, layout, result, summary, names, rejects }: Imported): unknown {
  return {
    file,
    layout,
    already: result.already,
    source: result.source,
    transactions: result.transactions,
    added: result.added,
    duplicates: result.duplicates,
    contradictions: result.contradictions,
    rows: result.source.rows,
    rejected: result.source.rejected,
    rejects,
    names,
    skipped: Object.fromEntries(summary?.skipped ?? []),
    impostors: summary?.impostors ?? [],
    notes: summary?.notes ?? [],
  }
}

function printImported(context: Context, { file, layout, result, summary, names, rejects }: Imported): void {
  const { source } = result
  if (summary === null) {
    writeLine(
      context,
      `${file}: these bytes are in the ledger already, since ${formatDay(source.importedTime)}`,
    )
    return
  }
  writeLine(context, `${file}: ${grouped(summary.rows)} rows, layout ${layout}`, 'bold')
  const skipped = [...summary.skipped].map(([reason, count]) => [grouped(count), `skipped: ${reason}`])
  writeTable(
    context,
    [
      { head: '', right: true },
      { head: '', max: 160 },
    ],
    [
      [grouped(result.transactions), 'transactions new to the ledger'],
      [grouped(result.added), 'transfers added'],
      [grouped(result.duplicates), 'duplicates dropped'],
      ...skipped,
      [grouped(summary.rejected), rejects === null ? 'rejected' : `rejected, kept in ${rejects}`],
      ...(result.contradictions === 0
        ? []
        : [[grouped(result.contradictions), 'statements contradict earlier ones, which are kept']]),
      [grouped(names), 'names of addresses kept as labels that do not stop'],
      ...(summary.impostors.length === 0
        ? []
        : [
            [
              grouped(summary.impostors.length),
              'tokens that imitate others or advertise: counted, never valued',
            ],
          ]),
    ],
  )
  writeLine(
    context,
    `  ${formatDay(summary.firstTime)} to ${formatDay(summary.lastTime)}; sha-256 ${source.sha256}`,
  )
  for (const note of summary.notes) writeLine(context, `  note: ${note}`, 'yellow')
}
