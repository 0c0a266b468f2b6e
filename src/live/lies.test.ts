/** What a live trace does with sources that lie: alone, and with an honest one beside them. */
import { afterAll, describe, expect, test } from 'vitest'
import type { Placed, Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { createMemoryLedger, openSqliteLedger } from '../ledger/index.ts'
import { books, coin, utxo } from '../trace/fixtures.ref.ts'
import { plainRequest, type TraceRequest } from '../trace/index.ts'
import { createBook } from './createBook.ts'
import { openLiveFile } from './liveFile.ts'
import { expectSameFlow, type LiveWorld, liveWorld, wholeFlow } from './liveWorld.test-suite.ts'
import { type MadeDoor, madeChain, madeDoor, madeSource } from './madeSource.test-suite.ts'

const ends: (() => void)[] = []
afterAll(() => {
  for (const end of ends) end()
})

const KINDS = ['explorer', 'node'] as const
type Alter = (source: Source) => Source
const { labels, prices } = books(createMemoryLedger())

/** A theft that goes on by the mule, together with what is somebody else's. */
const ROWS = [
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
] as const
const { chain } = ROWS[0]
const MADE = madeChain(chain, ROWS)
const WHOLE = MADE.blocks.flatMap(({ transactions }) => transactions)

const theftOf = (row: Transaction): TraceRequest =>
  plainRequest({ seeds: [{ theft: 'theft', of: { kind: 'lot', txid: row.txid } }] })
const REQUEST = theftOf(ROWS[0])

interface LiarsWorld {
  readonly world: LiveWorld
  readonly doors: readonly MadeDoor[]
  /** What the first source says from now on. */
  alter: Alter
  /** Transactions in the ledger, and those of them on the first source's word. */
  kept(): { readonly all: number; readonly liars: readonly string[] }
}

/** @param sources the first may lie */
function liarsWorld(sources: readonly (typeof KINDS)[number][], alter: Alter): LiarsWorld {
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
const about =
  (txid: string, change: (placed: Placed) => Placed): Alter =>
  (source) => {
    const said = (placed: Placed): Placed => (placed.transaction.txid === txid ? change(placed) : placed)
    const { matches } = source
    return {
      ...source,
      async transaction(asked) {
        const found = await source.transaction(asked)
        return found === null ? null : { ...found, placed: said(found.placed) }
      },
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

const withInput =
  (i: number, lie: Partial<Transaction['inputs'][number]>) =>
  (placed: Placed): Placed => {
    const inputs = placed.transaction.inputs.map((input, at) => (at === i ? { ...input, ...lie } : input))
    return { ...placed, transaction: { ...placed.transaction, inputs } }
  }
const withPlace =
  (height: number) =>
  (placed: Placed): Placed => {
    const { hash, time } = MADE.blocks[height]!
    const block = { ...placed.block!, height, hash, time }
    return { ...placed, block, transaction: { ...placed.transaction, height, time } }
  }
const withOutputs =
  (amount: bigint) =>
  (placed: Placed): Placed => ({
    ...placed,
    transaction: { ...placed.transaction, outputs: [{ holder: coin('end'), amount }] },
  })

const block = { height: 3, hash: 'ab', time: 3 }
const spender = (txid: string) => async () => [{ txid, input: 0, block }]
const LIES: Record<string, readonly [Alter, readonly (typeof KINDS)[number][]]> = {
  'names a spender that spends something else': [
    (source) => ({ ...source, spends: spender(ROWS[0].txid) }),
    ['explorer'],
  ],
  'names a spender that it does not have': [
    (source) => ({ ...source, spends: spender('ff'.repeat(32)) }),
    ['explorer'],
  ],
  'has fewer outputs than there are': [(source) => ({ ...source, spends: async () => [] }), ['explorer']],
  'gives a transaction that the ledger cannot take': [about(ROWS[4].txid, withOutputs(-1n)), KINDS],
  'says that more is spent than was paid': [about(ROWS[3].txid, withInput(0, { amount: 199n })), KINDS],
  'says that another spends than was paid': [
    about(ROWS[3].txid, withInput(0, { holder: coin('nobody') })),
    KINDS,
  ],
}
const CASES = Object.entries(LIES).flatMap(([lie, [alter, kinds]]) =>
  kinds.map((kind) => ({ lie, kind, alter })),
)

describe.each(CASES)('an $kind that $lie', ({ kind, alter }) => {
  test('alone is named, also offline, and nothing of it is kept', async () => {
    const liars = liarsWorld([kind], alter)
    const named = { code: 'LIVE_UNASKED_SEED', message: expect.stringContaining('made contradicts itself') }
    await expect(liars.world.run(REQUEST)).rejects.toMatchObject(named)
    expect(liars.kept()).toEqual({ all: 0, liars: [] })
    const calls = liars.doors[0]!.answered.size
    await expect(liars.world.run(REQUEST, { offline: true })).rejects.toMatchObject(named)
    await expect(liars.world.run(REQUEST)).rejects.toMatchObject(named)
    expect(liars.doors[0]!.answered.size).toBe(calls)
  })

  test.each(KINDS)('is replaced by an honest %s, and named until it is asked again', async (honest) => {
    const liars = liarsWorld([kind, honest], alter)
    const first = await liars.world.run(REQUEST)
    expect([first.missing, first.cut]).toEqual([[], null])
    expectSameFlow(first.flow, wholeFlow(WHOLE, { labels, prices }, REQUEST))
    expect(liars.kept().liars).toEqual([])
    const named = `${liars.doors[0]!.shown} contradicts itself`
    expect(first.flow.coverage.notes.join('\n')).toContain(named)
    expect(first.flow.coverage.sources.map(({ name }) => name)).not.toContain(liars.doors[0]!.shown)

    const offline = await liars.world.run(REQUEST, { offline: true })
    expectSameFlow(offline.flow, first.flow)
    expect(offline.flow.coverage.notes.join('\n')).toContain(named)

    liars.alter = (source) => source
    const again = await liars.world.run(REQUEST, { refresh: true })
    expectSameFlow(again.flow, first.flow)
    expect(again.flow.coverage.notes.join('\n')).not.toContain('contradicts itself')
  })
})

describe.each(KINDS)('an %s that lies about what nothing proves yet', (kind) => {
  test('is caught when what proves it comes, also from another', async () => {
    const liars = liarsWorld([kind], about(ROWS[3].txid, withInput(1, { amount: 50n })))
    const first = await liars.world.run(REQUEST)
    expect(first.complete).toBe(true)
    expect(first.flow.coverage.notes.join('\n')).toContain(
      'Amount and payer of 1 input of traced transactions',
    )
    expect(liars.kept().liars).toContain(ROWS[3].txid)
    await expect(liars.world.run(theftOf(ROWS[1]))).rejects.toMatchObject({ code: 'LIVE_UNASKED_SEED' })
    expect(liars.kept()).toEqual({ all: 0, liars: [] })
  })

  test('about a height is taken back when it is caught with something else', async () => {
    const place = about(ROWS[2].txid, withPlace(2))
    const alter: Alter = (source) => about(ROWS[4].txid, withInput(0, { amount: 131n }))(place(source))
    const liars = liarsWorld([kind, 'explorer'], alter)
    const { flow, complete } = await liars.world.run(REQUEST)
    expect(complete).toBe(true)
    expectSameFlow(flow, wholeFlow(WHOLE, { labels, prices }, REQUEST))
    expect(liars.kept().liars).toEqual([])
  })
})

test('an explorer that puts a transaction into a block without it is the one that is named, whoever sees it', async () => {
  const alter: Alter = (source) => {
    const { txids: _, ...rest } = about(ROWS[2].txid, withPlace(4))(source)
    return rest
  }
  const liars = liarsWorld(['explorer', 'explorer'], alter)
  const { flow, complete } = await liars.world.run(REQUEST)
  expect(complete).toBe(true)
  expectSameFlow(flow, wholeFlow(WHOLE, { labels, prices }, REQUEST))
  const notes = flow.coverage.notes.filter((note) => note.includes('contradicts itself'))
  expect(notes).toEqual([expect.stringContaining(liars.doors[0]!.shown)])
})

test('what a liar said of a transaction is not taken for the word of who is asked next', async () => {
  const alter: Alter = (source) => ({
    ...about(ROWS[3].txid, withPlace(5))(source),
    spends: async (txid) => (txid === ROWS[1].txid ? [] : source.spends!(txid)),
  })
  const liars = liarsWorld(['explorer', 'explorer'], alter)
  const seeds = [ROWS[2], ROWS[1]].map(({ txid }) => ({ theft: txid, of: { kind: 'lot', txid } as const }))
  const request = plainRequest({ seeds })
  const { flow } = await liars.world.run(request)
  expectSameFlow(flow, wholeFlow(WHOLE, { labels, prices }, request))
})

describe('a run that was killed when it had caught a source', () => {
  test.each(KINDS)('is followed by one that forgets all that this %s said', async (kind) => {
    const liars = liarsWorld([kind, 'explorer'], (source) => source)
    const { flow } = await liars.world.run(REQUEST)
    expect(liars.kept().liars.length).toBeGreaterThan(3)
    const file = openLiveFile(liars.world.folder)
    const source = liars.doors[0]!.shown
    createBook(file.database, file.path).setLie({ chain, source, what: 'it says this and that' })
    file.close()
    const again = await liars.world.run(REQUEST)
    expectSameFlow(again.flow, flow)
    expect(again.complete).toBe(true)
    expect(liars.kept().liars).toEqual([])
  })
})

describe('what a file says', () => {
  test('proves nothing against a source, and is kept', async () => {
    const liars = liarsWorld(['explorer'], (source) => source)
    const ledger = openSqliteLedger(liars.world.folder)
    ledger.append([utxo(2, [], [['other', 41n]])])
    ledger.close()
    const { flow, complete } = await liars.world.run(REQUEST)
    expect(complete).toBe(true)
    expect(flow.coverage.notes.join('\n')).not.toContain('contradicts itself')
  })
})
