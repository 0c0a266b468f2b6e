/**
 * The desk of one run of asking, over a store's books and sources.
 * @module
 */
import type { TraceBooks, TraceRequest } from '../trace/index.ts'
import type { ChainId } from '../units/caip.ts'
import { type ChainLine, createChainLine } from './chainLine.ts'
import type { Desk } from './desk.ts'
import type { Live, LiveOptions } from './live.ts'
import { settleFork } from './reorganise.ts'
import { takeBackSource } from './takeBack.ts'

const DEFAULT_CONCURRENCY = 8

export function createDesk(books: TraceBooks, live: Live, request: TraceRequest, options: LiveOptions): Desk {
  const { archive, book } = live
  const { ledger } = books
  const forgetting = { ledger, book, archive, links: live.crossings }
  const lines = new Map<ChainId, ChainLine | null>()
  const lineOf = (chain: ChainId): ChainLine | null => {
    const sources = live.sources.filter((source) => source.chain === chain)
    if (sources.length === 0) return null
    return createChainLine(chain, {
      sources,
      onUse: ({ shown, kind, blind }) => {
        // What it did not see once is in what it gave then.
        const before = book
          .used()
          .flatMap((one) => (one.source === shown && one.chain === chain ? one.blind : []))
        book.setUsed({ source: shown, chain, kind, blind: [...new Set([...blind, ...before])] })
      },
      lieOf: (shown) => book.lieOf(chain, shown),
      async onLie({ source, what }) {
        book.setLie({ chain, source, what })
        await takeBackSource(forgetting, chain, source)
      },
      lastTip: () => book.moments().findLast((moment) => moment.chain === chain) ?? null,
      async settle(source, tip) {
        const turned = await archive.anew(() => settleFork(forgetting, source, tip))
        if (turned !== null) await options.onProgress({ kind: 'reorganised', ...turned })
        book.rememberBlock(chain, tip)
        archive.setTip(chain, tip)
        return turned !== null
      },
    })
  }
  return {
    ...{ ledger, book, archive, links: live.crossings, now: options.now },
    line(chain) {
      let line = lines.get(chain)
      if (line === undefined) {
        line = lineOf(chain)
        lines.set(chain, line)
      }
      return line
    },
    ...{ labels: books.labels, mayGoAhead: isUnlimited(request) },
    ...{ busy: request.busy, refresh: options.refresh, signal: options.signal },
    ...{
      unconfirmed: new Map(),
      arriving: new Map(),
      concurrency: options.concurrency ?? DEFAULT_CONCURRENCY,
      onProgress: options.onProgress,
    },
  }
}

function isUnlimited({ direction, maxHops, until, dust }: TraceRequest): boolean {
  return direction === 'forward' && maxHops === null && until === null && dust === null
}
