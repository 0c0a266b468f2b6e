/**
 * Merges plan and traffic into one chain. See docs/methods/simulator.md.
 * @module
 */
import type { Transaction } from '../chain/transaction.ts'
import type { Asset } from '../units/asset.ts'
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'
import { createAccountWorld } from './accountWorld.ts'
import type { Book } from './book.ts'
import { createCast } from './cast.ts'
import { assetsOf, BLOCK_SECONDS, chainOfModel } from './chains.ts'
import { type Activity, type Draft, NOBODY } from './draft.ts'
import { type Heist, planHeist } from './heist.ts'
import { labelsOf, type SimulatedLabel } from './labels.ts'
import { resolveOptions, type SimulateOptions, type SimulationSettings } from './options.ts'
import { SECONDS_PER_DAY, type SimulatedPrice, simulatePrices } from './price.ts'
import { random } from './random.ts'
import { MODEL_STREAM, STREAM } from './stream.ts'
import { TRUTH_FORMAT, TRUTH_VERSION, type Truth } from './truth.ts'
import { createUtxoWorld } from './utxoWorld.ts'
import type { World } from './world.ts'

/** What was stolen, as a victim would report it. */
export interface SimulatedSeed {
  readonly theft: string
  readonly chain: ChainId
  /** The thief's first address. */
  readonly holder: HolderId
  readonly txid: string
  /** Output number; null on the account chain. */
  readonly n: number | null
  readonly asset: AssetId
  readonly amount: bigint
  /** Unix seconds. */
  readonly time: number
}

/** A transaction and what really happened in it. Owners are numbers, the same for all addresses of one person or service. */
export interface AnnotatedTransaction {
  readonly transaction: Transaction
  readonly activity: Activity
  /** UTXO: which output is change, null where none or several. */
  readonly change: number | null
  /** Owner of each input, or payer of each transfer; -1 for issuance. */
  readonly payers: readonly number[]
  /** Owner of each output, or payee of each transfer; -1 for a fee. */
  readonly payees: readonly number[]
}

export interface Simulation {
  readonly settings: SimulationSettings
  readonly chain: ChainId
  readonly assets: readonly Asset[]
  /** Chain order, with height, index and time. Can be read again from the start; memory grows with addresses, not transactions. */
  readonly ledger: Iterable<Transaction>
  /** The same transactions with the answer to each, for measuring errors. */
  readonly annotated: Iterable<AnnotatedTransaction>
  /** What an investigator would know. */
  readonly labels: readonly SimulatedLabel[]
  readonly prices: readonly SimulatedPrice[]
  readonly seeds: readonly SimulatedSeed[]
  readonly truth: Truth
}

/**
 * A made-up chain with thefts in it. The same options give the same bytes on every machine.
 *
 * @throws BadSimulationOptionError
 * @example
 * const { ledger, truth } = simulate({ seed: 1, model: 'utxo', transactions: 10_000 })
 */
export function simulate(options: SimulateOptions): Simulation {
  const settings = resolveOptions(options)
  const { seed, model, startTime } = settings
  const chain = chainOfModel(model)
  const assets = assetsOf(model)
  const cast = createCast(settings)
  // A year more than asked: laundering may take longer than planned, and a walk's early days do not depend on its length.
  const path = simulatePrices(seed, assets, startTime, settings.days + 365)
  const heist = planHeist(settings, cast, path)
  const { book } = heist
  const span = Math.max(settings.days * SECONDS_PER_DAY, heist.endTime - startTime + SECONDS_PER_DAY)
  const lastDay = new Date((startTime + span + SECONDS_PER_DAY) * 1_000).toISOString().slice(0, 10)
  const truth: Truth = {
    format: TRUTH_FORMAT,
    version: TRUTH_VERSION,
    seed,
    model,
    chain,
    thefts: book.thefts,
    ends: book.ends,
    crossings: book.crossings,
    controlled: [...book.controlled].map(book.holder),
    deposits: [...book.deposits].map(([number, exchange]) => ({
      holder: book.holder(number),
      exchange: cast.exchanges[exchange]!.name,
    })),
    change: book.change,
    lookAlikes: book.lookAlikes,
  }
  const annotated = (): Generator<AnnotatedTransaction> => run(heist, path, span)
  return {
    settings,
    chain,
    assets,
    ledger: {
      *[Symbol.iterator]() {
        for (const { transaction } of annotated()) yield transaction
      },
    },
    annotated: { [Symbol.iterator]: annotated },
    labels: labelsOf(heist.book),
    prices: path.filter(({ day }) => day <= lastDay),
    seeds: book.thefts.map(({ theft, holder, txid, n, asset, amount, time }) => ({
      theft,
      chain,
      holder,
      txid,
      n,
      asset,
      amount,
      time,
    })),
    truth,
  }
}

/** Drafts in the order of their times: the plan's, the sweeps that are due, and traffic at even pace. */
function* draftsOf(heist: Heist, world: World, span: number): Generator<Draft> {
  const { settings, drafts } = heist.book
  const { startTime, model, seed, transactions } = settings
  yield* world.genesis(startTime)
  const planned = drafts.map((draft, i) => ({ draft, i }))
  planned.sort((a, b) => a.draft.time - b.draft.time || a.i - b.i)
  const pace = random(seed, STREAM.pace, MODEL_STREAM[model])
  // Milliseconds: large ledgers have several transactions a second.
  const gap = BigInt(Math.max(2, Math.floor((span * 2_000) / transactions)))
  let clock = startTime * 1_000 + 60_000
  let made = 0
  let at = 0
  for (;;) {
    const planTime = planned[at]?.draft.time ?? Number.POSITIVE_INFINITY
    const stepTime = made < transactions ? Math.floor(clock / 1_000) : Number.POSITIVE_INFINITY
    const sweepTime = world.sweepTime()
    if (planTime <= stepTime && planTime <= sweepTime) {
      if (planTime === Number.POSITIVE_INFINITY) return
      made++
      yield world.perform(planned[at++]!.draft)
    } else if (sweepTime <= stepTime) {
      const draft = world.sweep(sweepTime)
      if (draft === null) continue
      made++
      yield draft
    } else {
      yield world.step(stepTime)
      made++
      clock += 1 + Number(pace.bigBelow(gap))
    }
  }
}

function* run(
  heist: Heist,
  prices: readonly SimulatedPrice[],
  span: number,
): Generator<AnnotatedTransaction> {
  const { settings, cast } = heist.book
  const { model, startTime } = settings
  const book = cast.book.fork()
  const native = assetsOf(model)[0]!.priceSymbol
  const path = prices.filter(({ symbol }) => symbol === native)
  const nativePrice = (time: number): bigint => {
    const day = Math.floor((time - startTime) / SECONDS_PER_DAY)
    return path[Math.min(day, path.length - 1)]!.closeE12
  }
  const world =
    model === 'account' ? createAccountWorld(heist, book, nativePrice) : createUtxoWorld(heist, book)
  const blockSeconds = BLOCK_SECONDS[model]
  let height = -1
  let index = 0
  for (const draft of draftsOf(heist, world, span)) {
    const block = Math.floor((draft.time - startTime) / blockSeconds)
    if (block < height) throw new RangeError(`transaction ${draft.txid} is earlier than the one before it`)
    index = block === height ? index + 1 : 0
    height = block
    const time = startTime + height * blockSeconds
    if (time < startTime + settings.dropSeconds) continue
    yield annotate(draft, book, model, { height, index, time })
  }
}

function annotate(
  draft: Draft,
  book: Book,
  model: SimulationSettings['model'],
  place: { readonly height: number; readonly index: number; readonly time: number },
): AnnotatedTransaction {
  const { txid, legs, inputs, outputs, activity, change } = draft
  const assets = assetsOf(model)
  const holder = (number: number): HolderId | null => (number === NOBODY ? null : book.holder(number))
  const owner = (number: number): number => (number === NOBODY ? NOBODY : book.owner(number))
  return {
    transaction: {
      chain: chainOfModel(model),
      txid,
      ...place,
      transfers: legs.map(({ from, to, asset, amount, kind }, position) => ({
        from: holder(from),
        to: holder(to),
        asset: assets[asset]!.id,
        amount,
        kind,
        position,
      })),
      inputs: inputs.map(({ txid, n, to, amount }) => ({ txid, n, holder: book.holder(to), amount })),
      outputs: outputs.map(({ to, amount }) => ({ holder: book.holder(to), amount })),
    },
    activity,
    change,
    payers: model === 'account' ? legs.map(({ from }) => owner(from)) : inputs.map(({ to }) => owner(to)),
    payees: model === 'account' ? legs.map(({ to }) => owner(to)) : outputs.map(({ to }) => owner(to)),
  }
}
