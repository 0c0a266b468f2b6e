/**
 * What several commands on clusters show: the settings they were made by, and links as rows of a table.
 * @module
 */
import { type Link, type LinkSettings, sureness } from '../../cluster/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import { addressOf, type HolderId } from '../../units/caip.ts'
import type { Heading } from '../output.ts'

export interface NamedLink {
  readonly from: HolderId
  readonly to: HolderId
  readonly txid: string
  readonly rule: Link['rule']
  readonly sureness: ReturnType<typeof sureness>
}

/** Links with the names of what they link. */
export function nameLinks(ledger: Ledger, links: readonly Link[]): NamedLink[] {
  const holders = ledger.holderIds(Uint32Array.from(links.flatMap(({ a, b }) => [a, b])))
  const { txid } = ledger.heads(Uint32Array.from(links, ({ tx }) => tx))
  return links.map(({ rule }, i) => ({
    from: holders[2 * i]!,
    to: holders[2 * i + 1]!,
    txid: txid[i]!,
    rule,
    sureness: sureness(rule),
  }))
}

export const LINK_HEADINGS: readonly Heading[] = [
  { head: 'from', max: 90 },
  { head: 'to', max: 90 },
  { head: 'transaction', max: 70 },
  { head: 'rule' },
  { head: 'sureness' },
]

/** Cells under {@link LINK_HEADINGS}. */
export function linkRow({ from, to, txid, rule, sureness: sure }: NamedLink): string[] {
  return [addressOf(from), addressOf(to), txid, RULE_WORDS[rule] ?? `change: ${rule}`, sure]
}

const RULE_WORDS: Partial<Record<Link['rule'], string>> = {
  inputs: 'spent together',
  payJoinShape: 'spent together (perhaps a PayJoin)',
  coinJoinShape: 'spent together (looks like a CoinJoin)',
}

/** One sentence: what made these clusters. */
export function settingsText({ coinJoin, payJoin, change, refused }: LinkSettings): string {
  const parts = [
    `coins spent together; ${coinJoin ? 'CoinJoins link nothing' : 'CoinJoins link too'}`,
    payJoin ? "PayJoin's shape links nothing" : "PayJoin's shape is noted",
    change.length === 0 ? 'no change rules' : `change by ${change.join(', ')}`,
  ]
  if (refused.length > 0) parts.push(`${refused.length} transactions refused`)
  return parts.join('; ')
}

/** Ids of transactions, in order. */
export function txidsOf(ledger: Ledger, txs: readonly number[]): readonly string[] {
  return ledger.heads(Uint32Array.from(txs)).txid
}
