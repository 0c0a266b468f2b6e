/**
 * The columns of a whole chain store, by number: which segment and batch a number is in, and what stands there.
 * @module
 */
import { join } from 'node:path'
import { NONE } from '../ledger.ts'
import { BATCH_COLUMNS, SEGMENT_COLUMNS } from './layout.ts'
import { ManifestError, readManifest } from './manifest.ts'
import { createPageCache, lowerBound, type PagedColumn } from './pagedColumn.ts'
import { keyHash } from './scriptKind.ts'
import { segmentOfTx } from './workSegment.ts'

type Columns<T> = { readonly [K in keyof T]: PagedColumn }

export interface OpenSegment extends Columns<typeof SEGMENT_COLUMNS> {
  readonly firstHeight: number
  readonly blocks: number
  readonly firstTx: number
  readonly transactions: number
  readonly firstAddress: number
  readonly addresses: number
  /** First transaction after its batch: marks of spends from here on are of blocks taken out since. */
  readonly batchEnd: number
}

interface OpenBatch extends Columns<typeof BATCH_COLUMNS> {
  readonly endTx: number
  readonly endAddress: number
}

export interface ChainReader {
  readonly chain: string
  readonly segments: readonly OpenSegment[]
  readonly transactions: number
  readonly addresses: number
  segmentOf(tx: number): OpenSegment
  /** 32 bytes, internal byte order. */
  txid(tx: number): Uint8Array
  /** Every transaction with this id. */
  transactionsWith(txid: Uint8Array): number[]
  /** Number of an address, NONE where it never took part. */
  address(kind: number, payload: Uint8Array): number
  /** Kind and payload of an address. */
  key(address: number): { readonly kind: number; readonly payload: Uint8Array }
  /** Spender of output n of a transaction; NONE where unspent, or where there is no such output. */
  spender(tx: number, n: number): number
  /** How many transactions an address took part in. */
  postings(address: number): number
  /** Its transactions number `from` to `from + count`, ascending. */
  page(address: number, from: number, count: number): Uint32Array
  close(): void
}

/** Reads the manifest once: what is indexed later is not seen. @throws {ManifestError, ColumnError} */
export function openChainReader(folder: string): ChainReader {
  const manifest = readManifest(folder)
  if (manifest === undefined) throw new ManifestError(folder, undefined)
  const cache = createPageCache()
  const segments: OpenSegment[] = []
  const batches: OpenBatch[] = []
  const open = <T extends Readonly<Record<string, number>>>(path: string, columns: T): Columns<T> =>
    Object.fromEntries(
      Object.entries(columns).map(([name, width]) => [name, cache.open(join(path, name), width)]),
    ) as Columns<T>
  let firstTx = 0
  let firstAddress = 0
  try {
    for (const batch of manifest.batches) {
      const batchEnd = firstTx + batch.segments.reduce((sum, { transactions }) => sum + transactions, 0)
      for (const { name, firstHeight, blocks, transactions, addresses } of batch.segments) {
        segments.push({
          ...open(join(folder, 'segments', name), SEGMENT_COLUMNS),
          ...{ firstHeight, blocks, firstTx, transactions, firstAddress, addresses, batchEnd },
        })
        firstTx += transactions
        firstAddress += addresses
      }
      const columns = open(join(folder, 'batches', batch.name), BATCH_COLUMNS)
      batches.push({ ...columns, endTx: firstTx, endAddress: firstAddress })
    }
  } catch (error) {
    cache.close()
    throw error
  }

  const segmentOf = (tx: number): OpenSegment => segments[segmentOfTx(segments, tx)]!
  const prefixOf = (id: Uint8Array): number => new DataView(id.buffer, id.byteOffset).getUint32(0)

  /** Rows of one batch's postings; those of blocks taken out since are left off. */
  const span = (batch: OpenBatch, address: number): { from: number; count: number } => {
    if (address >= batch.endAddress) return { from: 0, count: 0 }
    const row = lowerBound(batch.postingAddress, address)
    if (row === batch.postingAddress.rows || batch.postingAddress.at(row) !== address)
      return { from: 0, count: 0 }
    const from = batch.postingStart.at(row)
    let end = batch.postingStart.at(row + 1)
    if (end > from && batch.postingTx.at(end - 1) >= batch.endTx) {
      let low = from
      while (low < end) {
        const middle = Math.floor((low + end) / 2)
        if (batch.postingTx.at(middle) < batch.endTx) low = middle + 1
        else end = middle
      }
    }
    return { from, count: end - from }
  }

  return {
    chain: manifest.chain,
    segments,
    transactions: firstTx,
    addresses: firstAddress,
    segmentOf,
    txid(tx): Uint8Array {
      const segment = segmentOf(tx)
      const id = new Uint8Array(32)
      segment.txId.read(segment.idOfTx.at(tx - segment.firstTx), id)
      return id
    },
    transactionsWith(txid): number[] {
      const found: number[] = []
      const prefix = prefixOf(txid)
      const id = new Uint8Array(32)
      for (const { txId, txOfId, firstTx: first } of segments) {
        const prefixes = {
          rows: txId.rows,
          at(row: number): number {
            txId.read(row, id)
            return prefixOf(id)
          },
          read: txId.read,
        }
        for (let row = lowerBound(prefixes, prefix); row < txId.rows && prefixes.at(row) === prefix; row++) {
          if (Buffer.compare(id, txid) === 0) found.push(first + txOfId.at(row))
        }
      }
      return found
    },
    address(kind, payload): number {
      const hash = keyHash(kind, payload, 0, payload.length)
      for (const segment of segments) {
        const { addressHash, addressKind, addressStart, addressBytes, addresses } = segment
        for (
          let row = lowerBound(addressHash, hash, 0, addresses);
          row < addresses && addressHash.at(row) === hash;
          row++
        ) {
          if (addressKind.at(row) !== kind) continue
          const own = new Uint8Array(addressStart.at(row + 1) - addressStart.at(row))
          addressBytes.read(addressStart.at(row), own)
          if (Buffer.compare(own, payload) === 0) return segment.firstAddress + row
        }
      }
      return NONE
    },
    key(address): { kind: number; payload: Uint8Array } {
      const at = segmentOfTx(
        segments.map((segment) => ({ firstTx: segment.firstAddress })),
        address,
      )
      const { addressKind, addressStart, addressBytes, firstAddress: first } = segments[at]!
      const row = address - first
      const payload = new Uint8Array(addressStart.at(row + 1) - addressStart.at(row))
      addressBytes.read(addressStart.at(row), payload)
      return { kind: addressKind.at(row), payload }
    },
    spender(tx, n): number {
      const segment = segmentOf(tx)
      const local = tx - segment.firstTx
      const output = segment.txOutputs.at(local) + n
      if (output >= segment.txOutputs.at(local + 1)) return NONE
      const own = segment.outSpent.at(output)
      if (own < segment.batchEnd) return own
      for (const { spendTx, spendN, spendBy, endTx } of batches) {
        if (endTx <= segment.batchEnd) continue
        for (let row = lowerBound(spendTx, tx); row < spendTx.rows && spendTx.at(row) === tx; row++) {
          if (spendN.at(row) === n && spendBy.at(row) < endTx) return spendBy.at(row)
        }
      }
      return NONE
    },
    postings: (address) => batches.reduce((sum, batch) => sum + span(batch, address).count, 0),
    page(address, from, count): Uint32Array {
      const parts: Uint32Array[] = []
      let skip = from
      let left = count
      for (const batch of batches) {
        const own = span(batch, address)
        const taken = Math.min(left, Math.max(0, own.count - skip))
        if (taken > 0) {
          const txs = new Uint32Array(taken)
          batch.postingTx.read(own.from + skip, txs)
          parts.push(txs)
          left -= taken
        }
        skip = Math.max(0, skip - own.count)
      }
      const all = new Uint32Array(count - left)
      let at = 0
      for (const part of parts) {
        all.set(part, at)
        at += part.length
      }
      return all
    },
    close: () => cache.close(),
  }
}
