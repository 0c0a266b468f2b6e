import type { Glyph } from '../../scene/index.ts'

/** Shapes in a box of 12 by 12 pixels. */
const PATHS: Readonly<Record<Glyph, string>> = {
  disc: '<circle cx="6" cy="6" r="4"/>',
  square: '<rect x="2" y="2" width="8" height="8"/>',
  cross: '<path d="M3.5 1.5L6 4L8.5 1.5L10.5 3.5L8 6L10.5 8.5L8.5 10.5L6 8L3.5 10.5L1.5 8.5L4 6L1.5 3.5z"/>',
  arrows: '<path d="M1 6L4.5 2.5V4.5H7.5V2.5L11 6L7.5 9.5V7.5H4.5V9.5z"/>',
  turn: '<path d="M1 4.5H8V2L11.5 5.2H1zM11 7.5H4V10L.5 6.8H11z"/>',
  octagon: '<path d="M4 1.5H8L10.5 4V8L8 10.5H4L1.5 8V4z"/>',
  dot: '<circle cx="6" cy="6" r="2"/>',
  bar: '<rect x="1.5" y="4.5" width="9" height="3"/>',
  clock: '<path d="M6 1.5A4.5 4.5 0 1 1 5.99 1.5zM6 3V6L8 7.5" class="hollow"/>',
  drop: '<path d="M6 1C8 4 9.5 5.5 9.5 7.5A3.5 3.5 0 0 1 2.5 7.5C2.5 5.5 4 4 6 1z"/>',
  grid: '<path d="M2 2H5V5H2zM7 2H10V5H7zM2 7H5V10H2zM7 7H10V10H7z"/>',
  ring: '<circle cx="6" cy="6" r="3.5" class="hollow"/>',
}

export function glyphPath(glyph: Glyph): string {
  return PATHS[glyph]
}
