/**
 * Double SHA-256 (FIPS 180-4) of many byte ranges of one buffer: four at a time in WebAssembly, long ones by Node's own.
 * @module
 */
import { hash as nodeHash } from 'node:crypto'
import { FREE, openSha256Wasm, type Sha256Wasm } from './sha256Wasm.ts'

/**
 * Messages of at most this many 64-byte blocks, padding counted, go through WebAssembly. For longer ones the processor's own
 * SHA-256 instructions, behind Node's `hash`, outweigh the cost of a call: both make 0.55 M/s at 1,500 bytes (AMD EPYC with
 * SHA-NI at 2.6 GHz, Node 24.21).
 */
const WASM_BLOCKS = 24
/** SHA-256's padding: a bit, and the length in 8 bytes (FIPS 180-4, 5.1.1). */
const PADDING = 9
const LANES = 4
/** What `gather` may write or read beyond a message. */
const SLACK = 64
const PAGE = 65_536

/**
 * Hashes messages one after another. A message is `bytes[start, end)` without `[start + 4, from)` and `[until, end - 4)`:
 * a transaction without its marker, flag and witness (BIP-144), or anything of 8 bytes or more, uncut.
 */
export interface Sha256 {
  /** Four lanes of WebAssembly, or Node alone where there is no WebAssembly SIMD. */
  readonly engine: 'wasm' | 'node'
  /** Begins a batch: `n` messages out of `bytes[start, end)`. */
  begin(bytes: Uint8Array, start: number, end: number, n: number): void
  /** Message `i` of the batch; `start <= from <= until <= end - 4`, all offsets into `bytes`. */
  add(i: number, start: number, from: number, until: number, end: number): void
  /** Ends the batch: the double hash of message i is at `32 * i` of `digests`. */
  finish(digests: Uint8Array): void
}

/** A hasher; one a thread. It keeps memory for the largest batch it was given. */
export function openSha256(options: { readonly engine?: 'wasm' | 'node' } = {}): Sha256 {
  const wasm = options.engine === 'node' ? undefined : openSha256Wasm()
  return wasm === undefined ? nodeSha256() : wasmSha256(wasm)
}

function nodeSha256(): Sha256 {
  let source: Uint8Array = new Uint8Array(0)
  let digests = new Uint8Array(0)
  let messages = 0
  const single = singleSha256()
  return {
    engine: 'node',
    begin(bytes, _start, _end, n) {
      source = bytes
      messages = n
      if (digests.length < 32 * n) digests = new Uint8Array(32 * n)
    },
    add(i, start, from, until, end) {
      digests.set(nodeHash('sha256', single(source, start, from, until, end), 'buffer'), 32 * i)
    },
    finish(out) {
      out.set(digests.subarray(0, 32 * messages))
    },
  }
}

type Cut = (bytes: Uint8Array, start: number, from: number, until: number, end: number) => Buffer

/** SHA-256 of one cut message by Node, through one buffer that grows. */
function singleSha256(): Cut {
  let scratch = new Uint8Array(PAGE)
  return (bytes, start, from, until, end) => {
    if (from === start + 4 && until === end - 4)
      return nodeHash('sha256', bytes.subarray(start, end), 'buffer')
    const length = until - from + 8
    if (scratch.length < length) scratch = new Uint8Array(2 * length)
    scratch.set(bytes.subarray(start, start + 4))
    scratch.set(bytes.subarray(from, until), 4)
    scratch.set(bytes.subarray(end - 4, end), length - 4)
    return nodeHash('sha256', scratch.subarray(0, length), 'buffer')
  }
}

/** Messages of one length in blocks, waiting for the lanes to fill. */
interface Bucket {
  /** Address of the first; the others follow at `stride`. */
  readonly at: number
  readonly stride: number
  readonly padded: number
  /** 1: hash the digest too. */
  readonly twice: number
  waiting: number
  /** Where each one's digest goes. */
  readonly to: Uint32Array
}

function wasmSha256({ memory, gather, hash }: Sha256Wasm): Sha256 {
  const single = singleSha256()
  const buckets: Bucket[] = []
  let free = FREE
  const bucket = (blocks: number, twice: number): Bucket => {
    const stride = 64 * blocks + SLACK
    const made = { at: free, stride, padded: 64 * blocks, twice, waiting: 0, to: new Uint32Array(LANES) }
    free += LANES * stride
    return made
  }
  for (let blocks = 1; blocks <= WASM_BLOCKS; blocks++) buckets.push(bucket(blocks, 1))
  /** First digests that Node made, to be hashed once more. */
  const second = bucket(1, 0)
  /** Digests nobody asked for: lanes that stayed empty. */
  const spare = free
  const digestsAt = spare + 32
  let view = new Uint8Array(0)
  let source: Uint8Array = new Uint8Array(0)
  /** Address of the source's byte 0: what `start` and `end` of a batch enclose is in memory, the rest is not. */
  let sourceAt = 0
  let messages = 0

  const run = (full: Bucket): void => {
    const { to } = full
    for (let lane = full.waiting; lane < LANES; lane++) to[lane] = spare
    hash(full.at, full.stride, full.padded, full.twice, to[0]!, to[1]!, to[2]!, to[3]!)
    full.waiting = 0
  }

  return {
    engine: 'wasm',
    begin(bytes, start, end, n) {
      for (const each of buckets) each.waiting = 0
      second.waiting = 0
      const at = digestsAt + 32 * n + SLACK
      const needed = at + (end - start) + SLACK
      const lacking = needed - memory.buffer.byteLength
      if (lacking > 0) memory.grow(Math.ceil(lacking / PAGE))
      if (view.buffer !== memory.buffer) view = new Uint8Array(memory.buffer)
      view.set(bytes.subarray(start, end), at)
      source = bytes
      sourceAt = at - start
      messages = n
    },
    add(i, start, from, until, end) {
      const length = until - from + 8
      const blocks = (length + PADDING + 63) >>> 6
      if (blocks > WASM_BLOCKS) {
        const lane = second.waiting++
        const at = second.at + lane * second.stride
        view.set(single(source, start, from, until, end), at)
        view.fill(0, at + 32, at + 64)
        view[at + 32] = 0x80
        // 256 bits.
        view[at + 62] = 1
        second.to[lane] = digestsAt + 32 * i
        if (lane === LANES - 1) run(second)
        return
      }
      const into = buckets[blocks - 1]!
      const lane = into.waiting++
      const bits = length << 3
      gather(
        into.at + lane * into.stride,
        sourceAt + start,
        sourceAt + from,
        sourceAt + until,
        sourceAt + end - 4,
        into.padded,
        // Most significant byte first; at most 6,144 bits, so two bytes.
        ((bits & 0xff) << 24) | ((bits & 0xff00) << 8),
      )
      into.to[lane] = digestsAt + 32 * i
      if (lane === LANES - 1) run(into)
    },
    finish(digests) {
      for (const each of buckets) if (each.waiting > 0) run(each)
      if (second.waiting > 0) run(second)
      digests.set(view.subarray(digestsAt, digestsAt + 32 * messages))
    },
  }
}
