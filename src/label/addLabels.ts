/**
 * Adding label files, one or a whole folder, to a store.
 * @module
 */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { LootlineError } from '../errors.ts'
import { filesUnder, readUpTo, UnreadablePathError } from '../price/filesUnder.ts'
import { addressOf, chainOf, type HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import type { ResolvedFile, ResolvedStatement } from './insert.ts'
import { LabelFileError } from './labelFileError.ts'
import { CONFIDENCE_IDS, isConfidence } from './ladder.ts'
import { MAX_LABEL_BYTES, readLabels } from './readLabels.ts'
import { resolve } from './resolve.ts'
import { TRANSFER_NAMES } from './rows.ts'
import { dayOf, type LabelOptions, type Rejection, statement } from './statement.ts'
import type { LabelStore, StoredLabelSource } from './store.ts'

/** What became of one file. */
export interface AddedLabelFile {
  /** As found: the argument, or the path below it. */
  readonly path: string
  /** `known`: the same bytes are stored already. `skipped`: no data by its name. `refused`: see `error`. */
  readonly status: 'added' | 'known' | 'skipped' | 'refused'
  readonly layout: string | null
  readonly labels: number
  readonly actors: number
  readonly rejected: readonly Rejection[]
  /** Confidence ids that are not on the ladder and were stored as `unknown`, with their counts. */
  readonly unknownConfidence: ReadonlyMap<string, number>
  /** The version this one replaces in queries. */
  readonly superseded: StoredLabelSource | null
  readonly error: LootlineError | null
}

/** Wall clock by default; tests give their own. */
export interface AddLabelOptions extends LabelOptions {
  readonly unixSeconds?: number
}

/**
 * Adds a file, or every file below a folder in path order. A file that cannot be read is reported and the rest go on;
 * each file is stored whole or not at all.
 *
 * @throws {BadLabelOptionError} where an option cannot be meant
 * @throws {LootlineError} FILES_UNREADABLE where `path` itself cannot be read; STORE_… where the store cannot be written
 */
export function addLabels(store: LabelStore, path: string, options: AddLabelOptions = {}): AddedLabelFile[] {
  assertOptions(options)
  return filesUnder(path).map(({ path: found, skip }) =>
    skip ? { ...NOTHING, path: found, status: 'skipped' } : addFile(store, found, options),
  )
}

const NOTHING = {
  layout: null,
  labels: 0,
  actors: 0,
  rejected: [],
  unknownConfidence: new Map<string, number>(),
  superseded: null,
  error: null,
} as const

function addFile(store: LabelStore, path: string, options: AddLabelOptions): AddedLabelFile {
  try {
    const bytes = readUpTo(path, MAX_LABEL_BYTES)
    const { unixSeconds, ...said } = options
    const { file, unknownConfidence } = resolveFile(bytes, basename(path), said, unixSeconds ?? now())
    const { known, superseded } = store.add(file)
    const { layout, statements, actors, rejected } = file
    const status = known ? 'known' : 'added'
    const counts = { labels: statements.length, actors: actors.length }
    return { path, status, layout, ...counts, rejected, unknownConfidence, superseded, error: null }
  } catch (error) {
    if (!(error instanceof LabelFileError || error instanceof UnreadablePathError)) throw error
    return { ...NOTHING, path, status: 'refused', error }
  }
}

/** Layouts whose file name says something, so that equal bytes under two names are two sources. */
const SPEAKING: ReadonlySet<string> = new Set(['etherscan-csv', 'ofac-array'])

/** Reads bytes and checks every address. */
function resolveFile(
  bytes: Uint8Array,
  file: string,
  options: LabelOptions,
  importedTime: number,
): { file: ResolvedFile; unknownConfidence: Map<string, number> } {
  const read = readLabels(bytes, file, options)
  const statements: ResolvedStatement[] = []
  const rejected = [...read.rejected]
  const unknownConfidence = new Map<string, number>()
  for (const stated of read.statements) {
    if (stated.confidence !== null && !isConfidence(stated.confidence)) {
      unknownConfidence.set(stated.confidence, (unknownConfidence.get(stated.confidence) ?? 0) + 1)
    }
    const result = resolve(stated, options)
    if ('reason' in result) rejected.push(result)
    else statements.push(result)
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const said = JSON.stringify(
    [...Object.entries(options), ...(SPEAKING.has(read.layout) ? [['file', file]] : [])].sort(),
  )
  return {
    file: { ...read, file, sha256, options: said, importedTime, statements, rejected },
    unknownConfidence,
  }
}

/**
 * Stores the names a transfer file carries for its addresses. Nobody signs them, so they are `unknown` (level 5), or
 * `heuristic` (level 10) where the name begins with an actor's: they inform and, by default, do not stop.
 *
 * @param names — holder (CAIP-10) and name; repetitions are stored once
 * @param source — name of the transfer file, without folders, and its sha-256
 */
export function addFileLabels(
  store: LabelStore,
  names: Iterable<{ readonly holder: HolderId; readonly name: string }>,
  source: { readonly file: string; readonly sha256: string; readonly unixSeconds?: number },
): { readonly labels: number; readonly known: boolean } {
  const distinct = new Map<string, ResolvedStatement>()
  for (const { holder, name } of names) {
    const trimmed = name.trim().slice(0, 200)
    if (trimmed === '') continue
    const address = addressOf(holder)
    const chain = chainOf(holder)
    distinct.set(`${holder} ${trimmed}`, {
      ...statement({ place: 'transfers', address, name: trimmed, chain, confidence: 'unknown' }),
      source: `named so in the transfer file ${source.file}`,
      key: chain.startsWith('eip155:') ? `evm:${address.toLowerCase()}` : holder,
      caseless: false,
      level: 5,
    })
  }
  const statements = [...distinct.values()]
  const { known } = store.add({
    layout: TRANSFER_NAMES,
    pack: null,
    date: null,
    actors: [],
    rejected: [],
    file: source.file,
    sha256: source.sha256,
    options: TRANSFER_NAMES,
    importedTime: source.unixSeconds ?? now(),
    statements,
  })
  return { labels: statements.length, known }
}

function now(): number {
  return Math.floor(Date.now() / 1000)
}

/** A typing error here would go into every statement of a file. */
function assertOptions({ confidence, date }: LabelOptions): void {
  if (confidence !== undefined && !isConfidence(confidence)) {
    throw new BadLabelOptionError('confidence', confidence, `one of ${CONFIDENCE_IDS.join(', ')}`)
  }
  if (date !== undefined && dayOf(date) !== date)
    throw new BadLabelOptionError('date', date, 'a day, YYYY-MM-DD')
}

/** An option that says nothing we could store. */
export class BadLabelOptionError extends LootlineError<{
  readonly code: 'LABEL_BAD_OPTION'
  readonly option: string
  readonly value: string
}> {
  override readonly name = 'BadLabelOptionError'
  constructor(option: string, text: string, expected: string) {
    const value = printable(text)
    super(
      { code: 'LABEL_BAD_OPTION', option, value },
      `"${value}" is no ${option} of labels.`,
      `Give ${expected}.`,
    )
  }
}
