/**
 * SHA-256 (FIPS 180-4) of four messages at a time: one message in each 32-bit lane of WebAssembly's 128-bit vectors. The
 * module is assembled here when it is first needed; nothing is compiled ahead or downloaded.
 * @module
 */
import {
  call,
  constant,
  get,
  I32,
  I32_ADD,
  I32_LESS,
  I32_SUB,
  load,
  loadI32,
  set,
  shiftLeft,
  shiftRight,
  shuffle,
  store,
  storeI32,
  V_ADD,
  V_AND,
  V_XOR,
  V_ZERO,
  V128,
  type WasmFunction,
  wasmModule,
  whileLoop,
} from './wasmModule.ts'

/** What the module's functions work on: fixed places at the start of its memory; every word is held once a lane. */
const ROUND_CONSTANTS = 0
const INITIAL = ROUND_CONSTANTS + 64 * 16
/** Words 8 to 15 of the only block of a 32-byte message: its padding. */
const DIGEST_PADDING = INITIAL + 8 * 16
const STATE = DIGEST_PADDING + 8 * 16
/** The 16 words of the block at hand. */
const WORDS = STATE + 8 * 16
/** First byte that the module leaves alone. */
export const FREE: number = WORDS + 16 * 16

/** Functions of the module. Addresses are bytes of its memory. */
export interface Sha256Wasm {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number }
  /**
   * Writes a padded message (FIPS 180-4, 5.1.1) to `to`: 4 bytes at `head`, the bytes of `[from, until)`, 4 bytes at `tail`.
   * `padded` is its length with padding, `lengthWord` the last word as it is in memory. Writes up to 16 bytes more.
   */
  gather(
    to: number,
    head: number,
    from: number,
    until: number,
    tail: number,
    padded: number,
    lengthWord: number,
  ): void
  /**
   * Digests of the four padded messages at `at`, `at + stride` …, `padded` bytes each, to four addresses. `twice` = 1 for
   * the digest of the digest, 0 for the digest.
   */
  hash(
    at: number,
    stride: number,
    padded: number,
    twice: number,
    to0: number,
    to1: number,
    to2: number,
    to3: number,
  ): void
}

/** What of the WebAssembly JavaScript interface is used here; Node's types leave it out. */
declare const WebAssembly:
  | undefined
  | {
      validate(bytes: Uint8Array): boolean
      Module: new (bytes: Uint8Array) => object
      Instance: new (module: object, imports: object) => { readonly exports: unknown }
      Memory: new (limits: { initial: number }) => Sha256Wasm['memory']
    }

/** The module, ready to run; undefined where this machine has no WebAssembly SIMD. */
export function openSha256Wasm(): Sha256Wasm | undefined {
  if (typeof WebAssembly === 'undefined') return undefined
  const bytes = wasmModule([SPREAD, compress(), HASH, GATHER])
  if (!WebAssembly.validate(bytes)) return undefined
  const memory = new WebAssembly.Memory({ initial: 1 })
  const words = new Uint32Array(memory.buffer)
  const splat = (at: number, values: readonly number[]): void => {
    for (const [i, value] of values.entries()) words.fill(value, at / 4 + 4 * i, at / 4 + 4 * i + 4)
  }
  splat(ROUND_CONSTANTS, CUBE_ROOTS)
  splat(INITIAL, SQUARE_ROOTS)
  splat(DIGEST_PADDING, [0x80000000, 0, 0, 0, 0, 0, 0, 256])
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  const { gather, hash } = exports as Pick<Sha256Wasm, 'gather' | 'hash'>
  return { memory, gather, hash }
}

/** First 32 bits of the fractional parts of a root of the first `n` primes: FIPS 180-4, 4.2.2 and 5.3.3. */
function rootsOfPrimes(n: number, degree: 2 | 3): number[] {
  const words: number[] = []
  for (let candidate = 2; words.length < n; candidate++) {
    let prime = true
    for (let d = 2; d * d <= candidate; d++) if (candidate % d === 0) prime = false
    if (prime) words.push(Number(integerRoot(BigInt(candidate) << BigInt(32 * degree), degree) & 0xffffffffn))
  }
  return words
}

/** The largest integer whose power is not above `value`, bit by bit; roots here are below 2^37. */
function integerRoot(value: bigint, degree: 2 | 3): bigint {
  let root = 0n
  for (let bit = 1n << 37n; bit > 0n; bit >>= 1n) {
    if ((root | bit) ** BigInt(degree) <= value) root |= bit
  }
  return root
}

const CUBE_ROOTS = rootsOfPrimes(64, 3)
const SQUARE_ROOTS = rootsOfPrimes(8, 2)

/** Most significant byte first (FIPS 180-4, 3.1), where memory has the least significant first. */
const SWAP_BYTES: readonly number[] = shuffle([3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12])
/** Of two vectors a and b of four words: a0 b0 a1 b1; a2 b2 a3 b3; a0 a1 b0 b1; a2 a3 b2 b3. */
const LOW_WORDS = shuffle([0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23])
const HIGH_WORDS = shuffle([8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31])
const LOW_HALVES = shuffle([0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23])
const HIGH_HALVES = shuffle([8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31])

/** Locals `first .. first + 3` hold the rows of a 4 × 4 matrix of words; the next four take part, and it is turned. */
function transpose(first: number): number[] {
  const [a, b, c, d] = [first, first + 1, first + 2, first + 3]
  const [e, f, g, h] = [first + 4, first + 5, first + 6, first + 7]
  const pair = (x: number, y: number, how: readonly number[], to: number): number[] => [
    ...get(x),
    ...get(y),
    ...how,
    ...set(to),
  ]
  return [
    ...pair(a, b, LOW_WORDS, e),
    ...pair(c, d, LOW_WORDS, f),
    ...pair(a, b, HIGH_WORDS, g),
    ...pair(c, d, HIGH_WORDS, h),
    ...pair(e, f, LOW_HALVES, a),
    ...pair(e, f, HIGH_HALVES, b),
    ...pair(g, h, LOW_HALVES, c),
    ...pair(g, h, HIGH_HALVES, d),
  ]
}

/** spread(at, stride): the next block of each message to WORDS, word by word and lane by lane. */
const SPREAD: WasmFunction = {
  name: 'spread',
  parameters: 2,
  locals: [
    [1, I32],
    [8, V128],
  ],
  body: [0, 1, 2, 3].flatMap((quarter) => [
    ...get(0),
    ...set(2),
    ...[0, 1, 2, 3].flatMap((lane) => [
      ...get(2),
      ...load(16 * quarter),
      // The second operand of a shuffle of one vector is not looked at.
      ...get(3),
      ...SWAP_BYTES,
      ...set(3 + lane),
      ...get(2),
      ...get(1),
      ...I32_ADD,
      ...set(2),
    ]),
    ...transpose(3),
    ...[0, 1, 2, 3].flatMap((word) => [
      ...constant(0),
      ...get(3 + word),
      ...store(WORDS + 64 * quarter + 16 * word),
    ]),
  ]),
}

/** compress(): SHA-256's compression of WORDS into STATE (FIPS 180-4, 6.2.2), its 64 rounds written out. */
function compress(): WasmFunction {
  const W = 8
  const T = 24
  const SUM = 25
  const AB = 26
  const body: number[] = []
  const emit = (...parts: readonly (readonly number[])[]): void => {
    for (const part of parts) body.push(...part)
  }
  for (let i = 0; i < 8; i++) emit(constant(0), load(STATE + 16 * i), set(i))
  for (let i = 0; i < 16; i++) emit(constant(0), load(WORDS + 16 * i), set(W + i))
  /** The exclusive or of rotations right, and of a shift where one is given (FIPS 180-4, 4.1.2). */
  const mix = (local: number, rotations: readonly number[], shift?: number): number[] => {
    const terms = rotations.flatMap((bits) => [
      [...get(local), ...shiftRight(bits)],
      [...get(local), ...shiftLeft(32 - bits)],
    ])
    if (shift !== undefined) terms.push([...get(local), ...shiftRight(shift)])
    return terms.flatMap((term, i) => (i === 0 ? term : [...term, ...V_XOR]))
  }
  // Names move instead of values: names[0] is the local that holds a, names[7] the one that holds h.
  let names = [0, 1, 2, 3, 4, 5, 6, 7]
  // Maj(a, b, c) = b ^ ((a ^ b) & (b ^ c)), and b ^ c is the a ^ b of the round before.
  let before = AB + 1
  emit(get(1), get(2), V_XOR, set(before))
  for (let round = 0; round < 64; round++) {
    const [a, b, , d, e, f, g, h] = names as Eight
    const w = (back: number): number => W + ((round - back + 16) % 16)
    if (round >= 16) {
      emit(get(w(0)), mix(w(15), [7, 18], 3), V_ADD, get(w(7)), V_ADD)
      emit(mix(w(2), [17, 19], 10), V_ADD, set(w(0)))
    }
    emit(get(h), get(w(0)), V_ADD, constant(0), load(ROUND_CONSTANTS + 16 * round), V_ADD)
    emit(get(f), get(g), V_XOR, get(e), V_AND, get(g), V_XOR, V_ADD)
    emit(mix(e, [6, 11, 25]), V_ADD, set(T))
    emit(get(d), get(T), V_ADD, set(d))
    const now = before === AB ? AB + 1 : AB
    emit(get(a), get(b), V_XOR, set(now))
    emit(get(now), get(before), V_AND, get(b), V_XOR, set(SUM))
    emit(mix(a, [2, 13, 22]), get(SUM), V_ADD, get(T), V_ADD, set(h))
    before = now
    names = [h, ...names.slice(0, 7)]
  }
  for (let i = 0; i < 8; i++) {
    emit(constant(0), constant(0), load(STATE + 16 * i), get(names[i]!), V_ADD, store(STATE + 16 * i))
  }
  return { name: 'compress', parameters: 0, locals: [[28, V128]], body }
}

type Eight = [number, number, number, number, number, number, number, number]

const SPREAD_INDEX = 0
const COMPRESS_INDEX = 1

/** Copies vectors from one fixed place to another. */
function copy(from: number, to: number, vectors: number): number[] {
  return Array.from({ length: vectors }, (_, i) => [
    ...constant(0),
    ...constant(0),
    ...load(from + 16 * i),
    ...store(to + 16 * i),
  ]).flat()
}

/** See {@link Sha256Wasm.hash}. */
const HASH: WasmFunction = {
  name: 'hash',
  parameters: 8,
  locals: [
    [1, I32],
    [8, V128],
  ],
  body: [
    ...copy(INITIAL, STATE, 8),
    ...get(0),
    ...get(2),
    ...I32_ADD,
    ...set(8),
    ...whileLoop(
      [...get(0), ...get(8), ...I32_LESS],
      [
        ...[...get(0), ...get(1), ...call(SPREAD_INDEX), ...call(COMPRESS_INDEX)],
        ...[...get(0), ...constant(64), ...I32_ADD, ...set(0)],
      ],
    ),
    ...whileLoop(get(3), [
      ...copy(STATE, WORDS, 8),
      ...copy(DIGEST_PADDING, WORDS + 8 * 16, 8),
      ...copy(INITIAL, STATE, 8),
      ...call(COMPRESS_INDEX),
      ...[...constant(0), ...set(3)],
    ]),
    ...[0, 4].flatMap((half) => [
      ...[0, 1, 2, 3].flatMap((i) => [...constant(0), ...load(STATE + 16 * (half + i)), ...set(9 + i)]),
      ...transpose(9),
      ...[0, 1, 2, 3].flatMap((lane) => [
        ...get(4 + lane),
        ...get(9 + lane),
        ...get(9 + lane),
        ...SWAP_BYTES,
        ...store(4 * half),
      ]),
    ]),
  ],
}

/** See {@link Sha256Wasm.gather}. */
const GATHER: WasmFunction = {
  name: 'gather',
  parameters: 7,
  locals: [[2, I32]],
  body: [
    ...[...get(0), ...get(1), ...loadI32(0), ...storeI32(0)],
    // Local 7: where the next byte goes; local 8: where the padded message ends.
    ...[...get(0), ...constant(4), ...I32_ADD, ...set(7)],
    ...[...get(0), ...get(5), ...I32_ADD, ...set(8)],
    ...whileLoop(
      [...get(2), ...get(3), ...I32_LESS],
      [
        ...[...get(7), ...get(2), ...load(0), ...store(0)],
        ...[...get(7), ...constant(16), ...I32_ADD, ...set(7)],
        ...[...get(2), ...constant(16), ...I32_ADD, ...set(2)],
      ],
    ),
    // Back over what was copied beyond `until`.
    ...[...get(7), ...get(2), ...I32_SUB, ...get(3), ...I32_ADD, ...set(7)],
    ...[...get(7), ...get(4), ...loadI32(0), ...storeI32(0)],
    ...[...get(7), ...constant(0x80), ...storeI32(4)],
    ...[...get(7), ...constant(8), ...I32_ADD, ...set(7)],
    ...whileLoop(
      [...get(7), ...get(8), ...I32_LESS],
      [...[...get(7), ...V_ZERO, ...store(0)], ...[...get(7), ...constant(16), ...I32_ADD, ...set(7)]],
    ),
    ...[...get(8), ...constant(4), ...I32_SUB, ...get(6), ...storeI32(0)],
  ],
}
