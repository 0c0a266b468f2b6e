/**
 * What each party of a circle has after one transaction that it had not before, and the reverse.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import type { Transfer } from './circles.ts'
import { nodeOf, type Side } from './conversion.ts'

export interface Party {
  /** Of a holder; below 0 for nobody. */
  readonly node: number
  /** Asset -> base units received less those paid. */
  readonly nets: Map<number, bigint>
  /** Base units received in all; meaningful of parties that deal in one asset. */
  got: bigint
  paid: bigint
}

/** Who mints or burns a token is its contract. */
export function partiesOf(
  circle: readonly Transfer[],
  contractOf: (asset: number) => number,
): Map<number, Party> {
  const parties = new Map<number, Party>()
  const partyOf = (holder: number, asset: number): Party => {
    const contract = holder === NONE ? contractOf(asset) : holder
    const node = nodeOf(contract, asset)
    const party = parties.get(node) ?? { node, nets: new Map(), got: 0n, paid: 0n }
    parties.set(node, party)
    return party
  }
  for (const { from, to, asset, amount } of circle) {
    const [payer, payee] = [partyOf(from, asset), partyOf(to, asset)]
    payer.nets.set(asset, (payer.nets.get(asset) ?? 0n) - amount)
    payer.paid += amount
    payee.nets.set(asset, (payee.nets.get(asset) ?? 0n) + amount)
    payee.got += amount
  }
  return parties
}

/** What a holder pays and gets net in a circle, or several. */
export interface Sides {
  readonly outs: readonly Side[]
  readonly ins: readonly Side[]
  /** Cents; null where an asset is not priced. */
  readonly paid: bigint | null
  readonly got: bigint | null
  readonly partners: ReadonlySet<number>
}

export function isOneSided({ nets }: Party, isSide: (net: bigint) => boolean): boolean {
  const moved = [...nets.values()].filter((net) => net !== 0n)
  return moved.length > 0 && moved.every(isSide)
}

/** Routers keep up to some percent of what is paid or received; the limit of a fiftieth is ours. */
export function isMoreThanFee(amount: bigint, whole: bigint): boolean {
  return amount * 50n > whole
}

/**
 * Whether others beside a holder gain in a circle, and together more than a fee: then what the holder receives is not all that
 * its payment bought. Pools and other customers give something for what they gain.
 * @param sides what the holder pays and receives net; of other assets the most that anybody gains or loses is the whole
 * @param value cents; null where an asset is not priced
 */
export function paysOthers(
  holder: number,
  circle: readonly Transfer[],
  { outs, ins, paid, got }: Sides,
  contractOf: (asset: number) => number,
  value: (asset: number, amount: bigint) => bigint | null,
  isKnown: (asset: number) => boolean,
): boolean {
  const parties = [...partiesOf(circle, contractOf).values()]
  const wholes = new Map<number, bigint>()
  for (const { nets } of parties) {
    for (const [asset, net] of nets) {
      const size = net < 0n ? -net : net
      if (size > (wholes.get(asset) ?? 0n)) wholes.set(asset, size)
    }
  }
  for (const { asset, amount } of [...outs, ...ins]) wholes.set(asset, amount)
  // What is minted for a payment is often minted by another contract than the one that keeps the payment.
  const isMinted = parties.some(({ node, nets }) =>
    ins.some(({ asset }) => nodeOf(contractOf(asset), asset) === node && nets.get(asset)! < 0n),
  )
  const deposited = new Set(isMinted ? outs.map(({ asset }) => asset) : [])
  // A wrapped coin's contract is paid what it mints for, which not every source lists.
  const wrappers = new Set([...wholes.keys()].filter(isKnown).map(contractOf))
  const isMore = (asset: number, amount: bigint): boolean => isMoreThanFee(amount, wholes.get(asset)!)
  const worth = (nets: readonly (readonly [asset: number, amount: bigint])[]): bigint | null =>
    nets.reduce<bigint | null>((sum, [asset, amount]) => {
      const cents = value(asset, amount)
      return sum === null || cents === null ? null : sum + cents
    }, 0n)
  const isForNothing = (
    gains: readonly (readonly [number, bigint])[],
    losses: readonly (readonly [number, bigint])[],
  ): boolean => {
    if (losses.length === 0) return true
    // Less than a cent on the holder's own sides: values say nothing.
    if (!paid || !got) return false
    const [gained, lost] = [worth(gains), worth(losses)]
    return gained !== null && lost !== null && lost * 2n < gained
  }
  const sums = new Map<number, bigint>()
  for (const { node, nets } of parties) {
    if (node < 0 || node === holder || wrappers.has(node)) continue
    // A contract keeps its own token's tax.
    const gains = [...nets].filter(
      ([asset, net]) => net > 0n && contractOf(asset) !== node && !deposited.has(asset),
    )
    const losses = [...nets].map(([asset, net]) => [asset, -net] as const).filter((net) => isMore(...net))
    if (!isForNothing(gains, losses)) continue
    for (const [asset, net] of gains) sums.set(asset, (sums.get(asset) ?? 0n) + net)
  }
  return [...sums].some((sum) => isMore(...sum))
}
