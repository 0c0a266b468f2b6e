/**
 * Swaps that pay out to another holder: within one transaction one pays an asset, another receives one, and whoever stands
 * between them gains and loses only by exchange. Definition and error modes: `docs/methods/swaps.md`.
 * @module
 */
import { circlesWithout, type Transfer } from './circles.ts'
import { type Conversion, nodeOf, type Side } from './conversion.ts'
import { isMoreThanFee, isOneSided, type Party, partiesOf } from './parties.ts'
import { CLOSE_PERCENT, type Found, swapOf, within } from './swaps.ts'

/**
 * Those of one transaction: at most one a circle; unclear where one looks like it and the values of both sides differ.
 * @param wanted whether it matters what such a payer pays or such a payee gets
 * @param value cents; null where an asset is not priced
 * @param isKnown whether an asset is more than a token that anybody could have minted
 */
export function swapsToOthers(
  tx: number,
  transfers: readonly Transfer[],
  wanted: (giver: number, receiver: number) => boolean,
  contractOf: (asset: number) => number,
  value: (asset: number, amount: bigint) => bigint | null,
  isKnown: (asset: number) => boolean,
): Found {
  const circleOf = circlesWithout(null, transfers, contractOf)
  const circles = Map.groupBy(transfers, ({ from, asset }) => circleOf(nodeOf(from, asset)))
  const swaps: Conversion[] = []
  let unclear = false
  for (const circle of circles.values()) {
    const contracts = new Set(circle.map(({ asset }) => contractOf(asset)))
    const ends = endsOf([...partiesOf(circle, contractOf).values()], contracts)
    if (!ends || !wanted(ends[0].node, ends[1].node)) continue
    const [giver, receiver] = ends
    const [out, into] = [sideOf(tx, giver), sideOf(tx, receiver)]
    const [paid, got] = [value(out.asset, out.amount), value(into.asset, into.amount)]
    const priced = paid !== null && got !== null && paid > 0n && got > 0n
    if (priced && !within(paid, got, CLOSE_PERCENT)) {
      unclear = true
      continue
    }
    // Worthless tokens, sent to anybody, would hide where the payment is; and whom the transaction itself pays a coin may be a
    // contract that pays on what the ledger lacks.
    const isPaidByCall = circle.some(({ to, outer }) => outer && to === receiver.node)
    if (!priced && (!isKnown(into.asset) || isPaidByCall)) continue
    const [confidence, same] = priced ? [55, ' of about the same value at the day’s prices,'] : [40, '']
    const evidence = `Paid by one holder and received by another in one transaction,${same} and whoever stands between them gives what it gets in exchange.`
    swaps.push(swapOf([out], [into], partnersOf(circle, giver.node, receiver.node), confidence, evidence))
  }
  return { swaps, unclear }
}

/**
 * The only one that pays and the only one that receives, where each deals in one asset; null where others do too.
 * @param contracts of the tokens that move: they mint, burn and tax, and are nobody's purse
 */
function endsOf(
  parties: readonly Party[],
  contracts: ReadonlySet<number>,
): readonly [giver: Party, receiver: Party] | null {
  const isPlain = ({ node, nets }: Party): boolean => node >= 0 && nets.size === 1 && !contracts.has(node)
  const givers = parties.filter((party) => isOneSided(party, (net) => net < 0n))
  const takers = parties.filter((party) => isOneSided(party, (net) => net > 0n))
  const [giver] = givers
  if (!giver || givers.length > 1 || !isPlain(giver)) return null
  const receivers = withoutFees(takers, giver)
  const [receiver] = receivers
  if (!receiver || receivers.length > 1 || !isPlain(receiver)) return null
  return assetOf(giver) === assetOf(receiver) ? null : [giver, receiver]
}

function assetOf({ nets }: Party): number {
  return nets.keys().next().value!
}

function withoutFees(takers: readonly Party[], giver: Party): Party[] {
  const wholes = new Map<number, bigint>()
  for (const { nets } of takers) {
    for (const [asset, net] of nets) if (net > (wholes.get(asset) ?? 0n)) wholes.set(asset, net)
  }
  const asset = assetOf(giver)
  wholes.set(asset, -giver.nets.get(asset)!)
  return takers.filter(({ nets }) => [...nets].some(([of, net]) => isMoreThanFee(net, wholes.get(of)!)))
}

function sideOf(tx: number, party: Party): Side {
  const asset = assetOf(party)
  const net = party.nets.get(asset)!
  return net < 0n
    ? { tx, holder: party.node, asset, amount: -net, gross: party.paid, weight: 1n }
    : { tx, holder: party.node, asset, amount: net, gross: party.got, weight: 1n }
}

function partnersOf(circle: readonly Transfer[], giver: number, receiver: number): Set<number> {
  const partners = new Set<number>()
  for (const { payer, payee, from, to, asset } of circle) {
    if (from === giver || from === receiver) partners.add(nodeOf(payee, asset))
    if (to === giver || to === receiver) partners.add(nodeOf(payer, asset))
  }
  return partners
}
