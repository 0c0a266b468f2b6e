/**
 * The picture of a flow: who had the stolen money, left to right in the direction it moved, and where it stopped.
 * What is too small or too much for a card is folded and counted (docs/methods/folding.md); sums are never lost.
 * @module
 */
import type { Flow, LeafReason } from '../trace/flow.ts'
import { formatGrouped, printable } from '../units/index.ts'
import { type FoldedGraph, foldGraph } from './fold.ts'
import { type HolderGraph, holderGraph } from './holderGraph.ts'
import { type Item, placeItems } from './layers.ts'
import { CARD, type Frame, GLYPH, nodeText, PAD_X, SIZES } from './nodeText.ts'
import { attach, route } from './route.ts'
import type { FlowScene, SceneArc, SceneLane, SceneNode, SceneRibbon, SceneText } from './scene.ts'
import { textWidth } from './textWidth.ts'
import { counted } from './words.ts'

/** View settings; every one has a default. */
export interface FlowSettings {
  /** Pixels; 640 at least. */
  readonly width?: number
  /** The theft drawn; the first of the flow's balance unless given. */
  readonly theft?: string
  /** CAIP-19; the first asset of that theft unless given. */
  readonly asset?: string
  /** Cards at most, give or take one for the rest of each column and reason. */
  readonly maxNodes?: number
  /** Holders through which less than this share of the theft went are folded. 0 to 1. */
  readonly foldBelowShare?: number
}

const WIDTH = 1040
const MIN_WIDTH = 640
const MAX_NODES = 30
const FOLD_BELOW_SHARE = 0.005
const MIN_GAP = 62
const LINE = 14
const PAD_Y = 6
const TOP = 34
const CARD_GAP = 10
/** Thickness of a band that carries the whole theft. */
const WHOLE = 200
const MIN_THICKNESS = 1
/** Arrows drawn; a picture with more is a hairball. The rest is counted in `arcsMore`. */
const MAX_ARCS = 12

/**
 * @example
 * flowScene(flow, { width: 1040 }).nodes.find((node) => node.reason === 'service')?.own // '1940213604'
 */
export function flowScene(flow: Flow, settings: FlowSettings = {}): FlowScene {
  const width = Math.max(MIN_WIDTH, settings.width ?? WIDTH)
  const { theft, asset } = chosen(flow, settings)
  const known = flow.assets.find((row) => row.asset === asset)
  const unit = { decimals: known?.decimals ?? 0, symbol: known?.symbol ?? 'base units' }
  const graph = holderGraph(flow, theft, asset)
  const folded = foldGraph(
    graph,
    {
      columns: Math.max(3, Math.floor((width + MIN_GAP) / (CARD + MIN_GAP))),
      maxNodes: Math.max(6, settings.maxNodes ?? MAX_NODES),
      foldBelowShare: settings.foldBelowShare ?? FOLD_BELOW_SHARE,
    },
    flow.direction === 'backward',
  )
  return draw(flow, { theft, asset, width, unit }, graph, folded)
}

function chosen(flow: Flow, settings: FlowSettings): { theft: string; asset: string } {
  const rows = flow.balance.filter(
    (row) =>
      (settings.theft === undefined || row.theft === settings.theft) &&
      (settings.asset === undefined || row.asset === settings.asset),
  )
  const first = rows[0]
  return { theft: settings.theft ?? first?.theft ?? '', asset: settings.asset ?? first?.asset ?? '' }
}

function draw(flow: Flow, frame: Frame, graph: HolderGraph, folded: FoldedGraph): FlowScene {
  const { nodes, columns } = folded
  const backward = flow.direction === 'backward'
  const texts = nodes.map((node) => nodeText(flow, frame, graph, node))
  const thickness = (amount: bigint): number =>
    graph.total === 0n || amount === 0n
      ? 0
      : Math.max(MIN_THICKNESS, (Number(amount) / Number(graph.total)) * WHOLE)

  const items: Item[] = nodes.map((node, i) => {
    const bands = Math.max(thickness(node.inflow), thickness(node.outflow))
    return {
      column: node.column,
      height: Math.max(texts[i]!.lines.length * LINE + 2 * PAD_Y, bands),
      gap: CARD_GAP,
    }
  })
  const { bands, lanes } = route(folded, items, thickness)
  const { tops, height } = placeItems(
    items,
    bands.map((band) => ({ from: band.from, to: band.to, weight: thickness(band.amount) })),
    columns,
  )

  const pitch = columns > 1 ? (frame.width - CARD) / (columns - 1) : 0
  const left = (column: number): number => (backward ? columns - 1 - column : column) * pitch
  const middle = (item: number): number => TOP + tops[item]! + items[item]!.height / 2
  const shift = attach(bands, middle, thickness)

  const reasonOf = (node: number): LeafReason | null => nodes[node]!.reason
  const verb = (from: number, to: number): string =>
    backward ? `${texts[to]!.name} to ${texts[from]!.name}` : `${texts[from]!.name} to ${texts[to]!.name}`
  const exact = (amount: bigint): string =>
    `${formatGrouped(amount, frame.unit.decimals)} ${printable(frame.unit.symbol, 12)}`

  const ribbons = bands.map((band, b): SceneRibbon => {
    const near = left(items[band.from]!.column)
    const far = left(items[band.to]!.column)
    const ends = backward
      ? { x0: far + CARD, y0: shift.right[b]!, x1: near, y1: shift.left[b]! }
      : { x0: near + CARD, y0: shift.left[b]!, x1: far, y1: shift.right[b]! }
    const lane = band.fromNode === -1
    return {
      from: lane ? `n${band.toNode}` : `n${band.fromNode}`,
      to: `n${band.toNode}`,
      column: items[band.from]!.column,
      x0: tenth(ends.x0),
      y0: tenth(ends.y0),
      x1: tenth(ends.x1),
      y1: tenth(ends.y1),
      thickness: tenth(thickness(band.amount)),
      amount: String(band.amount),
      hops: band.hops,
      reason: reasonOf(band.toNode),
      title: lane
        ? `On the way to ${texts[band.toNode]!.name}: ${exact(band.amount)}`
        : `${verb(band.fromNode, band.toNode)}: ${exact(band.amount)}${band.hops > 0 ? `, ${counted(band.hops, 'hop')}` : ''}`,
    }
  })
  const sceneLanes = lanes.map(
    (lane): SceneLane => ({
      to: `n${lane.node}`,
      column: items[lane.item]!.column,
      x0: tenth(left(items[lane.item]!.column)),
      x1: tenth(left(items[lane.item]!.column) + CARD),
      y: tenth(middle(lane.item)),
      thickness: tenth(thickness(lane.amount)),
      amount: String(lane.amount),
      reason: reasonOf(lane.node),
    }),
  )
  const back = folded.edges
    .filter((edge) => nodes[edge.to]!.column <= nodes[edge.from]!.column)
    .sort((a, b) => (a.amount === b.amount ? 0 : a.amount > b.amount ? -1 : 1))
  const arcs = back.slice(0, MAX_ARCS).map((edge): SceneArc => {
    const [payer, payee] = backward ? [edge.to, edge.from] : [edge.from, edge.to]
    return {
      from: `n${edge.from}`,
      to: `n${edge.to}`,
      columns: [nodes[edge.to]!.column, nodes[edge.from]!.column],
      points: curve(left(nodes[payer]!.column), middle(payer), left(nodes[payee]!.column), middle(payee)),
      amount: String(edge.amount),
      hops: edge.hops,
      title: `${verb(edge.from, edge.to)}: ${exact(edge.amount)}, ${counted(edge.hops, 'hop')}, back or sideways`,
    }
  })
  const undrawn = back.slice(MAX_ARCS)

  return {
    kind: 'flow',
    width: frame.width,
    height: tenth(TOP + height + 2),
    theft: frame.theft,
    asset: frame.asset,
    unit: frame.unit.symbol,
    direction: flow.direction,
    total: String(graph.total),
    columns: headings(folded, left, backward, graph.received),
    nodes: nodes.map((node, i): SceneNode => {
      const x = left(node.column)
      const y = TOP + tops[i]!
      const block = texts[i]!.lines.length * LINE
      const top = y + (items[i]!.height - block) / 2
      return {
        id: `n${i}`,
        kind: node.kind,
        reason: node.reason,
        column: node.column,
        x: tenth(x),
        y: tenth(y),
        width: CARD,
        height: tenth(items[i]!.height),
        lines: texts[i]!.lines.map((line, k): SceneText => {
          const size = SIZES[line.role]
          const glyph = k === 0 && node.reason !== null ? GLYPH : 0
          const width = textWidth(line.text, size, line.role === 'name')
          return {
            x: tenth(x + PAD_X + glyph),
            y: tenth(top + k * LINE + 10.5),
            anchor: 'start',
            size,
            role: line.role,
            text: line.text,
            width: tenth(width),
          }
        }),
        name: texts[i]!.name,
        title: texts[i]!.title,
        inflow: String(node.inflow),
        outflow: String(node.outflow),
        own: String(node.own),
        holders: node.members.length,
        inner: { hops: node.innerHops, amount: String(node.innerAmount) },
      }
    }),
    ribbons,
    lanes: sceneLanes,
    arcs,
    arcsMore: {
      arrows: undrawn.length,
      hops: undrawn.reduce((sum, edge) => sum + edge.hops, 0),
      amount: String(undrawn.reduce((sum, edge) => sum + edge.amount, 0n)),
    },
    open: String(openSum(graph)),
    notes: notes(folded, back, exact),
  }
}

/** What enters each holder less what leaves it or stops there; the absolute values added up. */
function openSum(graph: HolderGraph): bigint {
  const rest = graph.seeds.slice()
  for (const edge of graph.edges) {
    rest[edge.from] = rest[edge.from]! - edge.amount
    rest[edge.to] = rest[edge.to]! + edge.amount
  }
  for (const leaf of graph.leaves) rest[leaf.holder] = rest[leaf.holder]! - leaf.amount
  return rest.reduce((sum, amount) => sum + (amount < 0n ? -amount : amount), 0n)
}

function curve(payerX: number, payerY: number, payeeX: number, payeeY: number): SceneArc['points'] {
  const bow = 46
  const points: SceneArc['points'] =
    payerX === payeeX
      ? [
          payerX + CARD,
          payerY,
          payerX + CARD + bow,
          payerY,
          payeeX + CARD + bow,
          payeeY,
          payeeX + CARD,
          payeeY,
        ]
      : payerX > payeeX
        ? [payerX, payerY, payerX - bow, payerY, payeeX + CARD + bow, payeeY, payeeX + CARD, payeeY]
        : [payerX + CARD, payerY, payerX + CARD + bow, payerY, payeeX - bow, payeeY, payeeX, payeeY]
  return points.map(tenth) as unknown as SceneArc['points']
}

function headings(
  folded: FoldedGraph,
  left: (column: number) => number,
  backward: boolean,
  received: boolean,
): SceneText[] {
  return folded.depths.map(([low, high], column): SceneText => {
    const last = column === folded.columns - 1
    const range = low === high ? (low === 1 ? '1 hop' : `${low} hops`) : `${low}–${high} hops`
    const text =
      column === 0
        ? received
          ? backward
            ? 'Paid for it'
            : 'Received for it'
          : backward
            ? 'Asked about'
            : 'Stolen from'
        : last
          ? backward
            ? 'Came from'
            : 'Where it is'
          : range
    const width = textWidth(text, SIZES.heading, true)
    return {
      x: tenth(left(column)),
      y: 14,
      anchor: 'start',
      size: SIZES.heading,
      role: 'heading',
      text,
      width: tenth(width),
    }
  })
}

function notes(folded: FoldedGraph, back: FoldedGraph['edges'], exact: (amount: bigint) => string): string[] {
  const out: string[] = []
  const more = folded.nodes.filter((node) => node.kind === 'more')
  if (more.length > 0) {
    const holders = more.reduce((sum, node) => sum + node.members.length, 0)
    out.push(
      `${counted(holders, 'small address', 'small addresses')} folded into ${counted(more.length, 'card')} “more addresses”.`,
    )
  }
  const inner = folded.nodes.reduce((sum, node) => sum + node.innerHops, 0)
  if (inner > 0) {
    const amount = folded.nodes.reduce((sum, node) => sum + node.innerAmount, 0n)
    out.push(`${counted(inner, 'hop')} inside folded cards (${exact(amount)} moved) not drawn.`)
  }
  if (back.length > 0) {
    const amount = back.reduce((sum, edge) => sum + edge.amount, 0n)
    const drawn = Math.min(back.length, MAX_ARCS)
    out.push(
      `Dashed arrows: ${exact(amount)} moved back or sideways between columns (${counted(back.length, 'connection')}${drawn < back.length ? `, the largest ${drawn} drawn` : ''}).`,
    )
  }
  return out
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
