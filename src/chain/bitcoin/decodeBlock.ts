/**
 * The bytes of a block into columns: Bitcoin, Litecoin and Bitcoin Cash. Nothing is copied but numbers.
 * Transactions are those of the protocol (developer.bitcoin.org, "Raw transaction format") and of BIP-144; scripts are not
 * read, so every witness version passes.
 * @module
 */
import type { BlockColumns } from './block.ts'
import { BlockError, type BlockPlace } from './blockError.ts'
import { compactSizeLength, wideCompactSize } from './compactSize.ts'

export const HEADER_BYTES = 80
/** Fewest bytes of a transaction: version, counts of inputs and of outputs, lock time, and one input. */
export const MIN_TRANSACTION: number = 4 + 1 + 41 + 1 + 4
/** Fewest bytes of an input: prevout, count of an empty script, sequence. */
const MIN_INPUT = 32 + 4 + 1 + 4
/** Fewest bytes of an output: amount, count of an empty script. */
const MIN_OUTPUT = 8 + 1
/** The witness follows the outputs (BIP-144). */
const FLAG_WITNESS = 1
/** A MWEB part follows (LIP-0003; Litecoin Core, `src/primitives/transaction.h`). */
const FLAG_MWEB = 8

/** Columns that grow with the blocks they are given. One set a thread is enough. */
export function blockColumns(): BlockColumns {
  return {
    bytes: new Uint8Array(0),
    headerStart: 0,
    end: 0,
    transactions: 0,
    txStarts: new Uint32Array(1),
    segwit: new Uint8Array(0),
    witnessStarts: new Uint32Array(0),
    versions: new Uint32Array(0),
    locktimes: new Uint32Array(0),
    inputStarts: new Uint32Array(1),
    prevTxids: new Uint32Array(0),
    prevNs: new Uint32Array(0),
    sequences: new Uint32Array(0),
    inputScripts: new Uint32Array(0),
    inputScriptLengths: new Uint32Array(0),
    outputStarts: new Uint32Array(1),
    sats: new Float64Array(0),
    outputScripts: new Uint32Array(0),
    outputScriptLengths: new Uint32Array(0),
    txids: new Uint8Array(0),
  }
}

/**
 * Reads the block whose header begins at `start` and whose bytes end before `end`. Fills all columns but `txids`.
 *
 * Every count is compared with the bytes left before anything is reserved, so memory is at most some five times the
 * block's. Transactions without outputs and outputs of nothing pass (no consensus rule is judged here); a transaction
 * without inputs cannot be told from the witness form and is refused. The MWEB block that follows Litecoin's last
 * transaction (HogEx) is left unread: what moves inside it is confidential.
 *
 * @throws {BlockError} naming the file and the byte; `columns` then holds no block
 */
export function decodeBlock(
  columns: BlockColumns,
  bytes: Uint8Array,
  start: number,
  end: number,
  place: BlockPlace,
): void {
  columns.transactions = 0
  const fail = (at: number, reason: string): BlockError => new BlockError(place, at - start, reason)
  /** A count, or a length, for which there is no room; the count's own bytes may be what is cut off. */
  const beyond = (at: number, count: number, what: string): BlockError =>
    Number.isNaN(count) && at + 9 <= end
      ? fail(at, `the count of ${what} is longer than it need be`)
      : fail(
          at,
          `${Math.max(0, end - at)} bytes are left, too few for ${count < 2 ** 53 ? count : 'more than 2^53'} ${what}`,
        )
  if (end > bytes.length || end - start < HEADER_BYTES + 1) {
    throw fail(Math.min(end, bytes.length), `the block is cut off: ${end - start} bytes`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, end)
  let at = start + HEADER_BYTES
  let n = bytes[at]!
  if (n >= 0xfd) n = wideCompactSize(bytes, at)
  if (!(n * MIN_TRANSACTION <= end - at)) throw beyond(at, n, 'transactions')
  if (n === 0) throw fail(at, 'no transactions')
  at += compactSizeLength(n)
  if (columns.segwit.length < n) growTransactions(columns, n)
  const { txStarts, segwit, witnessStarts, versions, locktimes, inputStarts, outputStarts } = columns
  let { prevTxids, prevNs, sequences, inputScripts, inputScriptLengths } = columns
  let { sats, outputScripts, outputScriptLengths } = columns
  let input = 0
  let output = 0
  let mweb = false
  for (let t = 0; t < n; t++) {
    if (end - at < MIN_TRANSACTION) throw fail(at, `${end - at} bytes are left, too few for a transaction`)
    txStarts[t] = at
    inputStarts[t] = input
    outputStarts[t] = output
    versions[t] = view.getUint32(at, true)
    at += 4
    let flags = 0
    if (bytes[at] === 0) {
      flags = bytes[at + 1]!
      if (flags === 0 || (flags & ~(FLAG_WITNESS | FLAG_MWEB)) !== 0) {
        throw fail(at, flags === 0 ? 'a transaction without inputs' : `unknown transaction flags ${flags}`)
      }
      at += 2
    }
    segwit[t] = flags === 0 ? 0 : 1

    let count = bytes[at]!
    if (count >= 0xfd) count = wideCompactSize(bytes, at)
    if (!(count * MIN_INPUT <= end - at)) throw beyond(at, count, 'inputs')
    if (count === 0) throw fail(at, 'a transaction without inputs')
    at += compactSizeLength(count)
    const inputEnd = input + count
    if (inputEnd > prevTxids.length) {
      growInputs(columns, inputEnd)
      ;({ prevTxids, prevNs, sequences, inputScripts, inputScriptLengths } = columns)
    }
    for (; input < inputEnd; input++) {
      if (end - at < MIN_INPUT) throw fail(at, `${end - at} bytes are left, too few for an input`)
      prevTxids[input] = at
      prevNs[input] = view.getUint32(at + 32, true)
      at += 36
      let length = bytes[at]!
      if (length >= 0xfd) length = wideCompactSize(bytes, at)
      const script = at + compactSizeLength(length)
      if (!(length <= end - script - 4)) throw beyond(at, length, 'bytes of script')
      inputScripts[input] = script
      inputScriptLengths[input] = length
      at = script + length
      sequences[input] = view.getUint32(at, true)
      at += 4
    }

    count = bytes[at]!
    if (count >= 0xfd) count = wideCompactSize(bytes, at)
    if (!(count * MIN_OUTPUT < end - at)) throw beyond(at, count, 'outputs')
    at += compactSizeLength(count)
    const outputEnd = output + count
    if (outputEnd > sats.length) {
      growOutputs(columns, outputEnd)
      ;({ sats, outputScripts, outputScriptLengths } = columns)
    }
    for (; output < outputEnd; output++) {
      if (end - at < MIN_OUTPUT) throw fail(at, `${end - at} bytes are left, too few for an output`)
      const high = view.getUint32(at + 4, true)
      if (high >= 2 ** 21) throw fail(at, 'an amount of 2^53 or more')
      sats[output] = high * 2 ** 32 + view.getUint32(at, true)
      at += 8
      let length = bytes[at]!
      if (length >= 0xfd) length = wideCompactSize(bytes, at)
      const script = at + compactSizeLength(length)
      if (!(length <= end - script)) throw beyond(at, length, 'bytes of script')
      outputScripts[output] = script
      outputScriptLengths[output] = length
      at = script + length
    }

    witnessStarts[t] = at
    if ((flags & FLAG_WITNESS) !== 0) {
      let items = 0
      for (let i = inputStarts[t]!; i < inputEnd; i++) {
        let stack = bytes[at]!
        if (stack >= 0xfd) stack = wideCompactSize(bytes, at)
        if (!(stack < end - at)) throw beyond(at, stack, 'items of witness')
        at += compactSizeLength(stack)
        items += stack
        for (; stack > 0; stack--) {
          let length = bytes[at]!
          if (length >= 0xfd) length = wideCompactSize(bytes, at)
          const item = at + compactSizeLength(length)
          if (!(length <= end - item)) throw beyond(at, length, 'bytes of witness')
          at = item + length
        }
      }
      if (items === 0) throw fail(at, 'a witness form without a witness')
    }
    if ((flags & FLAG_MWEB) !== 0) {
      // In a block only HogEx, the last transaction, has the flag, and its MWEB part is absent: a zero byte.
      if (t !== n - 1 || bytes[at] !== 0) throw fail(at, 'a MWEB part in a transaction of a block')
      mweb = true
      at++
    }
    if (end - at < 4) throw fail(at, `${Math.max(0, end - at)} bytes are left, too few for a lock time`)
    locktimes[t] = view.getUint32(at, true)
    at += 4
  }
  if (at !== end && !mweb) throw fail(at, `${end - at} bytes after the last transaction`)
  txStarts[n] = at
  inputStarts[n] = input
  outputStarts[n] = output
  columns.bytes = bytes
  columns.headerStart = start
  columns.end = at
  columns.transactions = n
}

/** What is in the columns of transactions belongs to an earlier block: nothing to keep. */
function growTransactions(columns: BlockColumns, needed: number): void {
  const size = roomFor(needed)
  columns.txStarts = new Uint32Array(size + 1)
  columns.segwit = new Uint8Array(size)
  columns.witnessStarts = new Uint32Array(size)
  columns.versions = new Uint32Array(size)
  columns.locktimes = new Uint32Array(size)
  columns.inputStarts = new Uint32Array(size + 1)
  columns.outputStarts = new Uint32Array(size + 1)
  columns.txids = new Uint8Array(32 * size)
}

function growInputs(columns: BlockColumns, needed: number): void {
  const size = roomFor(needed)
  columns.prevTxids = grown(columns.prevTxids, size)
  columns.prevNs = grown(columns.prevNs, size)
  columns.sequences = grown(columns.sequences, size)
  columns.inputScripts = grown(columns.inputScripts, size)
  columns.inputScriptLengths = grown(columns.inputScriptLengths, size)
}

function growOutputs(columns: BlockColumns, needed: number): void {
  const size = roomFor(needed)
  const sats = new Float64Array(size)
  sats.set(columns.sats)
  columns.sats = sats
  columns.outputScripts = grown(columns.outputScripts, size)
  columns.outputScriptLengths = grown(columns.outputScriptLengths, size)
}

function grown(column: Uint32Array, size: number): Uint32Array {
  const larger = new Uint32Array(size)
  larger.set(column)
  return larger
}

/** The next power of two, so that growing costs a constant per row. */
function roomFor(needed: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(needed, 1024)))
}
