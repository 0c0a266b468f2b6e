/**
 * Short plain words for reasons, addresses and rounded amounts, the same in every picture and report.
 * @module
 */
import type { Flow, LeafReason } from '../trace/flow.ts'
import { addressOf, formatGrouped, printable } from '../units/index.ts'

export { counted } from '../units/index.ts'

type Direction = Flow['direction']

const FORWARD: Readonly<Record<LeafReason, string>> = {
  held: 'Still held',
  service: 'Service',
  mixer: 'Mixer',
  bridge: 'Bridge',
  swap: 'Swapped',
  sanctioned: 'Sanctioned',
  dust: 'Dust, let go',
  hops: 'Hop limit',
  time: 'Time limit',
  fee: 'Fees',
  busy: 'Busy address',
  nodata: 'End of data',
}

const BACKWARD: Readonly<Record<LeafReason, string>> = {
  ...FORWARD,
  held: 'First seen here',
  fee: 'Issued or fees',
  nodata: 'Start of data',
}

/** Two or three words for a reason; backward, where following stopped is where the money came from. */
export function reasonName(reason: LeafReason, direction: Direction): string {
  return (direction === 'forward' ? FORWARD : BACKWARD)[reason]
}

/**
 * Beginning and end of an address, for a picture. Never enough to tell two addresses apart: look-alikes share both, so
 * the full address always stands in the title and the tables.
 * @example
 * shortAddress('eip155:1:0x7a017e5e9672bc994dcb1a2a27d853c9c629f7c3') // '0x7a017e…29f7c3'
 */
export function shortAddress(holder: string): string {
  const address = printable(addressOf(holder), 120)
  if (address === 'none') return 'no address'
  return address.length <= 18 ? address : `${address.slice(0, 8)}…${address.slice(-6)}`
}

/**
 * An amount for a picture: at most two decimals from 1 upward, three significant digits below, rounded half up. Marked
 * with `≈` where digits are missing.
 * @example
 * shortAmount(123456789n, 8, 'BTC') // '≈ 1.23 BTC'
 */
export function shortAmount(baseUnits: bigint, decimals: number, symbol: string): string {
  const whole = 10n ** BigInt(decimals)
  let places = Math.min(2, decimals)
  if (baseUnits > 0n && baseUnits < whole) {
    const zeros = decimals - String(baseUnits).length
    places = Math.min(decimals, zeros + 3)
  }
  const step = 10n ** BigInt(decimals - places)
  const rounded = (baseUnits + step / 2n) / step
  const text = formatGrouped(rounded, places, { minDecimals: baseUnits < whole ? 0 : places })
  return `${rounded * step === baseUnits ? '' : '≈ '}${text} ${printable(symbol, 12)}`
}

/**
 * A share in per cent with one decimal, rounded half up; `< 0.1 %` and `> 99.9 %` where rounding would say none or all.
 * @example
 * shareText(1n, 3n) // '33.3 %'
 */
export function shareText(part: bigint, whole: bigint): string {
  if (whole === 0n) return '–'
  const permille = (2000n * part + whole) / (2n * whole)
  if (permille === 0n && part > 0n) return '< 0.1 %'
  if (permille === 1000n && part < whole) return '> 99.9 %'
  return `${formatGrouped(permille, 1, { minDecimals: 1 })} %`
}

/**
 * One name for several addresses of one service: the words that their names begin with in common, in whatever case, or
 * else the first name and how many others there are. The order of the names does not matter.
 * @example
 * sharedName(['HTX 34', 'HTX 33']) // 'HTX'
 */
export function sharedName(names: readonly string[]): string {
  const distinct = [...new Set(names)].sort()
  const first = distinct[0] ?? ''
  if (distinct.length <= 1) return first
  const words = first.split(' ', 8)
  const others = distinct.map((name) => name.toLowerCase().split(' ', 8))
  let same = 0
  while (same < words.length && others.every((other) => other[same] === words[same]!.toLowerCase())) same++
  return same > 0 ? words.slice(0, same).join(' ') : `${first} and ${distinct.length - 1} more`
}
