/**
 * Crossings to other chains, as live sources and analysts know them: which transactions are asked about, where a crossing
 * arrives, and what of a transaction it takes along. Definition: `docs/methods/crossings.md`.
 * @module
 */
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { ChainId } from '../units/caip.ts'
import type { Beyond, Crossing, OpenDeparture } from './beyond.ts'
import type { Conversion, Side } from './conversion.ts'
import { amountAt, type Gathered, gather } from './gathered.ts'
import { type Credit, creditsOf, givenOrWrapped, sumOf } from './given.ts'

/** A gathered credit, and over how many transfers taint comes there. */
export interface Arrival {
  readonly movement: number
  readonly leg: number
  readonly hops: number
}

export interface CrossingFinder {
  /** Notes that taint comes through a transaction. */
  pass(tx: number, hops: number): void
  /** Asks about the transactions passed since the last call; where their crossings arrive, whose movements it gathers. */
  next(gathered: Gathered): Arrival[]
  /** What was found, with what each takes along. @param isBridge whether a holder is labelled so */
  conversions(gathered: Gathered, isBridge: (holder: number) => boolean): Conversion[]
  /** Of the transactions passed, what leaves and is not known to arrive. */
  readonly departures: readonly Departing[]
  /** Crossings of which the ledger lacks a side, or does not show what they take along. */
  readonly unclear: ReadonlySet<Crossing>
}

export interface Departing {
  readonly departure: OpenDeparture
  readonly tx: number
}

interface Met {
  readonly crossing: Crossing
  readonly from: number
  readonly to: number
  readonly arrivals: readonly Omit<Arrival, 'hops'>[]
}

export function createCrossingFinder(
  ledger: Ledger,
  beyond: Pick<Beyond, 'crossings' | 'departures'>,
): CrossingFinder {
  const hopsOf = new Map<number, number>()
  const passed = new Set<number>()
  const asked = new Map<number, Met[]>()
  const unclear = new Set<Crossing>()
  const departures: Departing[] = []

  function numberOf(chain: ChainId, txid: string): number {
    const numbers = ledger.txNumbers(txid)
    return numbers[ledger.heads(numbers).chain.lastIndexOf(chain)] ?? NONE
  }

  /** Both transactions of each crossing, and the credits by which it arrives. */
  function meet(crossings: readonly Crossing[], gathered: Gathered): void {
    const placed = crossings.map((crossing) => ({
      crossing,
      from: numberOf(crossing.from.chain, crossing.from.txid),
      to: numberOf(crossing.to.chain, crossing.to.txid),
      holder: ledger.holderNumbers([crossing.to.holder])[0]!,
      asset: ledger.assetNumber(crossing.to.asset),
    }))
    const known = placed.filter(({ from, to, holder }) => from !== to && ![from, to, holder].includes(NONE))
    const txs = new Set(known.map(({ to }) => to))
    gather(gathered, ledger.ofTransactions(Uint32Array.from(txs)))
    const credits = creditsOf(gathered, txs)
    for (const { crossing } of placed) unclear.add(crossing)
    for (const { crossing, from, to, holder, asset } of known) {
      const { creditHolder, creditAsset } = gathered
      const own = (credits.get(to) ?? []).filter(
        ({ leg }) => creditHolder.data[leg] === holder && creditAsset.data[leg] === asset,
      )
      const same = own.find(({ amount }) => amount === crossing.to.amount)
      const arrivals = same ? [same] : own
      if (arrivals.length === 0) continue
      unclear.delete(crossing)
      asked.get(from)?.push({ crossing, from, to, arrivals })
    }
  }

  return {
    unclear,
    departures,
    pass(tx, hops): void {
      if (hops >= (hopsOf.get(tx) ?? Number.POSITIVE_INFINITY)) return
      hopsOf.set(tx, hops)
      passed.add(tx)
    },
    next(gathered): Arrival[] {
      if (passed.size === 0) return []
      const news = Uint32Array.from(passed).filter((tx) => !asked.has(tx))
      for (const tx of news) asked.set(tx, [])
      const crossings = news.length === 0 ? [] : beyond.crossings(news)
      if (crossings.length > 0) meet(crossings, gathered)
      for (const departure of news.length === 0 ? [] : beyond.departures(news))
        departures.push({ departure, tx: numberOf(departure.from.chain, departure.from.txid) })
      const arrivals = [...passed].flatMap((tx) =>
        asked.get(tx)!.flatMap((met) => met.arrivals.map((credit) => ({ ...credit, hops: hopsOf.get(tx)! }))),
      )
      passed.clear()
      return arrivals
    },
    conversions(gathered, isBridge): Conversion[] {
      const met = [...asked.values()].flat()
      const credits = creditsOf(gathered, new Set(met.map(({ from }) => from)))
      return met.flatMap((one) => {
        const conversion = conversionOf(ledger, gathered, one, credits.get(one.from) ?? [], isBridge)
        if (conversion) return [conversion]
        unclear.add(one.crossing)
        return []
      })
    },
  }
}

/** null where the ledger does not show what the crossing takes along. */
function conversionOf(
  ledger: Ledger,
  gathered: Gathered,
  { crossing, from, to, arrivals }: Met,
  credits: readonly Credit[],
  isBridge: (holder: number) => boolean,
): Conversion | null {
  const { protocol, how, confidence, evidence } = crossing
  const given = givenOrWrapped(ledger, gathered, crossing, credits, isBridge)
  const asset = gathered.creditAsset.data[given[0]?.leg ?? NONE]
  if (asset === undefined || given.some(({ leg }) => gathered.creditAsset.data[leg] !== asset)) return null
  const paid = sumOf(given)
  const got = arrivals.reduce(
    (sum, { leg }) => sum + amountAt(gathered, gathered.creditAmount.data[leg]!),
    0n,
  )
  if (paid === 0n || got === 0n) return null
  const payer = crossing.from.holder === null ? NONE : ledger.holderNumbers([crossing.from.holder])[0]!
  const out: Side = { tx: from, holder: payer, asset, amount: paid, gross: paid, weight: 1n }
  const received: Side = {
    tx: to,
    holder: gathered.creditHolder.data[arrivals[0]!.leg]!,
    asset: gathered.creditAsset.data[arrivals[0]!.leg]!,
    // The statement and the ledger may differ by what the bridge kept; what arrived is what the ledger shows.
    amount: crossing.to.amount > 0n && crossing.to.amount < got ? crossing.to.amount : got,
    gross: got,
    weight: 1n,
  }
  return {
    kind: 'crossing',
    outs: [out],
    ins: [received],
    partners: new Set(),
    outLegs: given.map(({ leg }) => leg),
    inLegs: arrivals.map(({ leg }) => leg),
    ...{ how, protocol, confidence, evidence },
  }
}
