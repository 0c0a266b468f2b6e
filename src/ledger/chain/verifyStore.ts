/**
 * Whether a chain store is what it says: every checksum, and what its columns promise each other. Promises:
 * `docs/formats/chain-store.md`.
 * @module
 */
import { join } from 'node:path'
import { BITCOIN_CASH } from '../../units/caip.ts'
import { NONE } from '../ledger.ts'
import { type ChainReader, type OpenSegment, openChainReader } from './chainReader.ts'
import { ColumnError, HEADER_BYTES, verifyColumn } from './columnFile.ts'
import { BATCH_COLUMNS, SEGMENT_COLUMNS } from './layout.ts'
import { readManifest } from './manifest.ts'
import type { PagedColumn } from './pagedColumn.ts'
import { type FeeTotal, totalFees } from './scanTransactions.ts'
import { FIRST_ADDRESS } from './scriptKind.ts'

/** Rows looked at together. */
const ROWS = 2 ** 14

export interface Verified {
  /** Columns read from end to end. */
  readonly files: number
  readonly bytes: number
  readonly damage: readonly { readonly file: string; readonly reason: string }[]
  /** Of all transactions; null where something is damaged. */
  readonly fees: FeeTotal | null
}

/**
 * Reads every column once for its checksum and once more for its promises. Memory: 16 bytes a transaction of the largest
 * segment. A store whose `chain.json` or headers are damaged is refused at once.
 *
 * @param onFile called with each file's path as it is read
 * @throws {ManifestError, ColumnError}
 */
export function verifyStore(folder: string, onFile: (path: string) => void = () => {}): Verified {
  const reader = openChainReader(folder)
  const damage: { file: string; reason: string }[] = []
  let files = 0
  let bytes = 0
  const guard = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      if (!(error instanceof ColumnError)) throw error
      damage.push(error.data)
    }
  }
  try {
    const verify = (path: string, columns: Readonly<Record<string, number>>): void => {
      for (const [name, width] of Object.entries(columns)) {
        const file = join(path, name)
        onFile(file)
        guard(() => {
          bytes += verifyColumn(file, width)
        })
        files++
      }
    }
    for (const batch of readManifest(folder)?.batches ?? []) {
      for (const { name } of batch.segments) verify(join(folder, 'segments', name), SEGMENT_COLUMNS)
      verify(join(folder, 'batches', batch.name), BATCH_COLUMNS)
    }
    // Where a checksum fails the promises fail, too: they would only say it again.
    if (damage.length === 0)
      for (const segment of reader.segments) guard(() => assertSegment(reader, segment))
    if (damage.length === 0) guard(() => assertBatches(reader))
    return { files, bytes, damage, fees: damage.length === 0 ? totalFees(reader) : null }
  } finally {
    reader.close()
  }
}

function assertSegment(reader: ChainReader, segment: OpenSegment): void {
  const { firstTx, transactions, batchEnd } = segment
  const end = firstTx + transactions
  const endAddress = segment.firstAddress + segment.addresses
  const outputs = segment.outSats.rows
  const inputs = segment.inTx.rows
  starts(segment.blockTx, transactions, true)
  starts(segment.txOutputs, outputs, false)
  starts(segment.txInputs, inputs, false)
  starts(segment.addressStart, segment.addressBytes.rows, false)
  ascends(segment.addressHash, false)

  const placeOf = new Uint32Array(transactions)
  segment.idOfTx.take(0, transactions, placeOf, 0)
  walk(segment.txOfId, (tx, row) =>
    tx < transactions && placeOf[tx] === row ? null : `transaction ${tx} has its id at row ${placeOf[tx]}`,
  )
  ids(segment.txId)
  const kinds = new Uint8Array(ROWS)
  walk(segment.outAddress, (address, row) => {
    if (row % ROWS === 0) segment.outKind.take(row, Math.min(ROWS, outputs - row), kinds, 0)
    const kind = kinds[row % ROWS]!
    if (kind < FIRST_ADDRESS !== (address === NONE)) return `address ${address} of kind ${kind}`
    return address === NONE || address < endAddress ? null : beyond(address, endAddress)
  })
  const money = (sats: number): string | null =>
    Number.isSafeInteger(sats) && sats >= 0 ? null : `${sats} sats`
  walk(segment.outSats, money)
  walk(segment.inSats, money)
  walk(segment.outSpent, (by) =>
    by < batchEnd && by < firstTx ? `spent by ${by}, before it was made` : null,
  )

  // Bitcoin Cash orders a block by id: there a spend may stand before what it spends.
  const cash = reader.chain === BITCOIN_CASH
  let unknown = 0
  let tx = 0
  walk(segment.inTx, (prev, row) => {
    while (segment.txInputs.at(tx + 1) <= row) tx++
    if (prev !== NONE)
      return prev < (cash ? end : firstTx + tx) ? null : `transaction ${firstTx + tx} spends ${prev}`
    const place = unknown++
    return place < segment.unknownInput.rows && segment.unknownInput.at(place) === row
      ? null
      : 'outside the store, and not in unknownInput'
  })
  if (unknown !== segment.unknownInput.rows)
    throw new ColumnError(
      segment.unknownInput.path,
      `has ${segment.unknownInput.rows} inputs, inTx ${unknown}`,
    )
  walk(segment.inAddress, (address) =>
    address === NONE || address < endAddress ? null : beyond(address, endAddress),
  )
}

function assertBatches({ batches }: ChainReader): void {
  for (const batch of batches) {
    const { postingAddress, postingStart, postingTx, spendTx, spendN, spendBy, cut, endTx, endAddress } =
      batch
    starts(postingStart, postingTx.rows, false)
    ascends(postingAddress, true)
    walk(postingAddress, (address) => (cut || address < endAddress ? null : beyond(address, endAddress)))
    let list = 0
    let before = -1
    walk(postingTx, (tx, row) => {
      while (postingStart.at(list + 1) <= row) list++
      const bad = row > postingStart.at(list) && tx <= before ? `${tx} follows ${before}` : null
      before = tx
      return bad ?? (cut || tx < endTx ? null : beyond(tx, endTx))
    })
    let lastTx = -1
    let lastN = -1
    walk(spendTx, (tx, row) => {
      const n = spendN.at(row)
      const bad =
        tx < lastTx || (tx === lastTx && n <= lastN) ? `${tx}:${n} follows ${lastTx}:${lastN}` : null
      lastTx = tx
      lastN = n
      if (spendBy.at(row) <= tx) return `${tx}:${n} is spent by ${spendBy.at(row)}, before it was made`
      return bad
    })
  }
}

function beyond(found: number, end: number): string {
  return `${found}, where there are ${end}`
}

/** A CSR column: from 0 to the number of its rows, never falling. */
function starts(column: PagedColumn, end: number, strictly: boolean): void {
  ascends(column, strictly)
  if (column.at(0) !== 0) throw rowError(column, 0, `${column.at(0)}, where 0 begins`)
  const last = column.rows - 1
  if (column.at(last) !== end) throw rowError(column, last, `${column.at(last)}, where ${end} ends`)
}

function ascends(column: PagedColumn, strictly: boolean): void {
  let before = strictly ? -1 : 0
  walk(column, (value) => {
    const bad = strictly ? value <= before : value < before
    const reason = bad ? `${value} follows ${before}` : null
    before = value
    return reason
  })
}

function ids(column: PagedColumn): void {
  const some = new Uint8Array(32 * ROWS)
  let before = new Uint8Array(32)
  for (let from = 0; from < column.rows; from += ROWS) {
    const n = Math.min(ROWS, column.rows - from)
    column.read(from, some.subarray(0, 32 * n))
    for (let row = 0; row < n; row++) {
      const id = some.subarray(32 * row, 32 * row + 32)
      if (Buffer.compare(before, id) > 0)
        throw rowError(column, from + row, 'the id is less than the one before')
      before = id
    }
    before = before.slice()
  }
}

/** Calls `wrong` with every row; what it returns is what is wrong with it. */
function walk(column: PagedColumn, wrong: (value: number, row: number) => string | null): void {
  const some = new Float64Array(ROWS)
  for (let from = 0; from < column.rows; from += ROWS) {
    const n = Math.min(ROWS, column.rows - from)
    column.take(from, n, some, 0)
    for (let i = 0; i < n; i++) {
      const reason = wrong(some[i]!, from + i)
      if (reason !== null) throw rowError(column, from + i, reason)
    }
  }
}

function rowError({ path, width }: PagedColumn, row: number, reason: string): ColumnError {
  return new ColumnError(path, `row ${row}, at byte ${HEADER_BYTES + row * width}: ${reason}`)
}
