/**
 * Text on its way into a document. Everything a chain, a label pack or a file supplied goes through {@link untrusted};
 * our own words go through {@link escapeHtml} at most.
 * @module
 */
import { printable } from '../units/index.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Hashes and addresses: nothing in them to escape, to hide or to turn round. */
const PLAIN = /^[0-9A-Za-z:]*$/

/** Safe as text and in a quoted attribute, in HTML and in SVG. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char]!)
}

/**
 * Text of strangers as HTML: escaped, isolated from the reading direction around it, cut at `max`, and with characters
 * that cannot be seen written out and marked.
 *
 * @example
 * untrusted('USDT\u202Ecod') // '<bdi>USDT<i class=unseen title="hidden character">U+202E</i>cod</bdi>'
 */
export function untrusted(text: string, max = 160): string {
  if (text.length <= max && PLAIN.test(text)) return text
  const safe = escapeHtml(printable(text, max)).replace(
    /\\u\{([0-9a-f]+)\}/g,
    (_, hex: string) =>
      `<i class=unseen title="hidden character">U+${hex.toUpperCase().padStart(4, '0')}</i>`,
  )
  return `<bdi>${safe}</bdi>`
}

/** A string literal of CSS that can hold anything: whatever is not a letter, digit or space becomes a CSS escape. */
export function cssString(text: string): string {
  let out = ''
  for (const char of printable(text, 120)) {
    out += /[A-Za-z0-9 ]/.test(char) ? char : `\\${char.codePointAt(0)!.toString(16)} `
  }
  return `"${out}"`
}
