/** @module */
import { basename } from 'node:path'
import { type AddedLabelFile, addLabels, type LabelOptions, openLabelStore } from '../../label/index.ts'
import { addFiles } from '../addFiles.ts'
import { type Command, command, flag, value } from '../command.ts'
import type { Context } from '../context.ts'
import { chainOption } from '../holders.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION, storeToWrite } from '../storeOption.ts'

/** `lootline labels add`: label files, or whole folders of them. */
export const labelsAddCommand: Command = command({
  name: 'labels add',
  summary: 'Add label files (TagPacks, ActorPacks, CSV, JSON), or whole folders of them.',
  about:
    'Each label stays a statement with its source, date and confidence. The same bytes are stored once; a newer version of a file replaces the older in answers. The options fill in what a file does not say.',
  arguments: [{ name: '<path...>', help: 'Files or folders.' }],
  options: {
    store: STORE_OPTION,
    confidence: value(
      '--confidence <id>',
      'TagPack confidence of labels that state none, such as service_data.',
    ),
    category: value('--category <word>', 'Category of labels that state none, such as exchange.'),
    source: value('--source <text>', 'Source of labels that cite none, usually a URL.'),
    date: value('--date <day>', 'Date of labels that state none, YYYY-MM-DD.'),
    chain: chainOption('Chain of addresses for which none is stated, by name or CAIP-2 id.'),
    name: value('--name <text>', 'Name for addresses that are listed without one.'),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    { run: 'lootline labels add tagpacks/ --store harmony', does: 'adds every label file below a folder' },
    {
      run: 'lootline labels add wallets.csv --category exchange --source https://example.org/list',
      does: 'adds a plain list, saying what it is and where it is from',
    },
  ],
  async run(context, paths, { store: named, json, ...said }) {
    const options: LabelOptions = Object.fromEntries(
      Object.entries(said).filter(([, typed]) => typed !== undefined),
    )
    const { files, skipped, refused } = await addFiles(context, paths, 'labels', () => {
      const labels = openLabelStore(storeToWrite(context, named).path)
      return {
        add: (path) => addLabels(labels, path, { ...options, unixSeconds: context.now() }),
        close: () => labels.close(),
      }
    })
    const told = files.filter(({ error }) => error === null || error !== refused)
    if (json) writeJson(context, { files: files.map(fileJson), skipped, ...totals(files) })
    else printAdded(context, told, skipped.length)
    if (refused !== null) throw refused
  },
})

function fileJson({
  path,
  status,
  layout,
  labels,
  actors,
  rejected,
  unknownConfidence,
  superseded,
  error,
}: AddedLabelFile): unknown {
  return {
    path,
    status,
    layout,
    labels,
    actors,
    rejected,
    unknownConfidence: Object.fromEntries(unknownConfidence),
    supersedes: superseded === null ? null : superseded.sha256,
    error: error === null ? null : error.toJSON(),
  }
}

function totals(files: readonly AddedLabelFile[]): { labels: number; actors: number; rejected: number } {
  const added = files.filter(({ status }) => status === 'added')
  return {
    labels: added.reduce((sum, file) => sum + file.labels, 0),
    actors: added.reduce((sum, file) => sum + file.actors, 0),
    rejected: added.reduce((sum, file) => sum + file.rejected.length, 0),
  }
}

/** Files with rejected entries that are listed one by one; the rest are in --json. */
const LISTED = 10

function printAdded(context: Context, files: readonly AddedLabelFile[], skipped: number): void {
  const count = (status: AddedLabelFile['status']): number =>
    files.filter((file) => file.status === status).length
  const { labels, actors, rejected } = totals(files)
  writeLine(
    context,
    `${grouped(labels)} labels and ${grouped(actors)} actors added from ${grouped(count('added'))} files`,
  )
  if (count('known') > 0) writeLine(context, `${grouped(count('known'))} files were stored already`)
  if (skipped > 0)
    writeLine(context, `${grouped(skipped)} files hold no labels by their name and were passed over`)
  for (const { path, superseded } of files)
    if (superseded !== null)
      writeLine(context, `${basename(path)} replaces its version of ${superseded.date ?? 'unknown date'}`)
  const unknown = new Map<string, number>()
  for (const file of files)
    for (const [id, times] of file.unknownConfidence) unknown.set(id, (unknown.get(id) ?? 0) + times)
  for (const [id, times] of unknown)
    writeLine(
      context,
      `${grouped(times)} labels state the confidence "${id}", which is not on the ladder: kept as unknown (5)`,
    )
  if (rejected > 0) {
    writeLine(context, `${grouped(rejected)} entries were kept out:`)
    const rows = files.flatMap((file) =>
      file.rejected.map((entry) => [basename(file.path), entry.place, entry.value, entry.reason]),
    )
    writeTable(
      context,
      [{ head: 'file' }, { head: 'place' }, { head: 'value' }, { head: 'why', max: 100 }],
      rows.slice(0, LISTED),
    )
    if (rows.length > LISTED) writeLine(context, `  … and ${grouped(rows.length - LISTED)} more, with --json`)
  }
  for (const { error } of files)
    if (error !== null) writeLine(context, `refused: ${error.message} ${error.next}`, 'yellow')
}
