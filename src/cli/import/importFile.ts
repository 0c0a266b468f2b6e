/**
 * One file into the ledger: recognised, read, staged, and made visible as a whole.
 * @module
 */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  hashFile,
  openRejects,
  openTable,
  type Reject,
  rejectsPath,
  type TableOptions,
  type TableSummary,
} from '../../chain/table/index.ts'
import { LootlineError } from '../../errors.ts'
import { addFileLabels, type LabelStore } from '../../label/index.ts'
import type { Covers, ImportResult, Ledger } from '../../ledger/index.ts'

/** What `lootline import` was told about a file. */
export interface ImportOptions extends Omit<TableOptions, 'onReject'> {
  /** Rows that cannot be read go to a file beside and are counted, instead of ending the import. */
  readonly skipBad: boolean
  /** Whose whole history the file holds, where the operator says so; otherwise the layout's own statement counts. */
  readonly covers?: Covers
  /** Where rejected rows go. Default: `<file>.rejects.csv` beside the file. */
  readonly rejects?: string
}

export interface Imported {
  readonly file: string
  readonly layout: string
  readonly result: ImportResult
  /** Null where the very same bytes were in the ledger already: nothing was read. */
  readonly summary: TableSummary | null
  /** Names the file gives addresses, stored as labels. */
  readonly names: number
  /** Null where no row was rejected. */
  readonly rejects: string | null
}

/**
 * Imports one file. A failure leaves the ledger as it was; a kill leaves what was staged, and the same command goes on
 * from there.
 *
 * @param tick told how many rows are read, and how many of them an earlier, killed import had staged
 * @throws TABLE_…, STORE_…; errors of the file system
 */
export async function importFile(
  books: { readonly ledger: Ledger; readonly labels: LabelStore },
  path: string,
  options: ImportOptions,
  tick: (rows: number, resumedAt: number) => Promise<void> = async () => {},
): Promise<Imported> {
  const { skipBad, covers, rejects: rejectsTo, ...tableOptions } = options
  const before = await stat(path)
  const sha256 = await hashFile(path)
  const refused: Reject[] = []
  const table = await openTable(path, {
    ...tableOptions,
    ...(skipBad ? { onReject: (reject: Reject) => void refused.push(reject) } : {}),
  })
  const header = { name: table.name, sha256, bytes: before.size, layout: table.layout }
  const session = books.ledger.beginImport(header)
  if ('source' in session) {
    return { file: table.name, layout: table.layout, result: session, summary: null, names: 0, rejects: null }
  }
  const rejects = openRejects(rejectsTo ?? rejectsPath(path), table.header)
  try {
    let read = 0
    for await (const rows of table.rows()) {
      const fresh = read >= session.stagedRows ? rows : rows.slice(Math.max(0, session.stagedRows - read))
      read += rows.length
      if (fresh.length > 0) session.add(fresh)
      for (const reject of refused.splice(0)) await rejects.add(reject)
      await tick(read, session.stagedRows)
    }
    const after = await stat(path)
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) throw new FileChangedError(table.name)
    const summary = table.summary()
    session.addAssets(summary.assets)
    const result = session.commit(covers ?? summary.covers, {
      rows: summary.rows,
      rejected: summary.rejected,
    })
    const rejected = await rejects.close()
    const source = { file: basename(path), sha256, unixSeconds: options.nowUnixSeconds }
    const names = summary.labels.length === 0 ? 0 : addFileLabels(books.labels, summary.labels, source).labels
    return {
      file: table.name,
      layout: table.layout,
      result,
      summary,
      names,
      rejects: rejected > 0 ? rejects.path : null,
    }
  } catch (error) {
    // What is staged is kept where the store failed: the same command goes on from there once it is mended.
    if (!(error instanceof LootlineError && error.code.startsWith('STORE_'))) session.abort()
    await rejects.abort()
    throw error
  }
}

/** The bytes that were hashed are perhaps not those that were read. */
class FileChangedError extends LootlineError<{ readonly code: 'CLI_FILE_CHANGED'; readonly file: string }> {
  override readonly name = 'FileChangedError'

  constructor(file: string) {
    super(
      { code: 'CLI_FILE_CHANGED', file },
      `${file} was changed while it was read; nothing of it was imported.`,
      'Wait until the file is complete, then import it again.',
    )
  }
}
