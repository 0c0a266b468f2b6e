/**
 * What transactions themselves say about money that crosses to another chain, read from memos and logs.
 * @module
 */
export { isBridge, isKnownContract, PROTOCOLS } from './contracts.ts'
export { logLinks } from './logLinks.ts'
export { memoLinks } from './thorchain.ts'
