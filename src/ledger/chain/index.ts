/**
 * The chain store: a whole chain of the Bitcoin family in column files, built from blocks, read as a ledger.
 * @module
 */
export { type FolderSource, openBlockSource } from './blockSource.ts'
export { openChainLedger } from './chainLedger.ts'
export {
  type BlockSource,
  INDEX_PASSES,
  type IndexOptions,
  type IndexPass,
  type IndexResult,
  indexBlocks,
} from './indexBlocks.ts'
