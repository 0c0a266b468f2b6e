/**
 * Builds the parser from the commands' descriptions, and runs one command line to an exit code.
 * @module
 */
import { CommanderError, Command as Parser, Option as ParserOption } from 'commander'
import type { Command } from './command.ts'
import { UsageError } from './command.ts'
import { COMMANDS, GROUPS } from './commands.ts'
import type { Context } from './context.ts'
import { EXIT_CODES } from './exitCodes.ts'
import { reportFailure } from './failure.ts'
import { versionOf } from './version.ts'

/** Runs `lootline <argv…>`; every failure is printed and turned into its exit code. */
export async function run(argv: readonly string[], context: Context): Promise<number> {
  try {
    await buildParser(context).parseAsync(withoutHelpWord(argv), { from: 'user' })
    return EXIT_CODES.ok.code
  } catch (error) {
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? EXIT_CODES.ok.code : reportFailure(context, usageOf(error), argv)
    return reportFailure(context, error, argv)
  }
}

/** `help trace` means `trace --help`, and `help` alone the page of all commands; topics stay what they are. */
function withoutHelpWord(argv: readonly string[]): string[] {
  const [first, ...words] = argv
  if (first !== 'help') return [...argv]
  if (words.length === 0) return ['--help']
  const known = Object.hasOwn(GROUPS, words[0]!) || COMMANDS.some(({ name }) => name === words[0])
  return known ? [...words, '--help'] : [...argv]
}

/** The parser, with every command's help. */
function buildParser(context: Context): Parser {
  const root = prepare(new Parser('lootline'), context)
    .description('Follows stolen cryptocurrency from the theft to the cash-out.')
    .version(versionOf(), '-V, --version', 'Show the version.')
    .addHelpText('after', '\nStart with "lootline demo". Exit codes: "lootline help exit-codes".')
  const groups = new Map<string, Parser>()
  for (const command of COMMANDS) {
    const [noun, verb] = command.name.split(' ') as [string, string | undefined]
    if (verb === undefined) {
      addCommand(root, noun, command, context)
      continue
    }
    let group = groups.get(noun)
    if (group === undefined) {
      group = prepare(root.command(noun), context).description(GROUPS[noun] ?? '')
      groups.set(noun, group)
    }
    addCommand(group, verb, command, context)
  }
  return root
}

function prepare(parser: Parser, context: Context): Parser {
  return parser
    .helpCommand(false)
    .helpOption('-h, --help', 'Show this help.')
    .exitOverride()
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      // Failures are printed once, by reportFailure; what commander writes here is the help of an incomplete command.
      writeErr: (text) => context.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => context.stdout.columns ?? 100,
      getErrHelpWidth: () => context.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
}

function addCommand(parent: Parser, word: string, command: Command, context: Context): void {
  const parser = prepare(parent.command(word), context).summary(command.summary)
  parser.description(command.about === undefined ? command.summary : `${command.summary}\n\n${command.about}`)
  for (const argument of command.arguments) parser.argument(argument.name, argument.help)
  const readers = new Map<string, (typed: Readonly<Record<string, unknown>>) => unknown>()
  for (const [key, option] of Object.entries(command.options)) {
    const parserOption = new ParserOption(option.flags, helpOf(option.help, option.choices, option.initial))
    if (option.kind === 'list')
      parserOption.argParser((typed: string, before: unknown[] | undefined) => [
        ...(before ?? []),
        option.parse(typed),
      ])
    else if (option.kind === 'value') parserOption.argParser((typed: string) => option.parse(typed))
    parser.addOption(parserOption)
    const name = parserOption.attributeName()
    // The parser reads `--no-swaps` as swaps: false.
    readers.set(key, (typed) => (parserOption.negate ? typed[name] === false : typed[name]))
  }
  const examples = command.examples.map((example) => `  ${example.run}\n      ${example.does}`)
  parser.addHelpText('after', `\nExamples:\n${examples.join('\n')}`)
  parser.action(async () => {
    const typed = parser.opts()
    const values: Record<string, unknown> = {}
    for (const [key, option] of Object.entries(command.options))
      values[key] = readers.get(key)?.(typed) ?? option.initial
    await command.run(context, parser.args, values as never)
  })
}

function helpOf(help: string, choices: readonly string[] | undefined, initial: unknown): string {
  const among = choices === undefined ? '' : ` One of ${choices.join(', ')}.`
  return `${help}${among}${typeof initial === 'string' ? ` Default: ${initial}.` : ''}`
}

function usageOf(error: CommanderError): unknown {
  if (error.code === 'commander.help')
    return new UsageError('Say what to do: a command is missing.', 'Choose one of the commands above.')
  const message = error.message.replace(/^error: /, '').replaceAll('\n', ' ')
  return new UsageError(message.endsWith('.') || message.endsWith(')') ? message : `${message}.`)
}
