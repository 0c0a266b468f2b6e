/**
 * Lootline as a library: one namespace a room. What is not exported here may change in any version.
 *
 * @example
 * import { Label, Ledger, Price, Trace } from 'lootline'
 *
 * const books = {
 *   ledger: Ledger.openSqliteLedger('harmony'),
 *   labels: Label.openLabelStore('harmony'),
 *   prices: Price.openPriceStore('harmony'),
 *   version: '0.1.0',
 * }
 * const flow = Trace.traceFlow(books, request)
 * @module
 */
export * as Address from './address/index.ts'
export * as Table from './chain/table/index.ts'
export type { Input, Output, Transaction, Transfer } from './chain/transaction.ts'
export * as Cluster from './cluster/index.ts'
export { LootlineError } from './errors.ts'
export * as Label from './label/index.ts'
export * as Ledger from './ledger/index.ts'
export * as Price from './price/index.ts'
export * as Report from './report/index.ts'
export * as Scene from './scene/index.ts'
export * as Simulate from './simulate/index.ts'
export * as Store from './store/index.ts'
export * as Trace from './trace/index.ts'
export * as Units from './units/index.ts'
