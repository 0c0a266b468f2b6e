/**
 * First pass: blocks to the columns of one segment. Everything that the segment knows by itself is final; addresses and
 * prevouts of other segments are left as numbers into the segment's own sorted lists. Memory is bounded by the segment.
 * @module
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { BlockColumns, SpentOutputs } from '../../chain/bitcoin/block.ts'
import { NONE } from '../ledger.ts'
import { BadChainError } from './badChain.ts'
import { type Numbers, writeColumn } from './columnFile.ts'
import { extend, type Growable, growF64, growU8, growU32, push, pushAll, rowsOf } from './growable.ts'
import { createIdTable } from './idTable.ts'
import { createKeyTable, type Keys } from './keyTable.ts'
import { OWN } from './layout.ts'
import type { SegmentHead } from './manifest.ts'
import { FIRST_ADDRESS, type Payload, scriptKind } from './scriptKind.ts'
import { sortIds, sortKeys } from './sortKeys.ts'
import { COLUMNS } from './workSegment.ts'
import { writeJson } from './writeJson.ts'

/** A block of the best chain, decoded and hashed. The columns are read during the call only. */
export interface IndexedBlock {
  readonly height: number
  /** 32 bytes, internal byte order. */
  readonly hash: Uint8Array
  /** Unix seconds. */
  readonly time: number
  readonly columns: BlockColumns
  /** What its inputs spend, the coinbase's left out, where undo data or a file tells; read during the call only. */
  readonly spent?: SpentOutputs
}

export interface SegmentBuilder {
  readonly blocks: number
  /** Bytes of memory that its columns hold, roughly. */
  readonly bytes: number
  /** @throws {BadChainError} where `spent` is not what the segment itself has, or is of another block */
  add(block: IndexedBlock): void
  /** Writes the columns, then the head: a segment without `segment.json` does not exist. */
  finish(): SegmentHead
}

/** @param folder made anew, named after the first block */
export function createSegmentBuilder(folder: string, name: string, cash: boolean): SegmentBuilder {
  const txs = createIdTable(1 << 12)
  const prevs = createIdTable(1 << 12)
  const keys = createKeyTable(1 << 12)
  const txOfKey = growU32()
  const keyOfTx = growU32()
  const blockHash = growU8()
  const blockTime = growU32()
  const blockTx = growU32()
  const txOutputs = growU32()
  const txInputs = growU32()
  const txBytes = growU32()
  const txMarks = growU8()
  const outSats = growF64()
  const outKind = growU8()
  const outKey = growU32()
  const inRef = growU32()
  const inN = growU32()
  const givenInput = growU32()
  const givenSats = growF64()
  const givenKey = growU32()
  const scratch = createScratch()
  let firstHeight = 0

  const addTransactions = ({ transactions, txids }: BlockColumns): void => {
    const { starts, found } = scratch.rows(transactions)
    for (let t = 0; t < transactions; t++) starts[t] = 32 * t
    let fresh = txs.size
    const first = keyOfTx.n
    txs.numbersAt(new DataView(txids.buffer, txids.byteOffset), starts, transactions, true, found)
    for (let t = 0; t < transactions; t++) {
      const key = found[t]!
      if (key === fresh) {
        push(txOfKey, first + t)
        fresh++
      }
      // An id mined twice (before BIP-30): the later one takes its place among the unspent.
      else txOfKey.data[key] = first + t
      push(keyOfTx, key)
    }
  }

  const addOutputs = ({
    bytes,
    sats,
    outputStarts,
    outputScripts,
    outputScriptLengths,
    transactions,
  }: BlockColumns): void => {
    const n = outputStarts[transactions]!
    pushAll(outSats, sats.subarray(0, n))
    const at = extend(outKey, n)
    intern(bytes, outputScripts, outputScriptLengths, n, outKey.data.subarray(at, at + n))
    pushAll(outKind, scratch.rows(n).kinds.subarray(0, n))
  }

  /** Keys of scripts, NONE where they have no address; their kinds are left in the scratch. */
  const intern = (
    bytes: Uint8Array,
    starts: Uint32Array,
    lengths: Uint32Array,
    n: number,
    into: Uint32Array,
  ): void => {
    const { kinds, key, number } = scratch.rows(n)
    const { payload } = scratch
    let some = 0
    for (let i = 0; i < n; i++) {
      const kind = scriptKind(bytes, starts[i]!, lengths[i]!, cash, payload)
      kinds[i] = kind
      if (kind < FIRST_ADDRESS) continue
      key.kinds[some] = kind
      key.starts[some] = payload.start
      key.lengths[some++] = payload.length
    }
    keys.add({ ...key, payloads: bytes }, some, number)
    some = 0
    for (let i = 0; i < n; i++) into[i] = kinds[i]! < FIRST_ADDRESS ? NONE : number[some++]!
  }

  /** All but the coinbase's, which spends nothing. */
  const addInputs = ({ bytes, inputStarts, prevTxids, prevNs, transactions }: BlockColumns): void => {
    const from = inputStarts[1]!
    const to = inputStarts[transactions]!
    const n = to - from
    pushAll(inN, prevNs.subarray(from, to))
    const at = extend(inRef, n)
    const refs = inRef.data
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const { starts, found } = scratch.rows(n)
    txs.numbersAt(view, prevTxids.subarray(from, to), n, false, found)
    let foreign = 0
    for (let i = 0; i < n; i++) {
      if (found[i]! < 0) starts[foreign++] = prevTxids[from + i]!
      refs[at + i] = found[i]! < 0 ? NONE : OWN + txOfKey.data[found[i]!]!
    }
    prevs.numbersAt(view, starts, foreign, true, found)
    foreign = 0
    for (let i = at; i < at + n; i++) if (refs[i] === NONE) refs[i] = found[foreign++]!
  }

  /** Keeps what is given of the block's inputs, whose rows end here, and holds the rest against the segment. */
  const addGiven = (
    { bytes, inputStarts, transactions, prevTxids, txids }: BlockColumns,
    spent: SpentOutputs,
  ): void => {
    const first = inRef.n - spent.n
    const { scriptStarts, scripts } = spent
    const lengths = Uint32Array.from({ length: spent.n }, (_, i) => scriptStarts[i + 1]! - scriptStarts[i]!)
    const given = new Uint32Array(spent.n)
    intern(scripts, scriptStarts, lengths, spent.n, given)
    for (let t = 1; t < transactions; t++) {
      for (let input = inputStarts[t]!; input < inputStarts[t + 1]!; input++) {
        const at = input - inputStarts[1]!
        const key = given[at]!
        const ref = inRef.data[first + at]!
        if (ref < OWN) {
          push(givenInput, first + at)
          push(givenSats, spent.sats[at]!)
          push(givenKey, key)
          continue
        }
        const own = ref - OWN
        const output = txOutputs.data[own]! + inN.data[first + at]!
        // That there is no such output is found by the third pass.
        if (output >= (own + 1 < txOutputs.n ? txOutputs.data[own + 1]! : outSats.n)) continue
        if (outSats.data[output] === spent.sats[at] && outKey.data[output] === key) continue
        const prevout = `${hexOf(bytes, prevTxids[input]!)}:${inN.data[first + at]}`
        throw new BadChainError(
          prevout,
          hexOf(txids, 32 * t),
          firstHeight + blockTime.n - 1,
          'pays another than the given spent outputs say',
        )
      }
    }
  }

  return {
    get blocks(): number {
      return blockTime.n
    },
    get bytes(): number {
      return (
        keyOfTx.n * 64 + prevs.size * 48 + keys.size * 48 + outSats.n * 13 + inRef.n * 8 + givenInput.n * 16
      )
    },
    add({ height, hash, time, columns, spent }): void {
      if (blockTime.n === 0) firstHeight = height
      pushAll(blockHash, hash)
      push(blockTime, time)
      push(blockTx, keyOfTx.n)
      const { transactions, inputStarts, outputStarts } = columns
      const [firstOutput, firstInput] = [outSats.n, inRef.n]
      for (let t = 0; t < transactions; t++) {
        push(txOutputs, firstOutput + outputStarts[t]!)
        push(txInputs, firstInput + Math.max(0, inputStarts[t]! - inputStarts[1]!))
        push(txBytes, virtualBytesOf(columns, t))
        push(txMarks, marksOf(columns, t))
      }
      // All ids before all inputs: Bitcoin Cash orders a block by id, so a spend may stand before what it spends.
      addTransactions(columns)
      addOutputs(columns)
      addInputs(columns)
      if (spent !== undefined) addGiven(columns, spent)
    },
    finish(): SegmentHead {
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
      const write = (column: keyof typeof COLUMNS, rows: Numbers): void =>
        writeColumn(join(folder, column), COLUMNS[column], rows)
      const hashes = rowsOf(blockHash)
      push(blockTx, keyOfTx.n)
      push(txOutputs, outSats.n)
      push(txInputs, inRef.n)
      write('blockHash', hashes)
      write('blockTime', rowsOf(blockTime))
      write('blockTx', rowsOf(blockTx))
      write('txOutputs', rowsOf(txOutputs))
      write('txInputs', rowsOf(txInputs))
      write('txBytes', rowsOf(txBytes))
      write('txMarks', rowsOf(txMarks))
      write('outSats', rowsOf(outSats))
      write('outKind', rowsOf(outKind))
      write('inN', rowsOf(inN))

      const ids = sortIds(txs.ids, rowsOf(keyOfTx))
      const idOfTx = new Uint32Array(ids.order.length)
      for (let place = 0; place < idOfTx.length; place++) idOfTx[ids.order[place]!] = place
      write('txId', ids.sorted)
      write('txOfId', ids.order)
      write('idOfTx', idOfTx)

      const foreign = sortIds(prevs.ids, numbersTo(prevs.size))
      write('prevId', foreign.sorted)
      renumber(inRef, foreign.order)
      write('inRef', rowsOf(inRef))

      const { order: byKey, hashes: keyHashes, kinds, starts, payloads } = sortKeys(keys)
      write('keyHash', keyHashes)
      write('keyKind', kinds)
      write('keyStart', starts)
      write('keyBytes', payloads)
      renumber(outKey, byKey)
      write('outKey', rowsOf(outKey))
      renumber(givenKey, byKey)
      write('givenInput', rowsOf(givenInput))
      write('givenSats', rowsOf(givenSats))
      write('givenKey', rowsOf(givenKey))

      const head = {
        ...{ name, firstHeight, blocks: blockTime.n },
        firstHash: Buffer.from(hashes.subarray(0, 32)).toString('hex'),
        lastHash: Buffer.from(hashes.subarray(-32)).toString('hex'),
        ...{ transactions: keyOfTx.n, outputs: outSats.n, inputs: inRef.n },
      }
      writeJson(join(folder, 'segment.json'), head)
      return head
    },
  }
}

/** Columns of one block at a time, kept for the next one. */
interface Scratch {
  readonly payload: Payload
  /** With room for so many rows. Of the last call only; what it held before means nothing. */
  rows(n: number): ScratchRows
}

interface ScratchRows {
  readonly starts: Uint32Array
  readonly found: Int32Array
  readonly kinds: Uint8Array
  readonly key: Omit<Keys, 'payloads'>
  readonly number: Uint32Array
}

function createScratch(): Scratch {
  const made = (n: number): ScratchRows => ({
    starts: new Uint32Array(n),
    found: new Int32Array(n),
    kinds: new Uint8Array(n),
    key: { kinds: new Uint8Array(n), starts: new Uint32Array(n), lengths: new Uint8Array(n) },
    number: new Uint32Array(n),
  })
  let rows = made(1024)
  return {
    payload: { start: 0, length: 0 },
    rows(n) {
      if (rows.kinds.length < n) rows = made(2 * n)
      return rows
    },
  }
}

/** Weight over four, rounded up (BIP-141): bytes of the witness, its marker and flag count once, all others four times. */
function virtualBytesOf({ txStarts, segwit, witnessStarts }: BlockColumns, t: number): number {
  const total = txStarts[t + 1]! - txStarts[t]!
  const base = segwit[t] === 1 ? witnessStarts[t]! - txStarts[t]! + 2 : total
  return (3 * base + total + 3) >>> 2
}

function marksOf({ versions, locktimes, inputStarts, sequences }: BlockColumns, t: number): number {
  let marks = (Math.min(versions[t]!, 63) << 2) | Number(locktimes[t] !== 0)
  for (let input = inputStarts[t]!; input < inputStarts[t + 1]!; input++)
    if (sequences[input]! < 0xfffffffe) marks |= 2
  return marks
}

/** As explorers print it: the bytes the other way round. */
function hexOf(bytes: Uint8Array, start: number): string {
  return Buffer.from(bytes.slice(start, start + 32).reverse()).toString('hex')
}

/** 0 to n - 1. */
function numbersTo(n: number): Uint32Array {
  const numbers = new Uint32Array(n)
  for (let i = 0; i < n; i++) numbers[i] = i
  return numbers
}

/** Turns numbers of a table into places of its sorted list; NONE and numbers from {@link OWN} on stay. */
function renumber(column: Growable<Uint32Array>, order: Uint32Array): void {
  const placeOf = new Uint32Array(order.length)
  for (let place = 0; place < order.length; place++) placeOf[order[place]!] = place
  const { data, n } = column
  for (let row = 0; row < n; row++) if (data[row]! < OWN) data[row] = placeOf[data[row]!]!
}
