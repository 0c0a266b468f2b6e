/**
 * One colour, one glyph and one hatching for each reason, so that none of them carries the meaning alone. The colours
 * are those of Okabe and Ito, "Color Universal Design" (2008), as recommended by B. Wong, "Points of view: Color
 * blindness", Nature Methods 8, 441 (2011); reasons that only say where following ended share the grey.
 * @module
 */
import type { LeafReason } from '../trace/flow.ts'

/** Shapes that stay apart at 10 pixels and without colour. */
export type Glyph =
  | 'disc'
  | 'square'
  | 'cross'
  | 'arrows'
  | 'turn'
  | 'octagon'
  | 'dot'
  | 'bar'
  | 'clock'
  | 'drop'
  | 'grid'
  | 'ring'

/** Hatchings for areas. */
export type Hatch = 'solid' | 'rising' | 'falling' | 'crossed' | 'level' | 'dots'

export interface ReasonLook {
  readonly color: string
  readonly glyph: Glyph
  readonly hatch: Hatch
}

export const REASON_LOOKS: Readonly<Record<LeafReason, ReasonLook>> = {
  held: { color: '#0072b2', glyph: 'disc', hatch: 'solid' },
  service: { color: '#d55e00', glyph: 'square', hatch: 'rising' },
  mixer: { color: '#cc79a7', glyph: 'cross', hatch: 'crossed' },
  bridge: { color: '#56b4e9', glyph: 'arrows', hatch: 'level' },
  swap: { color: '#f0e442', glyph: 'turn', hatch: 'falling' },
  sanctioned: { color: '#000000', glyph: 'octagon', hatch: 'solid' },
  busy: { color: '#e69f00', glyph: 'grid', hatch: 'dots' },
  nodata: { color: '#999999', glyph: 'ring', hatch: 'falling' },
  hops: { color: '#999999', glyph: 'bar', hatch: 'level' },
  time: { color: '#999999', glyph: 'clock', hatch: 'rising' },
  fee: { color: '#009e73', glyph: 'drop', hatch: 'solid' },
  dust: { color: '#999999', glyph: 'dot', hatch: 'dots' },
}
