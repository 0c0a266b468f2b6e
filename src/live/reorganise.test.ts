import { expect, test } from 'vitest'
import type { BlockRef, Source } from '../chain/source.ts'
import { BITCOIN } from '../units/caip.ts'
import { settleFork } from './reorganise.ts'

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
