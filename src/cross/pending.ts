/**
 * Departures whose other side is not known yet: where to look for it.
 * @module
 */
import type { ChainId, HolderId } from '../units/caip.ts'
import type { CrossBook, TxKey } from './crossBook.ts'
import { type PlacedLink, withoutVaguer, witnessOf } from './placedLink.ts'
import { accepted } from './question.ts'

/** Somebody is to be paid on another chain, or paid back on the same one. */
export interface Pending {
  readonly chain: ChainId
  /** Who is to be paid. */
  readonly holder: HolderId
  /** Unix seconds, both ends included. */
  readonly sinceTime: number
  readonly untilTime: number
  readonly protocol: string
  /** Untrusted text. */
  readonly id: string
  readonly from: TxKey
}

/** Clocks of chains differ: as in `pairLinks.ts`. */
const BEFORE_SECONDS = 7200
/**
 * A choice of ours, longer than what the protocols aim at: swaps are queued for hours, and messages of CCTP and Wormhole
 * wait for somebody who pays for their delivery.
 */
const AFTER_SECONDS = 7 * 86_400

/** Where a departure has no answer, nobody has refused it, and it says where the money is bound for. */
export function pendingOf(book: CrossBook, txs: readonly TxKey[]): Pending[] {
  const questions = book.questionsOf(txs)
  const pending = new Map<string, Pending>()
  for (const link of withoutVaguer(book.links(txs))) {
    if (link.side !== 'out' || link.time === null || witnessOf(link, book.trusts) === 'stranger') continue
    const own = questions.filter(({ out, id, protocol }) =>
      id === null ? isSame(out, link) : isSame(out, link) && id === link.id && protocol === link.protocol,
    )
    if (own.some((question) => question.answers.length > 0 || accepted(question).length > 0)) continue
    const { protocol, id, time } = link
    const places = [[link.otherChain, link.otherHolder] as const]
    // What could not be swapped comes back to who paid it.
    if (protocol === 'thorchain') places.push([link.chain, link.holder])
    for (const [chain, holder] of places) {
      if (chain === null || holder === null) continue
      pending.set(`${protocol} ${id} ${holder}`, {
        ...{ chain, holder, protocol, id, from: { chain: link.chain, txid: link.txid } },
        ...{ sinceTime: time - BEFORE_SECONDS, untilTime: time + AFTER_SECONDS },
      })
    }
  }
  return [...pending.values()]
}

function isSame(a: TxKey, b: PlacedLink): boolean {
  return a.chain === b.chain && a.txid === b.txid
}
