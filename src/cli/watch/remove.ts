/** @module */
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { withWatch } from './openWatch.ts'

/** `lootline watch remove`: it is watched no more. */
export const watchRemoveCommand: Command = command({
  name: 'watch remove',
  summary: 'Stop watching; its alerts and what was still to be delivered go with it.',
  arguments: [{ name: '<name>', help: 'As "lootline watch list" shows it.' }],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline watch remove heist', does: 'ends that watch' }],
  run: (context, [name], { store: named, json }) =>
    withWatch(context, named, ({ store }) => {
      const undelivered = store.remove(name!)
      if (json) return writeJson(context, { removed: name, undelivered })
      writeLine(context, `"${name}" is watched no more; ${grouped(undelivered)} deliveries were still open.`)
    }),
})
