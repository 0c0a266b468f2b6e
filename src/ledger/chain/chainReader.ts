/**
 * The columns of a whole chain store, by number: which segment and batch a number is in, and what stands there.
 * @module
 */
import { join } from 'node:path'
import { NONE } from '../ledger.ts'
import { ColumnError } from './columnFile.ts'
import { BATCH_COLUMNS, SEGMENT_COLUMNS } from './layout.ts'
import { ManifestError, readManifest, type SegmentRecord } from './manifest.ts'
import { createFinder, createPageCache, hashBound, lowerBound, type PagedColumn } from './pagedColumn.ts'
import { keyHash } from './scriptKind.ts'
import { holdSnapshot } from './snapshot.ts'
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

export interface OpenBatch extends Columns<typeof BATCH_COLUMNS> {
  /** Place of an address in `postingAddress`, and of a transaction in `spendTx`, or of what comes after it. */
  readonly addressRow: (address: number) => number
  readonly spendRow: (tx: number) => number
  /** False where every posting is of a block that is still there. */
  readonly cut: boolean
  readonly endTx: number
  readonly endAddress: number
}

export interface ChainReader {
  readonly chain: string
  readonly segments: readonly OpenSegment[]
  readonly batches: readonly OpenBatch[]
  readonly transactions: number
  readonly addresses: number
  /** Pages read from files so far. */
  readonly reads: number
  segmentOf(tx: number): OpenSegment
  /** Block of a transaction, counted from the segment's first; `local` from its first transaction. */
  blockOf(segment: OpenSegment, local: number): number
  /** 32 bytes, internal byte order. */
  txid(tx: number): Uint8Array
  /** Every transaction with this id. Cost: one or two page reads a segment. */
  transactionsWith(txid: Uint8Array): number[]
  /** Number of an address, NONE where it never took part. Cost: one or two page reads for each segment up to its own. */
  address(kind: number, payload: Uint8Array): number
  /** Kind and payload of an address. Ask in ascending order. */
  key(address: number): { readonly kind: number; readonly payload: Uint8Array }
  /** Spender of output n of a transaction; NONE where unspent, or where there is no such output. Ask in ascending order. */
  spender(tx: number, n: number): number
  /** How many transactions an address took part in. Ask in ascending order. */
  postings(address: number): number
  /** Its transactions number `from` to `from + count`, ascending. */
  page(address: number, from: number, count: number): Uint32Array
  close(): void
}

/**
 * Reads the manifest once: what is indexed later is not seen. Every column's header is checked.
 *
 * @param cacheBytes bound of the pages held in memory
 * @throws {ManifestError, ColumnError}
 */
export function openChainReader(folder: string, cacheBytes?: number): ChainReader {
  const snapshot = holdSnapshot(folder)
  const manifest = readManifest(folder)
  if (manifest === undefined) {
    snapshot.release()
    throw new ManifestError(folder, undefined)
  }
  const cache = createPageCache(cacheBytes)
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
      for (const record of batch.segments) {
        const columns = open(join(folder, 'segments', record.name), SEGMENT_COLUMNS)
        assertRows(columns, record)
        const { firstHeight, blocks, transactions, addresses } = record
        segments.push({
          ...columns,
          ...{ firstHeight, blocks, firstTx, transactions, firstAddress, addresses, batchEnd },
        })
        firstTx += transactions
        firstAddress += addresses
      }
      const columns = open(join(folder, 'batches', batch.name), BATCH_COLUMNS)
      batches.push({
        ...columns,
        addressRow: createFinder(columns.postingAddress),
        spendRow: createFinder(columns.spendTx),
        cut: batch.cut ?? false,
        ...{ endTx: firstTx, endAddress: firstAddress },
      })
    }
  } catch (error) {
    cache.close()
    snapshot.release()
    throw error
  }

  /** Numbers are asked in ascending order: mostly it is the segment, and the block, of the number before. */
  let lastByTx = segments[0]!
  let lastByAddress = segments[0]!
  const blockMemo = { segment: segments[0]!, block: 0, from: 0, to: 0 }
  const addressStarts = segments.map((segment) => ({ firstTx: segment.firstAddress }))

  const segmentOf = (tx: number): OpenSegment => {
    if (tx < lastByTx.firstTx || tx >= lastByTx.firstTx + lastByTx.transactions)
      lastByTx = segments[segmentOfTx(segments, tx)]!
    return lastByTx
  }
  const segmentOfAddress = (address: number): OpenSegment => {
    if (
      address < lastByAddress.firstAddress ||
      address >= lastByAddress.firstAddress + lastByAddress.addresses
    )
      lastByAddress = segments[segmentOfTx(addressStarts, address)]!
    return lastByAddress
  }

  /** Rows of one batch's postings; those of blocks taken out since are left off. */
  const span = (batch: OpenBatch, address: number): { from: number; count: number } => {
    if (address >= batch.endAddress) return NOTHING
    const row = batch.addressRow(address)
    if (row === batch.postingAddress.rows || batch.postingAddress.at(row) !== address) return NOTHING
    const from = batch.postingStart.at(row)
    let end = batch.postingStart.at(row + 1)
    if (!(Number.isSafeInteger(from) && Number.isSafeInteger(end) && from <= end))
      throw new ColumnError(batch.postingStart.path, `row ${row} begins at ${from}, the next at ${end}`)
    if (batch.cut && end > from && batch.postingTx.at(end - 1) >= batch.endTx) {
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
    batches,
    transactions: firstTx,
    addresses: firstAddress,
    get reads(): number {
      return cache.reads
    },
    segmentOf,
    blockOf(segment, local): number {
      if (segment !== blockMemo.segment || local < blockMemo.from || local >= blockMemo.to) {
        const { blockTx, blocks } = segment
        // Blocks without transactions do not exist, so the first row above is of the next block.
        const next = lowerBound(blockTx, local + 1, 0, blocks)
        blockMemo.segment = segment
        blockMemo.block = next - 1
        blockMemo.from = blockTx.at(next - 1)
        blockMemo.to = blockTx.at(next)
      }
      return blockMemo.block
    },
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
        }
        for (let row = hashBound(prefixes, prefix); row < txId.rows && prefixes.at(row) === prefix; row++) {
          if (Buffer.compare(id, txid) === 0) found.push(first + txOfId.at(row))
        }
      }
      return found
    },
    address(kind, payload): number {
      const hash = keyHash(kind, payload, 0, payload.length)
      for (const segment of segments) {
        const { addressHash, addressKind, addressStart, addressBytes, addresses } = segment
        for (let row = hashBound(addressHash, hash); row < addresses && addressHash.at(row) === hash; row++) {
          if (addressKind.at(row) !== kind) continue
          const start = addressStart.at(row)
          const own = new Uint8Array(addressStart.at(row + 1) - start)
          addressBytes.read(start, own)
          if (Buffer.compare(own, payload) === 0) return segment.firstAddress + row
        }
      }
      return NONE
    },
    key(address): { kind: number; payload: Uint8Array } {
      const { addressKind, addressStart, addressBytes, firstAddress: first } = segmentOfAddress(address)
      const row = address - first
      const start = addressStart.at(row)
      const bytes = addressStart.at(row + 1) - start
      // A witness program has 40 bytes at most (BIP-141), an uncompressed public key 65.
      if (!(bytes >= 0 && bytes <= 65))
        throw new ColumnError(addressStart.path, `row ${row} is not ascending`)
      const payload = new Uint8Array(bytes)
      addressBytes.read(start, payload)
      return { kind: addressKind.at(row), payload }
    },
    spender(tx, n): number {
      const segment = segmentOf(tx)
      const local = tx - segment.firstTx
      const output = segment.txOutputs.at(local) + n
      if (output >= segment.txOutputs.at(local + 1)) return NONE
      const own = segment.outSpent.at(output)
      if (own < segment.batchEnd) return own
      for (const { spendTx, spendN, spendBy, spendRow, endTx } of batches) {
        if (endTx <= segment.batchEnd) continue
        for (let row = spendRow(tx); row < spendTx.rows && spendTx.at(row) === tx; row++) {
          if (spendN.at(row) === n && spendBy.at(row) < endTx) return spendBy.at(row)
        }
      }
      return NONE
    },
    postings(address): number {
      let sum = 0
      for (const batch of batches) sum += span(batch, address).count
      return sum
    },
    page(address, from, count): Uint32Array {
      const all = new Uint32Array(count)
      let taken = 0
      let skip = from
      for (const batch of batches) {
        const own = span(batch, address)
        const some = Math.min(count - taken, Math.max(0, own.count - skip))
        if (some > 0) batch.postingTx.read(own.from + skip, all.subarray(taken, taken + some))
        taken += Math.max(0, some)
        skip = Math.max(0, skip - own.count)
      }
      return all.slice(0, taken)
    },
    close(): void {
      cache.close()
      snapshot.release()
    },
  }
}

const NOTHING = { from: 0, count: 0 }

function prefixOf(id: Uint8Array): number {
  return ((id[0]! << 24) | (id[1]! << 16) | (id[2]! << 8) | id[3]!) >>> 0
}

/** Columns of one segment agree with `chain.json`, or some file is of another segment. */
function assertRows(columns: Columns<typeof SEGMENT_COLUMNS>, record: SegmentRecord): void {
  const expected = {
    ...{ blockHash: record.blocks, blockTime: record.blocks, blockTx: record.blocks + 1 },
    ...{ txId: record.transactions, txOfId: record.transactions, idOfTx: record.transactions },
    ...{ txOutputs: record.transactions + 1, txInputs: record.transactions + 1 },
    ...{
      outSats: record.outputs,
      outKind: record.outputs,
      outAddress: record.outputs,
      outSpent: record.outputs,
    },
    ...{ inTx: record.inputs, inN: record.inputs, inAddress: record.inputs, inSats: record.inputs },
    ...{ addressHash: record.addresses, addressKind: record.addresses, addressStart: record.addresses + 1 },
  }
  for (const [name, rows] of Object.entries(expected)) {
    const column = columns[name as keyof typeof columns]
    if (column.rows !== rows)
      throw new ColumnError(column.path, `got ${column.rows} rows, chain.json says ${rows}`)
  }
}
