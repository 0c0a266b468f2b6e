/**
 * Widths of text without a browser, so that layout is pure: the advance widths of Helvetica (Adobe Core 14 AFM,
 * `Helvetica.afm`, units of 1/1000 em), which Arial and Liberation Sans share. Whatever the table does not have counts
 * as a full em, which is wider than any Latin, Greek or Cyrillic letter: an estimate may be too wide, never too narrow.
 * @module
 */

/** Advance widths of U+0020 to U+007E. */
const HELVETICA = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
  500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
  556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
  278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
] as const

/** Punctuation that our own sentences use. */
const OTHERS: ReadonlyMap<string, number> = new Map([
  ['…', 1000],
  ['·', 278],
  ['–', 556],
  ['≈', 584],
  ['→', 1000],
])

/** Helvetica-Bold is at most 1.12 times as wide over letters and digits (mean of the AFM tables: 1.07). */
const BOLD = 1.12

/**
 * Width of a line in pixels.
 * @example
 * textWidth('HTX 34', 12, false) // 40.68
 */
export function textWidth(text: string, size: number, bold: boolean): number {
  let units = 0
  for (const char of text) units += HELVETICA[char.charCodeAt(0) - 32] ?? OTHERS.get(char) ?? 1000
  return (units * size * (bold ? BOLD : 1)) / 1000
}

/** The text, or as much of its beginning as fits with an ellipsis. Reads no more of it than fits. */
export function fitText(text: string, size: number, bold: boolean, width: number): string {
  const room = width - textWidth('…', size, bold)
  let used = 0
  let end = 0
  let cut = 0
  for (const char of text) {
    used += textWidth(char, size, bold)
    if (used <= room) cut = end + char.length
    if (used > width) return `${text.slice(0, cut)}…`
    end += char.length
  }
  return text
}
