/** @module */
import { LootlineError } from '../errors.ts'
import { printable } from '../units/text.ts'

type QuestionProblem =
  | { readonly code: 'CROSS_NO_QUESTION'; readonly number: number }
  | { readonly code: 'CROSS_NO_CANDIDATE'; readonly number: number; readonly typed: string }

/** A question or a candidate that is not there. */
export class CrossQuestionError extends LootlineError<QuestionProblem> {
  override readonly name = 'CrossQuestionError'
  constructor(data: QuestionProblem) {
    super(
      data,
      data.code === 'CROSS_NO_QUESTION'
        ? `There is no question ${data.number} about a crossing.`
        : `Question ${data.number} has no candidate ${printable(data.typed, 80)}.`,
      data.code === 'CROSS_NO_QUESTION'
        ? 'List them with lootline crossings list.'
        : 'Name one of its candidates as txid, or as txid:n where a transaction has several.',
    )
  }
}
