/**
 * Which arrivals answer which departures among links of one protocol and identifier. Pure: what a link leaves open is
 * looked up later. Where links contradict each other nothing is taken, and somebody must be asked.
 * @module
 */
import { isOneCoin, knownAsset } from '../units/asset.ts'
import {
  isContract,
  NOBODY,
  type PlacedLink,
  type Trusts,
  type Witness,
  withoutVaguer,
  witnessOf,
} from './placedLink.ts'

/** One arrival beside a departure. */
export interface Arrival {
  readonly link: PlacedLink
  readonly witness: Witness
  /** Why it cannot be the answer, in words; empty where nothing speaks against it. */
  readonly faults: readonly string[]
  /** True where it is taken for the answer. */
  readonly taken: boolean
  /** 0..100, should it be the answer. */
  readonly confidence: number
}

export interface Pairing {
  readonly out: PlacedLink
  /** In order of time. */
  readonly arrivals: readonly Arrival[]
  /** `clear`: taken; `open`: there is something, and it must be looked at; `none`: nothing has arrived. */
  readonly verdict: 'clear' | 'open' | 'none'
}

/**
 * An arrival's block may carry an earlier time than its departure's: Bitcoin accepts headers two hours ahead of the
 * node's clock (Bitcoin Core `MAX_FUTURE_BLOCK_TIME`).
 */
const CLOCKS_DIFFER_SECONDS = 7200

/** Across V2 paid in parts: its spoke pools keep count, so all parts belong. */
const IN_PARTS = new Set(['across'])

/** Choices of ours: how sure an answer is, by who says so; and where the memo names who is paid, and somebody else says nothing. */
const CONFIDENCE: Readonly<Record<Witness, number>> = {
  ...{ contract: 95, trusted: 95 },
  ...{ memo: 85, stranger: 30 },
}

type SaysSo = (link: PlacedLink) => Witness

/** @param links of one protocol and one identifier, from any transactions */
export function pairLinks(links: readonly PlacedLink[], trusts: Trusts = NOBODY): Pairing[] {
  const saysSo: SaysSo = (link) => witnessOf(link, trusts)
  const exact = withoutVaguer(links)
  const outs = exact.filter(({ side }) => side === 'out')
  const ins = exact.filter(({ side }) => side === 'in').toSorted((a, b) => (a.time ?? 0) - (b.time ?? 0))
  return outs.map((out) => {
    const candidates = ins.map((link) => ({
      link,
      witness: saysSo(link),
      faults: faultsOf(out, link, saysSo),
    }))
    const sure = candidates.filter(
      ({ link, faults }) =>
        faults.length === 0 &&
        isVouched(out, link, saysSo) &&
        // An arrival answers one departure: two that it could answer are a question each.
        outs.every(
          (other) =>
            other === out || faultsOf(other, link, saysSo).length > 0 || !isVouched(other, link, saysSo),
        ),
    )
    const taken = new Set(
      [true, false].flatMap((back) => {
        const own = sure.filter(({ link }) => isReturn(link) === back)
        const best = own.some(({ witness }) => isContract(witness))
          ? own.filter(({ witness }) => isContract(witness))
          : own
        return best.length === 1 ||
          (IN_PARTS.has(out.protocol) && best[0] !== undefined && isContract(best[0].witness))
          ? best
          : []
      }),
    )
    const arrivals = candidates.map((candidate) => ({
      ...candidate,
      taken: taken.has(candidate),
      confidence: CONFIDENCE[candidate.witness],
    }))
    // What a stranger's contract claims against the facts is noise: anybody can write it.
    const heard = arrivals.filter(({ witness, faults }) => faults.length === 0 || witness !== 'stranger')
    return { out, arrivals: heard, verdict: taken.size > 0 ? 'clear' : heard.length > 0 ? 'open' : 'none' }
  })
}

/** Money that comes back comes from the chain it is on. */
export function isReturn({ chain, otherChain }: PlacedLink): boolean {
  return otherChain === chain
}

/**
 * Whether what both sides say is more than a claim. A departure by memo is named by its own id, which nobody can forge; by
 * log it needs the protocol's contract. An arrival needs the protocol's contract, or a memo on a payment to whom the
 * departure names.
 */
function isVouched(out: PlacedLink, link: PlacedLink, saysSo: SaysSo): boolean {
  if (saysSo(out) === 'stranger') return false
  const witness = saysSo(link)
  const named = isReturn(link) ? out.holder : out.otherHolder
  return isContract(witness) || (witness === 'memo' && named !== null && named === link.holder)
}

/** Contradictions between two sides, as sentences' ends: "it …". */
function faultsOf(out: PlacedLink, link: PlacedLink, saysSo: SaysSo): string[] {
  const faults: string[] = []
  const differ = <T>(a: T | null, b: T | null): boolean => a !== null && b !== null && a !== b
  if (isReturn(link)) {
    if (out.chain !== link.chain) faults.push('comes back on another chain')
    // A refund may have an address of its own; only the protocol's word on it is enough then.
    if (!isContract(saysSo(link)) && differ(out.holder, link.holder)) faults.push('pays back somebody else')
  } else {
    if (differ(out.otherChain, link.chain)) faults.push('is on another chain than the money was bound for')
    if (differ(link.otherChain, out.chain)) faults.push('comes from another chain')
    if (differ(out.otherHolder, link.holder)) faults.push('pays another than the one named')
    if (differ(link.otherHolder, out.holder)) faults.push('names another payer')
  }
  if (out.time !== null && link.time !== null && link.time < out.time - CLOCKS_DIFFER_SECONDS)
    faults.push('is earlier than the payment')
  if (isMore(link, out)) faults.push('is more than was paid')
  return faults
}

/** Only amounts of one coin can be compared: Circle's burns and mints, and assets of our table with one price symbol. */
function isMore(link: PlacedLink, out: PlacedLink): boolean {
  if (link.amount === null || out.amount === null) return false
  if (link.protocol === 'cctp') return link.amount > out.amount
  const [got, paid] = [link, out].map(({ asset }) => (asset === null ? undefined : knownAsset(asset)))
  if (!isOneCoin(got, paid)) return false
  return link.amount * 10n ** BigInt(paid!.decimals) > out.amount * 10n ** BigInt(got!.decimals)
}
