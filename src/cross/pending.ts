/**
 * Departures whose other side is not known yet: where to look for it.
 * @module
 */
import type { OpenDeparture } from '../trace/beyond.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { CrossBook, TxKey } from './crossBook.ts'
import { isContract, type PlacedLink, withoutVaguer, witnessOf } from './placedLink.ts'
import { accepted, isOpen, type Question } from './question.ts'

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

/**
 * How far a block's time may be ahead: as in `pairLinks.ts` for Bitcoin's kind. Nodes of account chains refuse blocks seconds
 * ahead (go-ethereum, `allowedFutureBlockTimeSeconds`: 15); the rest is a choice of ours, for sequencers.
 */
const BEFORE_SECONDS = { bip122: 7200, other: 900 }
/**
 * A choice of ours, longer than what the protocols aim at: swaps are queued for hours, and messages of CCTP and Wormhole
 * wait for somebody who pays for their delivery.
 */
const AFTER_SECONDS = 7 * 86_400

/** Where a departure has no answer, nobody has refused it, and it says where the money is bound for. */
export function pendingOf(book: CrossBook, txs: readonly TxKey[]): Pending[] {
  const pending = new Map<string, Pending>()
  for (const { link, questions } of unansweredOf(book, txs)) {
    const { protocol, id, time } = link
    if (time === null || questions.some(({ answers }) => answers.length > 0)) continue
    const places = [[link.otherChain, link.otherHolder] as const]
    // What could not be swapped comes back to who paid it.
    if (protocol === 'thorchain') places.push([link.chain, link.holder])
    for (const [chain, holder] of places) {
      if (chain === null || holder === null) continue
      pending.set(`${protocol} ${id} ${holder}`, {
        ...{ chain, holder, protocol, id, from: { chain: link.chain, txid: link.txid } },
        ...{
          sinceTime: time - BEFORE_SECONDS[link.chain.startsWith('bip122:') ? 'bip122' : 'other'],
          untilTime: time + AFTER_SECONDS,
        },
      })
    }
  }
  return [...pending.values()]
}

/** `time` in unix seconds. */
export interface Leaving extends OpenDeparture {
  readonly time: number | null
}

/** What leaves by these transactions' own word, and neither an arrival nor an analyst answers. */
export function departuresOf(book: CrossBook, txs: readonly TxKey[]): Leaving[] {
  return unansweredOf(book, txs).flatMap(({ link, questions }) => {
    // That none of some candidates is the one says nothing of others.
    if (questions.some(({ answers }) => answers.at(-1)?.kind === 'refuse')) return []
    const { chain, txid, time, holder, asset, amount, protocol, otherChain, otherHolder } = link
    return {
      from: { chain, txid, holder, asset, amount },
      ...{ time, protocol, toChain: otherChain, toHolder: otherHolder },
      byContract: isContract(witnessOf(link, book.trusts)),
      question: questions.find(isOpen)?.number ?? null,
    }
  })
}

/** Departures that count, with the questions about them, none of which has an answer that holds. */
function unansweredOf(
  book: CrossBook,
  txs: readonly TxKey[],
): { readonly link: PlacedLink; readonly questions: readonly Question[] }[] {
  const questions = book.questionsOf(txs)
  return withoutVaguer(book.links(txs)).flatMap((link) => {
    if (link.side !== 'out' || witnessOf(link, book.trusts) === 'stranger') return []
    const own = questions.filter(({ out, id, protocol }) =>
      id === null ? isSame(out, link) : isSame(out, link) && id === link.id && protocol === link.protocol,
    )
    return own.some((question) => accepted(question).length > 0) ? [] : [{ link, questions: own }]
  })
}

function isSame(a: TxKey, b: PlacedLink): boolean {
  return a.chain === b.chain && a.txid === b.txid
}
