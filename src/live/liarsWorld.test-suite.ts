/** A theft on a made-up chain, and sources of it, the first of which may lie. */
import { afterAll } from 'vitest'
import type { Placed, Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { createMemoryLedger, openSqliteLedger } from '../ledger/index.ts'
import { books, utxo } from '../trace/fixtures.ref.ts'
import { plainRequest, type TraceBooks, type TraceRequest } from '../trace/index.ts'
import { createBook } from './createBook.ts'
import { openLiveFile } from './liveFile.ts'
import { type LiveWorld, liveWorld } from './liveWorld.test-suite.ts'
import { type MadeChain, type MadeDoor, madeChain, madeDoor, madeSource } from './madeSource.test-suite.ts'

const ends: (() => void)[] = []
afterAll(() => {
  for (const end of ends) end()
})

export const KINDS = ['explorer', 'node'] as const
export type Alter = (source: Source) => Source
const { labels, prices } = books(createMemoryLedger())
export const BOOKS: Pick<TraceBooks, 'labels' | 'prices'> = { labels, prices }

type Rows = readonly [Transaction, Transaction, Transaction, Transaction, Transaction, ...Transaction[]]
/** A theft that goes on by the mule, together with what is somebody else's; and a block with two transactions of one holder. */
export const ROWS: Rows = [
  utxo(1, [], [['thief', 100n]]),
  utxo(2, [], [['other', 40n]]),
  utxo(3, [[1, 0, 'thief', 100n]], [['mule', 99n]]),
  utxo(
    4,
    [
      [3, 0, 'mule', 99n],
      [2, 0, 'other', 40n],
    ],
    [
      ['exit', 130n],
      ['rest', 9n],
    ],
  ),
  utxo(5, [[4, 0, 'exit', 130n]], [['end', 130n]]),
  utxo(6, [], [['pair', 5n]]),
  { ...utxo(7, [[6, 0, 'pair', 5n]], [['pair', 4n]]), height: 6 },
]
const { chain } = ROWS[0]
export const MADE: MadeChain = madeChain(chain, ROWS)
export const WHOLE: readonly Transaction[] = MADE.blocks.flatMap(({ transactions }) => transactions)

export const theftOf = (row: Transaction): TraceRequest =>
  plainRequest({ seeds: [{ theft: 'theft', of: { kind: 'lot', txid: row.txid } }] })

export interface LiarsWorld {
  readonly world: LiveWorld
  readonly doors: readonly MadeDoor[]
  /** What the first source says from now on. */
  alter: Alter
  /** Transactions in the ledger, and those of them on the first source's word. */
  kept(): { readonly all: number; readonly liars: readonly string[] }
}

/** @param sources the first may lie */
export function liarsWorld(sources: readonly (typeof KINDS)[number][], alter: Alter): LiarsWorld {
  const doors = sources.map((_, i) => madeDoor(MADE, `http://127.0.0.1:${i + 1}/made`))
  const world = liveWorld({
    ...{ labels, prices },
    sources: sources.map((kind, i) => ({
      ...{ chain, shown: doors[i]!.shown },
      open: async (wrap) => {
        const source = madeSource(chain, wrap(doors[i]!), kind)
        return i === 0 ? made.alter(source) : source
      },
    })),
  })
  ends.push(() => world.clean())
  const made: LiarsWorld = {
    ...{ world, doors, alter },
    kept() {
      using stack = new DisposableStack()
      const ledger = stack.adopt(openSqliteLedger(world.folder), (open) => open.close())
      const file = stack.adopt(openLiveFile(world.folder), (open) => open.close())
      const liars = createBook(file.database, file.path).putBy(chain, doors[0]!.shown)
      return { all: ledger.size().transactions, liars }
    },
  }
  return made
}

/** Says otherwise of one transaction, wherever it comes. */
export const about =
  (txid: string, change: (placed: Placed) => Placed): Alter =>
  (source) => {
    const said = (placed: Placed): Placed => (placed.transaction.txid === txid ? change(placed) : placed)
    const { matches, history } = source
    return {
      ...source,
      async transaction(asked) {
        const found = await source.transaction(asked)
        return found === null ? null : { ...found, placed: said(found.placed) }
      },
      ...(history === undefined
        ? {}
        : {
            async *history(holder) {
              for await (const page of history(holder))
                yield { ...page, transactions: page.transactions.map(said) }
            },
          }),
      ...(matches === undefined
        ? {}
        : {
            matches: async (block, interest) => {
              const found = await matches(block, interest)
              return { ...found, transactions: found.transactions.map(said) }
            },
          }),
    }
  }

export const withInput =
  (i: number, lie: Partial<Transaction['inputs'][number]>) =>
  (placed: Placed): Placed => {
    const inputs = placed.transaction.inputs.map((input, at) => (at === i ? { ...input, ...lie } : input))
    return { ...placed, transaction: { ...placed.transaction, inputs } }
  }
