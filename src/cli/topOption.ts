/** @module */
import { type Option, wholeNumber } from './command.ts'

/** `--top <n>`: how many rows a table for people has. */
export function topOption(initial: number): Option<number> {
  return {
    flags: '--top <n>',
    help: `Rows to show. Default: ${initial}.`,
    kind: 'value',
    initial,
    parse: wholeNumber('--top', 1),
  }
}
