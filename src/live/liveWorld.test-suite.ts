/** A store with live sources of a made-up chain, opened anew after every end of a process. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { openCrossBook } from '../cross/index.ts'
import type { LabelBook } from '../label/label.ts'
import { createMemoryLedger, openSqliteLedger } from '../ledger/index.ts'
import type { Door } from '../net/index.ts'
import type { PriceBook } from '../price/price.ts'
import { createStore } from '../store/index.ts'
import { type Flow, flowToJson, type Rule, type TraceRequest, traceFlow } from '../trace/index.ts'
import type { ChainId } from '../units/caip.ts'
import { createArchive } from './archive.ts'
import { archived } from './archived.ts'
import { createBook } from './createBook.ts'
import type { LiveProgress } from './desk.ts'
import type { Live } from './live.ts'
import { openLiveFile } from './liveFile.ts'
import { type LiveTrace, traceLive } from './liveTrace.ts'
import { storeCrossings } from './storeCrossings.ts'

/** A file system in memory, where there is one: commits wait for no disk. */
const MEMORY = '/dev/shm'

/** Opens a source whose doors are put behind the archive. */
export type OpenSource = (wrap: (door: Door) => Door) => Promise<Source>

export interface LiveWorldOptions {
  /** In order. */
  readonly sources: readonly {
    readonly chain: ChainId
    readonly shown: string
    readonly open: OpenSource
  }[]
  readonly labels: LabelBook
  readonly prices: PriceBook
}

export interface RunOptions {
  readonly rules?: readonly Rule[]
  readonly refresh?: boolean
  readonly offline?: boolean
  readonly signal?: AbortSignal
  /** Called as progress is told; what it throws ends the process. */
  readonly onProgress?: (progress: LiveProgress) => void
}

export interface LiveWorld {
  readonly folder: string
  /** One process: opens the store, traces, closes it however that ends. */
  run(request: TraceRequest, options?: RunOptions): Promise<LiveTrace & { readonly flow: Flow }>
  clean(): void
}

export function liveWorld({ sources, labels, prices }: LiveWorldOptions): LiveWorld {
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'lootline-live-'))
  createStore(join(folder, 's'))
  const store = join(folder, 's')
  // After every block of the made chains, as the moment of asking always is.
  let seconds = 2_000_000_000
  return {
    folder: store,
    async run(request, options = {}) {
      using stack = new DisposableStack()
      const ledger = stack.adopt(openSqliteLedger(store), (open) => open.close())
      const file = stack.adopt(openLiveFile(store), (open) => open.close())
      const cross = stack.adopt(openCrossBook(store), (open) => open.close())
      const archive = createArchive(file.database, file.path)
      const started = ++seconds
      const now = (): number => started
      const live: Live = {
        archive,
        book: createBook(file.database, file.path),
        crossings: storeCrossings(cross, ledger),
        sources: sources.map(({ chain, shown, open }, i) => ({
          ...{ name: `source-${i}`, chain, shown },
          open: () =>
            open((door) =>
              archived(door, archive, {
                ...{ chain, refresh: options.refresh ?? false },
                ...{ offline: options.offline ?? false, now },
                ...(options.signal === undefined ? {} : { signal: options.signal }),
              }),
            ),
        })),
      }
      const books = { ledger, labels, prices, version: '0.0.0-test' }
      const traced = await traceLive(books, live, request, {
        rules: options.rules ?? [request.rule],
        refresh: options.refresh ?? false,
        offline: options.offline ?? false,
        signal: options.signal ?? new AbortController().signal,
        now,
        onProgress: options.onProgress ?? (() => {}),
      })
      return { ...traced, flow: traced.prepared.run(request.rule) }
    },
    clean: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The flow of a ledger that has the whole chain. */
export function wholeFlow(
  transactions: Iterable<Transaction>,
  books: Pick<LiveWorldOptions, 'labels' | 'prices'>,
  request: TraceRequest,
): Flow {
  const ledger = createMemoryLedger()
  ledger.append([...transactions], { covers: { kind: 'all' } })
  return traceFlow({ ...books, ledger, version: '0.0.0-test' }, request)
}

/** Equal in all but what was looked at, byte for byte; says in few words where not. */
export function expectSameFlow(flow: Flow, expected: Flow): void {
  expect(differenceOf(flow, expected)).toBe('none')
}

function differenceOf(flow: Flow, expected: Flow): string {
  const [mine, theirs] = [flow, expected].map((one) => JSON.parse([...flowToJson(one)].join('')) as Flow)
  for (const part of Object.keys(theirs!) as (keyof Flow)[]) {
    if (part === 'coverage') continue
    const [a, b] = [mine![part], theirs![part]]
    if (JSON.stringify(a) === JSON.stringify(b)) continue
    if (!Array.isArray(a) || !Array.isArray(b))
      return `${part}: ${JSON.stringify(a)} for ${JSON.stringify(b)}`
    const at = a.findIndex((one, i) => JSON.stringify(one) !== JSON.stringify(b[i]))
    const cut = (one: unknown): string => JSON.stringify(one)?.slice(-600) ?? 'nothing'
    return `${part}[${at}] of ${a.length} and ${b.length}: ${cut(a[at])} for ${cut(b[at < 0 ? a.length : at])}`
  }
  return 'none'
}
