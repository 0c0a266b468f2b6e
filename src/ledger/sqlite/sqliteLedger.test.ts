import { describe } from 'vitest'
import { ledgerSuite } from '../ledger.test-suite.ts'
import { sqliteMaker } from './sqliteMaker.test-suite.ts'

describe('openSqliteLedger', () => {
  ledgerSuite(sqliteMaker())
})
