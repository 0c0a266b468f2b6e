/**
 * What each rule says, in words for a reader who is no programmer, with its source, what it takes for granted, and what
 * it cannot show.
 * @module
 */
import type { Rule } from '../trace/tape.ts'

export interface RuleText {
  /** Name in full. */
  readonly name: string
  readonly says: string
  readonly source: string
  readonly assumes: string
  readonly cannot: string
}

const SAME_COIN =
  'Coins carry no serial numbers: which unit left an account is a convention, not an observation. Another rule may send the same theft elsewhere; where the answer matters, compare rules.'

export const RULE_TEXTS: Readonly<Record<Rule, RuleText>> = {
  fifo: {
    name: 'first in, first out (FIFO)',
    says: 'What an address received first is taken to be what it spends first. Each payment draws on the oldest money that is still there, in order, to the last unit.',
    source:
      'Devaynes v Noble, Clayton’s Case (1816) 1 Mer 572; applied to Bitcoin by Anderson, Shumailov and Ahmed, “Making Bitcoin Legal” (Security Protocols Workshop 2018).',
    assumes: 'The order of payments is known, and every receipt of an address is in the data.',
    cannot: SAME_COIN,
  },
  lifo: {
    name: 'last in, first out (LIFO)',
    says: 'What an address received last is taken to be what it spends first. Each payment draws on the newest money that is still there.',
    source: 'Tironsakkul, Maarek, Eross and Just, “Probing the Mystery of Cryptocurrency Theft” (2019).',
    assumes: 'The order of payments is known, and every receipt of an address is in the data.',
    cannot: SAME_COIN,
  },
  haircut: {
    name: 'pro rata (haircut)',
    says: 'Stolen and other money mix evenly. Each payment carries away the stolen part in the proportion in which it stood in the payer’s funds at that moment, rounded so that nothing is lost.',
    source:
      'Möser, Böhme and Breuker, “Towards Risk Scoring of Bitcoin Transactions” (Financial Cryptography Workshops 2014); pari passu sharing of mixed funds in the law of tracing.',
    assumes: 'Mixed money has no order. The balance of each address at each payment is known.',
    cannot:
      'It spreads thin: after many hops a great many addresses hold small parts, and a small part says little about the person who holds it.',
  },
  poison: {
    name: 'poison (touched by)',
    says: 'Whatever a payment touched by stolen money pays out counts as touched in full.',
    source:
      'Möser, Böhme and Breuker, “Towards Risk Scoring of Bitcoin Transactions” (Financial Cryptography Workshops 2014).',
    assumes: 'Nothing about shares or order.',
    cannot:
      'It is an upper bound, “touched by”, and not a sum: the same stolen coin is counted at every place it may have gone. Amounts must not be added up or claimed.',
  },
  tiho: {
    name: 'taint in, highest out (TIHO)',
    says: 'Stolen money is taken to go to the largest output of a transaction first, then to the next largest; other money fills what is left.',
    source: 'Tironsakkul, Maarek, Eross and Just, “Probing the Mystery of Cryptocurrency Theft” (2019).',
    assumes:
      'Thieves move the bulk on and pay small amounts aside. On accounts, where a payment has one payee, stolen money is spent first.',
    cannot: SAME_COIN,
  },
  libr: {
    name: 'lowest intermediate balance (LIBR)',
    says: 'A holder is taken to spend other money first and stolen money last. The traceable part is never more than the lowest balance since the stolen money came in; later receipts do not restore it.',
    source:
      'Law of tracing in equity: Re Hallett’s Estate (1880) 13 Ch D 696; Roscoe v Winder [1915] 1 Ch 62.',
    assumes:
      'The whole history of each account is known, opening balance included. It is a rule about accounts, not single coins.',
    cannot: SAME_COIN,
  },
}
