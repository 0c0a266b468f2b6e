/**
 * Blocks made up for tests, written plainly and hashed by Node alone.
 * @module
 */
import { doubleSha256 } from './header.ts'

export interface MadeInput {
  readonly txid?: Uint8Array
  readonly n?: number
  readonly script?: Uint8Array
  readonly witness?: readonly Uint8Array[]
}

export interface MadeTransaction {
  readonly inputs: readonly MadeInput[]
  readonly outputs: readonly { readonly sats: number; readonly script: Uint8Array }[]
  /** Marker and flag are written where it is not 0. */
  readonly flag?: number
  readonly locktime?: number
}

export const COINBASE: MadeTransaction = {
  inputs: [{ n: 0xffffffff, script: Uint8Array.of(3, 1, 2, 3) }],
  outputs: [{ sats: 50e8, script: Uint8Array.of(0x51) }],
}

export function compactSize(count: number): Uint8Array {
  if (count < 0xfd) return Uint8Array.of(count)
  if (count < 0x10000) return Uint8Array.of(0xfd, count & 255, count >> 8)
  return concat([Uint8Array.of(0xfe), u32(count)])
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer)
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}

/** The bytes in a block, and those that its id is of. */
export function makeTransaction(made: MadeTransaction): { bytes: Uint8Array; stripped: Uint8Array } {
  const { inputs, outputs, flag = 0, locktime = 7 } = made
  const script = (bytes: Uint8Array): Uint8Array => concat([compactSize(bytes.length), bytes])
  const body = concat([
    compactSize(inputs.length),
    ...inputs.map((input, i) =>
      concat([
        input.txid ?? new Uint8Array(32),
        u32(input.n ?? i),
        script(input.script ?? new Uint8Array(0)),
        u32(0xfffffffd),
      ]),
    ),
    compactSize(outputs.length),
    ...outputs.map(({ sats, script: pays }) =>
      concat([u32(sats % 2 ** 32), u32(Math.floor(sats / 2 ** 32)), script(pays)]),
    ),
  ])
  const witness = inputs.map(({ witness: items = [] }) =>
    concat([compactSize(items.length), ...items.map(script)]),
  )
  const extra = [...(flag & 1 ? witness : []), ...(flag & 8 ? [Uint8Array.of(0)] : [])]
  const marker = flag === 0 ? new Uint8Array(0) : Uint8Array.of(0, flag)
  return {
    bytes: concat([u32(2), marker, body, ...extra, u32(locktime)]),
    stripped: concat([u32(2), body, u32(locktime)]),
  }
}

export function txidOf(made: MadeTransaction): Uint8Array {
  return doubleSha256(makeTransaction(made).stripped)
}

/** The slow twin of `merkleRoot`. */
export function naiveMerkleRoot(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 1) return hashes[0]!
  const row: Uint8Array[] = []
  for (let i = 0; i < hashes.length; i += 2)
    row.push(doubleSha256(concat([hashes[i]!, hashes[i + 1] ?? hashes[i]!])))
  return naiveMerkleRoot(row)
}

export interface MadeBlock {
  readonly previous?: Uint8Array
  readonly transactions?: readonly MadeTransaction[]
  readonly bits?: number
  readonly nonce?: number
}

/** A block whose merkle root is right and whose work is not. */
export function makeBlock(made: MadeBlock = {}): Uint8Array {
  const { previous = new Uint8Array(32), transactions = [COINBASE], bits = 0x207fffff, nonce = 0 } = made
  return concat([
    u32(2),
    previous,
    naiveMerkleRoot(transactions.map(txidOf)),
    u32(1_600_000_000),
    u32(bits),
    u32(nonce),
    compactSize(transactions.length),
    ...transactions.map((each) => makeTransaction(each).bytes),
  ])
}

export function hashOf(block: Uint8Array): Uint8Array {
  return doubleSha256(block.subarray(0, 80))
}

/** As it lies in a block file. */
export function inFile(magic: Uint8Array, block: Uint8Array): Uint8Array {
  return concat([magic, u32(block.length), block])
}
