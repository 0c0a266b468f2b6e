/**
 * An address's history through Esplora: its count, and its pages, newest first.
 * @module
 */
import { sha256 } from '@noble/hashes/sha2.js'
import { toScript } from '../../../address/index.ts'
import { AnswerError, checkJson, type Door } from '../../../net/index.ts'
import { addressOf, type ChainId, type HolderId } from '../../../units/caip.ts'
import { toHex } from '../../../units/hex.ts'
import type { HistoryPage, Source } from '../../source.ts'
import { HOLDER } from './esploraJson.ts'
import { type ReadTransaction, readEsploraTransaction } from './esploraTransaction.ts'
import { badAnswers } from './inAnswer.ts'
import type { Reading } from './placed.ts'
import { isWanted } from './wanted.ts'

/** API.md, `GET /address/:address/txs/chain[/:last_seen_txid]`: "25 per page". */
const PAGE = 25
/**
 * A history that goes on past twice the count that the source states, and so many more, has no end. Ours: between count and
 * last page an address rarely doubles.
 */
const SLACK = 1000

/** @param met is told of every transaction */
export function createEsploraHistory(
  door: Door,
  reading: Reading,
  met: (read: ReadTransaction) => void,
): Required<Pick<Source, 'count' | 'history'>> {
  const { chain } = reading

  const count = (holder: HolderId): Promise<number> => {
    const { path, name, value } = pathOf(holder, chain)
    return door.ask({
      name: `GET ${path}`,
      path,
      read: (answer) => {
        const stated = checkJson(HOLDER, answer.json())
        if (stated[name] !== value)
          throw new AnswerError({ expected: value, path: `$.${name}`, came: stated[name] ?? 'nothing' })
        return stated.chain_stats.tx_count
      },
      keep: () => 'refresh',
    })
  }

  const page = (holder: HolderId, last: string | undefined): Promise<readonly ReadTransaction[]> => {
    const path = `${pathOf(holder, chain).path}/txs/chain${last === undefined ? '' : `/${last}`}`
    const interest = { spends: () => false, touches: (each: HolderId) => each === holder }
    return door.ask({
      name: `GET ${path}`,
      path,
      read: (answer) => {
        const stated = answer.json()
        if (!Array.isArray(stated))
          throw new AnswerError({ expected: 'an array of transactions', came: 'something else' })
        return stated.map((value: unknown, i) => {
          const read = readEsploraTransaction(value, undefined, reading, `$[${i}]`)
          const { txid } = read.raw
          if (read.placed.block === null)
            throw new AnswerError({ expected: 'transactions of blocks', path: `$[${i}]`, came: txid })
          if (!isWanted(read, interest, chain))
            throw new AnswerError({ expected: `transactions of ${holder}`, path: `$[${i}]`, came: txid })
          return read
        })
      },
      keep: () => 'refresh',
    })
  }

  const bad = (holder: HolderId, expected: string, came: string): AnswerError =>
    badAnswers(door, `the history of ${holder}`, expected, came)

  return {
    count,
    async *history(holder, within): AsyncGenerator<HistoryPage> {
      const counted = await count(holder)
      const seen = new Set<string>()
      let last: string | undefined
      let full = 0
      for (;;) {
        const reads = await page(holder, last)
        for (const { raw } of reads) {
          if (seen.has(raw.txid)) throw bad(holder, 'each transaction once', `${raw.txid} again`)
          last = raw.txid
          seen.add(last)
        }
        if (seen.size > 2 * counted + SLACK)
          throw bad(holder, `some ${counted} transactions, as counted`, `more than ${seen.size}`)
        for (const read of reads) met(read)
        if (reads.length > 0) yield { transactions: reads.map(({ placed }) => placed), assets: [] }
        // Newest first: what follows is older.
        if (within !== undefined && reads.some(({ placed }) => placed.block!.height < within.from.height))
          return
        full = Math.max(full, reads.length)
        // Servers may have smaller pages than the API says: a page as long as any other does not prove the end.
        const ends =
          reads.length === 0 ||
          (reads.length < PAGE && (reads.length < full || (seen.size === full && seen.size >= counted)))
        if (!ends) continue
        if (seen.size < counted) throw bad(holder, `${counted} transactions, as counted`, `${seen.size}`)
        return
      }
    },
  }
}

/** By address, or, of a bare key, which has none, by SHA-256 of its script. */
function pathOf(
  holder: HolderId,
  chain: ChainId,
): { readonly path: string; readonly name: 'address' | 'scripthash'; readonly value: string } {
  const address = addressOf(holder)
  if (!address.startsWith('p2pk-')) return { path: `/address/${address}`, name: 'address', value: address }
  const hash = toHex(sha256(toScript(address, chain)))
  return { path: `/scripthash/${hash}`, name: 'scripthash', value: hash }
}
