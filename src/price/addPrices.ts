/**
 * Adding price files, one or a whole folder, to a store.
 * @module
 */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { LootlineError } from '../errors.ts'
import { filesUnder, readUpTo, UnreadablePathError } from './filesUnder.ts'
import { PriceFileError } from './priceFileError.ts'
import { MAX_PRICE_BYTES, type PriceOptions, type PriceRejection, readPrices } from './readPrices.ts'
import type { PriceStore } from './store.ts'

/** What became of one file. */
export interface AddedPriceFile {
  /** As found: the argument, or the path below it. */
  readonly path: string
  /** `known`: the same bytes are stored already. `skipped`: no data by its name. `refused`: see `error`. */
  readonly status: 'added' | 'known' | 'skipped' | 'refused'
  /** The name its bars carry; differs from the file's where another file of that name is stored. */
  readonly name: string | null
  readonly layout: string | null
  readonly bars: number
  /** Rows without a price: unpriced days. */
  readonly empty: number
  readonly rejected: readonly PriceRejection[]
  readonly error: LootlineError | null
}

/** Wall clock by default; tests give their own. */
export interface AddPriceOptions extends PriceOptions {
  readonly unixSeconds?: number
}

const NOTHING = { name: null, layout: null, bars: 0, empty: 0, rejected: [], error: null } as const

/**
 * Adds a file, or every file below a folder in path order. A file that cannot be read is reported and the rest go on;
 * each file is stored whole or not at all.
 *
 * @throws {LootlineError} FILES_UNREADABLE where `path` itself cannot be read; STORE_… where the store cannot be written
 */
export function addPrices(store: PriceStore, path: string, options: AddPriceOptions = {}): AddedPriceFile[] {
  return filesUnder(path).map(({ path: found, skip }) =>
    skip ? { ...NOTHING, path: found, status: 'skipped' } : addFile(store, found, options),
  )
}

function addFile(store: PriceStore, path: string, options: AddPriceOptions): AddedPriceFile {
  try {
    const bytes = readUpTo(path, MAX_PRICE_BYTES)
    const file = basename(path)
    const read = readPrices(bytes, file, options)
    const { known, name } = store.add({
      ...read,
      file,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      options: options.symbol === undefined ? '' : `symbol=${options.symbol}`,
      importedTime: options.unixSeconds ?? Math.floor(Date.now() / 1000),
    })
    const { layout, bars, empty, rejected } = read
    return {
      path,
      status: known ? 'known' : 'added',
      name,
      layout,
      bars: bars.length,
      empty,
      rejected,
      error: null,
    }
  } catch (error) {
    if (!(error instanceof PriceFileError || error instanceof UnreadablePathError)) throw error
    return { ...NOTHING, path, status: 'refused', error }
  }
}
