/** @module */
import { resolve } from 'node:path'
import type { LiveTrace } from '../../live/index.ts'
import { type SourceEntry, sourcesOfStore } from '../../live/sources/index.ts'
import {
  compareRules,
  type Flow,
  flowToJson,
  prepareTrace,
  RULES,
  SEED_MODES,
  type TraceRequest,
} from '../../trace/index.ts'
import { type ChainId, chainOf, counted, formatUsdCents } from '../../units/index.ts'
import { type Books, withBooks } from '../books.ts'
import { type Command, choice, command, flag, list, UsageError, value, wholeNumber } from '../command.ts'
import type { Context } from '../context.ts'
import { chainOption } from '../holders.ts'
import { fromOption, untilOption } from '../moments.ts'
import { writeChunks, writeJson, writeLine } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { writeWhole } from '../writeFile.ts'
import { type AskOptions, askLive, PartialFlowError } from './askLive.ts'
import { printComparison } from './printComparison.ts'
import { printFlow } from './printFlow.ts'
import { requestOf } from './requestOf.ts'
import { storedBeyond } from './storedBeyond.ts'

/** `lootline trace`: where stolen money went, or where money came from. */
export const traceCommand: Command = command({
  name: 'trace',
  summary: 'Follow stolen money forward, or trace money back to its origin.',
  about:
    'Say what was stolen with --from (repeatable) or --from-file. Following stops at services, mixers, bridges, sanctioned and busy holders, and where the ledger ends; each place says why. Where the store has live sources (lootline source add), what the ledger lacks is asked of them, once; a flow that they were not asked to the end for says what is missing, and ends with exit code 7. What was stolen always equals what is accounted for.',
  arguments: [],
  options: {
    store: STORE_OPTION,
    from: list(
      '--from <seed>',
      'What was stolen: [NAME=]ADDRESS, or [NAME=]TXID, or [NAME=]TXID:n for one output. Repeatable.',
    ),
    fromFile: value('--from-file <file>', 'Addresses, one a line, or CSV with the header address[,theft].'),
    of: list('--of <seed>', 'Backward: ADDRESS or TXID[:n] whose origin is asked. Repeatable.'),
    backward: flag('--backward', 'Trace back to the origin instead of forward.'),
    rule: choice('--rule <rule>', 'How a spend draws on what was there.', RULES, 'fifo'),
    compare: flag('--compare', 'Trace by every rule and show where they agree.'),
    amount: value('--amount <amount>', 'Only the first so much of the seed, in whole units of --asset.'),
    after: fromOption('--after <moment>', 'Only what the seed received from this date or moment on, UTC.'),
    before: untilOption('--before <moment>', 'Only what the seed received up to this date or moment, UTC.'),
    asset: value('--asset <asset>', 'Only this asset: a symbol (USDT) or CAIP-19 id.'),
    chain: chainOption('Chain of the seed, by name (ethereum) or CAIP-2 id (eip155:1).'),
    seed: choice(
      '--seed <mode>',
      'What of a seed address is stolen: what it received, or what it spent without receipt.',
      SEED_MODES,
      'auto',
    ),
    maxHops: value('--max-hops <n>', 'Stop after so many transfers.', wholeNumber('--max-hops', 1)),
    dust: value(
      '--dust <amount>',
      'Let go of arrivals below this: "10", or "10 USDT". They are counted as dust.',
    ),
    until: untilOption('--until <moment>', 'Do not follow what moved after this date or moment, UTC.'),
    busy: value(
      '--busy <n>',
      'Stop at unlabelled holders with more transactions than this. Default: 10000.',
      wholeNumber('--busy', 1),
    ),
    minConfidence: value(
      '--min-confidence <n>',
      'Labels below this confidence (0 to 100) inform, but do not stop. Default: 20.',
      confidence,
    ),
    pass: list(
      '--pass <holder>',
      'Follow through this address, label name or entity though it is labelled. Repeatable.',
    ),
    noSwaps: flag('--no-swaps', 'Do not follow money into the asset that it was swapped for.'),
    refuseSwap: list(
      '--refuse-swap <txid>',
      'Do not believe that this transaction is a swap: follow the payment instead. Repeatable.',
    ),
    noCrossings: flag('--no-crossings', 'Do not follow money to another chain.'),
    maxCalls: value(
      '--max-calls <n>',
      'Ask live sources at most so often; the same command then goes on.',
      wholeNumber('--max-calls', 0),
    ),
    offline: flag('--offline', 'Ask live sources nothing: use what the store has.'),
    refresh: flag('--refresh', 'Ask live sources again about what may have changed since.'),
    top: topOption(15),
    out: value('--out <file>', 'Write the flow to this file as JSON, whole or not at all.'),
    json: flag('--json', 'Print the flow (with --compare the comparison) as JSON.'),
  },
  examples: [
    {
      run: 'lootline trace --store harmony --from-file source_addresses.csv --rule fifo --json > flow.json',
      does: 'follows what a list of addresses holds, first in first out, and keeps the flow',
    },
    {
      run: 'lootline trace --from heist=0x0d04…4f00 --after 2022-06-23 --compare',
      does: 'follows one theft by every rule and shows where they agree',
    },
    {
      run: 'lootline trace --from 4d9b…a1f2:0 --max-hops 10 --out flow.json',
      does: 'follows one Bitcoin output for ten hops',
    },
    {
      run: 'lootline trace --from 13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94 --max-calls 500',
      does: 'asks the live sources of the store, at most 500 times',
    },
    {
      run: 'lootline trace --backward --of 0x28c6…1d60 --asset USDT',
      does: 'shows where the money of an address came from',
    },
  ],
  async run(context, _args, options) {
    const { store: named, compare, top, out, json } = options
    if (compare && out !== undefined)
      throw new UsageError('--out keeps one flow, --compare makes six.', 'Leave one of them out.')
    if (options.offline && options.refresh)
      throw new UsageError('--offline asks nothing, --refresh asks again.', 'Leave one of them out.')
    await withBooks(context, named, async (books) => {
      const { path } = storeToRead(context, named)
      // An indexed chain knows more than any source, and nothing can be added to it.
      const sources = books.ledger.kind === 'chain' ? [] : sourcesOfStore(path)
      const request = requestOf(context, books.ledger, options, new Set(sources.map(({ chain }) => chain)))
      using stack = new DisposableStack()
      const live = await liveTrace(stack, context, path, sources, books, request, options)
      const beyond = live === null ? storedBeyond(stack, path, books.ledger) : undefined
      const result = context.interruptible(() => {
        const prepared =
          live?.prepared ?? prepareTrace(beyond === undefined ? books : { ...books, beyond }, request)
        return compare ? compareRules(prepared.run) : prepared.run(request.rule)
      })
      if (result.format === 'lootline-comparison') {
        if (json) writeJson(context, result)
        else printComparison(context, result, top)
      } else {
        if (out !== undefined) writeWhole(resolve(context.cwd, out), flowToJson(result))
        if (json) writeChunks(context, flowToJson(result))
        else {
          printFlow(context, result, top)
          printNext(context, result, out)
        }
      }
      if (live !== null && !live.complete) throw new PartialFlowError(live)
    })
  },
})

/** null where no source of the store has a chain of the seeds. */
async function liveTrace(
  stack: DisposableStack,
  context: Context,
  path: string,
  sources: readonly SourceEntry[],
  books: Books,
  request: TraceRequest,
  options: AskOptions & { readonly compare: boolean },
): Promise<LiveTrace | null> {
  const served = (chain: ChainId): boolean => sources.some((source) => source.chain === chain)
  const asked = request.seeds.some(({ of }) =>
    of.kind === 'holders'
      ? of.holders.some((holder) => served(chainOf(holder)))
      : of.chain === undefined || served(of.chain),
  )
  if (sources.length === 0 || !asked) return null
  const rules = options.compare ? RULES : [request.rule]
  return askLive(stack, context, path, sources, books, request, rules, options)
}

function confidence(typed: string): number {
  const level = wholeNumber('--min-confidence', 0)(typed)
  if (level > 100) throw new UsageError(`--min-confidence: "${typed}" is above 100.`)
  return level
}

function printNext(context: Context, flow: Flow, out: string | undefined): void {
  writeLine(context)
  writeLine(context, 'Next', 'bold')
  const largest = flow.leaves.find(({ reason }) => reason === 'service')
  if (largest !== undefined)
    writeLine(
      context,
      `  ask ${largest.labels[0]?.name ?? 'the service'} for the accounts behind ${counted(largest.txids.length, 'transaction')} (${formatUsdCents(largest.usd)})`,
    )
  const nodata = flow.leaves.filter(({ reason }) => reason === 'nodata').length
  if (nodata > 0)
    writeLine(context, `  import the histories of ${counted(nodata, 'holder')} where the ledger ends`)
  writeLine(context, '  compare the rules: the same command with --compare')
  if (out === undefined) writeLine(context, '  keep the flow: --out flow.json')
  writeLine(context, `  make a report: lootline report ${out ?? 'flow.json'} --out report.html`)
}
