/**
 * JSON from strangers: bounded before it is parsed, and no integer loses digits.
 * @module
 */

/**
 * JSON.parse takes any depth and a value takes 16 to 60 bytes and more, so that 60 MB of `[` would end the process. Nodes' and
 * explorers' answers are at most some 10 deep, but for call trees: EVM calls nest to 1024 (Yellow Paper, section 9.1).
 */
const MAX_DEPTH = 2_400
/** A full Bitcoin block with prevouts (getblock, verbosity 3) has some 500,000 values. */
const MAX_VALUES = 2_000_000
/** 2^53 has 16 digits. */
const WIDE_DIGITS = 16

export type BoundedJson =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly came: string; readonly cut: boolean }

/**
 * The value. Integers beyond ±(2^53 - 1) come as strings of their digits, as written: what must be a number is then refused
 * where it is checked, and what may be larger loses nothing.
 * @param text of the whole document
 */
export function boundedJson(text: string): BoundedJson {
  const found = scan(text)
  if (found.refused !== null) return { ok: false, came: found.refused, cut: false }
  try {
    return { ok: true, value: found.wide ? JSON.parse(text, keepDigits) : JSON.parse(text) }
  } catch {
    return { ok: false, came: found.cut ? 'JSON that is cut off' : 'text that is no JSON', cut: found.cut }
  }
}

/** ES2025 "JSON.parse source text access": the third argument has the literal as written. */
function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/.test(source) ? source : value
}

interface Scan {
  readonly refused: string | null
  /** A number has so many digits that it may not be a safe integer. */
  readonly wide: boolean
  /** It ends inside a string, array or object, or is empty. */
  readonly cut: boolean
}

function scan(text: string): Scan {
  let depth = 0
  let values = 0
  let digits = 0
  let wide = false
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c >= 48 && c <= 57) {
      if (++digits >= WIDE_DIGITS) wide = true
      continue
    }
    digits = 0
    if (c === 34) {
      i = stringEnd(text, i)
      if (i >= text.length) return { refused: null, wide, cut: true }
    } else if (c === 44) values++
    else if (c === 91 || c === 123) {
      depth++
      values++
    } else if (c === 93 || c === 125) depth--
    if (depth > MAX_DEPTH) return { refused: `JSON nested deeper than ${MAX_DEPTH}`, wide, cut: false }
    if (values > MAX_VALUES) return { refused: `JSON of more than ${MAX_VALUES} values`, wide, cut: false }
  }
  return { refused: null, wide, cut: depth > 0 || text.trim() === '' }
}

/** Where the closing quote of the string that begins at `start` stands; the text's length where there is none. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; ; i++) {
    const quote = text.indexOf('"', i)
    if (quote < 0) return text.length
    let slashes = 0
    while (text.charCodeAt(quote - 1 - slashes) === 92) slashes++
    if (slashes % 2 === 0) return quote
    i = quote
  }
}
