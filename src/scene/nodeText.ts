/**
 * What stands on a card, and what it says in full.
 * @module
 */
import type { Flow } from '../trace/flow.ts'
import { addressOf, formatDuration, formatGrouped, printable } from '../units/index.ts'
import type { FoldedNode } from './fold.ts'
import type { HolderGraph } from './holderGraph.ts'
import type { TextRole } from './scene.ts'
import { fitText, wrapText } from './textWidth.ts'
import { counted, reasonName, shareText, shortAddress, shortAmount } from './words.ts'

/** Width of a card and the room left and right of its text, pixels. */
export const CARD = 146
export const PAD_X = 10
/** Room for the mark of a reason before a leaf's name. */
export const GLYPH = 14
/** Font sizes, pixels. */
export const SIZES: Readonly<Record<TextRole, number>> = {
  name: 11.5,
  amount: 11,
  note: 10,
  heading: 11,
  tick: 10,
}

/** What is drawn, and in which unit. */
export interface Frame {
  readonly theft: string
  readonly asset: string
  readonly width: number
  readonly unit: { readonly decimals: number; readonly symbol: string }
}

export interface NodeText {
  readonly name: string
  readonly lines: readonly { readonly role: TextRole; readonly text: string }[]
  readonly title: string
}

/** Name, lines and title of a node; lines are cut to the card. */
export function nodeText(flow: Flow, frame: Frame, graph: HolderGraph, node: FoldedNode): NodeText {
  const text = describe(flow, frame, graph, node)
  return { ...text, lines: text.lines.flatMap((line, k) => fitLine(line, k === 0 && node.reason !== null)) }
}

function describe(flow: Flow, frame: Frame, graph: HolderGraph, node: FoldedNode): NodeText {
  const { decimals, symbol } = frame.unit
  const bound = flow.rule === 'poison'
  const amount = node.kind === 'leaf' || node.kind === 'seed' ? node.own : node.inflow
  const short = shortAmount(amount, decimals, symbol)
  const unit = printable(symbol, 12)
  const exact = `${formatGrouped(amount, decimals)} ${unit}`
  const share = bound || node.kind === 'holder' ? '' : `, ${shareText(amount, graph.total)}`
  const single = node.members.length === 1 && node.places <= 1
  const only = single ? graph.holders[node.members[0]!]! : null
  const address = only === null ? null : printable(addressOf(only), 120)
  const label = node.name === null ? null : printable(node.name, 60)
  const inner =
    node.innerHops > 0
      ? `; ${counted(node.innerHops, 'hop')} between them, ${formatGrouped(node.innerAmount, decimals)} ${unit}`
      : ''

  if (node.chain !== null) {
    const { peeled, peeledTo, seconds } = node.chain
    const to = `to ${counted(peeledTo, 'address', 'addresses')}`
    const span = seconds === null ? '' : formatDuration(seconds)
    const [first, last] = [node.members[0]!, node.members.at(-1)!].map((n) => addressOf(graph.holders[n]!))
    const hops = counted(node.members.length, 'hop')
    const name = printable(`Chain of ${hops}, ${first} to ${last}`, 240)
    const notes =
      peeled === 0n ? ['nothing peeled', span] : [`peeled ${shortAmount(peeled, decimals, symbol)}`, to, span]
    return {
      name,
      lines: [
        { role: 'name' as const, text: `Chain of ${hops}` },
        { role: 'amount' as const, text: short },
        ...notes.map((text) => ({ role: 'note' as const, text })),
      ].filter((line) => line.text !== ''),
      title: `${name}: ${exact} in, ${formatGrouped(peeled, decimals)} ${unit} peeled ${to}${span === '' ? '' : `, ${span}`}`,
    }
  }
  if (node.reason !== null) {
    const reason = reasonName(node.reason, flow.direction)
    const places = counted(node.places, 'address', 'addresses')
    const percent = bound ? '' : shareText(amount, graph.total)
    const named = label !== null || only !== null
    const into = intoText(flow, node)
    const name = [label === null ? reason : `${reason}: ${label}`, address ?? places].join(', ')
    return {
      name,
      lines: [
        { role: 'name' as const, text: label ?? (only === null ? reason : shortAddress(only)) },
        { role: 'amount' as const, text: short },
        { role: 'note' as const, text: [named ? reason : places, percent].filter(Boolean).join(' · ') },
        { role: 'note' as const, text: into },
        { role: 'note' as const, text: named && node.places > 1 ? places : '' },
      ].filter((line) => line.text !== ''),
      title: `${name}: ${exact}${share}${into === '' ? '' : `, followed ${into}`}`,
    }
  }
  const stolen = node.kind === 'seed'
  const more = stolen ? 'more sources' : 'more addresses'
  const several = `${formatGrouped(BigInt(node.members.length), 0)} ${more}`
  const again = stolen && node.inflow > 0n ? ` (${formatGrouped(node.inflow, decimals)} came back)` : ''
  const begins = graph.received
    ? 'Received by '
    : flow.direction === 'forward'
      ? 'Stolen from '
      : 'Asked about: '
  const origin = stolen ? begins : ''
  const name = only === null ? several : [label, address].filter((part) => part !== null).join(', ')
  return {
    name,
    lines: [
      { role: 'name' as const, text: only === null ? several : (label ?? shortAddress(only)) },
      { role: 'amount' as const, text: short },
      ...(label !== null && only !== null ? [{ role: 'note' as const, text: shortAddress(only) }] : []),
    ],
    title: `${origin}${name}: ${exact}${stolen ? `${share}${again}` : ' passed through'}${inner}`,
  }
}

/** `into ETH`, `into ETH and 2 more`; empty where following ended. */
function intoText({ assets }: Flow, { into }: FoldedNode): string {
  const [first, ...others] = into
  if (first === undefined) return ''
  const symbol = printable(assets.find((row) => row.asset === first)?.symbol || 'a token', 12)
  return `into ${symbol}${others.length > 0 ? ` and ${others.length} more` : ''}`
}

/** Names take two lines where they need to, other lines one. */
function fitLine(line: NodeText['lines'][number], afterGlyph: boolean): NodeText['lines'][number][] {
  const room = CARD - 2 * PAD_X - (afterGlyph ? GLYPH : 0)
  const bold = line.role === 'name'
  const lines = bold
    ? wrapText(line.text, SIZES.name, bold, room)
    : [fitText(line.text, SIZES[line.role], bold, room)]
  return lines.map((text) => ({ role: line.role, text }))
}
