/**
 * The largest paths from a theft to an address or service, read off a flow.
 *
 * Each path is the widest one that respects time (its hops follow one another in chain order) through what earlier paths
 * left over: a greedy decomposition of the flow, so the paths never claim the same money twice. Widest path by one sweep
 * in chain order: the maximum-capacity path of Pollack (1960) on a graph that is already sorted by time.
 * @module
 */
import { addressOf } from '../units/caip.ts'
import type { Flow, FlowFrom, FlowHop, FlowSeed } from './flow.ts'

export interface FlowPath {
  readonly theft: string
  readonly asset: string
  /** What travelled the whole path, base units: the smallest of its hops, less what other paths took. */
  readonly amount: string
  /** None where the money came to its place by the swap or crossing in `origin`. */
  readonly hops: readonly FlowHop[]
  readonly firstTime: number | null
  readonly lastTime: number | null
  /** Of a forward flow, where the first holder had the money by a swap or from another chain: by the largest of these. */
  readonly origin?: PathOrigin
}

export interface PathOrigin {
  readonly seed: FlowSeed & { readonly from: FlowFrom }
  /** The largest way by which the payer had what it paid; null where it was stolen there, or no payer is named. */
  readonly path: FlowPath | null
}

/** True for holders that a query means: the CAIP-10 id, the bare address, or text within a label's name or entity. */
export function targetMatcher(flow: Flow, query: string): (holder: string) => boolean {
  const wanted = query.trim().toLowerCase()
  const labelled = new Set(
    flow.holders
      .filter(({ labels }) =>
        labels.some(({ name, entity }) =>
          [name, entity ?? ''].some((text) => text.toLowerCase().includes(wanted)),
        ),
      )
      .map(({ holder }) => holder),
  )
  return (holder) =>
    wanted !== '' &&
    (holder.toLowerCase() === wanted || addressOf(holder).toLowerCase() === wanted || labelled.has(holder))
}

/**
 * Up to `top` paths per theft and asset, largest first over all. Cost: `top` sweeps over the hops, and one for each change of
 * asset or chain that a path has behind it.
 * For a backward flow the paths lead from an origin that matches to the deposit.
 */
export function largestPaths(flow: Flow, isTarget: (holder: string) => boolean, top: number): FlowPath[] {
  const paths = flow.balance.flatMap(({ theft, asset }) => [
    ...pathsTo(flow, theft, asset, isTarget, top),
    ...(flow.direction === 'forward' ? arrivals(flow, theft, asset, isTarget) : []),
  ])
  return paths
    .sort((a, b) =>
      BigInt(a.amount) === BigInt(b.amount) ? 0 : BigInt(a.amount) > BigInt(b.amount) ? -1 : 1,
    )
    .slice(0, top)
    .map((path) => withOrigin(flow, path, path.hops[0]?.from ?? null, new Set()))
}

function pathsTo(
  flow: Flow,
  theft: string,
  asset: string,
  isTarget: (holder: string) => boolean,
  top: number,
  until: number | null = null,
): FlowPath[] {
  const hops = flow.hops.filter(
    (hop) =>
      hop.theft === theft &&
      hop.asset === asset &&
      hop.stop !== 'fee' &&
      !(until !== null && hop.time !== null && hop.time > until),
  )
  // A backward flow lists the latest first.
  if (flow.direction === 'backward') hops.reverse()
  const seeds = new Set(
    flow.seeds.filter((seed) => seed.theft === theft && seed.asset === asset).map(({ holder }) => holder),
  )
  const [isSource, isEnd] =
    flow.direction === 'forward'
      ? [(holder: string) => seeds.has(holder), isTarget]
      : [isTarget, (holder: string) => seeds.has(holder)]
  return decompose(theft, asset, hops, flow.direction, isSource, isEnd, top)
}

type Changed = PathOrigin['seed']

function isChanged(seed: FlowSeed): seed is Changed {
  return seed.from !== undefined
}

/** What came straight to a target by a swap, or from another chain. */
function arrivals(
  flow: Flow,
  theft: string,
  asset: string,
  isTarget: (holder: string) => boolean,
): FlowPath[] {
  return flow.seeds
    .filter(isChanged)
    .filter((seed) => seed.theft === theft && seed.asset === asset && isTarget(seed.holder))
    .map((seed) => ({
      ...emptyPath(seed),
      origin: { seed, path: pathOfPayer(flow, seed, new Set([seed])) },
    }))
}

function emptyPath({ theft, asset, amount, firstTime, lastTime }: Omit<FlowPath, 'hops'>): FlowPath {
  return { theft, asset, amount, hops: [], firstTime, lastTime }
}

/** @param seen seeds that the way already led through: a circle ends it */
function withOrigin(flow: Flow, path: FlowPath, first: string | null, seen: ReadonlySet<FlowSeed>): FlowPath {
  if (path.origin || first === null || flow.direction === 'backward') return path
  const [largest] = flow.seeds
    .filter(
      (seed) =>
        seed.theft === path.theft &&
        seed.asset === path.asset &&
        seed.holder === first &&
        !seen.has(seed) &&
        !((seed.firstTime ?? 0) > (path.firstTime ?? Number.POSITIVE_INFINITY)),
    )
    .toSorted((a, b) => (BigInt(a.amount) > BigInt(b.amount) ? -1 : 1))
  if (!largest || !isChanged(largest)) return path
  return {
    ...path,
    origin: { seed: largest, path: pathOfPayer(flow, largest, new Set([...seen, largest])) },
  }
}

function pathOfPayer(
  flow: Flow,
  { theft, from, firstTime }: Changed,
  seen: ReadonlySet<FlowSeed>,
): FlowPath | null {
  const { holder, asset, amount } = from
  if (holder === null) return null
  const here = withOrigin(
    flow,
    emptyPath({ theft, asset, amount, firstTime, lastTime: firstTime }),
    holder,
    seen,
  )
  if (here.origin) return here
  const [path] = pathsTo(flow, theft, asset, (to) => to === holder, 1, firstTime)
  return path ? withOrigin(flow, path, path.hops[0]!.from, seen) : null
}

function decompose(
  theft: string,
  asset: string,
  hops: readonly FlowHop[],
  direction: Flow['direction'],
  isSource: (holder: string) => boolean,
  isEnd: (holder: string) => boolean,
  top: number,
): FlowPath[] {
  const left = hops.map(({ amount }) => BigInt(amount))
  const paths: FlowPath[] = []
  while (paths.length < top) {
    const found = widest(hops, left, direction, isSource, isEnd)
    if (!found) break
    for (const hop of found.hops) left[hop]! -= found.width
    const chosen = found.hops.map((hop) => hops[hop]!)
    const times = chosen.flatMap(({ time }) => (time === null ? [] : [time]))
    paths.push({
      theft,
      asset,
      amount: String(found.width),
      hops: chosen,
      firstTime: times[0] ?? null,
      lastTime: times.at(-1) ?? null,
    })
  }
  return paths
}

/** One sweep in chain order; the best way to reach each holder so far is kept, with the hop it came by. */
function widest(
  hops: readonly FlowHop[],
  left: readonly bigint[],
  direction: Flow['direction'],
  isSource: (holder: string) => boolean,
  isEnd: (holder: string) => boolean,
): { hops: number[]; width: bigint } | null {
  const best = new Map<string, { width: bigint; by: number }>()
  const before = new Int32Array(hops.length).fill(-1)
  let end = -1
  let endWidth = 0n
  for (let hop = 0; hop < hops.length; hop++) {
    const { from, to, stop } = hops[hop]!
    // Following stopped at the far end of this hop: forward nothing comes after it, backward nothing before.
    const ended = stop !== undefined
    const reached = ended && direction === 'backward' ? undefined : best.get(from)
    const source = isSource(from)
    if (!source && !reached) continue
    const width = source || left[hop]! < reached!.width ? left[hop]! : reached!.width
    if (width === 0n) continue
    before[hop] = source ? -1 : reached!.by
    if (isEnd(to) && width > endWidth) {
      end = hop
      endWidth = width
    }
    if (ended && direction === 'forward') continue
    if (width > (best.get(to)?.width ?? 0n)) best.set(to, { width, by: hop })
  }
  if (end < 0) return null
  const path: number[] = []
  for (let hop = end; hop >= 0; hop = before[hop]!) path.push(hop)
  return { hops: path.reverse(), width: endWidth }
}
