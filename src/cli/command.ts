/**
 * Commands as data: help, parsing, the documentation's table and the tests all read the same description.
 * @module
 */
import { LootlineError } from '../errors.ts'
import type { Context } from './context.ts'

/** One option. `parse` turns what was typed into a value, or throws {@link UsageError}. */
export interface Option<T> {
  /** As shown: `--rule <rule>`. */
  readonly flags: string
  readonly help: string
  readonly kind: 'flag' | 'value' | 'list'
  readonly initial: T
  readonly parse: (typed: string) => unknown
  readonly choices?: readonly string[]
}

export type Options = Readonly<Record<string, Option<unknown>>>
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never }

export interface Example {
  readonly run: string
  readonly does: string
}

/** What a person can type. The last argument may be variadic (`<address...>`). */
export interface Command {
  /** Words after `lootline`: `labels add`. */
  readonly name: string
  readonly summary: string
  readonly arguments: readonly { readonly name: string; readonly help: string }[]
  readonly options: Options
  readonly examples: readonly Example[]
  /** Paragraph for the help page, beyond the summary. */
  readonly about?: string
  readonly run: (context: Context, args: readonly string[], values: never) => Promise<void> | void
}

/** Ties the types of a command's options to its run function, then forgets them. */
export function command<const O extends Options>(
  spec: Omit<Command, 'options' | 'run'> & {
    readonly options: O
    readonly run: (context: Context, args: readonly string[], values: Values<O>) => Promise<void> | void
  },
): Command {
  return spec
}

/** `--json`: false unless typed. */
export function flag(flags: string, help: string): Option<boolean> {
  return { flags, help, kind: 'flag', initial: false, parse: () => true }
}

/** `--out <file>`: undefined unless typed. */
export function value(flags: string, help: string): Option<string | undefined>
export function value<T>(flags: string, help: string, parse: (typed: string) => T): Option<T | undefined>
export function value(
  flags: string,
  help: string,
  parse: (typed: string) => unknown = same,
): Option<unknown> {
  return { flags, help, kind: 'value', initial: undefined, parse }
}

/** `--from <seed>`, repeatable: empty unless typed. */
export function list(flags: string, help: string): Option<readonly string[]> {
  return { flags, help, kind: 'list', initial: [], parse: same }
}

const same = (typed: string): string => typed

/** `--rule <rule>`: one of a few words. */
export function choice<const T extends string>(
  flags: string,
  help: string,
  choices: readonly T[],
  initial: T,
): Option<T> {
  const parse = (typed: string): T => {
    const found = choices.find((word) => word === typed)
    if (found === undefined) throw new UsageError(`${flags}: "${typed}" is none of ${choices.join(', ')}.`)
    return found
  }
  return { flags, help, kind: 'value', initial, parse, choices }
}

/** A whole number of at least `least`, at most 2^53 - 1. */
export function wholeNumber(flags: string, least: number): (typed: string) => number {
  return (typed) => {
    const number = Number(typed)
    if (!/^\d+$/.test(typed) || !Number.isSafeInteger(number) || number < least)
      throw new UsageError(`${flags}: "${typed}" is not a whole number of at least ${least}.`)
    return number
  }
}

/** The command line cannot be understood; nothing was done. */
export class UsageError extends LootlineError<{ code: 'CLI_USAGE' }> {
  override readonly name: string = 'UsageError'

  constructor(message: string, next = 'Add --help to see what the command takes, with examples.') {
    super({ code: 'CLI_USAGE' }, message, next)
  }
}
