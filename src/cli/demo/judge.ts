/**
 * A flow beside the truth of the simulation it was traced in.
 * @module
 */
import type { Simulation, Truth } from '../../simulate/index.ts'
import type { Flow, FlowLeaf, LeafReason, Rule, SeedSpec } from '../../trace/index.ts'

/** Where money can end, told apart by flow and truth alike. Dust, fees and what is still held are `elsewhere`. */
export const PLACES = ['services', 'mixers', 'bridges', 'elsewhere'] as const
type Place = (typeof PLACES)[number]

const PLACE_OF_REASON: Partial<Record<LeafReason, Place>> = {
  service: 'services',
  mixer: 'mixers',
  bridge: 'bridges',
}
/** A swap ends one asset's trail at an exchange's contract, which is labelled as a service. */
const PLACE_OF_END: Partial<Record<Truth['ends'][number]['kind'], Place>> = {
  'exchange-deposit': 'services',
  swap: 'services',
  mixer: 'mixers',
  bridge: 'bridges',
}

/** Base units that ended at each place. */
export type Tally = Record<Place, bigint>

/** One theft and asset: what really happened, and what each rule says. */
export interface Verdict {
  readonly theft: string
  readonly asset: string
  readonly stolen: bigint
  /** True where money of several origins shared a wallet: rules differ there by design. */
  readonly mixed: boolean
  readonly truth: Tally
  readonly found: ReadonlyMap<Rule, Tally>
}

/** What a victim of the simulation would name: the stolen lots, or on the second chain what the bridge paid out. */
export function seedsOf({ truth }: Simulation): SeedSpec[] {
  const lots = truth.thefts.map(
    ({ theft, txid, n, asset, amount }): SeedSpec => ({
      theft,
      of: { kind: 'lot', txid, chain: truth.chain, ...(n === null ? {} : { n }) },
      asset,
      amount,
    }),
  )
  const arrivals = arrivalsOf(truth).map(
    ({ theft, got }): SeedSpec => ({
      theft,
      of: { kind: 'lot', txid: got.txid, chain: got.chain },
      asset: got.asset,
      amount: got.amount,
    }),
  )
  return [...lots, ...arrivals]
}

/** Bridge payouts on this chain for deposits on another. */
function arrivalsOf({ crossings, chain }: Truth): Truth['crossings'] {
  return crossings.filter(
    ({ kind, gave, got }) => kind === 'bridge' && got.chain === chain && gave.chain !== chain,
  )
}

/** Compares flows of one simulation, by rule, with its truth: only the trails that its seeds start. */
export function judge({ truth }: Simulation, flows: ReadonlyMap<Rule, Flow>): Verdict[] {
  const trails = new Set(arrivalsOf(truth).map((crossing) => truth.crossings.indexOf(crossing)))
  const deposits = new Set(truth.deposits.map(({ holder }) => holder))
  /** What reached a deposit address is the exchange's, also where it is not swept yet, or pays for its own sweeping. */
  const placeOf = ({ reason, holder }: FlowLeaf): Place | undefined =>
    deposits.has(holder) ? 'services' : PLACE_OF_REASON[reason]
  const ends = truth.ends.filter(({ crossing }) => crossing === null || trails.has(crossing))
  const first = [...flows.values()][0]
  return (first?.balance ?? []).map(({ theft, asset, stolen }) => {
    const own = ends.filter((end) => end.theft === theft && end.asset === asset)
    const found = [...flows].map(([rule, flow]): [Rule, Tally] => [
      rule,
      tally(
        flow.leaves
          .filter((leaf) => leaf.theft === theft && leaf.asset === asset)
          .map((leaf) => [placeOf(leaf), BigInt(leaf.amount)]),
      ),
    ])
    return {
      theft,
      asset,
      stolen: BigInt(stolen),
      mixed: own.some((end) => end.mixed),
      truth: tally(own.map(({ kind, amount }) => [PLACE_OF_END[kind], amount])),
      found: new Map(found),
    }
  })
}

function tally(amounts: readonly (readonly [place: Place | undefined, amount: bigint])[]): Tally {
  const sums: Tally = { services: 0n, mixers: 0n, bridges: 0n, elsewhere: 0n }
  for (const [place = 'elsewhere', amount] of amounts) sums[place] += amount
  return sums
}
