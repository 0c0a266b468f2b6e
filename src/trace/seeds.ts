/**
 * Seeds: which credits, and which spends without receipt, are stolen. The rules are in `docs/methods/seeds.md`.
 * @module
 */
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import { type Gathered, inChainOrder, settle } from './gathered.ts'
import { NoSeedError } from './noSeedError.ts'
import { gatherSeeds, type Paths, type Start } from './reach.ts'
import type { SeedSpec, TraceRequest } from './request.ts'
import { claimGroup, claimLots, type Found, type Query } from './seedClaims.ts'

/** A credit (backward: a credit whose origin is asked), up to `amount` of it. `leg` counts gathered credits. */
export interface CreditSeed {
  readonly theft: number
  readonly movement: number
  readonly leg: number
  readonly amount: bigint
  readonly basis: 'received' | 'lot'
}

/** What an account spends beyond its receipts, within a window and up to a cap. */
export interface MissingSeed {
  readonly theft: number
  readonly holder: number
  readonly asset: number
  readonly after: number | null
  readonly before: number | null
  readonly cap: bigint | null
}

/** An input whose prevout is in no source. `leg` counts gathered debits. */
export interface PrevoutSeed {
  readonly theft: number
  readonly movement: number
  readonly leg: number
  readonly amount: bigint
}

export interface Seeds {
  readonly thefts: readonly string[]
  readonly gathered: Gathered
  readonly holders: ReadonlySet<number>
  readonly credits: readonly CreditSeed[]
  readonly missing: readonly MissingSeed[]
  readonly prevouts: readonly PrevoutSeed[]
  readonly start: Start
  /** Receipts not counted because the ledger begins with the thief. */
  readonly uncounted: readonly { readonly theft: number; readonly asset: number; readonly amount: bigint }[]
}

/**
 * Resolves what the request calls stolen against the ledger.
 * @throws NoSeedError where an address or transaction is not in the ledger, or nothing in it fits.
 */
export function resolveSeeds(
  ledger: Ledger,
  request: TraceRequest,
  paths: Pick<Paths, 'conversions' | 'swaps'>,
): Seeds {
  const thefts = [...new Set(request.seeds.map(({ theft }) => theft))]
  const numbers = request.seeds.map((spec) => numbersOf(ledger, spec))
  const gathered = gatherSeeds(
    ledger,
    Uint32Array.from(new Set(numbers.flatMap(({ holders }) => holders))),
    Uint32Array.from(new Set(numbers.flatMap(({ txs }) => txs))),
    paths,
  )
  settle(gathered)
  const inOrder = inChainOrder(gathered)
  const found: Found = { credits: [], missing: [], prevouts: [], uncounted: [] }
  const holders = new Set<number>()
  request.seeds.forEach((spec, i) => {
    const { holders: own, txs } = numbers[i]!
    for (const holder of own) holders.add(holder)
    const only = spec.asset === undefined ? null : ledger.assetNumber(spec.asset)
    if (only === NONE)
      throw new NoSeedError(spec, `the ledger has no movement of ${printable(spec.asset!, 120)}`)
    const { conversions } = paths
    const theft = thefts.indexOf(spec.theft)
    const query: Query = { ledger, gathered, conversions, inOrder, spec, theft, only, request }
    const any =
      spec.of.kind === 'lot' ? claimLots(query, new Set(txs), found) : claimGroup(query, new Set(own), found)
    if (!any) throw new NoSeedError(spec, 'nothing in the ledger fits it')
  })
  const mayConvert = request.direction === 'forward' && ledger.assets().length > 1
  for (const { leg, movement } of found.credits) {
    const holder = gathered.creditHolder.data[leg]!
    if (holder !== NONE) holders.add(holder)
    // What is itself stolen was not received for something else.
    const first = gathered.debitStarts.data[movement]!
    if (!mayConvert || first === gathered.debitStarts.data[movement + 1]!) continue
    const payer = gathered.debitHolder.data[first]!
    paths.conversions.bar(gathered.tx.data[movement]!, payer, holder, gathered.creditAsset.data[leg]!)
  }
  return {
    thefts,
    gathered,
    holders,
    ...found,
    start: {
      accounts: found.missing,
      credits: found.credits,
      movements: found.prevouts.map(({ movement }) => movement),
    },
  }
}

/** What a trace would have to be told of its seeds before it can begin. */
export interface MissingSeeds {
  /** Transactions that the ledger does not have; `chain` where the request names it. */
  readonly transactions: readonly { readonly txid: string; readonly chain: ChainId | null }[]
  /** Holders that the ledger does not know whole, or not at all. */
  readonly holders: readonly HolderId[]
}

/** Each transaction and holder once, in the order of the request. Throws nothing. */
export function missingSeeds(ledger: Ledger, request: Pick<TraceRequest, 'seeds'>): MissingSeeds {
  const transactions = new Map<string, MissingSeeds['transactions'][number]>()
  const holders = new Set<HolderId>()
  for (const { of } of request.seeds) {
    if (of.kind === 'lot') {
      const { txid, chain = null } = of
      const chains = ledger.heads(ledger.txNumbers(txid)).chain
      const has = chain === null ? chains.length > 0 : chains.includes(chain)
      if (!has) transactions.set(`${chain} ${txid}`, { txid, chain })
      continue
    }
    const numbers = ledger.holderNumbers(of.holders)
    const known = numbers.filter((number) => number !== NONE)
    const isWhole = ledger.isWhole(known)
    const whole = new Set(known.filter((_, i) => isWhole[i] === 1))
    of.holders.forEach((holder, i) => {
      if (!whole.has(numbers[i]!)) holders.add(holder)
    })
  }
  return { transactions: [...transactions.values()], holders: [...holders] }
}

function numbersOf(ledger: Ledger, spec: SeedSpec): { holders: number[]; txs: number[] } {
  const { of } = spec
  if (of.kind === 'holders') {
    const holders = [...ledger.holderNumbers(of.holders)].filter((holder) => holder !== NONE)
    if (holders.length === 0) throw new NoSeedError(spec, 'the ledger knows none of its addresses')
    return { holders, txs: [] }
  }
  const txs = [...ledger.txNumbers(of.txid)]
  const chains = ledger.heads(Uint32Array.from(txs)).chain
  const chosen = txs.filter((_, i) => of.chain === undefined || chains[i] === of.chain)
  if (chosen.length === 0) throw new NoSeedError(spec, 'the ledger does not have this transaction')
  if (new Set(chains.filter((chain) => of.chain === undefined || chain === of.chain)).size > 1)
    throw new NoSeedError(spec, 'several chains have a transaction of this id: name one with --chain')
  // Of an id mined twice on one chain (blocks 91722 and 91880, before BIP-30) only the later can be spent.
  return { holders: [], txs: chosen.slice(-1) }
}
