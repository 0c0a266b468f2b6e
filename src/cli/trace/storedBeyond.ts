/** @module */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openCrossBook } from '../../cross/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import { createBeyond, createBook, crossingsBeyond, openLiveFile, storeCrossings } from '../../live/index.ts'
import { type Beyond, NOTHING_BEYOND } from '../../trace/index.ts'

/** What a store remembers of live sources and crossings, without asking anybody. @param stack closes what is opened */
export function storedBeyond(stack: DisposableStack, storePath: string, ledger: Ledger): Beyond {
  const has = (file: string): boolean => existsSync(join(storePath, file))
  const cross = has('crossings.sqlite')
    ? stack.adopt(openCrossBook(storePath), (open) => open.close())
    : undefined
  const crossings = cross === undefined ? NO_CROSSINGS : storeCrossings(cross, ledger)
  if (has('live.sqlite')) {
    const file = stack.adopt(openLiveFile(storePath), (open) => open.close())
    return createBeyond({ ledger, book: createBook(file.database, file.path), crossings, runNotes: [] })
  }
  return { ...NOTHING_BEYOND, ...crossingsBeyond(ledger, crossings) }
}

const NO_CROSSINGS = { crossings: () => [], departures: () => [] }
