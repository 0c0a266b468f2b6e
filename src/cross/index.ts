/**
 * Crossings between chains: the two sides of one movement of money, by identifier, by amount and time, or by an analyst.
 * @module
 */
export { type CrossBook, openCrossBook, type TxKey } from './crossBook.ts'
export { crossingsFrom } from './crossings.ts'
export { CrossQuestionError } from './crossQuestionError.ts'
export { match } from './match.ts'
export { departuresOf, type Leaving, pendingOf } from './pending.ts'
export { type PlacedLink, witnessOf } from './placedLink.ts'
export {
  type AnswerKind,
  accepted,
  type Candidate,
  type Departure,
  isOpen,
  type Question,
} from './question.ts'
