/**
 * Says what failed and what to do next, on stderr, in words or as JSON.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { printable } from '../units/text.ts'
import type { Context } from './context.ts'
import { EXIT_CODES, exitCodeOf } from './exitCodes.ts'
import { paint } from './paint.ts'
import { fromSystem } from './systemError.ts'

/** Longest message printed; longer ones are cut. */
const MESSAGE_MAX = 2000

/** Prints a failure and returns the exit code for it. With `--json` on the command line the error object is printed instead. */
export function reportFailure(context: Context, thrown: unknown, argv: readonly string[]): number {
  const error = fromSystem(thrown)
  const json = argv.includes('--json')
  if (error instanceof LootlineError) {
    if (json) context.stderr.write(`${JSON.stringify({ error: error.toJSON() })}\n`)
    else {
      const style = paint(context.stderr, context.env)
      context.stderr.write(
        `${style('red', `error ${error.code}:`)} ${printable(error.message, MESSAGE_MAX)}\n`,
      )
      context.stderr.write(`next: ${printable(error.next, MESSAGE_MAX)}\n`)
    }
  } else {
    const message = error instanceof Error ? error.message : String(error)
    if (json) context.stderr.write(`${JSON.stringify({ error: { code: 'INTERNAL', message } })}\n`)
    else
      context.stderr.write(
        `Sorry, this is a bug of Lootline: ${printable(message, MESSAGE_MAX)}\n` +
          'Please report it, with the command line and the version (lootline --version).\n' +
          'next: Set LOOTLINE_DEBUG=1 and run the same again to see where it happened.\n',
      )
  }
  if (context.env['LOOTLINE_DEBUG'] && error instanceof Error)
    context.stderr.write(`${error.stack ?? error.message}\n`)
  return error instanceof LootlineError ? exitCodeOf(error) : EXIT_CODES.internal.code
}
