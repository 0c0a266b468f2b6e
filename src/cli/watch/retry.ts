/** @module */
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { watchNamed, withWatch } from './openWatch.ts'

/** `lootline watch retry`: dead deliveries are due again. */
export const watchRetryCommand: Command = command({
  name: 'watch retry',
  summary: 'Make deliveries that were given up due again, under the same keys.',
  arguments: [{ name: '[name]', help: 'Of one watch; of all where none is named.' }],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline watch retry', does: 'lets the next "lootline watch run" try again' }],
  run: (context, [name], { store: named, json }) =>
    withWatch(context, named, ({ store, outbox }) => {
      if (name !== undefined) watchNamed(store, name)
      const due = outbox.retry(name, context.now() * 1000)
      if (json) return writeJson(context, { due })
      const are = due === 1 ? 'delivery is' : 'deliveries are'
      writeLine(context, `${grouped(due)} ${are} due again; "lootline watch run" makes them.`)
    }),
})
