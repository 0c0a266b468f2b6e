import { counted, flowScene, reasonName, timelineScene } from '../../scene/index.ts'
import type { FlowBalance } from '../../trace/flow.ts'
import { formatDay, formatGrouped } from '../../units/index.ts'
import { type Context, decimal, onChain, theftName } from '../context.ts'
import { escapeHtml, untrusted } from '../escape.ts'
import { paintFlow, paintGlyph, paintSwatch, paintTimeline } from '../paint/svg.ts'

/** Pictures of at most this many balances, largest first as the flow lists them; the tables have the others. */
const MAX_FIGURES = 6

/** 3. Who passed the money to whom. */
export function flowFigures(context: Context): string {
  return `<section id=flow class=landscape><h2>3. Flow of the money</h2>${legend(context)}${each(context, flowFigure)}${reading(context)}</section>`
}

/** 4. When. */
export function timelines(context: Context): string {
  return `<section id=timeline class=landscape><h2>4. Timeline</h2>${each(context, timelineFigure)}</section>`
}

function each(context: Context, draw: (context: Context, row: FlowBalance, i: number) => string): string {
  const rows = context.flow.balance
  const more = rows.length - MAX_FIGURES
  const rest =
    more > 0 ? `<p>${counted(more, 'further balance')} not drawn; see sections 2, 5 and 6.</p>` : ''
  return (
    rows
      .slice(0, MAX_FIGURES)
      .map((row, i) => draw(context, row, i))
      .join('') + rest
  )
}

function legend({ flow }: Context): string {
  const reasons = [...new Set(flow.leaves.map((leaf) => leaf.reason))]
  const marks = reasons.map((reason) => `<li>${paintGlyph(reason)} ${reasonName(reason, flow.direction)}`)
  return `<ul class=legend>${marks.join('')}</ul>`
}

function reading({ flow, forward }: Context): string {
  const amounts = flow.rule === 'poison' ? 'an upper bound of the amount' : 'the amount'
  return `<p><strong>How to read it.</strong> Money moves from left to right${forward ? '' : ', towards what was asked about'}. The height of a band is ${amounts}; columns count the hops that the money made on average. Cards with a second edge stand for several addresses. Amounts in the picture are rounded, and addresses shortened; the tables have both in full.</p>`
}

function flowFigure(context: Context, row: FlowBalance, i: number): string {
  const scene = flowScene(context.flow, { theft: row.theft, asset: row.asset })
  const symbol = context.symbol(row.asset)
  const decimals = context.decimals(row.asset)
  const plain = theftName(context, row.theft)
  const figure = {
    id: `flow-${i}`,
    title: `Flow of ${plain}`,
    description: `${counted(scene.nodes.length, 'card')} in ${scene.columns.length} columns. The table below the picture says the same in words.`,
  }
  const names = new Map(scene.nodes.map((node) => [node.id, node.name]))
  const links = [...scene.ribbons.filter((band) => band.from !== band.to), ...scene.arcs].map(
    (band) =>
      `<tr><td>${untrusted(nameOf(names, band.from), 260)}<td>${untrusted(nameOf(names, band.to), 260)}<td class=num>${decimal(BigInt(band.amount), decimals)}<td class=num>${band.hops === 0 ? '–' : formatGrouped(BigInt(band.hops), 0)}`,
  )
  const open =
    scene.open === '0' || row.bound
      ? ''
      : `<p class=warning>Hops and leaves leave ${context.amount(row.asset, scene.open)} open between them.</p>`
  const notes = scene.notes.map((note) => `<li>${untrusted(note, 300)}`)
  return `<figure><figcaption>Figure ${i + 1}. ${untrusted(theftName(context, row.theft))}: ${context.amount(row.asset, scene.total)}${onChain(context, row.asset)}</figcaption><div class=scroll tabindex=0 role=region aria-label="${escapeHtml(figure.title)}">${paintFlow(scene, figure)}</div>${open}${notes.length === 0 ? '' : `<ul class=notes>${notes.join('')}</ul>`}<details><summary>The picture as a table: ${counted(links.length, 'connection')}</summary><table class=small><caption>Bands and arrows of figure ${i + 1}</caption><thead><tr><th scope=col>${context.forward ? 'From' : 'Went to'}<th scope=col>${context.forward ? 'To' : 'Came from'}<th scope=col class=num>${symbol}<th scope=col class=num>Hops</thead><tbody>${links.join('')}</tbody></table></details></figure>`
}

function nameOf(names: ReadonlyMap<string, string>, id: string): string {
  return names.get(id) ?? id
}

function timelineFigure(context: Context, row: FlowBalance, i: number): string {
  const scene = timelineScene(context.flow, { theft: row.theft, asset: row.asset })
  const decimals = context.decimals(row.asset)
  const unit = scene.days === 1 ? 'day' : `${scene.days} days`
  const figure = {
    id: `time-${i}`,
    title: `Timeline of ${theftName(context, row.theft)}`,
    description: `Bars of amounts per ${unit}, UTC. The table below the picture has every bar.`,
  }
  const reasons = [...new Set(scene.bars.flatMap((bar) => (bar.reason === null ? [] : [bar.reason])))]
  const marks = reasons.map(
    (reason) => `<li>${paintSwatch(figure.id, reason)} ${reasonName(reason, context.flow.direction)}`,
  )
  const rows = scene.bars.map(
    (bar) =>
      `<tr><td>${formatDay(bar.from)}<td>${bar.reason === null ? 'Moved between addresses' : reasonName(bar.reason, context.flow.direction)}<td class=num>${decimal(BigInt(bar.amount), decimals)}<td class=num>${formatGrouped(BigInt(bar.hops), 0)}`,
  )
  const table =
    rows.length === 0
      ? ''
      : `<details><summary>The picture as a table: ${counted(rows.length, 'bar')}</summary><table class=small><caption>Amounts per ${unit}</caption><thead><tr><th scope=col>From (UTC)<th scope=col>What<th scope=col class=num>${context.symbol(row.asset)}<th scope=col class=num>Hops</thead><tbody>${rows.join('')}</tbody></table></details>`
  const undated =
    scene.undated.hops === 0
      ? ''
      : `<p>${counted(scene.undated.hops, 'hop')} without a time, ${context.amount(row.asset, scene.undated.amount)}, not drawn.</p>`
  const picture =
    scene.bars.length === 0
      ? `<p>${scene.undated.hops === 0 ? 'Nothing moved.' : 'No hop has a time: nothing to draw.'}</p>`
      : `<ul class=legend>${marks.join('')}</ul><div class=scroll tabindex=0 role=region aria-label="${escapeHtml(figure.title)}">${paintTimeline(scene, figure)}</div>`
  return `<figure><figcaption>Figure ${Math.min(context.flow.balance.length, MAX_FIGURES) + i + 1}. ${untrusted(theftName(context, row.theft))}: ${context.symbol(row.asset)} per ${unit}, UTC</figcaption>${picture}${undated}${table}</figure>`
}
