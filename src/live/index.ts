/**
 * Live sources: what a trace needs is asked of nodes, explorers and indexers that the user named, once.
 * @module
 */
export { createArchive } from './archive.ts'
export { archived } from './archived.ts'
export { createBeyond, crossingsBeyond } from './beyond.ts'
export type { LiveBook } from './book.ts'
export { ContradictionError } from './chainLine.ts'
export { createBook } from './createBook.ts'
export type { LiveProgress } from './desk.ts'
export { heightAt } from './heightAt.ts'
export type { Crossings, Live } from './live.ts'
export { type LiveFile, openLiveFile } from './liveFile.ts'
export { type LiveTrace, traceLive } from './liveTrace.ts'
export { enterOpenings } from './openingBalance.ts'
export { OtherHistoryError, settleFork } from './reorganise.ts'
export { storeCrossings } from './storeCrossings.ts'
