/**
 * What a scene is: shapes with places, sizes, texts and meanings, in pixels from the top left corner. A scene knows no
 * SVG, no canvas and no colour; painters do. Amounts stay exact (base units as decimal strings) beside their shortened
 * texts, so that a scene can be checked against the flow it was made from.
 * @module
 */
import type { LeafReason } from '../trace/flow.ts'

/** What a text is, so that painters choose its weight and colour. */
export type TextRole = 'name' | 'amount' | 'note' | 'heading' | 'tick'

/** One line of text; `y` is its baseline. `width` is the estimate that layout reserved. */
export interface SceneText {
  readonly x: number
  readonly y: number
  readonly anchor: 'start' | 'middle' | 'end'
  readonly size: number
  readonly role: TextRole
  readonly text: string
  readonly width: number
}

/**
 * `seed`: a holder from which was stolen; `holder`: one address; `chain`: a folded peel chain; `more`: small holders
 * folded together; `leaf`: where following stopped (one holder, one service, or the rest of a reason).
 */
export type NodeKind = 'seed' | 'holder' | 'chain' | 'more' | 'leaf'

export interface SceneNode {
  readonly id: string
  readonly kind: NodeKind
  /** Why following stopped here; null where it went on. */
  readonly reason: LeafReason | null
  readonly column: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly lines: readonly SceneText[]
  /** Label and full address, or what the node stands for. */
  readonly name: string
  /** Everything about the node in one sentence, for a tooltip and a screen reader. */
  readonly title: string
  /** Stolen money that came in from other nodes, base units. */
  readonly inflow: string
  readonly outflow: string
  /** Stolen here, or stopped here; base units. */
  readonly own: string
  /** Holders that this node stands for. */
  readonly holders: number
  /** Moves between holders inside this node: counted, not drawn. */
  readonly inner: { readonly hops: number; readonly amount: string }
}

/** A band of money from left to right, one column wide. Bands to one leaf share a lane where they pass other columns. */
export interface SceneRibbon {
  /** Node id; equal to `to` where the band comes out of a lane. */
  readonly from: string
  readonly to: string
  /** The gap it crosses lies right of this column. */
  readonly column: number
  readonly x0: number
  /** Middle of the band at its left end. */
  readonly y0: number
  readonly x1: number
  readonly y1: number
  readonly thickness: number
  readonly amount: string
  readonly hops: number
  readonly reason: LeafReason | null
  readonly title: string
}

/** A lane: a band that passes a column on its way to a leaf. */
export interface SceneLane {
  readonly to: string
  readonly column: number
  readonly x0: number
  readonly x1: number
  readonly y: number
  readonly thickness: number
  readonly amount: string
  readonly reason: LeafReason | null
}

/** Money that moved sideways or back: a thin dashed arrow, since a band would hide what lies between. */
export interface SceneArc {
  readonly from: string
  readonly to: string
  /** From the left column of the arrow to its right one; equal for a sideways move. */
  readonly columns: readonly [number, number]
  /** Start, two control points, end. */
  readonly points: readonly [number, number, number, number, number, number, number, number]
  readonly amount: string
  readonly hops: number
  readonly title: string
}

export interface FlowScene {
  readonly kind: 'flow'
  readonly width: number
  readonly height: number
  readonly theft: string
  readonly asset: string
  readonly unit: string
  readonly direction: 'forward' | 'backward'
  /** Stolen in all, base units: what crosses every gap between two columns. */
  readonly total: string
  readonly columns: readonly SceneText[]
  readonly nodes: readonly SceneNode[]
  readonly ribbons: readonly SceneRibbon[]
  readonly lanes: readonly SceneLane[]
  readonly arcs: readonly SceneArc[]
  /** Arrows beyond those drawn, largest drawn first. */
  readonly arcsMore: { readonly arrows: number; readonly hops: number; readonly amount: string }
  /** What seeds, hops and leaves of the flow leave open between them: 0 by every rule that conserves. */
  readonly open: string
  /** Sentences that a reader needs beside the picture. */
  readonly notes: readonly string[]
}

/** One part of a stacked bar. */
export interface SceneBar {
  /** Null: money that moved on and did not stop. */
  readonly reason: LeafReason | null
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly amount: string
  readonly hops: number
  /** Unix seconds of the bar's first instant. */
  readonly from: number
  readonly title: string
}

/** A grid line with its text. */
export interface SceneTick {
  readonly x0: number
  readonly y0: number
  readonly x1: number
  readonly y1: number
  readonly label: SceneText | null
}

export interface TimelineScene {
  readonly kind: 'timeline'
  readonly width: number
  readonly height: number
  readonly theft: string
  readonly asset: string
  readonly unit: string
  /** Days in one bar. */
  readonly days: number
  readonly bars: readonly SceneBar[]
  readonly ticks: readonly SceneTick[]
  readonly headings: readonly SceneText[]
  /** Hops without a time: not drawn, said beside the picture. */
  readonly undated: { readonly hops: number; readonly amount: string }
}
