/** @module */
import { chainName } from '../../address/index.ts'
import type { Source } from '../../chain/source.ts'
import { LootlineError } from '../../errors.ts'
import { MAKERS, openSource, type SourceEntry, sourcesOfStore } from '../../live/sources/index.ts'
import { systemClock } from '../../net/index.ts'
import { takeWriteLock } from '../../store/index.ts'
import { addressOf, type ChainId } from '../../units/caip.ts'
import {
  type Attempt,
  createWatcher,
  type DraftAlert,
  openReceiver,
  type Pass,
  type ReceiverSpec,
  runOnce,
  runWatcher,
  shownReceiver,
  tracedBooks,
  type WatchSource,
} from '../../watch/index.ts'
import { withBooksAt } from '../books.ts'
import { type Command, command, flag, UsageError, value } from '../command.ts'
import type { Context } from '../context.ts'
import { grouped, writeJsonLine, writeLine } from '../output.ts'
import { startProgress } from '../progress.ts'
import { sourceWorld } from '../source/sourceRows.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { watchedBooks, withWatch } from './openWatch.ts'

/** A node of one's own is asked so often that a block is seen well within a second. */
const OWN_MACHINE_MS = 250
/** Others are spared: blocks come every 12 s at the fastest chain that public explorers serve with a free key (Ethereum). */
const OTHERS_MS = 15_000
/** Blocks still to be looked through from which on progress is shown. */
const MANY_BLOCKS = 20

/** `lootline watch run`: look, follow, tell. */
export const watchRunCommand: Command = command({
  name: 'watch run',
  summary: 'Look through new blocks and the mempool for what is watched, and tell whoever should know.',
  about:
    'Goes on where it ended, however it ended: blocks that came meanwhile are looked through first. One process a store. Ctrl-C ends it after the block that is being looked at.',
  arguments: [],
  options: {
    store: STORE_OPTION,
    once: flag('--once', 'Look through everything up to now, deliver what is due, and end: for cron.'),
    interval: value(
      '--interval <seconds>',
      'Between two looks at a chain. Default: 0.25 where a source is on this machine, else 15.',
      seconds,
    ),
    json: flag('--json', 'Print what happens as lines of JSON.'),
  },
  examples: [
    { run: 'lootline watch run', does: 'watches until it is stopped' },
    { run: 'lootline watch run --once', does: 'catches up and ends' },
  ],
  run: (context, _args, { store: named, once, interval, json }) =>
    withWatch(context, named, ({ path, store, outbox }) =>
      withBooksAt(path, async (opened) => {
        using stack = new DisposableStack()
        stack.adopt(takeWriteLock(path, 'watch run', 'watch.lock'), (lock) => lock.release())
        const entries = sourcesOfStore(path)
        if (entries.length === 0) throw new NoWatchSourceError()
        const stop = new AbortController()
        stack.defer(context.onInterrupt?.(() => stop.abort()) ?? (() => {}))
        const { books, book, crossings, shared } = watchedBooks(stack, path, opened, context.now)
        const clock = context.clock ?? systemClock
        const say = createTeller(context, json, new Set(entries.map(({ chain }) => chain)))
        stack.defer(say.end)
        let wake = (): void => {}
        if (store.watches().length === 0 && !json)
          writeLine(context, 'Nothing is watched. Begin: lootline watch add --help')
        const watcher = createWatcher({
          ...{ store, clock, signal: stop.signal, onBlock: say.block },
          books: tracedBooks(books, crossings, book),
          ...(shared && { shared }),
          sources: openers(context, entries),
          onAlerts: (alerts) => {
            for (const alert of alerts) say.alert(alert)
            wake()
          },
        })
        const delivery = {
          ...{ outbox, clock, random: Math.random, onAttempt: say.attempt },
          open: (spec: ReceiverSpec) => openReceiver(spec, { env: context.env, clock }),
        }
        const parts = {
          ...{ watcher, delivery, clock, signal: stop.signal, onPass: say.pass, onTrouble: say.trouble },
          isTrouble: (error: unknown): error is LootlineError => error instanceof LootlineError,
        }
        if (once) {
          const passes = await runOnce(parts)
          const failed = passes.find(({ atTip, failures }) => !atTip && failures.length > 0)
          if (failed !== undefined) throw failed.failures[0]!.error
          return
        }
        const local = new Set(entries.filter(isLocal).map(({ chain }) => chain))
        await runWatcher({
          ...parts,
          intervalOf: (chain) => interval ?? (local.has(chain) ? OWN_MACHINE_MS : OTHERS_MS),
          onAlerts: (wakeUp) => {
            wake = wakeUp
          },
        })
      }),
    ),
})

function seconds(typed: string): number {
  const number = Number(typed)
  if (!/^\d+(?:\.\d+)?$/.test(typed) || number < 0.05 || number > 86_400)
    throw new UsageError(`--interval: "${typed}" is not a number of seconds between 0.05 and 86400.`)
  return number * 1000
}

function isLocal({ url }: SourceEntry): boolean {
  return /^https?:\/\/(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?:[:/]|$)/.test(url)
}

/** A source is opened at its first question, and again where that failed. Answers are not remembered: they are of now. */
function openers(context: Context, entries: readonly SourceEntry[]): Map<ChainId, WatchSource[]> {
  const byChain = new Map<ChainId, WatchSource[]>()
  for (const entry of entries) {
    let opened: Source | undefined
    const open = async (): Promise<Source> => {
      opened ??= await openSource(entry, { ...sourceWorld(context), makers: MAKERS })
      return opened
    }
    byChain.set(entry.chain, [...(byChain.get(entry.chain) ?? []), { shown: entry.url, open }])
  }
  return byChain
}

interface Teller {
  alert(alert: DraftAlert): void
  attempt(attempt: Attempt): void
  block(chain: ChainId, height: number, tip: number): void
  pass(pass: Pass): void
  trouble(error: LootlineError): void
  end(): void
}

/** Says what changes; a failure that lasts is said once. */
function createTeller(context: Context, json: boolean, served: ReadonlySet<ChainId>): Teller {
  const progress = startProgress(context, 'watching')
  const last = new Map<string, string>()
  const once = (about: string, text: string, line: () => void): void => {
    if (last.get(about) === text) return
    last.set(about, text)
    line()
  }
  const tell = (text: string, object: object, style?: 'yellow' | 'red' | 'bold'): void => {
    progress.end()
    if (json) writeJsonLine(context, object)
    else writeLine(context, text, style)
  }
  return {
    alert: (alert) => tell(`${alert.kind}: ${alert.headline}`, { alert }, 'bold'),
    attempt({ delivery: { alert, receiver, attempts }, error, dead, tookMs }) {
      const who = shownReceiver(receiver)
      const object = {
        delivery: {
          ...{ sequence: alert.sequence, key: alert.key, receiver: who, attempt: attempts + 1, dead, tookMs },
          error: error?.toJSON() ?? null,
        },
      }
      if (error === null) tell(`  delivered alert ${alert.sequence} to ${who}`, object)
      else
        tell(
          `  alert ${alert.sequence}, attempt ${attempts + 1}: ${error.message}${dead ? ' Given up.' : ''}`,
          object,
          'yellow',
        )
    },
    block(chain, height, tip) {
      if (tip - height >= MANY_BLOCKS)
        void progress.tick(`${chainName(chain)} block ${grouped(height)}, ${grouped(tip - height)} to go`)
    },
    pass({ chain, height, atTip, busy, failures }) {
      const name = chainName(chain)
      for (const { holder, transactions, above, through } of busy)
        once(holder, 'busy', () =>
          tell(
            `${name}: ${addressOf(holder)} has ${grouped(transactions)} transactions or more after block ${grouped(above)}; what it did up to block ${grouped(through)} is not followed. To follow it: lootline trace with a greater --busy, and watch that flow.`,
            { chain, busy: { holder, transactions, above, through } },
            'yellow',
          ),
        )
      const text = failures.map(({ error }) => error.message).join(' ')
      if (failures.length > 0)
        once(chain, text, () =>
          tell(
            `${name}: ${text}`,
            { chain, failures: failures.map(({ error }) => error.toJSON()) },
            'yellow',
          ),
        )
      else if (atTip)
        once(chain, 'ok', () =>
          tell(`${name}: looked through to block ${grouped(height ?? 0)}, and on`, { chain, height, atTip }),
        )
      else if (!served.has(chain))
        once(chain, 'none', () => tell(`${name}: no source`, { chain, failures: [] }, 'yellow'))
    },
    trouble(error) {
      once('store', error.message, () => tell(error.message, { trouble: error.toJSON() }, 'yellow'))
    },
    end: progress.end,
  }
}

/** Nothing can be asked. */
class NoWatchSourceError extends LootlineError<{ readonly code: 'WATCH_NO_SOURCE' }> {
  override readonly name = 'NoWatchSourceError'
  constructor() {
    super(
      { code: 'WATCH_NO_SOURCE' },
      'This store has no live source: there is nothing to look at.',
      'Add a node or an explorer: lootline source add --help',
    )
  }
}
