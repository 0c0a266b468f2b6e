import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { BlockRef, Source } from '../chain/source.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { createStore } from '../store/index.ts'
import { account, accountTransactions } from '../trace/fixtures.ref.ts'
import { BITCOIN, ETHEREUM } from '../units/caip.ts'
import { createArchive } from './archive.ts'
import { createBook } from './createBook.ts'
import { openLiveFile } from './liveFile.ts'
import { settleFork } from './reorganise.ts'
import { takeBackSource } from './takeBack.ts'
import { takeIn } from './takeIn.ts'

const block = (height: number, hash: string): BlockRef => ({ height, hash, time: height })

test('a source that lacks blocks of long ago serves another chain: nothing is taken back', async () => {
  const forgets = (): never => {
    throw new Error('something was forgotten')
  }
  const source = {
    ...{ chain: BITCOIN, shown: 'http://127.0.0.1:1' },
    blockAt: async (height: number) => block(height, 'theirs'),
  } as unknown as Source
  const books = {
    book: { blocks: () => [block(19_999, 'ours'), block(9000, 'ours'), block(1, 'ours')], putAbove: forgets },
    ...{ ledger: { forget: forgets }, archive: { dropFrom: forgets }, links: { forget: forgets } },
  } as unknown as Parameters<typeof settleFork>[0]
  await expect(settleFork(books, source, block(20_000, 'theirs'))).rejects.toMatchObject({
    data: { code: 'LIVE_OTHER_HISTORY', height: 9000 },
    next: expect.stringContaining('source check'),
  })
})

/** Three accounts that a source gave whole, as of blocks 1000 and 1001; `file` is whole by a file's word. */
async function wholeHolders() {
  const folder = mkdtempSync(join(tmpdir(), 'lootline-reorganise-'))
  createStore(join(folder, 's'))
  const file = openLiveFile(join(folder, 's'))
  onTestFinished(() => {
    file.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const book = createBook(file.database, file.path)
  const ledger = createMemoryLedger()
  const links = { addLinks: () => {}, forget: () => {} }
  const transactions = accountTransactions([
    ['early', 'paid', 5],
    ['paid', 'late', 5],
  ])
  ledger.append(
    accountTransactions([['file', 'early', 1]]).map((one) => ({ ...one, txid: '0xff' })),
    {
      covers: { kind: 'holders', holders: [account('file')] },
    },
  )
  const placed = transactions.map((transaction, i) => ({
    ...{ transaction, links: [], block: { height: 1000 + i, hash: `h${1000 + i}`, time: i } },
  }))
  const names = ['early', 'paid', 'late', 'file'].map(account)
  const whole = names.slice(0, 3)
  await takeIn({ ledger, book, links, now: () => 1 }, 'node', { placed, assets: [], whole })
  for (const [i, holder] of whole.entries()) {
    const height = i === 2 ? 1001 : 1000
    book.setHistory(holder, { chain: ETHEREUM, height, hash: `h${height}`, time: 0, source: 'node' })
  }
  const marks = (): number[] => [...ledger.isWhole(ledger.holderNumbers(names))]
  expect(marks()).toEqual([1, 1, 1, 1])
  const books = { ledger, book, archive: createArchive(file.database, file.path), links }
  return { books, marks, moments: () => names.map((name) => book.holder(name).moment?.height ?? null) }
}

test('nobody is called whole whose history was read to a block that was taken back, or who moved money in it', async () => {
  const { books, marks, moments } = await wholeHolders()
  const source = {
    ...{ chain: ETHEREUM, shown: 'node' },
    blockAt: async (height: number) => block(height, height === 1001 ? 'other' : `h${height}`),
  } as unknown as Source
  await settleFork(books, source, block(1002, 'newest'))
  expect(marks()).toEqual([1, 0, 0, 1])
  // Who is not called whole is asked about again.
  expect(moments()).toEqual([1000, null, null, null])
})

test('nobody is called whole on the word of a source that was caught lying', async () => {
  const { books, marks } = await wholeHolders()
  await takeBackSource(books, ETHEREUM, 'node')
  expect(marks()).toEqual([0, 0, 0, 1])
})
