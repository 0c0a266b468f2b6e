/**
 * Block headers: 80 bytes (developer.bitcoin.org, "Block Headers"). That times and targets are those that are due is not
 * checked: files come from the user's own node, which did. Headers are linked by hash.
 * @module
 */
import { hash } from 'node:crypto'
import type { BlockColumns, BlockHeader } from './block.ts'
import { HEADER_BYTES } from './decodeBlock.ts'

/** The header at `start`. */
export function readHeader(bytes: Uint8Array, start: number): BlockHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, HEADER_BYTES)
  const field = (from: number): Uint8Array => Uint8Array.from(bytes.subarray(start + from, start + from + 32))
  return {
    version: view.getInt32(0, true),
    hash: doubleSha256(bytes.subarray(start, start + HEADER_BYTES)),
    previous: field(4),
    merkleRoot: field(36),
    time: view.getUint32(68, true),
    bits: view.getUint32(72, true),
    nonce: view.getUint32(76, true),
  }
}

/** SHA-256 of SHA-256 of one message; many at once are the hasher's. */
export function doubleSha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', hash('sha256', bytes, 'buffer'), 'buffer'))
}

/**
 * The target that compact bits stand for; 0 where they are negative, zero or beyond 256 bits
 * (`arith_uint256::SetCompact`, src/arith_uint256.cpp).
 */
function targetOf(bits: number): bigint {
  const size = bits >>> 24
  const word = bits & 0x7fffff
  if ((bits & 0x800000) !== 0) return 0n
  const target = size <= 3 ? BigInt(word >>> (8 * (3 - size))) : BigInt(word) << BigInt(8 * (size - 3))
  return target >= 1n << 256n ? 0n : target
}

/**
 * Hashes that a block of these target bits is expected to take: 2^256 / (target + 1), Bitcoin Core's `GetBlockProof`
 * (src/chain.cpp); 0 where the bits are no target.
 */
export function workOf(bits: number): bigint {
  const target = targetOf(bits)
  return target === 0n ? 0n : (1n << 256n) / (target + 1n)
}

/**
 * Whether a block hash (32 bytes, internal byte order) is below the target of its bits, and that is not easier than the
 * network's limit: Bitcoin Core's `CheckProofOfWork` (src/pow.cpp). That the bits are those due at its height is not asked.
 */
export function hasWork(hash: Uint8Array, bits: number, limit: number): boolean {
  const target = targetOf(bits)
  if (target === 0n || target > targetOf(limit)) return false
  return BigInt(`0x${Buffer.from(hash).reverse().toString('hex')}`) <= target
}

/**
 * Height that the coinbase states (BIP-34: block version 2 or more, activated at 227,931 on Bitcoin); undefined where it
 * states none. Older coinbases may begin with bytes that read as one: trust it only for a first block of unknown place.
 */
export function statedHeight({
  bytes,
  headerStart,
  inputScripts,
  inputScriptLengths,
}: BlockColumns): number | undefined {
  const version = bytes[headerStart]! | (bytes[headerStart + 1]! << 8) | (bytes[headerStart + 2]! << 16)
  if ((version | (bytes[headerStart + 3]! << 24)) < 2) return undefined
  const script = inputScripts[0]!
  const size = bytes[script]!
  // OP_1 to OP_16 push a small number (BIP-34 chains born with it, such as regtest).
  if (size >= 0x51 && size <= 0x60) return size - 0x50
  if (size === 0 || size > 4 || size >= inputScriptLengths[0]!) return size === 0 ? 0 : undefined
  let height = 0
  for (let i = size; i > 0; i--) height = height * 256 + bytes[script + i]!
  return bytes[script + size]! < 0x80 ? height : undefined
}
