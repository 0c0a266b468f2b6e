/** What a live trace does with sources that lie: alone, and with an honest one beside them. */
import { describe, expect, test } from 'vitest'
import type { Placed } from '../chain/source.ts'
import { openSqliteLedger } from '../ledger/index.ts'
import { answerOf, SourceError } from '../net/index.ts'
import { coin, utxo } from '../trace/fixtures.ref.ts'
import { plainRequest } from '../trace/index.ts'
import { createBook } from './createBook.ts'
import {
  type Alter,
  about,
  BOOKS,
  KINDS,
  liarsWorld,
  MADE,
  ROWS,
  theftOf,
  WHOLE,
  withInput,
} from './liarsWorld.test-suite.ts'
import { openLiveFile } from './liveFile.ts'
import { expectSameFlow, wholeFlow } from './liveWorld.test-suite.ts'
import type { MadeDoor } from './madeSource.test-suite.ts'

const { chain } = ROWS[0]
const REQUEST = theftOf(ROWS[0])

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
  'has fewer outputs than there are': [(source) => ({ ...source, spends: async () => [] }), ['explorer']],
  'gives a transaction that the ledger cannot take': [about(ROWS[4].txid, withOutputs(-1n)), KINDS],
  'says that more is spent than was paid': [about(ROWS[3].txid, withInput(0, { amount: 199n })), KINDS],
  'says that another spends than was paid': [
    about(ROWS[3].txid, withInput(0, { holder: coin('nobody') })),
    KINDS,
  ],
  'puts a spender into a block before what it spends': [about(ROWS[3].txid, withPlace(2)), KINDS],
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
    expectSameFlow(first.flow, wholeFlow(WHOLE, BOOKS, REQUEST))
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

describe('an explorer that names a spender that it does not have', () => {
  const { txid } = ROWS[2]
  const without: Alter = (source) => ({
    ...source,
    transaction: async (asked) => (asked === txid ? null : source.transaction(asked)),
  })

  test('has failed in this run: the flow names it, and the same trace goes on once it has it', async () => {
    const one = liarsWorld(['explorer'], without)
    const first = await one.world.run(REQUEST)
    expect(first.missing).toMatchObject([{ lots: 1, why: expect.stringContaining(txid) }])
    expect(first.flow.coverage.notes.join('\n')).toMatch(`failed: ${one.doors[0]!.shown}`)
    expect(one.kept()).toEqual({ all: 1, liars: [ROWS[0].txid] })
    one.alter = (source) => source
    const { flow, complete } = await one.world.run(REQUEST)
    expect(complete).toBe(true)
    expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, REQUEST))
  })

  test.each(KINDS)('is followed by an honest %s', async (honest) => {
    const { world } = liarsWorld(['explorer', honest], without)
    const { flow, complete } = await world.run(REQUEST)
    expect(complete).toBe(true)
    expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, REQUEST))
    expect(flow.coverage.notes.join('\n')).not.toContain('contradicts itself')
  })

  test('is asked again who spends it, though it said so for good', async () => {
    const one = liarsWorld(['explorer'], (source) => source)
    const door = one.doors[0]!
    const { ask } = door
    const named = JSON.stringify([{ txid: 'ff'.repeat(32), input: 0, block }])
    door.ask = async (question) =>
      question.path === `/spends/${ROWS[0].txid}`
        ? question.read(answerOf(200, Buffer.from(named, 'utf8')))
        : ask(question)
    expect((await one.world.run(REQUEST)).complete).toBe(false)
    door.ask = ask
    const { flow, complete } = await one.world.run(REQUEST)
    expect(complete).toBe(true)
    expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, REQUEST))
  })

  test('though once only is asked again in the same run', async () => {
    let left = 1
    const one = liarsWorld(['explorer'], (source) => ({
      ...source,
      transaction: async (asked) => (asked === txid && left-- > 0 ? null : source.transaction(asked)),
    }))
    expect((await one.world.run(REQUEST)).complete).toBe(true)
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
    expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, REQUEST))
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
  expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, REQUEST))
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
  expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, request))
})

describe.each(KINDS)(
  'where one source puts a spender before what it spends, beside an honest %s',
  (honest) => {
    const down = (door: MadeDoor, is: boolean): void => {
      const place = { source: door.shown, question: 'any', attempts: 1 }
      door.before = () => {
        if (is) throw new SourceError({ code: 'NET_STATUS', status: 503, body: '' }, place)
      }
    }

    test('it is the one that is named where the other told of what is spent', async () => {
      const liars = liarsWorld(['explorer', honest], about(ROWS[4].txid, withPlace(2)))
      await liars.world.run(theftOf(ROWS[4]))
      down(liars.doors[0]!, true)
      const { flow, complete } = await liars.world.run(REQUEST)
      expect(complete).toBe(true)
      expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, REQUEST))
      expect(liars.kept().liars).toEqual([])
    })

    test('it is the one that is named where the other told of the spender', async () => {
      const liars = liarsWorld(['explorer', honest], about(ROWS[2].txid, withPlace(6)))
      down(liars.doors[0]!, true)
      await liars.world.run(theftOf(ROWS[3]))
      down(liars.doors[0]!, false)
      const { flow, complete } = await liars.world.run(REQUEST)
      expect(complete).toBe(true)
      expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, REQUEST))
      const notes = flow.coverage.notes.filter((note) => note.includes('contradicts itself'))
      expect(notes).toEqual([expect.stringContaining(liars.doors[0]!.shown)])
      expect(liars.kept().liars).toEqual([])
    })
  },
)

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
