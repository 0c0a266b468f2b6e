/**
 * The chain store: a whole chain of the Bitcoin family in column files, built from blocks, read as a ledger.
 * @module
 */
export { type FolderSource, openBlockSource } from './blockSource.ts'
export { openChainLedger } from './chainLedger.ts'
export { type IndexResult, indexBlocks } from './indexBlocks.ts'
export { estimateIndex, type IndexCost } from './indexCost.ts'
export { INDEX_PASSES, type IndexOptions, type IndexPass } from './indexOptions.ts'
export type { BlockSource } from './source.ts'
export { countPrevoutsOutside, readStoredBlock } from './storedBlock.ts'
export { type Verified, verifyStore } from './verifyStore.ts'
