/**
 * Files that list what one block spends: `docs/formats/spent-outputs.md`.
 * @module
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { LootlineError } from '../../errors.ts'
import { printable } from '../../units/text.ts'
import type { BlockColumns, SpentOutputs } from './block.ts'
import { compactSizeLength, wideCompactSize } from './compactSize.ts'
import { BlockFileError, io } from './fileError.ts'
import { hashIndex, NONE } from './hashIndex.ts'
import { PACKING_BYTES, packingOf, unpack } from './packedFile.ts'

/**
 * No list is longer, unpacked. A block spends at most some 24,000 outputs (4,000,000 weight units, BIP-141, at 164 an input)
 * with scripts of 10,000 bytes each at most; real lists have 4 MB.
 */
const MAX_LIST_BYTES = 64 * 2 ** 20
/** Array, output, its `txout`: deeper nesting is no list. */
const MAX_DEPTH = 4
/** Entries: a block of 32 MB, as Bitcoin Cash allows, could spend 800,000 outputs (41 bytes an input). */
const MAX_OUTPUTS = 1_000_000

/**
 * Reads a file of spent outputs: one entry for every input of the block but the coinbase's, in order. Outputs of the block
 * itself that it spends are listed too.
 *
 * @throws {BlockFileError} where the file cannot be read, or unpacks to more than 64 MiB
 * @throws {SpentFileError} where it is no such list, naming the byte or the entry
 */
export function readSpentFile(path: string): SpentOutputs {
  const stat = io(path, () => statSync(path))
  if (!stat.isFile()) throw new BlockFileError(path, 'is no file', 'Name a file of spent outputs.')
  const start = Buffer.alloc(PACKING_BYTES)
  const file = io(path, () => openSync(path, 'r'))
  const got = io(path, () => readSync(file, start, 0, start.length, 0))
  closeSync(file)
  const bytes = unpack(path, packingOf(start.subarray(0, got)), stat.size, MAX_LIST_BYTES)
  // An amount is below 2^53, so its last byte is zero, which text never has.
  const text = bytes.length > 0 && (bytes.length < 8 || bytes[7] !== 0)
  return text ? fromJson(path, bytes) : fromOutputs(path, bytes)
}

/** Outputs as in a transaction: amount, length of the script, script. */
function fromOutputs(path: string, bytes: Uint8Array<ArrayBuffer>): SpentOutputs {
  const fail = (at: number, reason: string): SpentFileError => new SpentFileError(path, `byte ${at}`, reason)
  const view = new DataView(bytes.buffer)
  const scripts = new Uint8Array(bytes.length)
  const sats: number[] = []
  const starts = [0]
  let filled = 0
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < 9) throw fail(at, `${bytes.length - at} bytes are left, too few for an output`)
    const high = view.getUint32(at + 4, true)
    if (high >= 2 ** 21) throw fail(at, 'an amount of 2^53 or more')
    let length = bytes[at + 8]!
    if (length >= 0xfd) length = wideCompactSize(bytes, at + 8)
    const script = at + 8 + compactSizeLength(length)
    if (!(length <= bytes.length - script))
      throw fail(at + 8, 'the script goes on beyond the end of the file')
    sats.push(high * 2 ** 32 + view.getUint32(at, true))
    scripts.set(bytes.subarray(script, script + length), filled)
    filled += length
    starts.push(filled)
    at = script + length
  }
  return { n: sats.length, sats: Float64Array.from(sats), scriptStarts: Uint32Array.from(starts), scripts }
}

/** `[{"txout": {"value": sats, "script_pubkey": "hex"}}, …]`; what else an entry has is not read. */
function fromJson(path: string, bytes: Uint8Array): SpentOutputs {
  if (!isShallow(bytes)) throw new SpentFileError(path, 'the list', `is nested deeper than ${MAX_DEPTH}`)
  let list: unknown
  try {
    list = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
  } catch (error) {
    throw new SpentFileError(path, 'the file', 'is neither a list of outputs nor JSON', error)
  }
  if (!Array.isArray(list)) throw new SpentFileError(path, 'the file', 'is JSON, but no array')
  const sats = new Float64Array(list.length)
  const starts = new Uint32Array(list.length + 1)
  const parts: Buffer[] = []
  for (const [i, entry] of list.entries()) {
    const fail = (reason: string): SpentFileError => new SpentFileError(path, `entry ${i}`, reason)
    const output: unknown = isObject(entry) ? (entry['txout'] ?? entry) : undefined
    if (!isObject(output)) throw fail('is no output')
    const { value, script_pubkey: script } = output
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw fail(`has the value ${printable(String(value), 40)}, which is no whole number of satoshis`)
    if (typeof script !== 'string') throw fail('has no script_pubkey')
    const part = Buffer.from(script, 'hex')
    if (2 * part.length !== script.length)
      throw fail(`has a script_pubkey that is not hex: ${printable(script, 40)}`)
    sats[i] = value
    parts.push(part)
    starts[i + 1] = starts[i]! + part.length
  }
  return { n: list.length, sats, scriptStarts: starts, scripts: new Uint8Array(Buffer.concat(parts)) }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether JSON is worth parsing: what a parser would need is bounded by depth and count. */
function isShallow(bytes: Uint8Array): boolean {
  let depth = 0
  let objects = 0
  let quoted = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (quoted) {
      if (byte === 0x5c) i++
      else if (byte === 0x22) quoted = false
    } else if (byte === 0x22) quoted = true
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > MAX_DEPTH || ++objects > 2 * MAX_OUTPUTS) return false
    } else if (byte === 0x5d || byte === 0x7d) depth--
  }
  return true
}

/**
 * Why spent outputs cannot be those of a block: another count, an output of the block itself that pays otherwise, or a
 * transaction that pays more than it is given. Undefined where nothing speaks against them.
 */
export function spentMismatch(columns: BlockColumns, spent: SpentOutputs): string | undefined {
  const { bytes, transactions, inputStarts, outputStarts, prevTxids, prevNs, txids } = columns
  const { sats, outputScripts, outputScriptLengths } = columns
  const n = inputStarts[transactions]! - inputStarts[1]!
  if (spent.n !== n) return `lists ${grouped(spent.n)} outputs, the block spends ${grouped(n)}`
  const index = hashIndex()
  for (let t = 0; t < transactions; t++) index.add(txids, t)
  for (let t = 1; t < transactions; t++) {
    let fee = 0
    for (let input = inputStarts[t]!; input < inputStarts[t + 1]!; input++) {
      const at = input - inputStarts[1]!
      fee += spent.sats[at]!
      const prev = index.find(txids, bytes, prevTxids[input]!)
      const output = prev === NONE ? NONE : outputStarts[prev]! + prevNs[input]!
      if (prev === NONE || output >= outputStarts[prev + 1]!) continue
      const script = outputScripts[output]!
      const own = bytes.subarray(script, script + outputScriptLengths[output]!)
      const given = spent.scripts.subarray(spent.scriptStarts[at]!, spent.scriptStarts[at + 1]!)
      if (spent.sats[at] !== sats[output] || Buffer.compare(own, given) !== 0)
        return `has as entry ${grouped(at)} another output than the block itself, which spends it`
    }
    for (let output = outputStarts[t]!; output < outputStarts[t + 1]!; output++) fee -= sats[output]!
    if (fee < 0)
      return `gives transaction ${grouped(t)} of the block ${grouped(-fee)} satoshis less than it pays`
  }
  return undefined
}

function grouped(count: number): string {
  return count.toLocaleString('en-US')
}

/** A file that is no list of spent outputs. */
export class SpentFileError extends LootlineError<{
  readonly code: 'BITCOIN_BAD_SPENT'
  readonly file: string
  /** `byte 17` or `entry 3`. */
  readonly place: string
  readonly reason: string
}> {
  override readonly name = 'SpentFileError'
  constructor(path: string, place: string, reason: string, cause?: unknown) {
    const file = printable(path, 200)
    super(
      { code: 'BITCOIN_BAD_SPENT', file, place, reason },
      `${file}: ${place}: ${reason}.`,
      'Give a list of the outputs that the block spends, in the order of its inputs: docs/formats/spent-outputs.md.',
      { cause },
    )
  }
}
