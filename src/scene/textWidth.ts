/**
 * Widths of text without a browser, so that layout is pure: the advance widths of Helvetica and Helvetica-Bold (Adobe
 * Core 14 AFM files, units of 1/1000 em), which Arial and Liberation Sans share. Whatever the table does not have counts
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

const HELVETICA_BOLD = [
  278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
  556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
  556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
  556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
  333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
] as const

/**
 * Width of a line in pixels.
 * @example
 * textWidth('HTX 34', 12, false) // 40.68
 */
export function textWidth(text: string, size: number, bold: boolean): number {
  const table: readonly number[] = bold ? HELVETICA_BOLD : HELVETICA
  let units = 0
  for (const char of text) units += table[char.charCodeAt(0) - 32] ?? OTHERS.get(char) ?? 1000
  return (units * size) / 1000
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

/** At most two lines, broken at a space where that leaves something on both; the second ends in `…` where text is left over. */
export function wrapText(text: string, size: number, bold: boolean, width: number): string[] {
  const first = fitText(text, size, bold, width)
  if (first === text) return [text]
  const room = first.slice(0, -1)
  const space = room.lastIndexOf(' ')
  const cut = space > room.length / 3 ? space : room.length
  return [text.slice(0, cut), fitText(text.slice(cut).trimStart(), size, bold, width)]
}
