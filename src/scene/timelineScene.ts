/**
 * When stolen money moved and when it arrived where following stopped: two rows of bars over one axis of UTC days.
 * @module
 */
import { type Flow, LEAF_REASONS, type LeafReason } from '../trace/flow.ts'
import { formatDay, formatGrouped, printable } from '../units/index.ts'
import type { SceneBar, SceneText, SceneTick, TimelineScene } from './scene.ts'
import { fitText, textWidth } from './textWidth.ts'
import { counted, reasonName, shortAmount } from './words.ts'

export interface TimelineSettings {
  readonly width?: number
  readonly theft?: string
  readonly asset?: string
}

const WIDTH = 1040
const DAY = 86_400
const MAX_BARS = 120
/** Days in a bar: a day, a week, four weeks, a quarter, a year; the first that needs no more than MAX_BARS. */
const STEPS = [1, 7, 28, 91, 365] as const
/** Room for amounts beside the axis; longer ones are cut. */
const MAX_LABEL = 190
const RIGHT = 8
const UPPER = { top: 26, height: 150 } as const
const LOWER = { top: 212, height: 64 } as const
const HEIGHT = 300
const SIZE = 10

/**
 * @example
 * timelineScene(flow).days // 1: one bar a day
 */
export function timelineScene(flow: Flow, settings: TimelineSettings = {}): TimelineScene {
  const width = Math.max(480, settings.width ?? WIDTH)
  const theft = settings.theft ?? flow.balance[0]?.theft ?? ''
  const asset = settings.asset ?? flow.balance.find((row) => row.theft === theft)?.asset ?? ''
  const known = flow.assets.find((row) => row.asset === asset)
  const decimals = known?.decimals ?? 0
  const symbol = printable(known?.symbol ?? 'base units', 12)

  const hops = flow.hops.filter((hop) => hop.theft === theft && hop.asset === asset)
  const undated = { hops: 0, amount: 0n }
  let first = Number.POSITIVE_INFINITY
  let last = Number.NEGATIVE_INFINITY
  for (const hop of hops) {
    if (hop.time === null) {
      undated.hops++
      undated.amount += BigInt(hop.amount)
      continue
    }
    first = Math.min(first, hop.time)
    last = Math.max(last, hop.time)
  }
  const base = { kind: 'timeline', width, height: HEIGHT, theft, asset, unit: symbol } as const
  const said = { hops: undated.hops, amount: String(undated.amount) }
  if (first > last) return { ...base, days: 1, bars: [], ticks: [], headings: [], undated: said }

  const start = Math.floor(first / DAY)
  const span = Math.floor(last / DAY) - start + 1
  const days = STEPS.find((step) => Math.ceil(span / step) <= MAX_BARS) ?? Math.ceil(span / MAX_BARS)
  const slots = Math.ceil(span / days)
  const sums = new Map<string, { amount: bigint; hops: number }>()
  for (const hop of hops) {
    if (hop.time === null) continue
    const slot = Math.floor((Math.floor(hop.time / DAY) - start) / days)
    const key = `${slot} ${hop.stop ?? ''}`
    const sum = sums.get(key)
    if (sum === undefined) sums.set(key, { amount: BigInt(hop.amount), hops: 1 })
    else {
      sum.amount += BigInt(hop.amount)
      sum.hops++
    }
  }
  const at = (slot: number, reason: LeafReason | ''): { amount: bigint; hops: number } =>
    sums.get(`${slot} ${reason}`) ?? { amount: 0n, hops: 0 }

  let highestStop = 0n
  let highestMove = 0n
  for (let slot = 0; slot < slots; slot++) {
    const stopped = LEAF_REASONS.reduce((sum, reason) => sum + at(slot, reason).amount, 0n)
    if (stopped > highestStop) highestStop = stopped
    if (at(slot, '').amount > highestMove) highestMove = at(slot, '').amount
  }
  const upper = niceCeiling(highestStop)
  const lower = niceCeiling(highestMove)

  // An empty panel has no scale.
  const upperTexts = highestStop === 0n ? ['', ''] : valueTexts(upper, 4n, decimals, symbol)
  const lowerTexts = highestMove === 0n ? ['', ''] : valueTexts(lower, 2n, decimals, symbol)
  const widest = Math.max(...[...upperTexts, ...lowerTexts].map((value) => textWidth(value, SIZE, false)))
  const left = Math.ceil(widest) + 10
  const room = width - left - RIGHT
  const pitch = room / slots
  const barWidth = Math.max(0.5, Math.min(28, pitch * 0.78))
  const bars: SceneBar[] = []
  for (let slot = 0; slot < slots; slot++) {
    const x = left + pitch * slot + (pitch - barWidth) / 2
    const from = (start + slot * days) * DAY
    const when = days === 1 ? formatDay(from) : `${formatDay(from)} to ${formatDay(from + days * DAY - 1)}`
    const bar = (reason: LeafReason | null, y: number, height: number): void => {
      const { amount, hops: count } = at(slot, reason ?? '')
      const what = reason === null ? 'Moved on' : `Stopped at: ${reasonName(reason, flow.direction)}`
      bars.push({
        reason,
        x: tenth(x),
        y: tenth(y),
        width: tenth(barWidth),
        height: tenth(height),
        amount: String(amount),
        hops: count,
        from,
        title: `${when} UTC. ${what}: ${formatGrouped(amount, decimals)} ${symbol}, ${counted(count, 'hop')}`,
      })
    }
    let y = UPPER.top + UPPER.height
    for (const reason of LEAF_REASONS) {
      const { amount } = at(slot, reason)
      if (amount === 0n) continue
      const height = (Number(amount) / Number(upper)) * UPPER.height
      y -= height
      bar(reason, y, height)
    }
    const moved = at(slot, '').amount
    if (moved > 0n) {
      const height = (Number(moved) / Number(lower)) * LOWER.height
      bar(null, LOWER.top + LOWER.height - height, height)
    }
  }

  const ticks: SceneTick[] = [
    ...valueTicks(UPPER, upperTexts, left, width),
    ...valueTicks(LOWER, lowerTexts, left, width),
    ...dayTicks(start, days, slots, pitch, left, width),
  ]
  const stopping =
    flow.direction === 'forward' ? 'Arrived where following stopped' : 'Came from where following stopped'
  const per = days === 1 ? 'per day' : `per ${days} days`
  return {
    ...base,
    days,
    bars,
    ticks,
    headings: [
      text(0, 12, 'start', 11, 'heading', `${stopping}, ${per}`),
      text(0, LOWER.top - 14, 'start', 11, 'heading', `Moved between addresses, ${per}`),
    ],
    undated: said,
  }
}

/** The smallest of 1, 2, 2.5, 4, 5, 8 or 10 times a power of ten that is not below; never 0. */
function niceCeiling(amount: bigint): bigint {
  if (amount <= 10n) return 10n
  const power = 10n ** BigInt(String(amount).length - 2)
  const step = [10n, 20n, 25n, 40n, 50n, 80n, 100n].find((factor) => factor * power >= amount)
  return (step ?? 100n) * power
}

/** Amounts from 0 to the ceiling in equal steps. */
function valueTexts(ceiling: bigint, parts: bigint, decimals: number, symbol: string): string[] {
  return Array.from({ length: Number(parts) + 1 }, (_, i) => {
    const value = shortAmount((ceiling * BigInt(i)) / parts, decimals, symbol)
    return fitText(value.replace(/^≈ /, '').replace(/\.00(?= )/, ''), SIZE, false, MAX_LABEL)
  })
}

function valueTicks(
  panel: { readonly top: number; readonly height: number },
  texts: readonly string[],
  left: number,
  width: number,
): SceneTick[] {
  return texts.map((value, i) => {
    const y = tenth(panel.top + panel.height * (1 - i / (texts.length - 1)))
    return {
      x0: left,
      y0: y,
      x1: width - RIGHT,
      y1: y,
      label: text(left - 8, y + 3.5, 'end', SIZE, 'tick', value),
    }
  })
}

/** Dates under every bar where there is room, or else every 2nd, 5th, 7th, 14th …; never closer than a date is wide. */
function dayTicks(
  start: number,
  days: number,
  slots: number,
  pitch: number,
  left: number,
  width: number,
): SceneTick[] {
  const wide = textWidth('2023-01-13', SIZE, false) + 14
  const every = [1, 2, 5, 7, 10, 14, 28, 30, 60].find((n) => n * pitch >= wide) ?? Math.ceil(wide / pitch)
  const bottom = LOWER.top + LOWER.height
  const ticks: SceneTick[] = []
  for (let slot = 0; slot < slots; slot += every) {
    const x = left + pitch * (slot + 0.5)
    if (x + wide / 2 > width && slot > 0) break
    const label = text(x, bottom + 17, 'middle', SIZE, 'tick', formatDay((start + slot * days) * DAY))
    ticks.push({ x0: tenth(x), y0: bottom, x1: tenth(x), y1: bottom + 5, label })
  }
  return ticks
}

function text(
  x: number,
  y: number,
  anchor: SceneText['anchor'],
  size: number,
  role: SceneText['role'],
  value: string,
): SceneText {
  return {
    x: tenth(x),
    y: tenth(y),
    anchor,
    size,
    role,
    text: value,
    width: tenth(textWidth(value, size, role === 'heading')),
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
