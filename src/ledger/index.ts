export * from './ledger.ts'
export { createMemoryLedger } from './memoryLedger.ts'
