/**
 * Seeded chains written as a node writes them: `blk*.dat` with linked headers and valid merkle roots. The means are those of
 * Bitcoin's whole chain in 2026: 2.6 inputs, 2.7 outputs, 1.1 new addresses and 615 bytes a transaction. The mix of scripts,
 * reuse, batch payouts, consolidations and spends within a block are chosen to be like it, not fitted to it.
 *
 * `node bench/blocks.ts FOLDER TRANSACTIONS [SEED]` writes a chain for trying things by hand.
 * @module
 */
import { hash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { xoshiro128 } from '../src/simulate/random.ts'

export interface ChainOptions {
  readonly transactions: number
  readonly seed?: number
  /** Coinbase included. */
  readonly perBlock?: number
  /** From this height on another chain, one for each `branch`; before it the same. */
  readonly fork?: { readonly height: number; readonly branch: number }
}

export interface WrittenChain {
  readonly blocks: number
  readonly transactions: number
  readonly inputs: number
  readonly outputs: number
  readonly bytes: number
}

/** Bitcoin's regtest, and its lowest difficulty: nothing is mined. */
const MAGIC = 0xdab5bffa
const BITS = 0x207fffff
const GENESIS_TIME = 1_600_000_000
const FILE_BYTES = 128 * 2 ** 20
/** Unspent outputs that are kept to be spent; others are never. */
const POOL = 2 ** 22
/** First blocks without payments, so that there is something to spend. */
const COINBASES = 100
/** Addresses of services, by Zipf's law. */
const HOT = 1000

/**
 * What pays to an address and how it is spent: share of the addresses in percent; bytes before, of and after the payload;
 * bytes of the script that spends it; its witness, item by item.
 */
const SCRIPTS = [
  { percent: 34, payload: 20, before: [0x00, 20], after: [], witness: [72, 33], script: 0 },
  { percent: 14, payload: 32, before: [0x51, 32], after: [], witness: [64], script: 0 },
  { percent: 26, payload: 20, before: [0x76, 0xa9, 20], after: [0x88, 0xac], witness: [], script: 107 },
  { percent: 5, payload: 20, before: [0x76, 0xa9, 20], after: [0x88, 0xac], witness: [], script: 139 },
  { percent: 8, payload: 20, before: [0xa9, 20], after: [0x87], witness: [72, 33], script: 23 },
  { percent: 8, payload: 20, before: [0xa9, 20], after: [0x87], witness: [], script: 254 },
  { percent: 4, payload: 32, before: [0x00, 32], after: [], witness: [1, 72, 72, 105], script: 0 },
  { percent: 1, payload: 64, before: [65, 4], after: [0xac], witness: [], script: 73 },
] as const
const TAPROOT = 1
/** What has no address: OP_RETURN, never spent, and bare multisig. Of the outputs, in permille. */
const DATA = { permille: 30, payload: 20, before: [0x6a, 20], after: [] }
const MULTISIG = { permille: 4, payload: 66, before: [0x51, 33, 2], after: [0x52, 0xae], script: 74 }
/** Stands for the address of a bare multisig in the pool. */
const NO_ADDRESS = -1
/** Of the transactions that spend taproot first, in percent: those that reveal a script of some kilobytes. */
const REVEALS = 16

interface Script {
  readonly payload: number
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** Writes one chain into a folder. The same options give the same bytes. Memory: some 300 MB for the pool. */
export function writeChain(folder: string, options: ChainOptions): WrittenChain {
  const { transactions, seed = 1, perBlock = 2500, fork } = options
  mkdirSync(folder, { recursive: true })
  const pool = Math.min(POOL, transactions * 3 + 16)
  const poolIds = new Uint8Array(32 * pool)
  const poolNs = new Uint32Array(pool)
  const poolSats = new Float64Array(pool)
  const poolAddress = new Float64Array(pool)
  let pooled = 0
  let random = xoshiro128(seed >>> 0, 0x9e3779b9, 0x7f4a7c15, 0xf39cc060)
  for (let i = 0; i < 16; i++) random()
  const below = (n: number): number => Math.floor((random() / 2 ** 32) * n)
  let addresses = HOT
  const block = Buffer.alloc(perBlock * 4096 + 2 ** 20)
  const ids = Buffer.alloc(32 * perBlock)
  const tx = Buffer.alloc(2 ** 18)
  let previous: Uint8Array = new Uint8Array(32)
  let file = -1
  let fileNumber = 0
  let fileBytes = FILE_BYTES
  const total = { blocks: 0, transactions: 0, inputs: 0, outputs: 0, bytes: 0 }

  const kindOf = (address: number): number => {
    let share = mix(address, 7) % 100
    for (let kind = 0; ; kind++) {
      share -= SCRIPTS[kind]!.percent
      if (share < 0) return kind
    }
  }

  const spendOf = (address: number): { readonly script: number; readonly witness: readonly number[] } =>
    address === NO_ADDRESS ? { script: MULTISIG.script, witness: [] } : SCRIPTS[kindOf(address)]!

  const address = (): number => {
    const draw = below(100)
    if (draw < 42) return addresses++
    if (draw < 62) return Math.floor(HOT ** (below(2 ** 20) / 2 ** 20)) - 1
    return Math.max(0, addresses - 1 - Math.floor((addresses - 1) * (below(2 ** 20) / 2 ** 20) ** 3))
  }

  const writeScript = ({ before, after, payload }: Script, of: number, at: number): number => {
    let end = at
    tx[end++] = before.length + payload + after.length
    for (const byte of before) tx[end++] = byte
    const from = end
    for (let i = 0; i < payload; i += 4) tx.writeUInt32LE(mix(of, i + 11), from + i)
    end += payload
    // Two keys of 33 bytes.
    if (payload === MULTISIG.payload) tx.set([33, 3], from + 32)
    for (const byte of after) tx[end++] = byte
    return end
  }

  const filler = (bytes: number, at: number): number => {
    let end = at
    for (; end + 4 <= at + bytes; end += 4) tx.writeUInt32LE(random(), end)
    while (end < at + bytes) tx[end++] = 0x30
    return end
  }

  /** Writes a transaction into `tx`; returns its parts' ends. Its outputs join the pool under an id yet unknown. */
  const makeTransaction = (
    height: number,
    spends: number,
    firstFree: number,
  ): { end: number; stripped: number } => {
    const chosen: number[] = []
    let value = 0
    for (let i = 0; i < spends && pooled > 0; i++) {
      // One in eight spends an output of the same block, half of the others a young one.
      const inBlock = pooled - firstFree
      const draw = below(16)
      const young = Math.min(pooled, 20_000)
      const at =
        draw < 2 && inBlock > 0
          ? firstFree + below(inBlock)
          : draw < 9
            ? pooled - 1 - below(young)
            : below(pooled)
      if (chosen.includes(at)) continue
      chosen.push(at)
      value += poolSats[at]!
    }
    const scripts = chosen.map((at) => spendOf(poolAddress[at]!))
    const segwit = scripts.some(({ witness }) => witness.length > 0)
    const reveals = scripts[0] === SCRIPTS[TAPROOT] && below(100) < REVEALS
    let at = tx.writeUInt32LE(2, 0)
    if (segwit) at = tx.writeUInt16LE(0x0100, at)
    if (spends === 0) {
      at = tx.writeUInt8(1, at)
      tx.fill(0, at, at + 32)
      at = tx.writeUInt32LE(0xffffffff, at + 32)
      at = tx.writeUInt8(8, at)
      at = tx.writeUInt8(4, at)
      at = tx.writeUInt32LE(height, at)
      at = tx.writeUIntBE(fork !== undefined && height >= fork.height ? fork.branch : 0, at, 3)
      at = tx.writeUInt32LE(0xffffffff, at)
      value = 50e8
    } else {
      at = writeCount(tx, chosen.length, at)
      for (const [i, from] of chosen.entries()) {
        tx.set(poolIds.subarray(32 * from, 32 * from + 32), at)
        at = tx.writeUInt32LE(poolNs[from]!, at + 32)
        const { script } = scripts[i]!
        at = writeCount(tx, script, at)
        at = filler(script, at)
        at = tx.writeUInt32LE(0xfffffffd, at)
      }
      total.inputs += chosen.length
      // From the back, so that the places of the others stay.
      for (const from of chosen.toSorted((a, b) => b - a)) {
        pooled--
        poolIds.copyWithin(32 * from, 32 * pooled, 32 * pooled + 32)
        poolNs[from] = poolNs[pooled]!
        poolSats[from] = poolSats[pooled]!
        poolAddress[from] = poolAddress[pooled]!
      }
    }
    const draw = below(1000)
    const outputs = draw < 180 ? 1 : draw < 850 ? 2 : draw < 988 ? 3 + below(6) : 10 + below(60)
    at = writeCount(tx, outputs, at)
    let left = value - (spends === 0 ? 0 : Math.min(value, 1000 + below(20_000)))
    for (let n = 0; n < outputs; n++) {
      // The coinbase pays to addresses.
      const what = spends === 0 ? 1000 : below(1000)
      const isData = what < DATA.permille
      const isMultisig = !isData && what < DATA.permille + MULTISIG.permille
      const to = isData || isMultisig ? NO_ADDRESS : address()
      const part = n === outputs - 1 ? left : Math.floor(left * (below(1000) / 1000))
      const sats = isData ? 0 : part
      left -= sats
      at = tx.writeUInt32LE(sats % 2 ** 32, at)
      at = tx.writeUInt32LE(Math.floor(sats / 2 ** 32), at)
      const script = isData ? DATA : isMultisig ? MULTISIG : SCRIPTS[kindOf(to)]!
      at = writeScript(script, to < 0 ? random() : to, at)
      total.outputs++
      if (isData || pooled === pool) continue
      poolNs[pooled] = n
      poolSats[pooled] = sats
      poolAddress[pooled] = to
      poolIds[32 * pooled] = 1
      made.push(pooled++)
    }
    const stripped = at
    if (segwit) {
      for (const [i, { witness }] of scripts.entries()) {
        const items = reveals && i === 0 ? [64, 300 + below(8000), 33] : witness
        tx[at++] = items.length
        for (const bytes of items) at = filler(bytes, writeCount(tx, bytes, at))
      }
    }
    return { end: tx.writeUInt32LE(0, at), stripped }
  }

  const made: number[] = []
  const plain = Buffer.alloc(tx.length)
  for (let height = 0; total.transactions < transactions; height++) {
    if (fork !== undefined && height === fork.height) random = xoshiro128(fork.branch, 2, 3, 4)
    const count = Math.min(height < COINBASES ? 1 : perBlock, transactions - total.transactions)
    let end = 88
    end = writeCount(block, count, end)
    const firstFree = pooled
    for (let t = 0; t < count; t++) {
      const draw = below(1000)
      const spends = t === 0 ? 0 : draw < 626 ? 1 : draw < 826 ? 2 : draw < 976 ? 3 + below(4) : 8 + below(60)
      made.length = 0
      const { end: bytes, stripped } = makeTransaction(height, spends, Math.min(firstFree, pooled))
      const segwit = tx[4] === 0 && tx[5] === 1
      let id: Uint8Array
      if (segwit) {
        tx.copy(plain, 0, 0, 4)
        tx.copy(plain, 4, 6, stripped)
        tx.copy(plain, stripped - 2, bytes - 4, bytes)
        id = doubleSha(plain.subarray(0, stripped + 2))
      } else id = doubleSha(tx.subarray(0, bytes))
      ids.set(id, 32 * t)
      for (const place of made) poolIds.set(id, 32 * place)
      tx.copy(block, end, 0, bytes)
      end += bytes
    }
    block.writeUInt32LE(MAGIC, 0)
    block.writeUInt32LE(end - 8, 4)
    block.writeUInt32LE(4, 8)
    block.set(previous, 12)
    block.set(merkleRoot(ids, count), 44)
    block.writeUInt32LE(GENESIS_TIME + 600 * height, 76)
    block.writeUInt32LE(BITS, 80)
    block.writeUInt32LE(0, 84)
    previous = doubleSha(block.subarray(8, 88))
    if (fileBytes + end > FILE_BYTES) {
      if (file >= 0) closeSync(file)
      file = openSync(join(folder, `blk${String(fileNumber++).padStart(5, '0')}.dat`), 'w')
      fileBytes = 0
    }
    writeSync(file, block, 0, end)
    fileBytes += end
    total.blocks++
    total.transactions += count
    total.bytes += end
  }
  if (file >= 0) closeSync(file)
  return total
}

function doubleSha(bytes: Uint8Array): Uint8Array {
  return hash('sha256', hash('sha256', bytes, 'buffer'), 'buffer')
}

/** Pairs hashed level by level, the last one with itself where it is alone (Bitcoin Core, `src/consensus/merkle.cpp`). */
function merkleRoot(ids: Uint8Array, count: number): Uint8Array {
  const level = Buffer.alloc(32 * (count + 1))
  level.set(ids.subarray(0, 32 * count))
  for (let n = count; n > 1; n = (n + 1) >> 1) {
    if (n % 2 === 1) level.copyWithin(32 * n, 32 * (n - 1), 32 * n)
    for (let i = 0; i < n; i += 2) level.set(doubleSha(level.subarray(32 * i, 32 * i + 64)), 16 * i)
  }
  return level.subarray(0, 32)
}

function writeCount(into: Buffer, count: number, at: number): number {
  if (count < 0xfd) return into.writeUInt8(count, at)
  return into.writeUInt16LE(count, into.writeUInt8(0xfd, at))
}

/** 32 bits out of two numbers: MurmurHash3's finalizer, twice. */
function mix(a: number, b: number): number {
  let z = Math.imul(a + 1, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [folder = 'chain', transactions = '100000', seed = '1'] = process.argv.slice(2)
  const written = writeChain(folder, { transactions: Number(transactions), seed: Number(seed) })
  process.stdout.write(`${JSON.stringify(written)}\n`)
}
