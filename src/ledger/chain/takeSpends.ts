import { closeSync, openSync, readSync } from 'node:fs'
import { NONE } from '../ledger.ts'
import { badSpend } from './badSpend.ts'
import { ColumnError } from './columnFile.ts'
import { growF64, growU8, growU32, push, rowsOf } from './growable.ts'
import { answersFile, CHUNK, ROW_BYTES } from './spendFiles.ts'
import { createOf, f64s, loadOf, openOf, segmentOfTx, u32s, type WorkSegment } from './workSegment.ts'

/** Rows of answers read at a time from each segment. */
const READ = 2 ** 12

/**
 * Last step of the third pass, for one segment: reads the answers in the order of its inputs, and what was given from outside
 * where there is none. Writes `inAddress`, `inSats` and `unknownGiven`.
 *
 * @param starts where the answers of each segment begin
 * @throws {BadChainError} where what was given is not what the store has
 */
export function takeSpends(
  segments: readonly WorkSegment[],
  segment: WorkSegment,
  starts: readonly number[],
  work: string,
): void {
  const prevTx = loadOf(segment, 'inTx', u32s)
  const givenInput = loadOf(segment, 'givenInput', u32s)
  const givenSats = loadOf(segment, 'givenSats', f64s)
  const givenAddress = loadOf(segment, 'givenAddress', u32s)
  const inAddress = createOf(segment, 'inAddress')
  const inSats = createOf(segment, 'inSats')
  const unknownGiven = growU8()
  const path = answersFile(work, segment)
  const file = openSync(path, 'r')
  const sources = new Map<number, Answers>()
  const some = { address: growU32(), sats: growF64() }
  let given = 0
  try {
    for (let input = 0; input < prevTx.length; input++) {
      const prev = prevTx[input]!
      const isGiven = given < givenInput.length && givenInput[given] === input
      let address = NONE
      let sats = 0
      if (prev === NONE) {
        push(unknownGiven, isGiven ? 1 : 0)
        if (isGiven) {
          address = givenAddress[given]!
          sats = givenSats[given]!
        }
      } else {
        const target = segmentOfTx(segments, prev)
        let source = sources.get(target)
        source ??= answersOf(path, file, starts[target]!, starts[target + 1]!)
        sources.set(target, source)
        source.next()
        address = source.address
        sats = source.sats
        if (isGiven && (address !== givenAddress[given] || sats !== givenSats[given]))
          throw differs(segments, segment, prev, input)
      }
      if (isGiven) given++
      push(some.address, address)
      push(some.sats, sats)
      if (some.address.n < CHUNK && input + 1 < prevTx.length) continue
      inAddress.append(rowsOf(some.address))
      inSats.append(rowsOf(some.sats))
      some.address.n = 0
      some.sats.n = 0
    }
  } finally {
    closeSync(file)
  }
  inAddress.finish()
  inSats.finish()
  const column = createOf(segment, 'unknownGiven')
  column.append(rowsOf(unknownGiven))
  column.finish()
}

interface Answers {
  address: number
  sats: number
  /** Turns to the next answer. */
  next(): void
}

/** The answers of one segment, one after another. */
function answersOf(path: string, file: number, from: number, to: number): Answers {
  const words = new Uint32Array(3 * Math.min(READ, to - from))
  const bytes = new Uint8Array(words.buffer)
  const view = new DataView(words.buffer)
  let next = from
  let at = bytes.length
  const answers = {
    address: NONE,
    sats: 0,
    next(): void {
      if (at === bytes.length) {
        const wanted = ROW_BYTES * Math.min(READ, to - next)
        const got = readSync(file, bytes, 0, wanted, ROW_BYTES * next)
        if (got !== wanted) throw new ColumnError(path, 'the file ends early')
        next += wanted / ROW_BYTES
        at = 0
      }
      answers.address = view.getUint32(at, true)
      answers.sats = view.getFloat64(at + 4, true)
      at += ROW_BYTES
    },
  }
  return answers
}

function differs(segments: readonly WorkSegment[], segment: WorkSegment, prev: number, input: number): Error {
  const ns = openOf(segment, 'inN')
  const n = new Uint32Array(1)
  ns.read(input, n)
  ns.close()
  const txInputs = loadOf(segment, 'txInputs', u32s)
  let tx = 0
  while (txInputs[tx + 1]! <= input) tx++
  return badSpend(
    segments,
    prev,
    n[0]!,
    segment.firstTx + tx,
    'pays another than the given spent outputs say',
  )
}
