/**
 * A store is one folder: `store.json` and one database a room. Layout: `docs/formats/store.md`.
 * @module
 */
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { LootlineError } from '../errors.ts'
import { makeFolder } from './makeFolder.ts'

const STORE_FORMAT = 'lootline-store'
const STORE_VERSION = 1
const STORE_FILE = 'store.json'
/** Larger than any `store.json` of ours; a bigger file is not read. */
const STORE_FILE_MAX_BYTES = 4096

/** The paths of one store. */
export interface Store {
  readonly path: string
  readonly ledger: string
  readonly labels: string
  readonly prices: string
  readonly live: string
}

function storeAt(path: string): Store {
  return {
    path,
    ledger: join(path, 'ledger.sqlite'),
    labels: join(path, 'labels.sqlite'),
    prices: join(path, 'prices.sqlite'),
    live: join(path, 'live.sqlite'),
  }
}

/**
 * The folder to use: `--store`, else `LOOTLINE_STORE`, else the nearest `.lootline` folder at or above `cwd`.
 * The first two need not exist yet.
 *
 * @throws {StoreFolderError} STORE_UNNAMED where none is named and none is found
 */
export function locateStore(
  explicit: string | undefined,
  env: Record<string, string | undefined>,
  cwd: string,
): string {
  const named = explicit || env['LOOTLINE_STORE']
  if (named) return resolve(cwd, named)
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const candidate = join(folder, '.lootline')
    if (statSync(candidate, { throwIfNoEntry: false })?.isDirectory()) return candidate
    if (folder === dirname(folder))
      throw new StoreFolderError({ code: 'STORE_UNNAMED', folder: resolve(cwd) })
  }
}

/**
 * Makes a store in a new or empty folder; an existing store is opened.
 *
 * @throws {StoreFolderError} STORE_NOT_EMPTY where the folder holds something else
 */
export function createStore(path: string): Store {
  const folder = resolve(path)
  if (existsSync(join(folder, STORE_FILE))) return openStore(folder)
  let entries: string[]
  try {
    makeFolder(folder)
    // A killed `createStore` may have left its temporary file.
    entries = readdirSync(folder).filter((entry) => !entry.startsWith(`${STORE_FILE}.`))
  } catch (error) {
    throw new StoreFolderError({ code: 'STORE_UNWRITABLE', folder, detail: (error as Error).message })
  }
  if (entries.length > 0) throw new StoreFolderError({ code: 'STORE_NOT_EMPTY', folder, found: entries[0]! })
  try {
    const temporary = join(folder, `${STORE_FILE}.${process.pid}`)
    writeFileSync(temporary, `${JSON.stringify({ format: STORE_FORMAT, version: STORE_VERSION })}\n`)
    renameSync(temporary, join(folder, STORE_FILE))
  } catch (error) {
    throw new StoreFolderError({ code: 'STORE_UNWRITABLE', folder, detail: (error as Error).message })
  }
  return storeAt(folder)
}

/**
 * Checks that a folder is a store of a version we read, and gives its paths. Opens no database.
 *
 * @throws {StoreFolderError} STORE_MISSING, STORE_NOT_A_STORE or STORE_NEWER
 */
export function openStore(path: string): Store {
  const folder = resolve(path)
  const file = join(folder, STORE_FILE)
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) {
    throw new StoreFolderError({ code: existsSync(folder) ? 'STORE_NOT_A_STORE' : 'STORE_MISSING', folder })
  }
  if (found.size > STORE_FILE_MAX_BYTES) throw new StoreFolderError({ code: 'STORE_NOT_A_STORE', folder })
  let content: unknown
  try {
    content = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new StoreFolderError({ code: 'STORE_NOT_A_STORE', folder })
  }
  const { format, version } = Object(content) as { format?: unknown; version?: unknown }
  if (format !== STORE_FORMAT || typeof version !== 'number') {
    throw new StoreFolderError({ code: 'STORE_NOT_A_STORE', folder })
  }
  if (version !== STORE_VERSION) {
    throw new StoreFolderError({ code: 'STORE_NEWER', folder, got: version, expected: STORE_VERSION })
  }
  return storeAt(folder)
}

type StoreFolder =
  | { readonly code: 'STORE_UNNAMED' | 'STORE_MISSING' | 'STORE_NOT_A_STORE'; readonly folder: string }
  | { readonly code: 'STORE_NOT_EMPTY'; readonly folder: string; readonly found: string }
  | { readonly code: 'STORE_NEWER'; readonly folder: string; readonly got: number; readonly expected: number }
  | { readonly code: 'STORE_UNWRITABLE'; readonly folder: string; readonly detail: string }

function wordsOf(data: StoreFolder): readonly [message: string, next: string] {
  switch (data.code) {
    case 'STORE_UNNAMED':
      return [
        `no store: neither --store nor LOOTLINE_STORE names one, and there is no .lootline folder in ${data.folder} or above it`,
        'Create one with `lootline init`, or name one with --store <folder>.',
      ]
    case 'STORE_MISSING':
      return [
        `there is no store at ${data.folder}`,
        `Create it with \`lootline init --store ${data.folder}\`, or name another with --store.`,
      ]
    case 'STORE_NOT_A_STORE':
      return [
        `${data.folder} is not a Lootline store: it has no valid ${STORE_FILE}`,
        'Name a store with --store, or create one in a new folder.',
      ]
    case 'STORE_NOT_EMPTY':
      return [
        `${data.folder} is not empty (it has ${JSON.stringify(data.found.slice(0, 60))}) and is no store`,
        'Choose a new or empty folder.',
      ]
    case 'STORE_NEWER':
      return [
        `${data.folder} is a store of version ${data.got}; this program reads version ${data.expected}`,
        'Use the Lootline version that made it.',
      ]
    case 'STORE_UNWRITABLE':
      return [`${data.folder} cannot be made a store: ${data.detail}`, 'Choose a folder that you may write.']
  }
}

export class StoreFolderError extends LootlineError<StoreFolder> {
  override readonly name = 'StoreFolderError'
  constructor(data: StoreFolder) {
    super(data, ...wordsOf(data))
  }
}
