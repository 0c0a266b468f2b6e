/**
 * Departures whose other side is not known: where the payment ends, and what the flow says of it. Definition:
 * `docs/methods/crossings.md`.
 * @module
 */
import { chainName } from '../address/index.ts'
import { type Ledger, NONE } from '../ledger/ledger.ts'
import { addressOf } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import type { Conversion } from './conversion.ts'
import type { Departing } from './crossings.ts'
import type { Findings } from './findings.ts'
import type { Gathered } from './gathered.ts'
import { type Credit, creditsOf, givenOrWrapped, sumOf } from './given.ts'

export interface Departures {
  /** Payments that a protocol's contract vouches for: following ends with them. */
  readonly conversions: readonly Conversion[]
  /** Payments that only a memo vouches for: what rests there is taken to be on the other chain. */
  readonly byMemo: readonly Credit[]
}

/** @param claimed gathered credits that known crossings take along */
export function departuresOf(
  ledger: Ledger,
  gathered: Gathered,
  found: readonly Departing[],
  claimed: Set<number>,
  isBridge: (holder: number) => boolean,
): Departures {
  const credits = creditsOf(gathered, new Set(found.map(({ tx }) => tx)))
  const conversions: Conversion[] = []
  const byMemo: Credit[] = []
  for (const { departure, tx } of found) {
    const free = credits.get(tx)!.filter(({ leg }) => !claimed.has(leg))
    const { from, protocol, byContract } = departure
    const given = givenOrWrapped(ledger, gathered, { from }, free, isBridge)
    if (given.length === 0 || (from.amount !== null && sumOf(given) !== from.amount)) continue
    for (const { leg } of given) claimed.add(leg)
    const asset = gathered.creditAsset.data[given[0]!.leg]!
    if (given.some(({ leg }) => gathered.creditAsset.data[leg] !== asset)) continue
    if (!byContract) {
      byMemo.push(...given)
      continue
    }
    const holder = from.holder === null ? NONE : ledger.holderNumbers([from.holder])[0]!
    const amount = sumOf(given)
    conversions.push({
      ...{ kind: 'crossing', how: 'identifier', protocol, confidence: 0, evidence: '' },
      outs: [{ tx, holder, asset, amount, gross: amount, weight: 1n }],
      outLegs: given.map(({ leg }) => leg),
      ...{ ins: [], inLegs: [], partners: new Set() },
    })
  }
  return { conversions, byMemo }
}

/** Departures that a flow names one by one. */
const NAMED = 20

/** A sentence for each departure that traced money takes: where it is bound for, and what to do. */
export function departureNotes(found: readonly Departing[], { tx }: Gathered, { hops }: Findings): string[] {
  const moved = new Set(
    Array.from(hops.columns.movement.subarray(0, hops.n), (movement) => tx.data[movement]),
  )
  const own = found.filter((one) => moved.has(one.tx))
  const notes = own.slice(0, NAMED).map(noteOf)
  return own.length > NAMED
    ? [...notes, `${own.length - NAMED} more payments leave so; lootline crossings list has them all.`]
    : notes
}

function noteOf({
  departure: { from, protocol, toChain, toHolder, byContract, question },
}: Departing): string {
  const there = toChain === null ? 'another chain' : chainName(toChain)
  const payee = toHolder === null ? '' : `, for ${printable(addressOf(toHolder), 90)} there`
  const show = `lootline crossings show ${printable(from.txid, 80)}`
  const state =
    question === null
      ? `What arrives is not known. See ${show}; a source of ${there} may know it (lootline source add).`
      : `What arrives is in question: answer question ${question} (${show}).`
  return `Traced money leaves ${chainName(from.chain)} for ${there}${payee}, by ${printable(protocol, 40)}${byContract ? '' : ' (by memo, which anybody can write)'}, in ${printable(from.txid, 80)}. ${state}`
}
