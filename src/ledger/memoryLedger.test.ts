import { describe } from 'vitest'
import { ledgerSuite } from './ledger.test-suite.ts'
import { createMemoryLedger } from './memoryLedger.ts'

describe('createMemoryLedger', () => {
  ledgerSuite({
    open: createMemoryLedger,
    reopen(ledger) {
      ledger.close()
      return ledger
    },
    clean: () => undefined,
  })
})
