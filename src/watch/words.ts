/**
 * An alert in words: one sentence of what happened, one of what to do now.
 * @module
 */
import { formatGrouped } from '../units/amount.ts'
import { addressOf } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import { formatUsdCents } from '../units/usd.ts'
import type { AlertKind, Facts, Party } from './alert.ts'

/** Of a command: longer than any address and output. */
const LONGEST_WORD = 200

export function headlineOf(kind: AlertKind, facts: Facts): string {
  const { txid, from, to, by } = facts
  const tx = txid ?? ''
  const source = names(from, facts.more.from)
  const target = names(to, facts.more.to)
  switch (kind) {
    case 'moved':
      return `${amountOf(facts)} moved from ${source} to ${target}.`
    case 'split':
      return `${amountOf(facts)} moved from ${source} and was split among ${to.length + facts.more.to}: ${target}.`
    case 'arrived':
      return `${amountOf(facts)} arrived at ${target}${stopOf(to)}.`
    case 'received':
      return `${amountOf(facts)} was paid to ${target}.`
    case 'unconfirmed':
      return `${amountOf(facts)} is about to ${from.length === 0 ? 'be paid' : `move from ${source}`} to ${target}: transaction ${tx} is not confirmed yet.`
    case 'replaced':
      return `Unconfirmed transaction ${tx} was replaced by ${by}.`
    case 'dropped':
      return `Unconfirmed transaction ${tx} is no longer waiting and was not confirmed.`
    case 'reversed':
      return `Taken back: ${amountOf(facts)} from ${source} to ${target}. Transaction ${tx} is no longer part of what the chain says.`
    case 'restored':
      return `Confirmed again: ${amountOf(facts)} moved from ${source} to ${target}.`
    case 'labelled':
      return `${target}, to whom watched money came, is now labelled${stopOf(to)}.`
    case 'test':
      return 'A test: nothing happened.'
  }
}

export function nextOf(kind: AlertKind, facts: Facts, watchName: string): string {
  const tx = facts.txid ?? ''
  const stopped = facts.to.find(({ stop }) => stop !== null)
  switch (kind) {
    case 'arrived':
    case 'labelled':
    case 'moved':
    case 'split':
    case 'received':
    case 'restored':
      return stopped === undefined
        ? `Nothing to do: it is followed on. To see where it is: \`lootline watch show ${shellWord(watchName)}\`.`
        : atStop(stopped, facts, watchName)
    case 'unconfirmed':
      return stopped === undefined
        ? 'Wait: it can still be replaced. What spends it is watched already.'
        : `Warn ${nameOf(stopped)} now of transaction ${tx}, before it is credited; it can still be replaced.`
    case 'replaced':
    case 'dropped':
      return 'Tell whoever was told of the first transaction; what is watched is as before it.'
    case 'reversed':
      return `Ask nobody to act on transaction ${tx} for now, and tell whom you asked; if it is confirmed again, that is told.`
    case 'test':
      return 'If this came where it should, nothing.'
  }
}

function atStop(party: Party, facts: Facts, watchName: string): string {
  const who = nameOf(party)
  const deposit = `${amountOf(facts)} by transaction ${facts.txid}`
  const evidence = evidenceOf(party, facts, watchName)
  switch (party.stop) {
    case 'service':
      return `Ask ${who} at once to freeze what came to this address: ${deposit}. ${evidence}`
    case 'sanctioned':
      return `${who} is on a sanctions list: report ${deposit} to the authority. ${evidence}`
    case 'bridge':
    case 'swap':
      return `It left by ${who}, ${deposit}: look for it on the other side, \`lootline crossings match\`. ${evidence}`
    case 'mixer':
      return `It went into ${who}, ${deposit}: watch what the mixer pays out soon after. ${evidence}`
    case 'busy':
      return `Following stopped at ${who}, who is busy and not labelled: find out who it is. There came ${deposit}. ${evidence}`
    default:
      return `This watch ends at ${who} by its own limit (${party.stop}): to go on, trace from transaction ${facts.txid} and watch that.`
  }
}

/** Commands that make the evidence. The files are named by the transaction, so that no flow of another is overwritten. */
function evidenceOf({ holder }: Party, { txid }: Facts, watchName: string): string {
  const file = `evidence-${txid?.slice(0, 16)}`
  const flow = shellWord(`${file}.json`)
  const commands = [
    `lootline watch show ${shellWord(watchName)} --out ${flow}`,
    `lootline report ${flow} --out ${shellWord(`${file}.html`)}`,
    `lootline paths ${flow} --to ${shellWord(addressOf(holder))}`,
  ]
  return `Evidence: ${commands.map((command) => `\`${command}\``).join(', ')}.`
}

/** One word of a POSIX shell, of which nothing is expanded (IEEE Std 1003.1, Shell Command Language 2.2.2). */
function shellWord(text: string): string {
  const shown = printable(text, LONGEST_WORD)
  return /^[\w.:@/+-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`
}

/** A stranger's text among ours: what stands in backticks is a command, and none is theirs. */
function inWords(text: string, most: number): string {
  return printable(text, most).replaceAll('`', "'")
}

function stopOf(parties: readonly Party[]): string {
  const stop = parties.find((party) => party.stop !== null)?.stop
  return stop === undefined || stop === null ? '' : ` (${stop})`
}

/** Three at most, then how many more. */
function names(parties: readonly Party[], more: number): string {
  if (parties.length === 0) return 'nobody known'
  const rest = parties.length + more - 3
  return `${parties.slice(0, 3).map(nameOf).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`
}

function nameOf({ holder, label }: Party): string {
  const address = printable(addressOf(holder), 100)
  return label === null ? address : `${inWords(label.name, LONGEST_WORD)} (${address})`
}

function amountOf({ amount, asset, atMost, usd }: Facts): string {
  if (amount === null || asset === null) return 'Watched money'
  const text = `${formatGrouped(BigInt(amount), asset.decimals)} ${inWords(asset.symbol, 20)}`
  const value = usd === 'unpriced' ? '' : ` (${formatUsdCents(usd)})`
  return `${atMost ? 'At most ' : ''}${text}${value}`
}
