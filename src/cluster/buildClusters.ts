/**
 * Makes the clusters of a store, or brings them up to it. The links of each section are kept as they were made, so that what
 * was made of unchanged sections is replayed, and only new transactions are read: `docs/formats/clusters.md`.
 * @module
 */
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { LootlineError } from '../errors.ts'
import { createColumn, openColumn } from '../ledger/chain/columnFile.ts'
import { NONE } from '../ledger/ledger.ts'
import { makeFolder, withWriteLock } from '../store/index.ts'
import type { ChangeWorld } from './change/world.ts'
import {
  ClusterFileError,
  type ClusterRecord,
  commitRecord,
  LINK_BYTES,
  NAME_BYTES,
  readRecord,
  type SectionRecord,
  tidyFiles,
} from './clusterFiles.ts'
import {
  eachChange,
  FIRST_REFUSAL,
  type LinkSettings,
  RULE_OF_VERDICT,
  splitRules,
  VERDICT,
  verdicts,
} from './linkSettings.ts'
import type { ClusterSource, Section } from './source.ts'
import { createParents, unite } from './unionFind.ts'

export interface BuildOptions {
  readonly settings: LinkSettings
  /** Numbers of the transactions that `settings.refused` names. */
  readonly refused: ReadonlySet<number>
  /** Bytes that arrays by address may take. */
  readonly memory: number
  /** Called after each part with the transactions read so far, of those to be read. */
  readonly onProgress?: (done: number, of: number) => Promise<void> | void
}

export interface BuildResult {
  readonly record: ClusterRecord
  /** Transactions that were read; those of unchanged sections are not. */
  readonly read: number
  /** False where the clusters were up to date. */
  readonly changed: boolean
}

/** Links, and names, read or written at a time. */
const PART = 2 ** 14
const NAMES = 2 ** 16
/** Bytes an address takes: the union-find, and the kind of its script where the source is a chain store. */
const ADDRESS_BYTES = 5

/**
 * A kill at any instant leaves the clustering as it was.
 *
 * @param folder made where it does not exist
 * @throws {StoreLockedError, ClusterMemoryError, ClusterFileError, ColumnError}
 */
export function buildClusters(
  folder: string,
  source: ClusterSource,
  options: BuildOptions,
): Promise<BuildResult> {
  makeFolder(folder)
  return withWriteLock(folder, 'clustering', () => build(folder, source, options))
}

/** Whether a clustering is of this source as it is, and by these settings (null: by whatever it has). */
export function isUpToDate(
  record: ClusterRecord | undefined,
  source: ClusterSource,
  settings: LinkSettings | null,
): boolean {
  return (
    record !== undefined &&
    (settings === null || isDeepStrictEqual(record.settings, settings)) &&
    record.sections.length === source.sections.length &&
    unchanged(record, source) === source.sections.length
  )
}

/** How many of the first sections are what they were. */
function unchanged({ sections }: ClusterRecord, source: ClusterSource): number {
  const differs = source.sections.findIndex((section, i) => {
    const old = sections[i]
    return (
      old?.identity !== section.identity ||
      old.transactions !== section.transactions ||
      old.addresses !== section.addresses
    )
  })
  return differs < 0 ? source.sections.length : differs
}

async function build(folder: string, source: ClusterSource, options: BuildOptions): Promise<BuildResult> {
  const { settings, memory } = options
  const before = readRecord(folder)
  if (before !== undefined && isUpToDate(before, source, settings))
    return { record: before, read: 0, changed: false }
  tidyFiles(folder, before)
  const need = source.addresses * ADDRESS_BYTES
  if (need > memory) throw new ClusterMemoryError(source.addresses, need, memory)
  const reusable = before !== undefined && isDeepStrictEqual(before.settings, settings)
  const kept = reusable ? before.sections.slice(0, unchanged(before, source)) : []
  const generation = (before?.generation ?? 0) + 1
  const fresh = source.sections.slice(kept.length)
  const { later } = splitRules(settings)
  const toRead = fresh.reduce((sum, { transactions }) => sum + transactions, 0)
  const total = toRead + (later.length > 0 ? source.transactions : 0)
  const parent = createParents(source.addresses)
  for (const { file, links } of kept) replay(join(folder, file), links, parent)

  let read = 0
  const tick = async (rows: number): Promise<void> => {
    read += rows
    await options.onProgress?.(read, total)
  }
  const sections: SectionRecord[] = [...kept]
  for (const section of fresh) {
    const file = `links-${generation}-${sections.length}`
    sections.push(await linkSection(join(folder, file), file, source, section, parent, options, tick))
  }
  const tail = later.length > 0 ? await linkLater(folder, generation, source, parent, options, tick) : null

  const clusters = nameClusters(parent)
  const names = `names-${generation}`
  const column = createColumn(join(folder, names), NAME_BYTES)
  for (let from = 0; from < parent.length; from += NAMES) column.append(parent.subarray(from, from + NAMES))
  column.finish()
  const largest = need + 4 * source.addresses > memory ? null : largestOf(parent)
  const counts = { transactions: source.transactions, addresses: source.addresses, clusters, largest }
  const record = commitRecord(folder, { generation, settings, sections, later: tail, names, ...counts })
  tidyFiles(folder, record)
  return { record, read: toRead, changed: true }
}

const every = (): boolean => true

interface LinkLog {
  /** Links two addresses; kept as evidence only where they were in two clusters. */
  add(a: number, b: number, tx: number, rule: number): void
  /** Links kept. */
  finish(): number
}

function createLog(path: string, parent: Uint32Array): LinkLog {
  const column = createColumn(path, LINK_BYTES)
  const buffer = new Uint32Array(4 * PART)
  let filled = 0
  const empty = (): void => {
    column.append(buffer.subarray(0, filled))
    filled = 0
  }
  return {
    add(a, b, tx, rule) {
      if (!unite(parent, a, b)) return
      if (filled === buffer.length) empty()
      buffer[filled++] = a
      buffer[filled++] = b
      buffer[filled++] = tx
      buffer[filled++] = rule
    },
    finish() {
      empty()
      column.finish()
      return column.rows
    },
  }
}

async function linkSection(
  path: string,
  file: string,
  source: ClusterSource,
  section: Section,
  parent: Uint32Array,
  { settings, refused }: BuildOptions,
  tick: (rows: number) => Promise<void>,
): Promise<SectionRecord> {
  const log = createLog(path, parent)
  const { settled } = splitRules(settings)
  let coinJoins = 0
  let payJoins = 0
  for (const world of source.rows(section)) {
    const { columns } = world
    const verdict = verdicts(source, world, settings, refused)
    for (const value of verdict) {
      if (value === VERDICT.coinJoin || value === VERDICT.coinJoinShape) coinJoins++
      if (value === VERDICT.payJoin || value === VERDICT.payJoinShape) payJoins++
    }
    // What is beyond doubt first, so that it is the evidence wherever it can be.
    linkInputs(world, verdict, log, (value) => value === VERDICT.plain)
    linkInputs(world, verdict, log, (value) => value > VERDICT.plain && value < FIRST_REFUSAL)
    eachChange(world, verdict, settled, every, (row, payer, change, rule) =>
      log.add(payer, change, columns.txs[row]!, rule),
    )
    await tick(columns.n)
  }
  const { identity, transactions, addresses } = section
  return { identity, transactions, addresses, file, links: log.finish(), coinJoins, payJoins }
}

function linkInputs(
  { columns: { n, txs, inputStarts, inputAddress } }: ChangeWorld,
  verdict: Uint8Array,
  log: LinkLog,
  wanted: (verdict: number) => boolean,
): void {
  for (let row = 0; row < n; row++) {
    const end = inputStarts[row + 1]!
    let i = inputStarts[row]!
    if (end - i < 2 || !wanted(verdict[row]!)) continue
    let first = NONE
    for (; i < end; i++) {
      const address = inputAddress[i]!
      if (address === NONE || address === first) continue
      if (first === NONE) first = address
      else log.add(first, address, txs[row]!, RULE_OF_VERDICT[verdict[row]!]!)
    }
  }
}

async function linkLater(
  folder: string,
  generation: number,
  source: ClusterSource,
  parent: Uint32Array,
  { settings, refused }: BuildOptions,
  tick: (rows: number) => Promise<void>,
): Promise<{ file: string; links: number }> {
  const file = `later-${generation}`
  const log = createLog(join(folder, file), parent)
  const { later } = splitRules(settings)
  for (const { firstTx, transactions } of source.sections) {
    for (let from = firstTx; from < firstTx + transactions; from += source.atOnce) {
      const to = Math.min(from + source.atOnce, firstTx + transactions)
      const world = source.around(Uint32Array.from({ length: to - from }, (_, i) => from + i))
      const verdict = verdicts(source, world, settings, refused)
      const { txs } = world.columns
      const asked = (row: number): boolean => txs[row]! >= from && txs[row]! < to
      eachChange(world, verdict, later, asked, (row, payer, change, rule) =>
        log.add(payer, change, txs[row]!, rule),
      )
      await tick(to - from)
    }
  }
  return { file, links: log.finish() }
}

function replay(path: string, links: number, parent: Uint32Array): void {
  const column = openColumn(path, LINK_BYTES)
  try {
    if (column.rows !== links) throw new ClusterFileError(path, `got ${column.rows} links, expected ${links}`)
    for (let from = 0; from < links; from += PART) {
      const part = new Uint32Array(4 * Math.min(PART, links - from))
      column.read(from, part)
      for (let i = 0; i < part.length; i += 4) {
        if (part[i]! >= parent.length || part[i + 1]! >= parent.length)
          throw new ClusterFileError(path, `link ${from + i / 4} names an address that there is not`)
        unite(parent, part[i]!, part[i + 1]!)
      }
    }
  } finally {
    column.close()
  }
}

/** Turns parents into names, in place; returns how many there are. */
function nameClusters(parent: Uint32Array): number {
  let clusters = 0
  for (let i = 0; i < parent.length; i++) {
    // Parents come before their children: theirs is a name already.
    if (parent[i] === i) clusters++
    else parent[i] = parent[parent[i]!]!
  }
  return clusters
}

function largestOf(names: Uint32Array): { name: number; members: number } | null {
  const sizes = new Uint32Array(names.length)
  for (const name of names) sizes[name]!++
  let most = 0
  for (let name = 1; name < sizes.length; name++) if (sizes[name]! > sizes[most]!) most = name
  return names.length === 0 ? null : { name: most, members: sizes[most]! }
}

/** More addresses than the memory given can hold. */
export class ClusterMemoryError extends LootlineError<{
  readonly code: 'CLUSTER_MEMORY'
  readonly addresses: number
  readonly needed: number
  readonly given: number
}> {
  override readonly name = 'ClusterMemoryError'
  constructor(addresses: number, needed: number, given: number) {
    const mib = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`
    super(
      { code: 'CLUSTER_MEMORY', addresses, needed, given },
      `Clustering ${addresses} addresses takes ${mib(needed)} of memory, ${ADDRESS_BYTES} bytes each; ${mib(given)} may be used.`,
      'Give more with --memory, if the machine has it.',
    )
  }
}
