/**
 * Labels: who is said to stand behind an address, by whom, and how far to trust it.
 * @module
 */
export {
  type AddedLabelFile,
  type AddLabelOptions,
  addFileLabels,
  addLabels,
  BadLabelOptionError,
} from './addLabels.ts'
export type { LabelConflict } from './conflicts.ts'
export type { Label, LabelBook, LabelMatch, LabelSource, StopKind } from './label.ts'
export { LabelFileError } from './labelFileError.ts'
export { type Confidence, confidenceOf, isConfidence } from './ladder.ts'
export type { Actor, LabelOptions, Rejection } from './statement.ts'
export { stopOf } from './stops.ts'
export { type LabelStore, openLabelStore, type StoredLabelSource } from './store.ts'
