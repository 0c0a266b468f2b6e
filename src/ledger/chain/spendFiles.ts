/**
 * Files between the steps of the third pass. Their rows are 12 bytes: a question is three u32 (transaction and number of the
 * prevout, spender); an answer is a u32 address and the two halves of an f64 amount in sats.
 * @module
 */
import { join } from 'node:path'
import type { WorkSegment } from './workSegment.ts'

export const ROW_BYTES = 12
/** Inputs handled at a time. */
export const CHUNK: number = 2 ** 15

/** A column: one asker's questions, those to one segment together. */
export function questionsFile(work: string, asker: WorkSegment): string {
  return join(work, `ask-${asker.head.name}`)
}

/** No column: answers are written into it wherever they belong, in the order of the questions. */
export function answersFile(work: string, asker: WorkSegment): string {
  return join(work, `answer-${asker.head.name}`)
}

/** A column: outputs of one earlier segment that are spent now, as questions, sorted. */
export function spentFile(work: string, target: number): string {
  return join(work, `spent-${target}`)
}
