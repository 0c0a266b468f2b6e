/**
 * What a flow's notes say of its asking.
 * @module
 */
import { chainName } from '../address/index.ts'
import type { LootlineError } from '../errors.ts'
import { BudgetError } from '../net/index.ts'
import { counted } from '../units/amount.ts'
import type { HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import type { Missing } from './supply.ts'

/** Unconfirmed spenders that a note names. */
const SHOWN_TXIDS = 5

export function wordNotes(inputs: number): string[] {
  if (inputs === 0) return []
  return [
    `Amount and payer of ${counted(inputs, 'input')} of traced transactions are the word of the source that gave them: what they spend was not fetched. What was traced into them is proved.`,
  ]
}

/** @param unconfirmed transactions in no block that pay a seed's holder */
export function arrivingNotes(holder: HolderId, unconfirmed: number): string[] {
  if (unconfirmed === 0) return []
  const pay = unconfirmed === 1 ? 'pays' : 'pay'
  return [
    `${counted(unconfirmed, 'unconfirmed transaction')} ${pay} ${printable(holder, 160)} and ${unconfirmed === 1 ? 'is' : 'are'} not counted; with a new block, --refresh asks again.`,
  ]
}

/** @param spenders one for each output where traced money rests and that is being spent */
export function unconfirmedNotes(spenders: readonly string[]): string[] {
  const txids = [...new Set(spenders)]
  if (txids.length === 0) return []
  const [is, it] = spenders.length === 1 ? ['is', 'it is'] : ['are', 'they are']
  const more = txids.length > SHOWN_TXIDS ? ` and ${txids.length - SHOWN_TXIDS} more` : ''
  const shown = txids.slice(0, SHOWN_TXIDS).map((txid) => printable(txid, 80))
  return [
    `${counted(spenders.length, 'output')} where traced money rests ${is} being spent by ${counted(txids.length, 'unconfirmed transaction')}: ${shown.join(', ')}${more}. Until confirmed, ${it} taken for unspent; with a new block, --refresh asks again.`,
  ]
}

export function missingNote({ chain, lots, holders, why }: Missing, cut: LootlineError | null): string {
  const what = [
    ...(lots > 0 ? [counted(lots, 'output')] : []),
    ...(holders > 0 ? [counted(holders, 'holder')] : []),
  ].join(' and ')
  const reason = why ?? cut?.message ?? 'The sources did not say.'
  const isTooSmall = cut instanceof BudgetError && cut.data.isTooSmall
  return `Not asked about to the end: ${what} of ${chainName(chain)}. ${printable(reason, 400)}${isTooSmall ? '' : ' The same command goes on from there.'}`
}
