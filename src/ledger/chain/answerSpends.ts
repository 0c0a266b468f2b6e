/**
 * Second step of the third pass: one segment answers all questions about its outputs, and sees to it that none is spent
 * twice. Many questions are answered with its outputs in memory; few to an earlier segment by look-ups.
 * @module
 */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { NONE } from '../ledger.ts'
import type { BadChainError } from './badChain.ts'
import { badSpend } from './badSpend.ts'
import { type Column, openColumn, writeColumn } from './columnFile.ts'
import { BATCH_COLUMNS } from './layout.ts'
import { isFew, openIn, ROWS_PER_QUESTION, withPages } from './lookUp.ts'
import { lowerBound, type PageCache, type PagedColumn } from './pagedColumn.ts'
import { sortRows } from './sortRows.ts'
import { answersFile, CHUNK, questionsFile, ROW_BYTES, spentFile } from './spendFiles.ts'
import { type EarlierBatch, f64s, loadOf, u32s, type WorkSegment, writeOf } from './workSegment.ts'

/** A segment and where its questions to each other one begin. */
export interface Asker {
  readonly segment: WorkSegment
  readonly starts: readonly number[]
}

export interface AnswerInput {
  readonly segments: readonly WorkSegment[]
  readonly earlier: readonly EarlierBatch[]
  readonly askers: readonly Asker[]
  /** Places of the segments that are to answer. */
  readonly targets: readonly number[]
  readonly work: string
  readonly rowsPerQuestion?: number
}

/** Whether a segment is asked so little that it need not be loaded. */
export function isAskedLittle(
  { head, fresh }: WorkSegment,
  at: number,
  askers: readonly Asker[],
  rowsPerQuestion: number = ROWS_PER_QUESTION,
): boolean {
  const asked = askers.reduce((sum, { starts }) => sum + starts[at + 1]! - starts[at]!, 0)
  return !fresh && isFew(asked, head.outputs, rowsPerQuestion)
}

/**
 * Writes the answers, `outSpent` of fresh segments, and which outputs of earlier ones are spent.
 *
 * @throws {BadChainError} where an output is spent twice, or does not exist in its transaction
 */
export function answerSpends(input: AnswerInput): void {
  const files = input.askers.map(({ segment }) => ({
    questions: openColumn(questionsFile(input.work, segment), ROW_BYTES),
    answers: openSync(answersFile(input.work, segment), 'r+'),
  }))
  try {
    for (const at of input.targets) {
      const target = input.segments[at]!
      const asked = input.askers
        .map(({ starts }, i) => ({ ...files[i]!, from: starts[at]!, n: starts[at + 1]! - starts[at]! }))
        .filter(({ n }) => n > 0)
      if (asked.length === 0 && !target.fresh) continue
      const few = isAskedLittle(target, at, input.askers, input.rowsPerQuestion)
      const spent = few ? answerFew(input, target, asked) : answerMany(input, target, asked)
      if (!target.fresh) writeColumn(spentFile(input.work, at), ROW_BYTES, sorted(spent))
    }
    for (const { answers } of files) fsyncSync(answers)
  } finally {
    for (const { questions, answers } of files) {
      questions.close()
      closeSync(answers)
    }
  }
}

interface Asked {
  readonly questions: Column
  /** File descriptor. */
  readonly answers: number
  /** First row, in both. */
  readonly from: number
  readonly n: number
}

/** Questions and room for the answers, a chunk at a time. */
function* chunksOf({ questions, from, n }: Asked): Generator<{ at: number; rows: Uint32Array }> {
  for (let done = 0; done < n; done += CHUNK) {
    const rows = new Uint32Array(3 * Math.min(CHUNK, n - done))
    questions.read(from + done, rows)
    yield { at: from + done, rows }
  }
}

const AMOUNT = new Float64Array(1)
const HALVES: Uint32Array = new Uint32Array(AMOUNT.buffer)

/** Puts an answer where its question stood. */
function put(rows: Uint32Array, at: number, address: number, sats: number): void {
  AMOUNT[0] = sats
  rows[at] = address
  rows[at + 1] = HALVES[0]!
  rows[at + 2] = HALVES[1]!
}

function write(file: number, at: number, rows: Uint32Array): void {
  const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength)
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, ROW_BYTES * at + done)
}

/** With the segment's outputs in memory. Returns the questions where the segment is an earlier one. */
function answerMany(input: AnswerInput, target: WorkSegment, asked: readonly Asked[]): Uint32Array {
  const txOutputs = loadOf(target, 'txOutputs', u32s)
  const sats = loadOf(target, 'outSats', f64s)
  const address = loadOf(target, 'outAddress', u32s)
  const spent = target.fresh
    ? new Uint32Array(sats.length).fill(NONE)
    : spentBefore(input.earlier, target, txOutputs)
  const all = new Uint32Array(target.fresh ? 0 : 3 * asked.reduce((sum, { n }) => sum + n, 0))
  let filled = 0
  for (const one of asked) {
    for (const { at, rows } of chunksOf(one)) {
      if (!target.fresh) all.set(rows, filled)
      filled += rows.length
      for (let i = 0; i < rows.length; i += 3) {
        const tx = rows[i]! - target.firstTx
        const output = txOutputs[tx]! + rows[i + 1]!
        if (output >= txOutputs[tx + 1]!) throw badChain(input, rows, i, 'does not exist')
        if (spent[output] !== NONE) throw badChain(input, rows, i, 'is spent already')
        spent[output] = rows[i + 2]!
        put(rows, i, address[output]!, sats[output]!)
      }
      write(one.answers, at, rows)
    }
  }
  if (target.fresh) writeOf(target, 'outSpent', spent)
  return all
}

/** Spenders of all outputs of an earlier segment, as far as they are still in the chain. */
function spentBefore(
  earlier: readonly EarlierBatch[],
  target: WorkSegment,
  txOutputs: Uint32Array,
): Uint32Array {
  const spent = loadOf(target, 'outSpent', u32s)
  for (let output = 0; output < spent.length; output++)
    if (spent[output]! >= target.batchEnd) spent[output] = NONE
  for (const batch of earlier) {
    if (batch.end <= target.batchEnd) continue
    withPages((cache) => {
      const [tx, n, by] = openSpends(cache, batch)
      const endTx = target.firstTx + target.head.transactions
      for (let row = lowerBound(tx, target.firstTx); row < tx.rows && tx.at(row) < endTx; row++)
        if (by.at(row) < batch.end) spent[txOutputs[tx.at(row) - target.firstTx]! + n.at(row)] = by.at(row)
    })
  }
  return spent
}

/** By look-ups, in the order of the outputs. Cost: one page of four columns a question, and one or two of each later batch. */
function answerFew(input: AnswerInput, target: WorkSegment, asked: readonly Asked[]): Uint32Array {
  const all = new Uint32Array(3 * asked.reduce((sum, { n }) => sum + n, 0))
  const places: { readonly one: Asked; readonly at: number; readonly rows: Uint32Array }[] = []
  for (const one of asked) {
    for (const { at, rows } of chunksOf(one)) {
      const start = places.reduce((sum, { rows: before }) => sum + before.length, 0)
      all.set(rows, start)
      places.push({ one, at, rows: all.subarray(start, start + rows.length) })
    }
  }
  const questions = all.slice()
  withPages((cache) => {
    const txOutputs = openIn(cache, target, 'txOutputs')
    const sats = openIn(cache, target, 'outSats')
    const address = openIn(cache, target, 'outAddress')
    const spent = openIn(cache, target, 'outSpent')
    const later = input.earlier
      .filter(({ end }) => end > target.batchEnd)
      .map((batch) => ({ end: batch.end, spends: openSpends(cache, batch) }))
    let before = -1
    for (const place of orderOf(questions)) {
      const at = 3 * place
      const tx = questions[at]! - target.firstTx
      const output = txOutputs.at(tx) + questions[at + 1]!
      if (output >= txOutputs.at(tx + 1)) throw badChain(input, questions, at, 'does not exist')
      const isSpent =
        output === before ||
        spent.at(output) < target.batchEnd ||
        later.some(({ end, spends }) => spenderIn(spends, questions[at]!, questions[at + 1]!) < end)
      if (isSpent) throw badChain(input, questions, at, 'is spent already')
      before = output
      put(all, at, address.at(output), sats.at(output))
    }
  })
  for (const { one, at, rows } of places) write(one.answers, at, rows)
  return questions
}

type Spends = readonly [tx: PagedColumn, n: PagedColumn, by: PagedColumn]

function openSpends(cache: PageCache, { folder }: EarlierBatch): Spends {
  const open = (name: 'spendTx' | 'spendN' | 'spendBy'): PagedColumn =>
    cache.open(join(folder, name), BATCH_COLUMNS[name])
  return [open('spendTx'), open('spendN'), open('spendBy')]
}

/** NONE where the batch does not spend the output. */
function spenderIn([txs, ns, by]: Spends, tx: number, n: number): number {
  let low = lowerBound(txs, tx)
  if (low === txs.rows || txs.at(low) !== tx) return NONE
  let high = lowerBound(txs, tx + 1)
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (ns.at(middle) === n) return by.at(middle)
    if (ns.at(middle) < n) low = middle + 1
    else high = middle
  }
  return NONE
}

/** Rows by transaction and number of the prevout. */
function orderOf(questions: Uint32Array): Uint32Array {
  const keys = new Uint32Array(questions.length / 3)
  for (let row = 0; row < keys.length; row++) keys[row] = questions[3 * row]!
  return sortRows(keys, (a, b) => questions[3 * a + 1]! - questions[3 * b + 1]!)
}

function sorted(questions: Uint32Array): Uint32Array {
  const rows = new Uint32Array(questions.length)
  let at = 0
  for (const row of orderOf(questions)) {
    for (let i = 0; i < 3; i++) rows[at++] = questions[3 * row + i]!
  }
  return rows
}

function badChain(
  { segments }: AnswerInput,
  questions: Uint32Array,
  at: number,
  reason: string,
): BadChainError {
  return badSpend(segments, questions[at]!, questions[at + 1]!, questions[at + 2]!, reason)
}
