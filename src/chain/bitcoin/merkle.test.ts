import { describe, expect, it } from 'vitest'
import { BlockError } from './blockError.ts'
import { blockColumns, decodeBlock } from './decodeBlock.ts'
import { COINBASE, concat, makeBlock, makeTransaction } from './madeBlocks.test-suite.ts'
import { merkleRoot, verifyMerkleRoot } from './merkle.ts'
import { openSha256 } from './sha256.ts'
import { fillTxids } from './txids.ts'

const sha256 = openSha256()
const PLACE = { file: 'blk00007.dat', offset: 88 }

function verify(block: Uint8Array): void {
  const columns = blockColumns()
  decodeBlock(columns, block, 0, block.length, PLACE)
  fillTxids(columns, sha256)
  verifyMerkleRoot(columns, sha256, PLACE)
}

describe('merkle root', () => {
  it('of one hash is that hash', () => {
    const only = new Uint8Array(32).fill(5)
    expect(merkleRoot(only, 1, sha256)).toEqual({ root: only, repeated: false })
  })

  it('tells a list from the one with its last part doubled (CVE-2012-2459)', () => {
    const leaves = [1, 2, 3, 4, 5, 6].map((i) => new Uint8Array(32).fill(i))
    const plain = merkleRoot(concat(leaves), 6, sha256)
    const doubled = merkleRoot(concat([...leaves, leaves[4]!, leaves[5]!]), 8, sha256)
    expect(doubled.root).toEqual(plain.root)
    expect([plain.repeated, doubled.repeated]).toEqual([false, true])
    const odd = merkleRoot(concat(leaves.slice(0, 3)), 3, sha256)
    const evened = merkleRoot(concat([...leaves.slice(0, 3), leaves[2]!]), 4, sha256)
    expect(evened.root).toEqual(odd.root)
    expect([odd.repeated, evened.repeated]).toEqual([false, true])
  })

  it('refuses a block of other transactions, and one that repeats them, by file and offset', () => {
    const two = [COINBASE, { ...COINBASE, locktime: 8 }, { ...COINBASE, locktime: 9 }]
    const block = makeBlock({ transactions: two })
    verify(block)
    const changed = block.slice()
    changed[changed.length - 1]! ^= 1
    expect(() => verify(changed)).toThrow(
      'blk00007.dat: the block at byte 88 cannot be read at byte 124: the transactions',
    )
    const repeated = concat([block, makeTransaction(two[2]!).bytes])
    repeated[80] = 4
    expect(() => verify(repeated)).toThrow(BlockError)
    expect(() => verify(repeated)).toThrow('CVE-2012-2459')
  })
})
