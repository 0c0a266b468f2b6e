/**
 * An alert in words: one sentence of what happened, one of what to do now.
 * @module
 */
import { formatGrouped } from '../units/amount.ts'
import { addressOf } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import { formatUsdCents } from '../units/usd.ts'
import type { AlertKind, Facts, Party } from './alert.ts'

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
      return `${amountOf(facts)} is about to move from ${source} to ${target}: transaction ${tx} is not confirmed yet.`
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
  const name = JSON.stringify(printable(watchName))
  const evidence = `\`lootline watch show ${name} --out flow.json\` and \`lootline report flow.json\` make the evidence`
  const stopped = facts.to.find(({ stop }) => stop !== null)
  switch (kind) {
    case 'arrived':
    case 'labelled':
    case 'moved':
    case 'split':
    case 'received':
    case 'restored':
      return stopped === undefined
        ? `Nothing to do: it is followed on. To see where it is: \`lootline watch show ${name}\`.`
        : atStop(stopped, facts, evidence)
    case 'unconfirmed':
      return stopped === undefined
        ? 'Wait: it can still be replaced. What spends it is watched already.'
        : `Warn ${nameOf(stopped)} now, before it is credited; it can still be replaced.`
    case 'replaced':
    case 'dropped':
      return 'Tell whoever was told of the first transaction; what is watched is as before it.'
    case 'reversed':
      return 'Hold letters that name this transaction; if it is confirmed again, that is told.'
    case 'test':
      return 'If this came where it should, nothing.'
  }
}

function atStop(party: Party, facts: Facts, evidence: string): string {
  const who = nameOf(party)
  const tx = facts.txid === null ? '' : `, naming transaction ${facts.txid}`
  switch (party.stop) {
    case 'service':
      return `Deposit at ${who}: ask it to freeze the money at once${tx}; ${evidence}.`
    case 'sanctioned':
      return `${who} is on a sanctions list: report it to the authority${tx}; ${evidence}.`
    case 'bridge':
    case 'swap':
      return `It left by ${who}: look for it on the other side (\`lootline crossings match\`)${tx}.`
    case 'mixer':
      return `It went into ${who}: note the amount and the time${tx}, and watch what the mixer pays out soon after.`
    default:
      return `Following stopped at ${who} (${party.stop}): look who it is, label it, and the watch goes on.`
  }
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
  return label === null ? address : `${printable(label.name)} (${address})`
}

function amountOf({ amount, asset, atMost, usd }: Facts): string {
  if (amount === null || asset === null) return 'Watched money'
  const text = `${formatGrouped(BigInt(amount), asset.decimals)} ${printable(asset.symbol, 20)}`
  const value = usd === 'unpriced' ? '' : ` (${formatUsdCents(usd)})`
  return `${atMost ? 'At most ' : ''}${text}${value}`
}
