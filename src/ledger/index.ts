export * from './ledger.ts'
export { createMemoryLedger } from './memoryLedger.ts'
export { openSqliteLedger } from './sqlite/sqliteLedger.ts'
