/**
 * From a flow back to the request that gave it, so that it can be traced again as the chain grows.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { type Ledger, NONE } from '../ledger/index.ts'
import type { Flow, FlowSeed, SeedSpec, TraceRequest } from '../trace/index.ts'
import type { HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'

/**
 * Each seed is named by the very outputs or transfers that the flow says were stolen, so that what its holders receive
 * later is not stolen too. `until` is left out: to watch is to go on.
 *
 * @throws {UnwatchableFlowError} where it goes backward, or the ledger does not have its seeds
 */
export function flowRequest(flow: Flow, ledger: Ledger): TraceRequest {
  if (flow.direction !== 'forward') throw new UnwatchableFlowError('it goes backward')
  const { dust, until: _until, ...options } = flow.options
  const [asset] = flow.assets
  return {
    seeds: flow.seeds.flatMap((seed) => specsOf(seed, ledger)),
    rule: flow.rule,
    direction: 'forward',
    ...options,
    // The flow names no asset of it: with one asset it is that one.
    dust: dust === null || flow.assets.length !== 1 ? null : { asset: asset!.asset, amount: BigInt(dust) },
    until: null,
  }
}

/** Whether a flow, traced by the request, begins with what the given one begins with. */
export function sameSeeds(a: Flow, b: Flow): boolean {
  const sums = ({ seeds }: Flow): string => {
    const bySeed = new Map<string, bigint>()
    for (const { theft, chain, asset, holder, amount, basis } of seeds) {
      if (!OWN.has(basis)) continue
      const key = JSON.stringify([theft, chain, asset, holder])
      bySeed.set(key, (bySeed.get(key) ?? 0n) + BigInt(amount))
    }
    return JSON.stringify([...bySeed].map(([key, sum]) => [key, String(sum)]).sort())
  }
  return sums(a) === sums(b)
}

/** What the request itself calls stolen; others follow from it (a swap, a crossing). */
const OWN: ReadonlySet<string> = new Set(['received', 'missing', 'lot'])

function specsOf(seed: FlowSeed, ledger: Ledger): SeedSpec[] {
  const { theft, chain, asset, holder, basis, txids, firstTime, lastTime } = seed
  if (!OWN.has(basis)) return []
  if (basis === 'missing')
    return [
      {
        ...{ theft, asset, amount: BigInt(seed.amount), of: { kind: 'holders', holders: [holder] } },
        ...(firstTime === null ? {} : { after: firstTime }),
        ...(lastTime === null ? {} : { before: lastTime }),
      },
    ]
  let left = BigInt(seed.amount)
  const specs: SeedSpec[] = []
  for (const txid of txids)
    for (const { n, amount } of creditsOf(ledger, seed, txid, holder)) {
      if (left === 0n) return specs
      const taken = amount < left ? amount : left
      left -= taken
      specs.push({ theft, asset, amount: taken, of: { kind: 'lot', txid, n, chain } })
    }
  if (left > 0n)
    throw new UnwatchableFlowError(`the ledger lacks part of what ${printable(holder, 120)} received`)
  return specs
}

/** Numbers as seeds have them: of outputs, or of a transaction's transfers without its fees. */
function creditsOf(
  ledger: Ledger,
  { chain, asset }: FlowSeed,
  txid: string,
  holder: HolderId,
): { n: number; amount: bigint }[] {
  const numbers = ledger.txNumbers(txid)
  const { chain: chains } = ledger.heads(numbers)
  const number = [...numbers].findLast((_, i) => chains[i] === chain)
  if (number === undefined || ledger.assetNumber(asset) === NONE) return []
  const [tx] = ledger.transactions(Uint32Array.of(number))
  const { outputs, transfers } = tx!
  const credits = [
    // As flows name it that an output pays a script without address.
    ...outputs.map((output, n) => ({ ...output, holder: output.holder ?? `${chain}:none`, n })),
    ...transfers
      .filter(({ kind }) => kind !== 'fee')
      .map(({ to, asset: of, amount }, n) => ({ holder: of === asset ? to : null, amount, n })),
  ]
  return credits.filter((credit) => credit.holder === holder && credit.amount > 0n)
}

/** A flow that cannot be watched. */
export class UnwatchableFlowError extends LootlineError<{
  readonly code: 'WATCH_BAD_FLOW'
  readonly reason: string
}> {
  override readonly name = 'UnwatchableFlowError'
  constructor(reason: string) {
    super(
      { code: 'WATCH_BAD_FLOW', reason },
      `This flow cannot be watched: ${reason}.`,
      'Trace it forward again with this store, and watch the flow that comes out.',
    )
  }
}
