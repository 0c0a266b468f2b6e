/**
 * An account's whole history, from five lists that are read side by side.
 *
 * A list is paged by block, not by page number, since page times rows may not pass 10,000 (docs.etherscan.io, "Get a list of
 * 'Normal' Transactions"): a full page may end amid a block, so its last block is dropped and begins the next page.
 * @module
 */
import { z } from 'zod'
import { AnswerError, type Door, listOf } from '../../../net/index.ts'
import type { HistoryRange } from '../../source.ts'
import { askApi } from './api.ts'
import { LISTS, type ListName, type Row } from './rows.ts'

/** What the API gives at most for one query, whatever the page. */
const MOST_ROWS = 10_000
/** Above every block. */
const END = 999_999_999

export interface ListOptions {
  readonly door: Door
  readonly chainId: number
  /** EIP-55 form. */
  readonly account: string
  /** Rows asked for at once, up to 10,000. */
  readonly pageRows: number
  readonly schemaOf: (list: ListName) => z.ZodType<Row>
  /** Absent: all blocks. */
  readonly within: HistoryRange | undefined
}

/** Rows that are complete up to and with block `through`. */
interface Chunk {
  readonly rows: readonly Row[]
  readonly through: number
}

async function* pagesOf(list: ListName, options: ListOptions): AsyncGenerator<Chunk> {
  const { door, chainId, account, pageRows, within } = options
  const schema = listOf(options.schemaOf(list), { max: pageRows })
  const endblock = within?.to.height ?? END
  let from = within?.from.height ?? 0
  for (;;) {
    const rows: Row[] = []
    let page = 1
    for (; ; page++) {
      const parameters = {
        ...{ module: 'account', action: list, address: account, startblock: from, endblock },
        ...{ page, offset: pageRows, sort: 'asc' },
      }
      const more = await askApi(door, chainId, parameters, schema, () => 'refresh')
      checkOrder(list, [...rows.slice(-1), ...more], from)
      rows.push(...more)
      if (more.length < pageRows) {
        yield { rows, through: END }
        return
      }
      // Only where one block alone fills what was asked for is its next page wanted.
      if (rows.at(-1)!.height > from && rows.at(-1)!.height > rows[0]!.height) break
      if ((page + 1) * pageRows > MOST_ROWS)
        throw new AnswerError({
          expected: `fewer than ${MOST_ROWS} rows of ${account} in block ${rows[0]!.height}`,
          came: 'more than the API gives',
        })
    }
    const last = rows.at(-1)!.height
    yield { rows: rows.filter(({ height }) => height < last), through: last - 1 }
    from = last
  }
}

/** @throws {AnswerError} where a list does not ascend from the block asked for: it would never end, or repeat itself */
function checkOrder(list: ListName, rows: readonly Row[], from: number): void {
  let height = from
  for (const row of rows) {
    if (row.height < height)
      throw new AnswerError({
        expected: `${list} in ascending order from block ${height}`,
        came: `block ${row.height}`,
      })
    height = row.height
  }
}

/** Rows of one transaction, in the order of the lists. */
export interface Gathered {
  readonly height: number
  readonly txid: string
  /** Unix seconds. */
  readonly time: number
  readonly rows: readonly Row[]
}

/**
 * Transactions in block order, in batches that end with a block. In memory is at most one page of each list and what is not
 * complete yet: the list that is least far is read on.
 */
export async function* gather(options: ListOptions): AsyncGenerator<readonly Gathered[]> {
  const lists = LISTS.map((list) => ({ pages: pagesOf(list, options), rows: [] as Row[], through: -1 }))
  for (;;) {
    const least = lists.reduce((a, b) => (b.through < a.through ? b : a))
    if (least.through === END) return
    const { value } = await least.pages.next()
    least.rows.push(...(value as Chunk).rows)
    least.through = (value as Chunk).through
    const through = Math.min(...lists.map((list) => list.through))
    const ready = lists.flatMap((list) => {
      const cut = list.rows.findIndex(({ height }) => height > through)
      return list.rows.splice(0, cut < 0 ? list.rows.length : cut)
    })
    if (ready.length > 0) yield grouped(ready)
  }
}

function grouped(rows: readonly Row[]): Gathered[] {
  const byTxid = Map.groupBy(rows, ({ txid }) => txid)
  const all = [...byTxid].map(([txid, own]): Gathered => {
    const { height, time } = own[0]!
    if (own.some((row) => row.height !== height || row.time !== time))
      throw new AnswerError({ expected: `${txid} in one block, ${height}`, came: 'rows of several' })
    return { height, txid, time, rows: own }
  })
  return all.sort((a, b) => a.height - b.height)
}

/**
 * How many rows a list has at least: 0 for all below 10,000, then that there are so many, or more, or twice as many. The
 * 10,000th row is asked for alone, and then what comes after its block: at most three small calls.
 */
export async function leastRows(
  door: Door,
  chainId: number,
  address: string,
  action: 'txlist' | 'tokentx',
): Promise<number> {
  const schema = listOf(z.looseObject({ blockNumber: z.string().regex(/^\d{1,15}$/) }), { max: 1 })
  const rowAt = async (startblock: number, page: number): Promise<number | null> => {
    const list = {
      module: 'account',
      action,
      address,
      startblock,
      endblock: END,
      page,
      offset: 1,
      sort: 'asc',
    }
    const [row] = await askApi(door, chainId, list, schema, () => 'refresh')
    return row === undefined ? null : Number(row.blockNumber)
  }
  const block = await rowAt(0, MOST_ROWS)
  if (block === null) return 0
  if ((await rowAt(block + 1, MOST_ROWS)) !== null) return 2 * MOST_ROWS
  return (await rowAt(block + 1, 1)) === null ? MOST_ROWS : MOST_ROWS + 1
}
