/**
 * What a chain store has of one block, and of what lies outside all of them.
 * @module
 */
import { NONE } from '../ledger.ts'
import { type ChainReader, type OpenSegment, openChainReader } from './chainReader.ts'
import { lowerBound } from './pagedColumn.ts'

/** A transaction as its amounts; sats. */
interface StoredTransaction {
  readonly txid: string
  readonly inputs: number
  readonly outputs: number
  /** Null for the coinbase, and where the amount of a prevout is unknown. */
  readonly satsIn: bigint | null
  readonly satsOut: bigint
  /** What it leaves to the miner. Null where `satsIn` is. */
  readonly fee: bigint | null
}

interface StoredBlock {
  readonly height: number
  /** As explorers print it. */
  readonly hash: string
  /** Unix seconds. */
  readonly time: number
  /** The coinbase first. */
  readonly transactions: readonly StoredTransaction[]
  /** Sum of the fees; null where one is unknown. */
  readonly fees: bigint | null
  /** What the coinbase pays beyond the fees: the subsidy, less what the miner left unclaimed. Null where `fees` is. */
  readonly subsidy: bigint | null
}

/** Reads one block by its height or hash; undefined where it is not in the store. @throws {ManifestError, ColumnError} */
export function readStoredBlock(folder: string, of: number | string): StoredBlock | undefined {
  const reader = openChainReader(folder)
  try {
    const place = placeOf(reader, of)
    return place && blockAt(reader, place.segment, place.block)
  } finally {
    reader.close()
  }
}

/**
 * Prevouts of the store that no block of it has, and how many of them have no known amount: neither undo data nor a file gave
 * it. Reads one byte for each.
 */
export function countPrevoutsOutside(folder: string): { readonly outside: number; readonly unknown: number } {
  const reader = openChainReader(folder)
  let outside = 0
  let unknown = 0
  for (const { unknownGiven } of reader.segments) {
    outside += unknownGiven.rows
    const given = new Uint8Array(unknownGiven.rows)
    unknownGiven.read(0, given)
    for (const known of given) if (known === 0) unknown++
  }
  reader.close()
  return { outside, unknown }
}

function placeOf(
  { segments }: ChainReader,
  of: number | string,
): { segment: OpenSegment; block: number } | undefined {
  if (typeof of === 'number') {
    const segment = segments.find(({ firstHeight, blocks }) => of >= firstHeight && of < firstHeight + blocks)
    return segment && { segment, block: of - segment.firstHeight }
  }
  const wanted = Buffer.from(of, 'hex').reverse()
  for (const segment of segments) {
    const hashes = Buffer.alloc(32 * segment.blocks)
    segment.blockHash.read(0, hashes)
    for (let block = 0; block < segment.blocks; block++)
      if (hashes.subarray(32 * block, 32 * block + 32).equals(wanted)) return { segment, block }
  }
  return undefined
}

function blockAt(reader: ChainReader, segment: OpenSegment, block: number): StoredBlock {
  const hash = Buffer.alloc(32)
  segment.blockHash.read(block, hash)
  const transactions: StoredTransaction[] = []
  let fees: bigint | null = 0n
  const first = segment.blockTx.at(block)
  for (let local = first; local < segment.blockTx.at(block + 1); local++) {
    const inputs = segment.txInputs.at(local + 1) - segment.txInputs.at(local)
    const outputs = segment.txOutputs.at(local + 1) - segment.txOutputs.at(local)
    let satsOut = 0n
    for (let k = 0; k < outputs; k++) satsOut += BigInt(segment.outSats.at(segment.txOutputs.at(local) + k))
    const satsIn = local === first ? null : satsInto(segment, segment.txInputs.at(local), inputs)
    const fee = satsIn === null ? null : satsIn - satsOut
    if (local > first) fees = fees === null || fee === null ? null : fees + fee
    const txid = Buffer.from(reader.txid(segment.firstTx + local))
      .reverse()
      .toString('hex')
    transactions.push({ txid, inputs, outputs, satsIn, satsOut, fee })
  }
  return {
    height: segment.firstHeight + block,
    hash: hash.reverse().toString('hex'),
    time: segment.blockTime.at(block),
    transactions,
    fees,
    subsidy: fees === null ? null : transactions[0]!.satsOut - fees,
  }
}

/** What some inputs bring; null where the amount of one is unknown. */
function satsInto(segment: OpenSegment, first: number, inputs: number): bigint | null {
  let sats = 0n
  for (let input = first; input < first + inputs; input++) {
    const { inTx, inSats, unknownInput, unknownGiven } = segment
    if (inTx.at(input) === NONE && unknownGiven.at(lowerBound(unknownInput, input)) === 0) return null
    sats += BigInt(inSats.at(input))
  }
  return sats
}
