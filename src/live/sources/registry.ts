/**
 * The sources of a store, in the order in which they were added.
 * @module
 */
import { z } from 'zod'
import type { SourceKind } from '../../chain/source.ts'
import { LootlineError } from '../../errors.ts'
import { inTransaction, StoreProblemError, wrapSqlite } from '../../store/index.ts'
import { printable } from '../../units/text.ts'
import { hasLiveFile, type LiveFile, openLiveFile } from '../liveFile.ts'
import { isSourceKind, type SecretPlace, type SourceEntry } from './entry.ts'
import { givenUrl } from './givenUrl.ts'

export interface NewSource extends Omit<SourceEntry, 'name'> {
  /** Made where absent: `esplora-1`. */
  readonly name?: string
}

/** Ours: short enough for a table, and safe in a file name and a shell. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/

/**
 * Stores a source, whole or not at all. Asks it nothing.
 *
 * @throws {SecretInUrlError | SourceUrlError}
 * @throws {OpenSecretError} where a secret would go unencrypted to another machine
 * @throws {SourceNameError} LIVE_BAD_SOURCE_NAME, LIVE_SOURCE_EXISTS
 */
export function addSource(live: LiveFile, given: NewSource): SourceEntry {
  assertSafe(given)
  const { shown } = givenUrl(given.url)
  if (given.name !== undefined && !NAME.test(given.name))
    throw new SourceNameError({ code: 'LIVE_BAD_SOURCE_NAME', name: given.name })
  return inTransaction(live.database, live.path, () => {
    const known = listSources(live)
    const twin = known.find(({ name }) => name === given.name) ?? known.find(isSame({ ...given, url: shown }))
    if (twin !== undefined) throw new SourceNameError({ code: 'LIVE_SOURCE_EXISTS', name: twin.name })
    const entry: SourceEntry = { ...given, url: shown, name: given.name ?? freeName(given.kind, known) }
    const { perSecond = null, concurrency = null, timeoutMs = null } = entry.pace
    live.database
      .prepare(
        `INSERT INTO source(name, kind, url, chain, added, secrets, insecure, per_second, concurrency, timeout_ms)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[entry.name, entry.kind, entry.url, entry.chain, entry.added],
        ...[JSON.stringify(entry.secret), entry.insecure ? 1 : 0, perSecond, concurrency, timeoutMs],
      )
    return entry
  })
}

/** Before anything is asked of a source that is to be added. @throws as {@link addSource} */
export function assertSafe({
  url,
  secret,
  insecure,
}: Pick<SourceEntry, 'url' | 'secret' | 'insecure'>): void {
  const { open, inPath, inQuery, shown } = givenUrl(url)
  const secrets = secret !== null || inPath.length + inQuery.length > 0
  if (open && secrets && !insecure) throw new OpenSecretError(shown)
}

/** In the order in which they were added. */
export function listSources(live: LiveFile): SourceEntry[] {
  return wrapSqlite(live.path, () =>
    live.database
      .prepare('SELECT * FROM source ORDER BY id')
      .all()
      .map((row) => entryOf(row, live.path)),
  )
}

/** Those of a store, without making a file where it has none. @throws {StoreFolderError} */
export function sourcesOfStore(storePath: string): SourceEntry[] {
  if (!hasLiveFile(storePath)) return []
  const live = openLiveFile(storePath)
  try {
    return listSources(live)
  } finally {
    live.close()
  }
}

/** @throws {SourceNameError} LIVE_UNKNOWN_SOURCE */
export function sourceNamed(entries: readonly SourceEntry[], name: string): SourceEntry {
  const found = entries.find((entry) => entry.name === name)
  if (found !== undefined) return found
  throw new SourceNameError({
    ...{ code: 'LIVE_UNKNOWN_SOURCE', name },
    known: entries.map((entry) => entry.name),
  })
}

/** What it answered stays. @throws {SourceNameError} LIVE_UNKNOWN_SOURCE */
export function removeSource(live: LiveFile, name: string): SourceEntry {
  return inTransaction(live.database, live.path, () => {
    const entry = sourceNamed(listSources(live), name)
    live.database.prepare('DELETE FROM source WHERE name = ?').run(name)
    return entry
  })
}

function isSame(given: Pick<SourceEntry, 'kind' | 'url' | 'chain'>): (entry: SourceEntry) => boolean {
  return ({ kind, url, chain }) => kind === given.kind && url === given.url && chain === given.chain
}

function freeName(kind: SourceKind, known: readonly SourceEntry[]): string {
  const taken = new Set(known.map(({ name }) => name))
  for (let n = 1; ; n++) if (!taken.has(`${kind}-${n}`)) return `${kind}-${n}`
}

const PLACE: z.ZodType<SecretPlace | null> = z
  .discriminatedUnion('in', [
    z.object({ in: z.literal('auth-env'), variable: z.string() }),
    z.object({ in: z.literal('cookie'), file: z.string() }),
    z.object({ in: z.literal('key-env'), variable: z.string() }),
    z.object({ in: z.literal('key-keyring'), service: z.string(), account: z.string() }),
  ])
  .nullable()

/** @throws {StoreProblemError} STORE_CORRUPT for a row that we did not write */
function entryOf(row: Record<string, unknown>, file: string): SourceEntry {
  try {
    const kind = String(row['kind'])
    if (!isSourceKind(kind)) throw new RangeError(`kind ${printable(kind)}`)
    const number = (column: string): number | null => row[column] as number | null
    const [perSecond, concurrency, timeoutMs] = ['per_second', 'concurrency', 'timeout_ms'].map(number)
    return {
      ...{ name: String(row['name']), kind, chain: String(row['chain']), added: Number(row['added']) },
      ...{ url: givenUrl(String(row['url'])).shown, insecure: row['insecure'] === 1 },
      secret: PLACE.parse(JSON.parse(String(row['secrets']))),
      pace: {
        ...(perSecond == null ? {} : { perSecond }),
        ...(concurrency == null ? {} : { concurrency }),
        ...(timeoutMs == null ? {} : { timeoutMs }),
      },
    }
  } catch (error) {
    const detail = `source ${String(row['id'])} is not as it was written`
    throw new StoreProblemError({ code: 'STORE_CORRUPT', file, detail }, error)
  }
}

type SourceNameData =
  | { readonly code: 'LIVE_BAD_SOURCE_NAME' | 'LIVE_SOURCE_EXISTS'; readonly name: string }
  | { readonly code: 'LIVE_UNKNOWN_SOURCE'; readonly name: string; readonly known: readonly string[] }

function wordsOf(data: SourceNameData): readonly [message: string, next: string] {
  const name = printable(data.name, 40)
  switch (data.code) {
    case 'LIVE_BAD_SOURCE_NAME':
      return [
        `"${name}" cannot name a source.`,
        'Use up to 40 letters, digits, points, hyphens and underscores, beginning with a letter or digit.',
      ]
    case 'LIVE_SOURCE_EXISTS':
      return [
        `The store has this source already, or another of its name: ${name}.`,
        `See it with "lootline source list"; to change it, "lootline source remove ${name}" and add it again.`,
      ]
    case 'LIVE_UNKNOWN_SOURCE':
      return [
        `The store has no source named "${name}".`,
        data.known.length === 0
          ? 'Add one with "lootline source add".'
          : `It has ${data.known.slice(0, 20).join(', ')}.`,
      ]
  }
}

export class SourceNameError extends LootlineError<SourceNameData> {
  override readonly name = 'SourceNameError'
  constructor(data: SourceNameData) {
    super(data, ...wordsOf(data))
  }
}

export class OpenSecretError extends LootlineError<{
  readonly code: 'LIVE_OPEN_SECRET'
  readonly source: string
}> {
  override readonly name = 'OpenSecretError'
  constructor(source: string) {
    super(
      { code: 'LIVE_OPEN_SECRET', source },
      `${printable(source, 200)} is plain http to another machine: the key or password could be read on the way.`,
      'Use https, or a tunnel to 127.0.0.1; --insecure sends it nevertheless.',
    )
  }
}
