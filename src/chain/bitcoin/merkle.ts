/**
 * The tree of transaction ids that a block's header commits to (Bitcoin white paper, section 7).
 * @module
 */
import type { BlockColumns } from './block.ts'
import { BlockError, type BlockPlace } from './blockError.ts'
import type { Sha256 } from './sha256.ts'

/** A merkle root, and whether the list it is of can be told from one with transactions repeated. */
export interface MerkleRoot {
  /** 32 bytes, internal byte order. */
  readonly root: Uint8Array
  /** Two neighbours in some row of the tree are equal: a list with its last part doubled has the same root (CVE-2012-2459). */
  readonly repeated: boolean
}

/** Root of the tree over `n >= 1` hashes of 32 bytes; an odd row ends in its last hash twice. */
export function merkleRoot(hashes: Uint8Array, n: number, sha256: Sha256): MerkleRoot {
  const row = new Uint8Array(32 * (n + 1))
  row.set(hashes.subarray(0, 32 * n))
  let repeated = false
  for (let width = n; width > 1; width = (width + 1) >>> 1) {
    for (let i = 0; i + 1 < width && !repeated; i += 2) repeated = equalHashes(row, 32 * i, row, 32 * i + 32)
    if (width % 2 === 1) row.copyWithin(32 * width, 32 * (width - 1), 32 * width)
    const pairs = (width + 1) >>> 1
    sha256.begin(row, 0, 64 * pairs, pairs)
    for (let i = 0; i < pairs; i++) sha256.add(i, 64 * i, 64 * i + 4, 64 * i + 60, 64 * i + 64)
    sha256.finish(row)
  }
  return { root: row.slice(0, 32), repeated }
}

/**
 * Holds a decoded block's txids against its header.
 * @throws {BlockError} where the root differs, or where the list repeats transactions
 */
export function verifyMerkleRoot(columns: BlockColumns, sha256: Sha256, place: BlockPlace): void {
  const { root, repeated } = merkleRoot(columns.txids, columns.transactions, sha256)
  const stated = columns.headerStart + 36
  if (repeated) throw new BlockError(place, 36, 'the list of transactions repeats some (CVE-2012-2459)')
  if (!equalHashes(root, 0, columns.bytes, stated)) {
    throw new BlockError(place, 36, 'the transactions are not those of the header: the merkle root differs')
  }
}

function equalHashes(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): boolean {
  for (let i = 0; i < 32; i++) if (a[aStart + i] !== b[bStart + i]) return false
  return true
}
