/**
 * Who takes part: services, innocent users, and the one book of addresses.
 * @module
 */
import { type Book, createBook } from './book.ts'
import type { SimulationSettings } from './options.ts'

export interface Exchange {
  readonly name: string
  readonly owner: number
  /** Address numbers. `gas` pays for the sweeping of tokens. */
  readonly hot: number
  readonly gas: number
  readonly labelled: boolean
}

export interface Cast {
  readonly book: Book
  readonly exchanges: readonly Exchange[]
  /** Address numbers of the other services. */
  readonly dex: number
  readonly mixer: number
  readonly relayer: number
  readonly bridge: number
  readonly poisoner: number
  /** One address number each; owners are unique. */
  readonly users: readonly number[]
  /** Owner number of all thieves and mules: they are one gang. */
  readonly gang: number
  /** Owner numbers from here on are unused. */
  readonly nextOwner: number
}

/** Invented names. */
const EXCHANGE_NAMES = ['Aster', 'Borealis', 'Cobalt', 'Dunlin', 'Egret', 'Fathom', 'Gannet', 'Halyard']

export function createCast(settings: SimulationSettings): Cast {
  const book = createBook(settings.seed, settings.model)
  let nextOwner = 0
  const alone = (): number => book.add(nextOwner++)
  const exchanges = Array.from({ length: settings.exchanges }, (_, i): Exchange => {
    const owner = nextOwner++
    return {
      name: `${EXCHANGE_NAMES[i] ?? `Number ${i + 1}`} Exchange`,
      owner,
      hot: book.add(owner),
      gas: book.add(owner),
      labelled: i < settings.labelledExchanges,
    }
  })
  const [dex, mixer, relayer, bridge, poisoner] = [alone(), alone(), alone(), alone(), alone()]
  const users = Array.from({ length: settings.users }, alone)
  return {
    book,
    exchanges,
    dex,
    mixer,
    relayer,
    bridge,
    poisoner,
    users,
    gang: nextOwner++,
    nextOwner,
  }
}
