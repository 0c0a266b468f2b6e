/** @module */
import { resolve } from 'node:path'
import { createStore } from '../store/index.ts'
import { type Command, command, flag } from './command.ts'
import { writeJson, writeLine } from './output.ts'
import { STORE_OPTION } from './storeOption.ts'

/** `lootline init`: an empty store. Commands that add to a named store make it themselves. */
export const initCommand: Command = command({
  name: 'init',
  summary: 'Make an empty store in this folder (.lootline), or where --store says.',
  arguments: [],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [
    { run: 'lootline init', does: 'makes .lootline here; commands in this folder and below then use it' },
    { run: 'lootline init --store cases/harmony', does: 'makes a store with a name of its own' },
  ],
  run(context, _args, { store: named, json }) {
    const store = createStore(resolve(context.cwd, named ?? (context.env['LOOTLINE_STORE'] || '.lootline')))
    if (json) return writeJson(context, { store: store.path })
    writeLine(context, `Store: ${store.path}`)
    writeLine(
      context,
      'Next: lootline labels add <files>, lootline prices add <files>, lootline import <file>',
    )
  },
})
