import type { Ledger } from './ledger.ts'
import { PLAIN, transactionsOf } from './madeBlocks.test-suite.ts'
import type { ReadingMaker } from './reading.test-suite.ts'

/** Blocks appended to a new, empty ledger. */
export function appended(maker: { open(): Ledger; clean(): void }): ReadingMaker {
  return {
    async ofBlocks(blocks, firstHeight = 0) {
      const ledger = maker.open()
      ledger.append(transactionsOf(blocks, PLAIN, firstHeight), { covers: { kind: 'all' } })
      return { ledger, names: PLAIN }
    },
    clean: () => maker.clean(),
  }
}
