/**
 * Paints scenes as SVG. Colours, fonts and themes come from classes that the document's style sheet defines.
 * @module
 */
import {
  type FlowScene,
  REASON_LOOKS,
  type SceneNode,
  type SceneRibbon,
  type SceneText,
  type TimelineScene,
} from '../../scene/index.ts'
import type { LeafReason } from '../../trace/flow.ts'
import { escapeHtml } from '../escape.ts'
import { glyphPath } from './glyph.ts'

/** What a figure says of itself to those who cannot see it. `id` must be unique in the document. */
export interface FigureText {
  readonly id: string
  readonly title: string
  readonly description: string
}

const CORNER = 4

export function paintFlow(scene: FlowScene, figure: FigureText): string {
  const marker = `${figure.id}-arrow`
  const lanes = new Map(scene.lanes.map((lane) => [`${lane.to} ${lane.column}`, lane]))
  const ribbons = scene.ribbons.map((band) => {
    // A lane and the band that leaves it are one shape: two would show a seam.
    const lane = band.from === band.to ? lanes.get(`${band.to} ${band.column}`) : undefined
    const start = lane === undefined || scene.direction === 'backward' ? band.x0 : lane.x0
    const end = lane === undefined || scene.direction === 'forward' ? band.x1 : lane.x1
    return `<path class="band ${reasonClass(band.reason)}" d="${bandShape(band, start, end)}"><title>${escapeHtml(band.title)}</title></path>`
  })
  const arcs = scene.arcs.map((arc) => {
    const [x0, y0, x1, y1, x2, y2, x3, y3] = arc.points
    return `<path class="arc" marker-end="url(#${marker})" d="M${x0} ${y0}C${x1} ${y1} ${x2} ${y2} ${x3} ${y3}"><title>${escapeHtml(arc.title)}</title></path>`
  })
  return frame(scene, figure, [
    `<defs><marker id="${marker}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="arrowhead" d="M0 0L8 4L0 8z"/></marker></defs>`,
    ...ribbons,
    ...arcs,
    ...scene.nodes.map(card),
    ...scene.columns.map(line),
  ])
}

export function paintTimeline(scene: TimelineScene, figure: FigureText): string {
  const reasons = [...new Set(scene.bars.flatMap((bar) => (bar.reason === null ? [] : [bar.reason])))]
  const bars = scene.bars.map((bar) => {
    const box = `x="${bar.x}" y="${bar.y}" width="${bar.width}" height="${bar.height}"`
    const hatch =
      bar.reason === null || REASON_LOOKS[bar.reason].hatch === 'solid'
        ? ''
        : `<rect ${box} fill="url(#${figure.id}-${bar.reason})"/>`
    return `<g class="bar ${reasonClass(bar.reason)}"><title>${escapeHtml(bar.title)}</title><rect class="fill" ${box}/>${hatch}</g>`
  })
  const ticks = scene.ticks.map(
    (tick) =>
      `<path class="grid" d="M${tick.x0} ${tick.y0}L${tick.x1} ${tick.y1}"/>${tick.label === null ? '' : line(tick.label)}`,
  )
  return frame(scene, figure, [
    `<defs>${reasons.map((reason) => hatchPattern(`${figure.id}-${reason}`, reason)).join('')}</defs>`,
    ...ticks,
    ...bars,
    ...scene.headings.map(line),
  ])
}

/** The mark of a reason in running text: shape and colour; the words stand beside it. */
export function paintGlyph(reason: LeafReason): string {
  return `<svg class="glyph ${reasonClass(reason)}" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">${glyphPath(REASON_LOOKS[reason].glyph)}</svg>`
}

/** A sample of a bar, with its hatching, for the legend of the figure with this id. */
export function paintSwatch(figureId: string, reason: LeafReason): string {
  const box = 'x=".5" y=".5" width="23" height="13"'
  const hatch =
    REASON_LOOKS[reason].hatch === 'solid' ? '' : `<rect ${box} fill="url(#${figureId}-${reason})"/>`
  return `<svg class="swatch bar ${reasonClass(reason)}" viewBox="0 0 24 14" aria-hidden="true"><rect class="fill" ${box}/>${hatch}</svg>`
}

function frame(scene: FlowScene | TimelineScene, figure: FigureText, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" class="scene" role="img" aria-labelledby="${figure.id}-t ${figure.id}-d" viewBox="0 0 ${scene.width} ${scene.height}" width="${scene.width}" height="${scene.height}"><title id="${figure.id}-t">${escapeHtml(figure.title)}</title><desc id="${figure.id}-d">${escapeHtml(figure.description)}</desc>
${parts.join('\n')}
</svg>`
}

/** The area between two equal curves: as high everywhere as the band is thick, so that neighbours never overlap. */
function bandShape(band: SceneRibbon, start: number, end: number): string {
  const { x0, x1 } = band
  const half = (x0 + x1) / 2
  const [top0, top1] = [band.y0 - band.thickness / 2, band.y1 - band.thickness / 2].map(round)
  const [low0, low1] = [band.y0 + band.thickness / 2, band.y1 + band.thickness / 2].map(round)
  return `M${start} ${top0}H${x0}C${half} ${top0} ${half} ${top1} ${x1} ${top1}H${end}V${low1}H${x1}C${half} ${low1} ${half} ${low0} ${x0} ${low0}H${start}z`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

function card(node: SceneNode): string {
  const glyph =
    node.reason === null
      ? ''
      : `<g class="glyph ${reasonClass(node.reason)}" transform="translate(${(node.x + 9).toFixed(1)} ${(node.lines[0]!.y - 9.5).toFixed(1)})">${glyphPath(REASON_LOOKS[node.reason].glyph)}</g>`
  return `<g class="card ${node.kind} ${reasonClass(node.reason)}"><title>${escapeHtml(node.title)}</title>${stack(node)}<rect class="box" x="${node.x}" y="${node.y}" width="${node.width}" height="${node.height}" rx="${CORNER}"/>${glyph}${node.lines.map(line).join('')}</g>`
}

/** A second edge behind cards that stand for several holders. */
function stack(node: SceneNode): string {
  if (node.holders < 2) return ''
  return `<rect class="box behind" x="${(node.x + 3).toFixed(1)}" y="${(node.y + 3).toFixed(1)}" width="${node.width}" height="${node.height}" rx="${CORNER}"/>`
}

/** As wide as the layout took it to be, whatever font the reader's machine has. */
function line(text: SceneText): string {
  const anchor = text.anchor === 'start' ? '' : ` text-anchor="${text.anchor}"`
  return `<text class="${text.role}" x="${text.x}" y="${text.y}" font-size="${text.size}" textLength="${text.width}" lengthAdjust="spacingAndGlyphs"${anchor}>${escapeHtml(text.text)}</text>`
}

function reasonClass(reason: LeafReason | null): string {
  return reason === null ? 'r-none' : `r-${reason}`
}

function hatchPattern(id: string, reason: LeafReason): string {
  const strokes: Readonly<Record<string, string>> = {
    solid: '',
    rising: '<path d="M-1 7L7 -1M-1 1L1 -1M5 7L7 5"/>',
    falling: '<path d="M-1 -1L7 7M5 -1L7 1M-1 5L1 7"/>',
    crossed: '<path d="M-1 7L7 -1M-1 -1L7 7"/>',
    level: '<path d="M0 3H6"/>',
    dots: '<path d="M2 3H4"/>',
  }
  return `<pattern id="${id}" class="hatch" width="6" height="6" patternUnits="userSpaceOnUse">${strokes[REASON_LOOKS[reason].hatch]}</pattern>`
}
