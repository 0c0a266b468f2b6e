/** What becomes of a seed's address whose source is caught lying while its history is read. */
import { describe, expect, test } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import { openSqliteLedger } from '../ledger/index.ts'
import { coin, utxo } from '../trace/fixtures.ref.ts'
import { plainRequest, type TraceRequest } from '../trace/index.ts'
import { createBook } from './createBook.ts'
import {
  about,
  BOOKS,
  KINDS,
  type LiarsWorld,
  liarsWorld,
  ROWS,
  WHOLE,
  withInput,
} from './liarsWorld.test-suite.ts'
import { openLiveFile } from './liveFile.ts'
import { expectSameFlow, wholeFlow } from './liveWorld.test-suite.ts'

const seedsOf = (...names: readonly string[]): TraceRequest =>
  plainRequest({
    seeds: names.map((name) => ({ theft: name, of: { kind: 'holders', holders: [coin(name)] } })),
  })
/** Proved false by the transaction before, which the same history has. */
const LIE = about(ROWS[2].txid, withInput(0, { amount: 101n }))

describe.each(KINDS)('an %s that lies about a seed', (kind) => {
  test('alone is named, again and offline too', async () => {
    const liars = liarsWorld([kind], LIE)
    const named = { code: 'LIVE_UNASKED_SEED', message: expect.stringContaining('made contradicts itself') }
    await expect(liars.world.run(seedsOf('thief'))).rejects.toMatchObject(named)
    await expect(liars.world.run(seedsOf('thief'))).rejects.toMatchObject(named)
    await expect(liars.world.run(seedsOf('thief'), { offline: true })).rejects.toMatchObject(named)
    expect(liars.kept()).toEqual({ all: 0, liars: [] })
  })

  test.each(KINDS)('is replaced by an honest %s', async (honest) => {
    for (const request of [seedsOf('thief'), seedsOf('other', 'thief'), seedsOf('thief', 'other')]) {
      const liars = liarsWorld([kind, honest], LIE)
      const { flow, missing } = await liars.world.run(request)
      expect(missing).toEqual([])
      expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, request))
      expect(flow.coverage.notes.join('\n')).toContain(`${liars.doors[0]!.shown} contradicts itself`)
    }
  })

  test('leaves the seed open where none is left to ask', async () => {
    const liars = liarsWorld([kind], LIE)
    fromFile(liars, [utxo(9, [], [['friend', 5n]])], 'friend')
    const holders = ['friend', 'thief'].map(coin)
    const request = plainRequest({ seeds: [{ theft: 'both', of: { kind: 'holders', holders } }] })
    const { missing, flow } = await liars.world.run(request)
    expect(missing).toMatchObject([{ holders: 1, why: expect.stringContaining('contradicts itself') }])
    expect(flow.balance.map(({ stolen }) => stolen)).toEqual(['5'])
  })

  test('is not believed that a holder was whole', async () => {
    const liars = liarsWorld([kind], (source) => source)
    fromFile(liars, [ROWS[0], ROWS[2]], 'thief')
    await liars.world.run(seedsOf('mule'))
    caught(liars)
    const { missing, flow } = await liars.world.run(seedsOf('thief'))
    expect(missing).toMatchObject([{ lots: 1 }])
    expect(flow.leaves.map(({ reason }) => reason)).toEqual(['nodata', 'fee'])
  })
})

test('a run that is killed as it has a history believes no file to have brought it', async () => {
  const liars = liarsWorld(['explorer', 'explorer'], (source) => source)
  liars.doors[0]!.before = (question) => {
    if (question.includes('/txids/')) throw new Error('killed')
  }
  await expect(liars.world.run(seedsOf('pair'))).rejects.toThrow('killed')
  caught(liars)
  const { flow } = await liars.world.run(seedsOf('pair'))
  expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, seedsOf('pair')))
})

function fromFile({ world }: LiarsWorld, rows: readonly Transaction[], whole: string): void {
  const ledger = openSqliteLedger(world.folder)
  ledger.append(rows, { covers: { kind: 'holders', holders: [coin(whole)] } })
  ledger.close()
}

/** The first source, by a run that was killed before it had forgotten it. */
function caught({ world, doors }: LiarsWorld): void {
  const file = openLiveFile(world.folder)
  const { chain } = ROWS[0]
  createBook(file.database, file.path).setLie({
    chain,
    source: doors[0]!.shown,
    what: 'it says this and that',
  })
  file.close()
}
