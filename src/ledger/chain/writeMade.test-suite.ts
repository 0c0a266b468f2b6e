/**
 * Made blocks as a node writes them: one `blk*.dat` with linked headers and true merkle roots.
 * @module
 */
import { createHash, hash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromScript } from '../../address/index.ts'
import { BITCOIN_REGTEST, holderOf } from '../../units/caip.ts'
import { type MadeNames, type MadeTransaction, START } from '../madeBlocks.test-suite.ts'

/** Regtest, and its lowest difficulty. */
const MAGIC = 0xdab5bffa
const BITS = 0x207fffff

function doubleSha(bytes: Uint8Array): Buffer {
  return hash('sha256', hash('sha256', bytes, 'buffer'), 'buffer')
}

/** P2PKH to a hash of the name, or OP_RETURN. */
function scriptOf(holder: string | null): Buffer {
  if (holder === null) return Buffer.of(0x6a, 1, 7)
  const payload = createHash('sha256').update(holder).digest().subarray(0, 20)
  return Buffer.concat([Buffer.of(0x76, 0xa9, 20), payload, Buffer.of(0x88, 0xac)])
}

function count(n: number): Buffer {
  return n < 0xfd ? Buffer.of(n) : Buffer.of(0xfd, n & 0xff, n >> 8)
}

function bytesOf(
  height: number,
  { name, inputs, outputs }: MadeTransaction,
  ids: Map<string, Buffer>,
): Buffer {
  const u32 = (value: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(value)
    return bytes
  }
  const words = Buffer.concat([Buffer.of(4), u32(height), Buffer.from(name)])
  const spends =
    inputs.length === 0
      ? [Buffer.alloc(32), u32(0xffffffff), count(words.length), words, u32(0xffffffff)]
      : inputs.flatMap(([prev, n]) => [outsideOr(ids, prev), u32(n), Buffer.of(0), u32(0xffffffff)])
  const pays = outputs.flatMap(([holder, sats]) => {
    const amount = Buffer.alloc(8)
    amount.writeBigUInt64LE(BigInt(sats))
    return [amount, count(scriptOf(holder).length), scriptOf(holder)]
  })
  return Buffer.concat([
    ...[u32(2), count(Math.max(1, inputs.length)), ...spends],
    ...[count(outputs.length), ...pays, u32(0)],
  ])
}

/** A name that no block has stands for a transaction from before. */
function outsideOr(ids: Map<string, Buffer>, name: string): Buffer {
  return ids.get(name) ?? createHash('sha256').update(`outside ${name}`).digest()
}

/** Writes `blk00000.dat`. After another height than 0 the first block has a parent elsewhere. Ids are told apart by what transactions spend, coinbases by their names. */
export function writeMade(
  folder: string,
  blocks: readonly (readonly MadeTransaction[])[],
  firstHeight = 0,
): MadeNames {
  const ids = new Map<string, Buffer>()
  const parts: Buffer[] = []
  let previous: Buffer = Buffer.alloc(32, firstHeight === 0 ? 0 : 1)
  // A spend may stand before what it spends: ids of the spent ones are made first.
  const byName = new Map(blocks.flatMap((block, height) => block.map((tx) => [tx.name, { tx, height }])))
  const made = new Map<string, Buffer>()
  const make = (name: string): void => {
    const own = byName.get(name)
    if (own === undefined || made.has(name)) return
    for (const [prev] of own.tx.inputs) make(prev)
    const bytes = bytesOf(firstHeight + own.height, own.tx, ids)
    made.set(name, bytes)
    ids.set(name, doubleSha(bytes))
  }
  for (const [height, block] of blocks.entries()) {
    for (const { name } of block) make(name)
    let level = block.map(({ name }) => ids.get(name)!)
    while (level.length > 1) {
      const pairs = level.length % 2 === 1 ? [...level, level.at(-1)!] : level
      level = pairs.flatMap((id, i) => (i % 2 === 1 ? [doubleSha(Buffer.concat([pairs[i - 1]!, id]))] : []))
    }
    const header = Buffer.alloc(80)
    header.writeUInt32LE(4, 0)
    header.set(previous, 4)
    header.set(level[0]!, 36)
    header.writeUInt32LE(START + 600 * height, 68)
    header.writeUInt32LE(BITS, 72)
    previous = doubleSha(header)
    const body = Buffer.concat([header, count(block.length), ...block.map(({ name }) => made.get(name)!)])
    const frame = Buffer.alloc(8)
    frame.writeUInt32LE(MAGIC, 0)
    frame.writeUInt32LE(body.length, 4)
    parts.push(frame, body)
  }
  writeFileSync(join(folder, 'blk00000.dat'), Buffer.concat(parts))
  return {
    txid: (name) => Buffer.from(outsideOr(ids, name)).reverse().toString('hex'),
    holder: (name) => holderOf(BITCOIN_REGTEST, fromScript(scriptOf(name), BITCOIN_REGTEST)!),
  }
}
