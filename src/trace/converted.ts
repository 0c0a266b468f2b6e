/**
 * What a flow says of conversions: what a seed was received for, and what a leaf goes on as.
 * @module
 */
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { Asset } from '../units/asset.ts'
import { shareOut } from '../units/usd.ts'
import type { Conversion } from './conversion.ts'
import type { Findings, PieceTable } from './findings.ts'
import type { FlowFrom, FlowInto } from './flow.ts'
import type { Link } from './run.ts'

export interface Converted {
  /** Whether an end goes on as another asset. */
  goesOn(end: number): boolean
  /** @param link number in `Findings.links`, from 1, of an entry */
  from(theft: number, link: number): FlowFrom
  /** What the ends of one holder, asset and reason go on as, in the order they came up. */
  into(theft: number, asset: number, holder: number, kind: number): FlowInto[]
}

export function convertedOf(ledger: Ledger, findings: Findings): Converted {
  const { entries, ends, links } = findings
  const assets = ledger.assets()
  const name = namerOf(ledger, links)
  const exits = byWay(findings, ends)
  const into = new Map<string, Map<number, bigint>>()
  const goingOn = new Set<number>()
  /** By poison, an entry that several outs touch stands for all of them: then any of the theft's ways is as good. */
  const leftBy = (theft: number, link: number): readonly number[] => {
    const { conversion, out } = links[link - 1]!
    const outs = [out, ...conversion.outs.keys()]
    return outs.map((one) => exits.get(wayOf(findings, theft, conversion, one))).find((left) => left) ?? []
  }
  const rowKey = (...numbers: readonly number[]): string => numbers.join(' ')
  for (const arrived of byWay(findings, entries).values()) {
    const [first] = arrived
    const left = leftBy(entries.columns.theft[first!]!, entries.columns.link[first!]!)
    const amounts = left.map((piece) => BigInt(ends.amount[piece]!))
    for (const piece of left) goingOn.add(piece)
    for (const [link, pieces] of Map.groupBy(arrived, (piece) => entries.columns.link[piece]!)) {
      const whole = pieces.reduce((sum, piece) => sum + BigInt(entries.amount[piece]!), 0n)
      for (const [i, share] of shareOut(whole, amounts).entries()) {
        const { theft, asset, holder, kind } = ends.columns
        const end = left[i]!
        const key = rowKey(theft[end]!, asset[end]!, holder[end]!, kind[end]!)
        const sums = into.get(key) ?? new Map<number, bigint>()
        into.set(key, sums.set(link, (sums.get(link) ?? 0n) + share))
      }
    }
  }
  return {
    goesOn: (end) => goingOn.has(end),
    from(theft, link) {
      const { conversion, out } = links[link - 1]!
      const { tx, holder, asset } = conversion.outs[out]!
      const { how, protocol, confidence, evidence } = conversion
      const paid = leftBy(theft, link).reduce((sum, piece) => sum + BigInt(ends.amount[piece]!), 0n)
      return {
        ...place(assets[asset]!),
        amount: String(paid),
        txid: name.txid(tx),
        holder: holder === NONE ? null : name.holder(holder),
        ...{ how, protocol, confidence, evidence },
      }
    },
    into: (...row) =>
      [...(into.get(rowKey(...row)) ?? [])].map(([link, amount]): FlowInto => {
        const { conversion, side } = links[link - 1]!
        const { tx, holder, asset } = conversion.ins[side!]!
        const { id } = assets[asset]!
        return { asset: id, amount: String(amount), txid: name.txid(tx), holder: name.holder(holder) }
      }),
  }
}

function place({ chain, id }: Asset): { chain: string; asset: string } {
  return { chain, asset: id }
}

/** One theft's way through one out of one conversion. */
function wayOf({ linkNumbers }: Findings, theft: number, conversion: Conversion, out: number): string {
  // An exit and its entries have the least number of the conversion's links in common, and the out.
  const numbers = linkNumbers.get(conversion)!.filter((number) => number !== undefined)
  return `${theft} ${Math.min(...numbers)} ${out}`
}

function byWay(findings: Findings, { n, columns }: PieceTable): Map<string, number[]> {
  const ways = new Map<string, number[]>()
  for (let piece = 0; piece < n; piece++) {
    if (columns.link[piece] === 0) continue
    const { conversion, out } = findings.links[columns.link[piece]! - 1]!
    const way = wayOf(findings, columns.theft[piece]!, conversion, out)
    const list = ways.get(way)
    if (list) list.push(piece)
    else ways.set(way, [piece])
  }
  return ways
}

function namerOf(
  ledger: Ledger,
  links: readonly Link[],
): { txid: (tx: number) => string; holder: (holder: number) => string } {
  const sides = links.flatMap(({ conversion }) => [...conversion.outs, ...conversion.ins])
  const txs = [...new Set(sides.map(({ tx }) => tx))]
  const holders = [...new Set(sides.map(({ holder }) => holder))].filter((holder) => holder !== NONE)
  const { txid } = ledger.heads(Uint32Array.from(txs))
  const txids = new Map(txs.map((tx, i) => [tx, txid[i]!]))
  const ids = new Map(ledger.holderIds(Uint32Array.from(holders)).map((id, i) => [holders[i]!, id]))
  return { txid: (tx) => txids.get(tx)!, holder: (holder) => ids.get(holder)! }
}
