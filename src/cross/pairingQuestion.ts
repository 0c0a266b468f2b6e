/**
 * The question that a pairing by identifier asks, and what tells questions apart.
 * @module
 */
import { printable } from '../units/text.ts'
import { isReturn, type Pairing } from './pairLinks.ts'
import type { PlacedLink } from './placedLink.ts'
import { type Asked, type Departure, packed } from './question.ts'

/** One question for each payment and identifier; one for each payment that candidates are searched for. */
export function keyOf({ kind, protocol, id, out }: Asked): string {
  const { chain, txid, holder, asset, amount } = out
  return `${kind === 'identifier' ? identifierKey(protocol, id) : 'candidate'} ${packed([chain, txid, holder, asset, amount])}`
}

/** Ends in a bracket: no identifier's key is the beginning of another's. */
export function identifierKey(protocol: string, id: string | null): string {
  return packed([protocol, id])
}

export function askedOf({ out, arrivals, verdict }: Pairing): Asked {
  const { protocol, id } = out
  return {
    ...{
      kind: 'identifier',
      protocol,
      id,
      out: departureOf(out),
      verdict: verdict === 'clear' ? 'clear' : 'open',
    },
    candidates: arrivals.map(({ link, witness, faults, taken, confidence }, i) => ({
      ...departureOf(link),
      // Who is to be paid, where the arrival does not say.
      holder: link.holder ?? (isReturn(link) ? out.holder : out.otherHolder),
      n: arrivals.slice(0, i).filter((other) => other.link.txid === link.txid).length,
      ...{ taken, confidence, score: null },
      says: `${protocol} ${printable(id, 80)} stands in both transactions${WITNESS[witness]}${
        faults.length === 0 ? '' : `; but it ${faults.join(', and it ')}`
      }`,
    })),
    note:
      verdict === 'clear'
        ? 'The identifier stands in both transactions, and nothing speaks against it.'
        : 'The identifier alone does not settle it: look at what each arrival says.',
  }
}

const WITNESS = {
  contract: ", by the protocol's own contract",
  memo: ', by memo',
  trusted: ', by a contract trusted by you',
  stranger: ', by a contract that the protocol does not name',
}

function departureOf({ chain, txid, holder, asset, amount, time }: PlacedLink): Departure {
  return { chain, txid, holder, asset, amount, time }
}
