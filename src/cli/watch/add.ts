/** @module */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { chainName } from '../../address/index.ts'
import { NONE } from '../../ledger/index.ts'
import { sourcesOfStore } from '../../live/sources/index.ts'
import { plainRequest, RULES, type TraceRequest } from '../../trace/index.ts'
import { counted } from '../../units/amount.ts'
import { addressOf, type ChainId, chainOf, type HolderId } from '../../units/caip.ts'
import {
  beginWatch,
  flowRequest,
  parseReceiver,
  START_AT_TIP,
  sameSeeds,
  shownReceiver,
  sinceOf,
  tracedBooks,
  traceWatch,
  UnwatchableFlowError,
  type Watch,
  type WatchKind,
} from '../../watch/index.ts'
import { type Books, withBooksAt } from '../books.ts'
import { type Command, choice, command, flag, list, UsageError, value, wholeNumber } from '../command.ts'
import type { Context } from '../context.ts'
import { readFlowFile } from '../flowFile.ts'
import { chainOption, typedHolders, typedTransaction } from '../holders.ts'
import { grouped, writeJson, writeLine } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { watchedBooks, watchJson, withWatch } from './openWatch.ts'

/** What is to be watched, as it was typed. */
interface Wanted {
  readonly kind: WatchKind
  readonly name: string
  readonly request: TraceRequest
  readonly holders: readonly HolderId[]
  readonly chains: readonly ChainId[]
}

/** `lootline watch add`: follow it as it moves, and tell somebody. */
export const watchAddCommand: Command = command({
  name: 'watch add',
  summary: 'Watch a flow, an address or an output: what moves from it is followed, and told.',
  about:
    'A receiver is a URL (the alert is POSTed as JSON), command:PROGRAM or command:["program","argument"] (JSON on its standard input), or mailto:ADDRESS (by the server that LOOTLINE_SMTP names). No key is kept: write {NAME} in a URL where an environment variable holds one. Without a receiver alerts are only kept: "lootline watch alerts".',
  arguments: [{ name: '<what>', help: 'A flow file, an address, or TXID[:n].' }],
  options: {
    store: STORE_OPTION,
    notify: list('--notify <receiver>', 'Whom to tell: URL, command:… or mailto:…. Repeatable.'),
    secretEnv: value(
      '--secret-env <name>',
      'Environment variable with the secret that webhook bodies are signed with.',
    ),
    name: value('--name <name>', 'How it is called. Default: the file, address or transaction.', watchName),
    since: value(
      '--since <height>',
      'Look through blocks after this one. Default: the lowest to which anything of it is known.',
      wholeNumber('--since', 0),
    ),
    chain: chainOption('Chain of the address or transaction, by name or CAIP-2 id.'),
    rule: choice('--rule <rule>', 'Rule for an address or output; a flow has its own.', RULES, 'fifo'),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    {
      run: 'lootline watch add flow.json --notify http://127.0.0.1:9000/hook',
      does: 'watches everything that a traced theft came to',
    },
    {
      run: 'lootline watch add 13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94 --notify mailto:me@example.org',
      does: 'watches an address: what it is paid, and where it goes from there',
    },
    {
      run: 'lootline watch add 4d9b…a1f2:0 --notify \'command:["notify-send","Lootline"]\'',
      does: 'watches one output',
    },
  ],
  async run(context, [what], options) {
    const receivers = options.notify.map((typed) => parseReceiver(typed, options.secretEnv ?? null))
    await withWatch(context, options.store, ({ path, store }) =>
      withBooksAt(path, (opened) => {
        using stack = new DisposableStack()
        const { books, book, crossings } = watchedBooks(stack, path, opened, context.now)
        const sources = new Set(sourcesOfStore(path).map(({ chain }) => chain))
        const wanted = wantedOf(context, opened, what!, options, sources)
        const traced = traceWatch(books, wanted)
        if (wanted.flow !== undefined && (traced === null || !sameSeeds(wanted.flow, traced.flow)))
          throw new UnwatchableFlowError('traced with this store it begins with something else')
        const known =
          traced === null
            ? {}
            : sinceOf(traced, (end) => {
                const looked =
                  'n' in end
                    ? book?.lot({ chain: end.chain, txid: end.txid, n: end.n })
                    : book?.holder(end.holder)
                return looked?.moment?.height ?? looked?.sweep?.height ?? null
              })
        const chains = new Set([...wanted.chains, ...Object.keys(known)])
        const since = Object.fromEntries(
          [...chains].map((chain) => [chain, options.since ?? known[chain] ?? START_AT_TIP]),
        )
        const { kind, request, holders } = wanted
        const watch: Watch = {
          ...{
            id: randomUUID(),
            name: options.name ?? wanted.name,
            kind,
            request,
            holders,
            since,
            receivers,
          },
          added: context.now(),
        }
        const ours = tracedBooks(books, crossings, book)
        const sight = ours.sight(watch)
        store.add(watch, beginWatch(watch, sight, ours, context.now() * 1000))
        if (options.json)
          return writeJson(context, {
            ...watchJson(watch),
            lots: sight.lots.length,
            accounts: sight.holders.length,
          })
        writeLine(context, `Watching "${watch.name}"`, 'bold')
        writeLine(
          context,
          `  ${counted(sight.lots.length, 'output')} and ${counted(sight.holders.length, 'account')}, by ${request.rule}`,
        )
        for (const [chain, height] of Object.entries(since)) {
          const from = height === START_AT_TIP ? 'from the next block on' : `after block ${grouped(height)}`
          writeLine(context, `  on ${chainName(chain)} ${from}`)
          if (!sources.has(chain))
            writeLine(context, `  no source of ${chainName(chain)} yet: lootline source add --help`, 'yellow')
        }
        for (const receiver of receivers) writeLine(context, `  tells ${shownReceiver(receiver)}`)
        if (receivers.length === 0)
          writeLine(context, '  tells nobody: lootline watch alerts shows what came')
        writeLine(context, 'Next: lootline watch run')
      }),
    )
  },
})

function wantedOf(
  context: Context,
  books: Books,
  what: string,
  { chain, rule }: { readonly chain: ChainId | undefined; readonly rule: TraceRequest['rule'] },
  sources: ReadonlySet<ChainId>,
): Wanted & { readonly flow?: ReturnType<typeof readFlowFile>['flow'] } {
  const { ledger } = books
  const transaction = typedTransaction(what)
  if (transaction !== null) {
    const { txids, n } = transaction
    const txid = txids.find((id) => ledger.txNumbers(id).length > 0)
    if (txid === undefined)
      throw new UsageError(
        'The ledger does not have this transaction.',
        `Fetch it first: lootline trace --from ${what}`,
      )
    const { chain: chains } = ledger.heads(ledger.txNumbers(txid))
    const on = chain === undefined ? {} : { chain }
    const of = { kind: 'lot' as const, txid, ...(n === undefined ? {} : { n }), ...on }
    const request = plainRequest({ seeds: [{ theft: 'watched', of }], rule })
    return { kind: 'lot', name: what, request, holders: [], chains: chain === undefined ? chains : [chain] }
  }
  if (what.endsWith('.json') || existsSync(resolve(context.cwd, what))) {
    const { flow } = readFlowFile(context, what)
    return {
      ...{
        kind: 'flow',
        name: basename(what)
          .replace(/\.json$/, '')
          .replace(/^-|[\p{C}`]/gu, '_'),
        flow,
      },
      ...{ request: flowRequest(flow, ledger), holders: [] },
      chains: [...new Set([...flow.seeds, ...flow.hops].map((row) => row.chain))],
    }
  }
  const holders = typedHolders(what, chain, ledger, sources)
  const isKnown = ledger.holderNumbers(holders).some((number) => number !== NONE)
  if (!isKnown && holders.length > 1 && sources.has(chainOf(holders[0]!)))
    throw new UsageError(
      `${what} may be of several chains that this store has sources of: ${holders.map(chainOf).sort().join(', ')}.`,
      'Name the one with --chain.',
    )
  const request = plainRequest({ seeds: [{ theft: 'watched', of: { kind: 'holders', holders } }], rule })
  const chains = [...new Set(holders.map(chainOf))]
  return { kind: 'address', name: addressOf(holders[0]!), request, holders, chains }
}

/** It stands in the commands that alerts print: as one word of a shell, between backticks, and never as an option. */
function watchName(typed: string): string {
  if (/^(?!-)[^\p{C}`]{1,100}$/u.test(typed)) return typed
  throw new UsageError(
    'The name of a watch has 1 to 100 characters that can be seen, no backtick among them, and does not begin with a hyphen.',
    'Such as --name "Harmony bridge".',
  )
}
