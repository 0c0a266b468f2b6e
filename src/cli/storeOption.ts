/**
 * Which store a command works on: `--store`, or LOOTLINE_STORE, or the nearest `.lootline/`.
 * @module
 */
import { createStore, locateStore, openStore, type Store } from '../store/index.ts'
import { type Option, value } from './command.ts'
import type { Context } from './context.ts'

/** The option every command on a store has. */
export const STORE_OPTION: Option<string | undefined> = value(
  '--store <folder>',
  'Store to use. Default: LOOTLINE_STORE, else the nearest .lootline folder.',
)

/** The store to read; it must exist. */
export function storeToRead(context: Context, named: string | undefined): Store {
  return openStore(locateStore(named, context.env, context.cwd))
}

/** The store to write to: made where it was named and does not exist yet. */
export function storeToWrite(context: Context, named: string | undefined): Store {
  return createStore(locateStore(named, context.env, context.cwd))
}
