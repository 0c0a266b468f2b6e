import { closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs'
import { NONE } from '../ledger.ts'
import { BadChainError } from './badChain.ts'
import { heightOf, txidOf } from './badSpend.ts'
import { writeColumn } from './columnFile.ts'
import { growU32, push, rowsOf } from './growable.ts'
import { OWN } from './layout.ts'
import { answersFile, questionsFile, ROW_BYTES } from './spendFiles.ts'
import { createOf, loadOf, openOf, segmentOfTx, u32s, type WorkSegment, writeOf } from './workSegment.ts'

/**
 * First step of the third pass, for one segment: what it wants to know of each other segment. Writes its questions, room for
 * the answers, `inTx` and `unknown*`.
 *
 * @throws {BadChainError} where the store begins with the first block of the chain and has no such prevout
 * @returns where the questions to each segment begin, and how many there are: one number more than segments
 */
export function askSpends(segments: readonly WorkSegment[], segment: WorkSegment, work: string): number[] {
  const prevTx = loadOf(segment, 'prevTx', u32s)
  const refs = loadOf(segment, 'inRef', u32s)
  const ns = loadOf(segment, 'inN', u32s)
  const txInputs = loadOf(segment, 'txInputs', u32s)
  const unknownInput = growU32()
  const unknownRef = growU32()
  const starts = new Array<number>(segments.length + 1).fill(0)
  for (let input = 0; input < refs.length; input++) {
    const ref = refs[input]!
    const prev = ref >= OWN ? segment.firstTx + (ref - OWN) : prevTx[ref]!
    refs[input] = prev
    if (prev === NONE) {
      push(unknownInput, input)
      push(unknownRef, ref)
      // With the first block of the chain in the store, what no block has does not exist.
      if (segments[0]!.head.firstHeight === 0) throw spendOfNothing(segments, segment, input, ref)
    } else starts[segmentOfTx(segments, prev) + 1]!++
  }
  for (let target = 0; target < segments.length; target++) starts[target + 1]! += starts[target]!
  const questions = new Uint32Array(3 * starts[segments.length]!)
  const next = starts.slice()
  for (let tx = 0; tx + 1 < txInputs.length; tx++) {
    for (let input = txInputs[tx]!; input < txInputs[tx + 1]!; input++) {
      const prev = refs[input]!
      if (prev === NONE) continue
      const at = 3 * next[segmentOfTx(segments, prev)]!++
      questions[at] = prev
      questions[at + 1] = ns[input]!
      questions[at + 2] = segment.firstTx + tx
    }
  }
  writeColumn(questionsFile(work, segment), ROW_BYTES, questions)
  makeRoom(answersFile(work, segment), questions.byteLength)
  writeOf(segment, 'inTx', refs)
  writeOf(segment, 'unknownInput', rowsOf(unknownInput))
  writeUnknownIds(segment, prevTx, rowsOf(unknownRef))
  return starts
}

/** @param ref place of the id among those that the segment does not have */
function spendOfNothing(
  segments: readonly WorkSegment[],
  segment: WorkSegment,
  input: number,
  ref: number,
): BadChainError {
  const lost = loadOf(segment, 'prevTx', u32s)
  let place = 0
  for (let i = 0; i < ref; i++) if (lost[i] === NONE) place++
  const id = new Uint8Array(32)
  const ids = openOf(segment, 'lostId')
  ids.read(place, id)
  ids.close()
  const n = loadOf(segment, 'inN', u32s)[input]!
  const by = segment.firstTx + loadOf(segment, 'txInputs', u32s).findLastIndex((first) => first <= input)
  const prevout = `${Buffer.from(id.reverse()).toString('hex')}:${n}`
  return new BadChainError(prevout, txidOf(segments, by), heightOf(segments, by), 'is in no block before it')
}

function makeRoom(path: string, bytes: number): void {
  const file = openSync(path, 'w')
  ftruncateSync(file, bytes)
  fsyncSync(file)
  closeSync(file)
}

/** `lostId` has the ids of those of `prevTx` that are outside the store, in their order. */
function writeUnknownIds(segment: WorkSegment, prevTx: Uint32Array, refs: Uint32Array): void {
  for (let place = 0, lost = 0; place < prevTx.length; place++)
    if (prevTx[place] === NONE) prevTx[place] = lost++
  const ids = openOf(segment, 'lostId')
  const column = createOf(segment, 'unknownTxId')
  const id = new Uint8Array(32)
  for (const ref of refs) {
    ids.read(prevTx[ref]!, id)
    column.append(id)
  }
  ids.close()
  column.finish()
}
