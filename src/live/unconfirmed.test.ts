/** Seeds and spenders that a source does not have in a block. */
import { describe, expect, test } from 'vitest'
import type { Placed, Source } from '../chain/source.ts'
import { plainRequest } from '../trace/index.ts'
import { type Alter, about, BOOKS, KINDS, liarsWorld, ROWS, theftOf, WHOLE } from './liarsWorld.test-suite.ts'
import { expectSameFlow, wholeFlow } from './liveWorld.test-suite.ts'

const { txid } = ROWS[0]
const REQUEST = theftOf(ROWS[0])
const loose =
  (...txids: string[]): Alter =>
  (source) =>
    txids.reduce((altered, one) => about(one, inNoBlock)(altered), source)
const inNoBlock = ({ transaction, ...rest }: Placed): Placed => {
  const { height: _, time: __, index: ___, ...unplaced } = transaction
  return { ...rest, transaction: unplaced, block: null }
}
const unconfirmed: Alter = loose(txid)
const without =
  (lacksTransactions: boolean): Alter =>
  (source: Source) => ({ ...source, lacksTransactions, transaction: async () => null })

describe.each(KINDS)('a seed that an %s', (kind) => {
  test('has unconfirmed is said to be', async () => {
    await expect(liarsWorld([kind], unconfirmed).world.run(REQUEST)).rejects.toMatchObject({
      ...{
        code: 'LIVE_UNCONFIRMED_SEED',
        message: expect.stringContaining('1/made has it, but in no block yet'),
      },
      data: { txid },
    })
  })

  test('cannot know without index is not said to be unknown', async () => {
    await expect(liarsWorld([kind], without(true)).world.run(REQUEST)).rejects.toMatchObject({
      ...{ code: 'LIVE_UNASKED_SEED', message: expect.stringContaining('no transaction index (txindex=1)') },
    })
    await expect(liarsWorld([kind], without(false)).world.run(REQUEST)).rejects.toMatchObject({
      code: 'TRACE_NO_SEED',
    })
  })

  test('cannot know is unknown where the next source could', async () => {
    const { world } = liarsWorld([kind, 'explorer'], without(true))
    await expect(world.run(theftOf({ ...ROWS[0], txid: 'ab'.repeat(32) }))).rejects.toMatchObject({
      code: 'TRACE_NO_SEED',
    })
  })

  test.each([
    ['has unconfirmed', unconfirmed],
    ['does not have', without(false)],
    ['cannot know', without(true)],
  ])('%s is asked of the next source', async (_, alter) => {
    const { world } = liarsWorld([kind, 'explorer'], (source) => {
      const { transaction } = alter(source)
      return { ...source, transaction: (id) => (id === txid ? transaction(id) : source.transaction(id)) }
    })
    const { flow, missing } = await world.run(REQUEST)
    expect(missing).toEqual([])
    expectSameFlow(flow, wholeFlow(WHOLE, BOOKS, REQUEST))
  })
})

describe('an address', () => {
  const { holder } = ROWS[5]!.outputs[0]!
  const request = plainRequest({ seeds: [{ theft: 'theft', of: { kind: 'holders', holders: [holder!] } }] })

  test('that only an unconfirmed transaction pays is said to be', async () => {
    const { world } = liarsWorld(['explorer'], loose(ROWS[5]!.txid, ROWS[6]!.txid))
    await expect(world.run(request)).rejects.toMatchObject({
      ...{ code: 'LIVE_UNCONFIRMED_SEED', data: { txid: ROWS[5]!.txid } },
      message: expect.stringContaining('is not confirmed'),
    })
  })

  test('that an unconfirmed transaction pays too is traced without it, and that is said', async () => {
    const { world } = liarsWorld(['explorer'], loose(ROWS[6]!.txid))
    const { flow } = await world.run(request)
    expect(flow.seeds.map(({ amount }) => amount)).toEqual(['5'])
    expect(flow.coverage.notes.join('\n')).toContain(
      `1 unconfirmed transaction pays ${holder} and is not counted; with a new block, --refresh asks again.`,
    )
  })
})

test('an output that an unconfirmed transaction spends is held, and that is said', async () => {
  const by = 'ee'.repeat(32)
  const { world } = liarsWorld(['explorer'], (source) => ({
    ...source,
    spends: async (asked) =>
      asked === ROWS[2].txid ? [{ txid: by, input: 0, block: null }] : source.spends!(asked),
  }))
  const { flow, complete } = await world.run(REQUEST)
  expect(complete).toBe(true)
  expect(flow.leaves.map(({ reason }) => reason)).toEqual(['held', 'fee'])
  expect(flow.coverage.notes.join('\n')).toContain(
    `1 output where traced money rests is being spent by 1 unconfirmed transaction: ${by}. Until`,
  )
})
