/**
 * An account's history from TronGrid's two lists, its transactions and its TRC-20 events, read side by side. Both ascend by
 * block time; each page names the next by a fingerprint.
 * @module
 */
import { z } from 'zod'
import { AnswerError, type Door, listOf, readJson } from '../../net/index.ts'
import type { HistoryRange } from '../source.ts'
import { proveTransaction } from './proof.ts'
import { type AccountRow, accountRowSchema, type TokenRow, tokenRowSchema } from './wire.ts'

/** developers.tron.network, "Get transaction info by account address": at most 200 rows a page. */
const PAGE_ROWS = 200
/** Rows of one moment that are read before a list is taken for an endless one: a block has at most some thousands. */
const MAX_SAME_TIME = 20_000
/** Longest fingerprint that is sent back; they have some 100 characters. */
const MAX_FINGERPRINT = 2000

interface Rows {
  readonly account: readonly AccountRow[]
  readonly token: readonly TokenRow[]
}

/** A row whose transaction is what its bytes say. */
export const provenRowSchema: z.ZodType<AccountRow> = accountRowSchema.transform((row) =>
  'tx_id' in row ? row : proveTransaction(row),
)

/** One transaction's rows. */
export interface Gathered extends Rows {
  readonly txid: string
  /** Unix milliseconds. */
  readonly time: number
}

interface Chunk<R> {
  readonly rows: readonly R[]
  /** Rows of this moment and before are complete, milliseconds. */
  readonly through: number
}

function pageQuery(path: string, order: 'asc' | 'desc', fingerprint = '', within?: HistoryRange): string {
  const query = new URLSearchParams({
    limit: String(PAGE_ROWS),
    only_confirmed: 'true',
    order_by: `block_timestamp,${order}`,
  })
  if (within !== undefined) {
    // Block times are whole seconds here and milliseconds there. Whether the ends are in it is not documented.
    query.set('min_timestamp', String(within.from.time * 1000 - 1))
    query.set('max_timestamp', String((within.to.time + 1) * 1000))
  }
  if (fingerprint !== '') query.set('fingerprint', fingerprint)
  return `${path}?${query}`
}

interface Page<R> {
  readonly data: readonly R[]
  readonly fingerprint: string | null
}

/** One page. A row that is none the list promises is refused with its place. */
function askPage<R extends { readonly block_timestamp: number }>(
  door: Door,
  path: string,
  row: z.ZodType<R>,
): Promise<Page<R>> {
  const schema = z.object({
    success: z.literal(true),
    data: listOf(row, { max: PAGE_ROWS }),
    meta: z.object({ fingerprint: z.string().min(1).max(MAX_FINGERPRINT).nullish() }),
  })
  const read = readJson(schema)
  return door.ask({
    name: `GET ${path}`,
    path,
    read: (answer) => {
      const { data, meta } = read(answer)
      return { data, fingerprint: meta.fingerprint ?? null }
    },
    keep: () => 'refresh',
  })
}

async function* chunksOf<R extends { readonly block_timestamp: number }>(
  door: Door,
  path: string,
  row: z.ZodType<R>,
  within: HistoryRange | undefined,
): AsyncGenerator<Chunk<R>> {
  const seen = new Set<string>()
  let fingerprint = ''
  /** Rows of the last moment met: the next page may have more of them. */
  let held: R[] = []
  let time = 0
  for (;;) {
    const page = await askPage(door, pageQuery(path, 'asc', fingerprint, within), row)
    for (const { block_timestamp } of page.data) {
      if (block_timestamp < time)
        throw new AnswerError({
          expected: `rows in ascending order from ${time}`,
          came: `one of ${block_timestamp}`,
        })
      time = block_timestamp
    }
    const all = [...held, ...page.data]
    if (page.fingerprint === null || page.data.length === 0) {
      yield { rows: all, through: Number.POSITIVE_INFINITY }
      return
    }
    // A fingerprint that comes again would lead round in a circle.
    if (seen.has(page.fingerprint))
      throw new AnswerError({ expected: 'a new page', came: 'a fingerprint that an earlier page had' })
    seen.add(page.fingerprint)
    fingerprint = page.fingerprint
    const split = all.findIndex(({ block_timestamp }) => block_timestamp === time)
    held = all.slice(split)
    if (held.length > MAX_SAME_TIME)
      throw new AnswerError({ expected: `at most ${MAX_SAME_TIME} rows of one moment`, came: 'more' })
    yield { rows: all.slice(0, split), through: time - 1 }
  }
}

/** Transactions in the order of their times, in batches that end with a moment. At most a page of each list is in memory. */
export async function* gather(
  door: Door,
  account: string,
  within?: HistoryRange,
): AsyncGenerator<readonly Gathered[]> {
  const path = `/v1/accounts/${account}/transactions`
  const own = { chunks: chunksOf(door, path, provenRowSchema, within), rows: [] as AccountRow[], through: -1 }
  const tokens = {
    chunks: chunksOf(door, `${path}/trc20`, tokenRowSchema, within),
    rows: [] as TokenRow[],
    through: -1,
  }
  for (;;) {
    if (own.through === Number.POSITIVE_INFINITY && tokens.through === own.through) return
    if (own.through <= tokens.through) await readOn(own)
    else await readOn(tokens)
    const through = Math.min(own.through, tokens.through)
    const ready = grouped({ account: taken(own.rows, through), token: taken(tokens.rows, through) })
    if (ready.length > 0) yield ready
  }
}

async function readOn<R>(list: {
  chunks: AsyncGenerator<Chunk<R>>
  rows: R[]
  through: number
}): Promise<void> {
  const { value } = await list.chunks.next()
  list.rows.push(...(value as Chunk<R>).rows)
  list.through = (value as Chunk<R>).through
}

/** Takes the rows of a moment and before out of the list. */
function taken<R extends { readonly block_timestamp: number }>(rows: R[], through: number): R[] {
  const cut = rows.findIndex(({ block_timestamp }) => block_timestamp > through)
  return rows.splice(0, cut < 0 ? rows.length : cut)
}

function grouped({ account, token }: Rows): Gathered[] {
  const byTxid = new Map<string, { time: number; account: AccountRow[]; token: TokenRow[] }>()
  const of = (txid: string, time: number) => {
    const found = byTxid.get(txid) ?? { time, account: [], token: [] }
    byTxid.set(txid, found)
    if (found.time !== time)
      throw new AnswerError({ expected: `${txid} at one time`, came: `${found.time} and ${time}` })
    return found
  }
  for (const row of account) of('tx_id' in row ? row.tx_id : row.txID, row.block_timestamp).account.push(row)
  for (const row of token) of(row.transaction_id, row.block_timestamp).token.push(row)
  return [...byTxid].map(([txid, rows]) => ({ txid, ...rows })).sort((a, b) => a.time - b.time)
}

/**
 * How many rows a list has: exact up to a page; above it, the number there were if the whole time between the oldest and the
 * newest row were as quiet as the quieter of the two ends.
 */
export async function estimateRows<R extends { readonly block_timestamp: number }>(
  door: Door,
  path: string,
  row: z.ZodType<R>,
): Promise<number> {
  const oldest = await askPage(door, pageQuery(path, 'asc'), row)
  if (oldest.data.length < PAGE_ROWS) return oldest.data.length
  const newest = await askPage(door, pageQuery(path, 'desc'), row)
  const times = (page: Page<R>): number[] => page.data.map(({ block_timestamp }) => block_timestamp)
  const span = (list: readonly number[]): number => Math.max(...list) - Math.min(...list)
  const quiet = Math.max(span(times(oldest)), span(times(newest)), 1)
  const whole = span([...times(oldest), ...times(newest)])
  return Math.max(PAGE_ROWS, Math.floor((PAGE_ROWS * whole) / quiet))
}
