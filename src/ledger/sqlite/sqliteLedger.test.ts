import { describe } from 'vitest'
import { appended } from '../appended.test-suite.ts'
import { falsePrevoutSuite } from '../falsePrevout.test-suite.ts'
import { forgetSuite } from '../forget.test-suite.ts'
import { ledgerSuite } from '../ledger.test-suite.ts'
import { readingSuite } from '../reading.test-suite.ts'
import { sqliteMaker } from './sqliteMaker.test-suite.ts'

describe('openSqliteLedger', () => {
  ledgerSuite(sqliteMaker())
  forgetSuite(sqliteMaker())
  falsePrevoutSuite(sqliteMaker())
  readingSuite(appended(sqliteMaker()))
})
