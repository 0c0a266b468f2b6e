import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blockNetwork } from '../../chain/bitcoin/blockNetwork.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { type MadeNames, type MadeTransaction, START } from '../madeBlocks.test-suite.ts'
import { openBlockSource } from './blockSource.ts'
import { chainLedgerOf } from './chainLedger.ts'
import { openChainReader } from './chainReader.ts'
import { indexBlocks } from './indexBlocks.ts'
import { clean, temporary } from './made.test-suite.ts'
import { writeMade } from './writeMade.test-suite.ts'

const BLOCKS = 100
const PER_BLOCK = 2001
/** Every transaction but the coinbases, and the coinbases. */
const POSTINGS = BLOCKS * PER_BLOCK

/** A line of spends in each block: every transaction pays the one busy address, and takes from it. */
function busyBlocks(): MadeTransaction[][] {
  return Array.from({ length: BLOCKS }, (_, height) =>
    Array.from(
      { length: PER_BLOCK },
      (__, i): MadeTransaction => ({
        name: `t${height}.${i}`,
        inputs: i === 0 ? [] : [[`t${height}.${i - 1}`, 0]],
        outputs: [['busy', 5_000_000_000 - i]],
      }),
    ),
  )
}

describe('an address with 200,100 transactions', () => {
  const store = temporary()
  let names: MadeNames
  beforeAll(async () => {
    const files = temporary()
    names = writeMade(files, busyBlocks())
    const source = openBlockSource(files, blockNetwork('bitcoin', 'regtest'))
    // Small segments, and a batch of its own for the tip.
    await indexBlocks(store, source, { chain: BITCOIN_REGTEST, memory: 2 ** 23, threads: 1 })
    source.close()
  })
  afterAll(clean)

  test('is counted, dated and read page by page, in a few reads of 16 KiB each', () => {
    const reader = openChainReader(store, 0)
    const ledger = chainLedgerOf(store, reader)
    const busy = ledger.holderNumbers([names.holder('busy')])
    let before = reader.reads
    const readsOf = <T>(work: () => T): { answer: T; reads: number } => {
      before = reader.reads
      const answer = work()
      return { answer, reads: reader.reads - before }
    }
    const counted = readsOf(() => [...ledger.counts(busy, Number.MAX_SAFE_INTEGER)])
    expect(counted.answer).toEqual([POSTINGS])
    expect(counted.reads).toBeLessThan(5)
    const dated = readsOf(() => ledger.coverage(busy))
    expect(dated.answer).toMatchObject([
      { transactions: POSTINGS, firstTime: START, lastTime: START + 600 * (BLOCKS - 1) },
    ])
    expect(dated.reads).toBeLessThan(20)
    expect(readsOf(() => ledger.isWhole(busy)).reads).toBe(0)
    for (const from of [0, 123_456, POSTINGS - 10]) {
      const paged = readsOf(() => reader.page(busy[0]!, from, 50))
      expect([...paged.answer]).toEqual(
        Array.from({ length: Math.min(50, POSTINGS - from) }, (_, i) => from + i),
      )
      expect(paged.reads).toBeLessThan(10)
    }
    ledger.close()
  })
})
