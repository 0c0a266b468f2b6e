import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createStore } from '../../store/index.ts'
import type { LedgerMaker } from '../ledger.test-suite.ts'
import type { Ledger } from '../ledger.ts'
import { openSqliteLedger } from './sqliteLedger.ts'

/** Ledgers in temporary stores. */
export function sqliteMaker(): LedgerMaker & { pathOf(ledger: Ledger): string } {
  const paths = new Map<Ledger, string>()
  const openAt = (path: string): Ledger => {
    const ledger = openSqliteLedger(path)
    paths.set(ledger, path)
    return ledger
  }
  return {
    open: () => openAt(createStore(mkdtempSync(join(tmpdir(), 'lootline-ledger-'))).path),
    reopen(ledger) {
      ledger.close()
      return openAt(paths.get(ledger)!)
    },
    clean(): void {
      for (const [ledger, path] of paths) {
        ledger.close()
        rmSync(path, { recursive: true, force: true })
      }
      paths.clear()
    },
    pathOf: (ledger) => paths.get(ledger)!,
  }
}
