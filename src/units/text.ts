/**
 * Text written by strangers (token names, labels, file contents) on its way to a terminal or into a message.
 * @module
 */

/**
 * Controls, formats (bidi overrides U+202A-202E and U+2066-2069, zero-width characters, tags), lone surrogates,
 * private use, line separators and everything else drawn as nothing. "Trojan Source" (Boucher and Anderson, 2021;
 * CVE-2021-42574) shows what bidi controls do to a reader; escape sequences do it to a terminal.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u

/**
 * The text on one line, at most `max` UTF-16 units long, ending in `…` where it was cut.
 * What cannot be seen is written `\u{hex}`. Cost: bounded by `max`, however long the text.
 *
 * @example
 * printable('USDT\u202Ecod.exe', 40) // 'USDT\\u{202e}cod.exe'
 */
export function printable(text: string, max = 60): string {
  let out = ''
  /** Length of the longest prefix that leaves room for the mark of a cut. */
  let kept = 0
  for (const char of text) {
    out += UNSEEN.test(char) ? `\\u{${char.codePointAt(0)!.toString(16)}}` : char
    if (out.length > max) return `${out.slice(0, kept)}…`
    if (out.length < max) kept = out.length
  }
  return out
}

/** As {@link UNSEEN}, without what `JSON.stringify` escapes itself and without the line ends and indents it writes. */
const UNSEEN_IN_JSON = /[\x7f-\x9f\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

/**
 * JSON with everything that cannot be seen written `\\uXXXX`: the same value, safe on a terminal.
 *
 * @example
 * printableJson(JSON.stringify('a\u202eb')) // "a\\u202eb" in quotes
 */
export function printableJson(json: string): string {
  return json.replace(UNSEEN_IN_JSON, (unseen) =>
    Array.from(
      { length: unseen.length },
      (_, i) => `\\u${unseen.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}
