import { formatGrouped, formatTime } from '../../units/index.ts'
import { address, type Context, txCode } from '../context.ts'
import { untrusted } from '../escape.ts'
import { RULE_TEXTS } from '../rules.ts'

/** 9. By which rule, and what it cannot show. */
export function method(context: Context): string {
  const { flow, forward } = context
  const rule = RULE_TEXTS[flow.rule]
  const direction = forward
    ? 'Forward: from the theft to where the money went. Only payments after the receipt count.'
    : 'Backward: from the money in question to where it came from. Only payments before it count.'
  const rows: [string, string][] = [
    ['Rule', `<strong>${rule.name}.</strong> ${rule.says}`],
    ['Source of the rule', rule.source],
    ['It assumes', rule.assumes],
    ['It cannot show', rule.cannot],
    ['Direction', direction],
    [
      'Where following stops',
      'At a service, mixer, bridge or sanctioned address named by a label of enough confidence: such holders mix many customers’ money, and what they pay out later is not their customer’s. At an unlabelled address with very many transactions, at the limits below, and where the data ends.',
    ],
    ...(flow.seeds.some(({ from }) => from !== undefined)
      ? [['Swaps and crossings', CONVERSIONS] as [string, string]]
      : []),
  ]
  return `<section id=method><h2>9. Method</h2><dl class=rows>${rows.map(([name, text]) => `<dt>${name}<dd>${text}`).join('')}</dl>${options(context)}</section>`
}

const CONVERSIONS =
  'Where an address pays one asset and receives another in one transaction, to and from the same parties, as large a share of what it received is followed as was stolen of what it paid; likewise where both sides of a crossing to another chain are known. A payment that a bridge’s own contract says is bound for another chain ends there where its other side is not known: the notes of section 1 name it. Each asset balances by itself: the payment ends in its own asset, and what was received begins in the other, with the value of what was paid. Section 7 names the grounds of each.'

function options(context: Context): string {
  const { options: set, assets } = context.flow
  const none = '<span class=muted>none</span>'
  const dustUnit =
    assets.length === 1 ? context.amount(assets[0]!.asset, set.dust ?? '0') : `${set.dust} base units`
  const rows: [string, string][] = [
    ['Hop limit', set.maxHops === null ? none : formatGrouped(BigInt(set.maxHops), 0)],
    ['Dust: amounts below are let go', set.dust === null ? none : dustUnit],
    ['Until', set.until === null ? 'the end of the data' : formatTime(set.until)],
    ['Busy: transactions of an unlabelled address', formatGrouped(BigInt(set.busy), 0)],
    ['Least confidence of a label that stops', `${set.minConfidence} of 100`],
    [
      'Labelled addresses followed through all the same',
      set.passThrough.length === 0
        ? none
        : set.passThrough
            .map((name) => (name.includes(':') ? address(context, name) : untrusted(name)))
            .join('<br>'),
    ],
    ['Swaps within a transaction', set.followSwaps ? 'followed' : 'not followed'],
    ...(set.refuseSwaps.length === 0
      ? []
      : [
          [
            'Transactions not believed to be swaps',
            set.refuseSwaps.map((txid) => txCode(txid)).join('<br>'),
          ] as [string, string],
        ]),
    ['Crossings to other chains', set.followCrossings ? 'followed where known' : 'not followed'],
    [
      'What counts as stolen',
      { auto: 'decided per holder', received: 'receipts', missing: 'spending without receipt' }[set.seedMode],
    ],
  ]
  return `<table class=keys><caption>Settings of this trace</caption><thead class=sr><tr><th scope=col>Setting<th scope=col>Value</thead><tbody>${rows.map(([name, value]) => `<tr><th scope=row>${name}<td>${value}`).join('')}</tbody></table>`
}
