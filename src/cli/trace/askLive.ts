/**
 * A trace that asks the live sources of the store for what the ledger lacks.
 * @module
 */
import { chainName } from '../../address/index.ts'
import { openCrossBook } from '../../cross/index.ts'
import { LootlineError } from '../../errors.ts'
import {
  archived,
  createArchive,
  createBook,
  type Live,
  type LiveProgress,
  type LiveTrace,
  openLiveFile,
  storeCrossings,
  traceLive,
} from '../../live/index.ts'
import { MAKERS, openSource, type SourceEntry } from '../../live/sources/index.ts'
import { createBudget } from '../../net/index.ts'
import type { Rule, TraceBooks, TraceRequest } from '../../trace/index.ts'
import { counted, formatDuration, printable } from '../../units/index.ts'
import type { Context } from '../context.ts'
import { grouped } from '../output.ts'
import { startProgress } from '../progress.ts'

/** What the command line says of the asking. */
export interface AskOptions {
  readonly maxCalls: number | undefined
  readonly offline: boolean
  readonly refresh: boolean
}

/**
 * Traces with these sources; `rules` are those whose flows are wanted.
 * @param stack closes, after the flows were made, what they are made of
 */
export async function askLive(
  stack: DisposableStack,
  context: Context,
  storePath: string,
  sources: readonly SourceEntry[],
  books: TraceBooks,
  request: TraceRequest,
  rules: readonly Rule[],
  options: AskOptions,
): Promise<LiveTrace> {
  using asking = new DisposableStack()
  const file = stack.adopt(openLiveFile(storePath), (open) => open.close())
  const cross = stack.adopt(openCrossBook(storePath), (open) => open.close())
  const stop = new AbortController()
  asking.defer(context.onInterrupt?.(() => stop.abort()) ?? (() => {}))
  const archive = createArchive(file.database, file.path)
  const budget = options.maxCalls === undefined ? undefined : createBudget(options.maxCalls)
  const told = tellProgress(context)
  asking.defer(told.end)
  const live: Live = {
    archive,
    book: createBook(file.database, file.path),
    crossings: storeCrossings(cross, books.ledger),
    sources: sources.map((entry) => ({
      ...{ name: entry.name, chain: entry.chain, shown: entry.url },
      open: () =>
        openSource(entry, {
          env: context.env,
          ...{ makers: MAKERS, onCall: told.call },
          ...(budget === undefined ? {} : { budget }),
          wrap: (door) =>
            archived(door, archive, {
              ...{ chain: entry.chain, refresh: options.refresh, offline: options.offline },
              ...{ now: context.now, signal: stop.signal },
            }),
        }),
    })),
  }
  return await traceLive(books, live, request, {
    ...{ rules, refresh: options.refresh, offline: options.offline, signal: stop.signal, now: context.now },
    onProgress: told.progress,
  })
}

interface Told {
  call(): void
  progress(progress: LiveProgress): Promise<void>
  end(): void
}

/** Calls so far and what is being asked, on stderr. */
function tellProgress(context: Context): Told {
  const line = startProgress(context, 'asking')
  const began = context.elapsed()
  let calls = 0
  const say = (text: string): void => {
    line.end()
    context.stderr.write(`${printable(text, 400)}\n`)
  }
  /** Two calls a block, more on EVM chains; as fast as the calls so far. */
  const cost = (blocks: number, chain: string): string => {
    const expected = blocks * (chain.startsWith('eip155:') ? 4 : 2)
    const pace = calls === 0 ? null : (context.elapsed() - began) / calls
    const time =
      pace === null ? '' : `, ${formatDuration(Math.ceil((expected * pace) / 1000))} at the pace so far`
    return `about ${counted(expected, 'call')}${time}`
  }
  return {
    call: () => {
      calls++
    },
    async progress(progress) {
      switch (progress.kind) {
        case 'large': {
          const chain = chainName(progress.chain)
          if ('blocks' in progress)
            say(
              `Reading ${counted(progress.blocks, 'block')} of ${chain}: ${cost(progress.blocks, progress.chain)}. Ctrl-C keeps what was found; --max-calls bounds it.`,
            )
          else
            say(`Reading ${counted(progress.transactions, 'transaction')} of ${progress.holder} on ${chain}.`)
          return
        }
        case 'reorganised':
          say(
            `${chainName(progress.chain)} was reorganised above block ${progress.forkHeight}: taken out and asked for again: ${counted(progress.transactions, 'transaction')}.`,
          )
          return
        case 'wave':
          return line.tick(`${counted(calls, 'call')}; open outputs and holders: ${grouped(progress.open)}`)
        case 'block':
          return line.tick(
            `${counted(calls, 'call')}; block ${grouped(progress.height)} of ${chainName(progress.chain)}, ${grouped(progress.left)} left`,
          )
      }
    },
    end: line.end,
  }
}

/** The flow was printed, and is not all that could be known. */
export class PartialFlowError extends LootlineError<{
  readonly code: 'LIVE_PARTIAL' | 'LIVE_INTERRUPTED'
  readonly lots: number
  readonly holders: number
  readonly why: readonly string[]
}> {
  override readonly name = 'PartialFlowError'
  constructor({ missing, cut }: Pick<LiveTrace, 'missing' | 'cut'>) {
    const sum = (of: (one: (typeof missing)[number]) => number): number =>
      missing.reduce((total, one) => total + of(one), 0)
    const [lots, holders] = [sum((one) => one.lots), sum((one) => one.holders)]
    const reasons = [...(cut === null ? [] : [cut.message]), ...missing.flatMap(({ why }) => why ?? [])]
    const why = [...new Set(reasons)]
    super(
      { code: cut?.code === 'LIVE_INTERRUPTED' ? 'LIVE_INTERRUPTED' : 'LIVE_PARTIAL', lots, holders, why },
      `the flow is partial: not asked about to the end: ${counted(lots, 'output')}, ${counted(holders, 'holder')}. ${why.join(' ')}`,
      cut?.next ?? 'See the notes of the flow; the same command goes on from there.',
    )
  }
}
