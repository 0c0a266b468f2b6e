import { describe } from 'vitest'
import { appended } from './appended.test-suite.ts'
import { falsePrevoutSuite } from './falsePrevout.test-suite.ts'
import { forgetSuite } from './forget.test-suite.ts'
import { type LedgerMaker, ledgerSuite } from './ledger.test-suite.ts'
import { createMemoryLedger } from './memoryLedger.ts'
import { readingSuite } from './reading.test-suite.ts'

describe('createMemoryLedger', () => {
  const maker: LedgerMaker = {
    open: createMemoryLedger,
    reopen(ledger) {
      ledger.close()
      return ledger
    },
    clean: () => undefined,
  }
  ledgerSuite(maker)
  forgetSuite(maker)
  falsePrevoutSuite(maker)
  readingSuite(appended(maker))
})
