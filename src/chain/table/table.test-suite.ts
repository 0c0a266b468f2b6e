/**
 * What the tests of this folder share: files in a temporary folder, and whole tables read.
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { openTable } from './openTable.ts'
import type { Reject, TableOptions, TableRow, TableSummary } from './table.ts'

/** 2024-01-01. */
export const NOW = 1704067200

export const golden = (name: string): string => fileURLToPath(new URL(`./golden/${name}`, import.meta.url))

/** Writes files into a folder that is removed after the tests of the file. */
export function tempFiles(): (name: string, content: string | Uint8Array) => string {
  const folder = mkdtempSync(join(tmpdir(), 'lootline-table-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return (name, content) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  }
}

export interface WholeTable {
  readonly layout: string
  readonly rows: readonly TableRow[]
  readonly rejects: readonly Reject[]
  readonly summary: TableSummary
}

/** Every row; bad rows are collected. */
export async function readTable(path: string, options: Partial<TableOptions> = {}): Promise<WholeTable> {
  const rejects: Reject[] = []
  return { ...(await readStrict(path, { onReject: (reject) => rejects.push(reject), ...options })), rejects }
}

/** Every row; the first bad one is thrown. */
export async function readStrict(
  path: string,
  options: Partial<TableOptions> = {},
): Promise<Omit<WholeTable, 'rejects'>> {
  const table = await openTable(path, { nowUnixSeconds: NOW, ...options })
  const rows: TableRow[] = []
  for await (const batch of table.rows()) rows.push(...batch)
  return { layout: table.layout, rows, summary: table.summary() }
}
