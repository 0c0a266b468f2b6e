/** @module */
import { type Command, command, flag, UsageError } from './command.ts'
import type { Context } from './context.ts'
import { EXIT_CODES } from './exitCodes.ts'
import { writeJson, writeLine, writeTable } from './output.ts'

/** Pages that belong to no command. */
const TOPICS: Readonly<Record<string, (context: Context, json: boolean) => void>> = {
  'exit-codes': (context, json) => {
    const codes = Object.entries(EXIT_CODES).map(([name, { code, means }]) => ({ code, name, means }))
    if (json) return writeJson(context, codes)
    writeTable(
      context,
      [{ head: 'code', right: true }, { head: 'name' }, { head: 'means', max: 200 }],
      codes.map(({ code, name, means }) => [String(code), name, means]),
    )
  },
  environment: (context, json) => {
    const variables = {
      LOOTLINE_STORE: 'Store to use where --store is not given.',
      LOOTLINE_DEBUG: 'Any value: show the stack of a failure.',
      NO_COLOR: 'Any value: no colours, also on a terminal.',
    }
    if (json) return writeJson(context, variables)
    writeTable(context, [{ head: 'variable' }, { head: 'does', max: 200 }], Object.entries(variables))
  },
}

/** `lootline help`: topics, and how to get a command's own help. */
export const helpCommand: Command = command({
  name: 'help',
  summary: 'Explain a topic: exit-codes, environment. For a command, use <command> --help.',
  arguments: [{ name: '[topic]', help: `One of ${Object.keys(TOPICS).join(', ')}.` }],
  options: { json: flag('--json', 'Print JSON.') },
  examples: [
    { run: 'lootline help exit-codes', does: 'lists what the exit code of a command means' },
    { run: 'lootline help trace', does: 'explains one command, with examples' },
  ],
  run(context, [topic], { json }) {
    if (topic === undefined) {
      writeLine(context, `Topics: ${Object.keys(TOPICS).join(', ')}. Commands: lootline --help`)
      return
    }
    const print = Object.hasOwn(TOPICS, topic) ? TOPICS[topic] : undefined
    if (print === undefined)
      throw new UsageError(`There is no topic "${topic}".`, `Topics: ${Object.keys(TOPICS).join(', ')}.`)
    print(context, json)
  },
})
