/**
 * Colours: only on a terminal, never with NO_COLOR (https://no-color.org: any value that is not empty).
 * @module
 */
import { styleText } from 'node:util'
import type { Context, Sink } from './context.ts'

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

/** A painter for one sink; it returns the text untouched where colours are not wanted. */
export function paint(sink: Sink, env: Context['env']): (style: Style, text: string) => string {
  const wanted = sink.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return (style, text) => (wanted ? styleText(style, text, { validateStream: false }) : text)
}
