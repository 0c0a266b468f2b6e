/**
 * From what was typed to what is asked of the trace.
 * @module
 */
import { resolve } from 'node:path'
import { recognise } from '../../address/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import {
  DEFAULT_BUSY,
  DEFAULT_MIN_CONFIDENCE,
  type Rule,
  type SeedMode,
  type SeedSpec,
  type TraceRequest,
} from '../../trace/index.ts'
import { type Asset, type ChainId, parseAmount, printable } from '../../units/index.ts'
import { onlyAsset, typedAsset } from '../assets.ts'
import { UsageError } from '../command.ts'
import type { Context } from '../context.ts'
import { typedHolders, typedTransaction } from '../holders.ts'
import { readSeedFile } from './readSeedFile.ts'

/** The options of `lootline trace` that make its request. */
export interface TraceOptions {
  readonly from: readonly string[]
  readonly of: readonly string[]
  readonly fromFile: string | undefined
  readonly chain: ChainId | undefined
  readonly asset: string | undefined
  readonly amount: string | undefined
  readonly after: number | undefined
  readonly before: number | undefined
  readonly rule: Rule
  readonly backward: boolean
  readonly seed: SeedMode
  readonly maxHops: number | undefined
  readonly dust: string | undefined
  readonly until: number | undefined
  readonly busy: number | undefined
  readonly minConfidence: number | undefined
  readonly pass: readonly string[]
  readonly noSwaps: boolean
  readonly refuseSwap: readonly string[]
  readonly noCrossings: boolean
}

/** Name of a theft that was given none. */
const UNNAMED = 'theft'

/**
 * @param liveChains chains of live sources: an address or asset that the ledger does not know is meant there
 * @throws {UsageError} where no seed was given, or an amount has no asset; BadAddressError and others as found
 */
export function requestOf(
  context: Context,
  ledger: Ledger,
  options: TraceOptions,
  liveChains: ReadonlySet<ChainId> = new Set(),
): TraceRequest {
  const asset =
    options.asset === undefined ? undefined : typedAsset(options.asset, options.chain, ledger, liveChains)
  const meant = asset ?? onlyAsset(options.chain, ledger, liveChains)
  const dust =
    options.dust === undefined ? null : dustOf(options.dust, meant, options.chain, ledger, liveChains)
  const limits = {
    ...(asset === undefined ? {} : { asset: asset.id }),
    ...(options.amount === undefined ? {} : { amount: amountOf('--amount', options.amount, meant).amount }),
    ...(options.after === undefined ? {} : { after: options.after }),
    ...(options.before === undefined ? {} : { before: options.before }),
  }
  return {
    seeds: seedsOf(context, ledger, options, limits, liveChains),
    rule: options.rule,
    direction: options.backward || options.of.length > 0 ? 'backward' : 'forward',
    seedMode: options.seed,
    maxHops: options.maxHops ?? null,
    dust,
    until: options.until ?? null,
    busy: options.busy ?? DEFAULT_BUSY,
    minConfidence: options.minConfidence ?? DEFAULT_MIN_CONFIDENCE,
    passThrough: options.pass.flatMap((typed) =>
      recognise(typed).length > 0 ? typedHolders(typed, options.chain, ledger) : [typed],
    ),
    followSwaps: !options.noSwaps,
    refuseSwaps: options.refuseSwap.map((typed) => refusedOf(typed, ledger)),
    followCrossings: !options.noCrossings,
  }
}

/** What is typed stands alone; the addresses that a file gives one theft are one group (`docs/methods/seeds.md`). */
function seedsOf(
  context: Context,
  ledger: Ledger,
  options: TraceOptions,
  limits: Omit<SeedSpec, 'theft' | 'of'>,
  liveChains: ReadonlySet<ChainId>,
): SeedSpec[] {
  const typed = [...options.from, ...options.of].map((what, i) => ({ ...named(what), group: String(i) }))
  if (options.fromFile !== undefined)
    for (const { address, theft } of readSeedFile(resolve(context.cwd, options.fromFile)))
      typed.push({ theft: theft ?? UNNAMED, what: address, group: `file ${theft ?? UNNAMED}` })
  if (typed.length === 0)
    throw new UsageError(
      'No seed: say what was stolen.',
      'Give --from with an address or a transaction, or --from-file with a list of addresses.',
    )
  const lots: SeedSpec[] = []
  const groups = new Map<string, { readonly theft: string; readonly holders: Set<string> }>()
  for (const { theft, what, group: key } of typed) {
    const transaction = typedTransaction(what)
    if (transaction === null) {
      const group = groups.get(key) ?? { theft, holders: new Set() }
      groups.set(key, group)
      for (const holder of typedHolders(what, options.chain, ledger, liveChains)) group.holders.add(holder)
      continue
    }
    const { txids, n } = transaction
    const txid = txids.find((id) => ledger.txNumbers(id).length > 0) ?? txids[0]!
    const chain = options.chain === undefined ? {} : { chain: options.chain }
    lots.push({ theft, of: { kind: 'lot', txid, ...(n === undefined ? {} : { n }), ...chain }, ...limits })
  }
  const holders = [...groups.values()].map(
    ({ theft, holders }): SeedSpec => ({
      theft,
      of: { kind: 'holders', holders: [...holders] },
      ...limits,
    }),
  )
  return [...holders, ...lots]
}

/** `bridge=0x…` names the theft; an address or transaction has no `=` of its own. */
function named(typed: string): { theft: string; what: string } {
  const at = typed.lastIndexOf('=')
  const theft = typed.slice(0, Math.max(0, at)).trim()
  return { theft: theft === '' ? UNNAMED : theft, what: typed.slice(at + 1).trim() }
}

/** @throws {UsageError} for what is no transaction that the ledger has */
function refusedOf(typed: string, ledger: Ledger): string {
  const txid = typedTransaction(typed)?.txids.find((id) => ledger.txNumbers(id).length > 0)
  if (txid === undefined)
    throw new UsageError(
      `--refuse-swap: the ledger has no transaction "${printable(typed, 80)}".`,
      'Give the id of the transaction, as the flow prints it.',
    )
  return txid
}

function amountOf(option: string, typed: string, of: Asset | undefined): { asset: string; amount: bigint } {
  if (of === undefined)
    throw new UsageError(
      `${option} needs an asset: it may be of several.`,
      'Add --asset, such as --asset USDT.',
    )
  return { asset: of.id, amount: parseAmount(typed, of.decimals, { thousands: true }) }
}

/** `100` with --asset or the only asset, or `100 USDT`. */
function dustOf(
  typed: string,
  asset: Asset | undefined,
  chain: ChainId | undefined,
  ledger: Ledger,
  liveChains: ReadonlySet<ChainId>,
): { asset: string; amount: bigint } {
  const [amount, word] = typed.trim().split(/\s+/, 2) as [string, string?]
  const of = word === undefined ? asset : typedAsset(word, chain, ledger, liveChains)
  return amountOf('--dust', amount, of)
}
