/**
 * What every ledger answers about the same blocks, whether they were imported or indexed.
 * @module
 */
import { afterEach, describe, expect, test } from 'vitest'
import { BITCOIN_REGTEST } from '../units/caip.ts'
import { dump } from './dump.test-suite.ts'
import { type Ledger, NONE } from './ledger.ts'
import { type MadeNames, type MadeTransaction, START, transactionsOf } from './madeBlocks.test-suite.ts'
import { createMemoryLedger } from './memoryLedger.ts'

export interface ReadingMaker {
  /** A ledger that has just these blocks, and covers all their holders. */
  ofBlocks(
    blocks: readonly (readonly MadeTransaction[])[],
    firstHeight?: number,
  ): Promise<{ readonly ledger: Ledger; readonly names: MadeNames }>
  clean(): void
}

const mined = (name: string, holder: string | null = 'miner', sats = 50): MadeTransaction => ({
  ...{ name, inputs: [], outputs: [[holder, sats]] },
})

/** m0 is spent by a, a by b in the same block; c spends both outputs of m1 and one from outside; e pays nobody. */
const BLOCKS: readonly (readonly MadeTransaction[])[] = [
  [mined('m0')],
  [
    {
      ...mined('m1', 'x', 20),
      outputs: [
        ['x', 20],
        ['x', 30],
      ],
    },
  ],
  [
    mined('m2'),
    {
      name: 'a',
      inputs: [['m0', 0]],
      outputs: [
        ['x', 15],
        [null, 0],
        ['y', 30],
      ],
    },
    { name: 'b', inputs: [['a', 2]], outputs: [['y', 30]] },
  ],
  [
    mined('m3', null),
    {
      name: 'c',
      inputs: [
        ['m1', 1],
        ['elsewhere', 7],
        ['m1', 0],
      ],
      outputs: [['z', 44]],
    },
    { name: 'e', inputs: [['c', 0]], outputs: [[null, 44]] },
  ],
]
/** Not the first block of the chain: then there could be nothing from outside. */
const FIRST = 1000
const NAMES = BLOCKS.flatMap((block) => block.map(({ name }) => name))
const HOLDERS = ['miner', 'x', 'y', 'z']

export function readingSuite(maker: ReadingMaker): void {
  afterEach(() => maker.clean())

  const opened = async (
    blocks = BLOCKS,
    firstHeight = FIRST,
  ): Promise<{
    ledger: Ledger
    names: MadeNames
    tx(name: string): number
    holder(name: string): number
  }> => {
    const { ledger, names } = await maker.ofBlocks(blocks, firstHeight)
    return {
      ...{ ledger, names },
      tx: (name) => ledger.txNumbers(names.txid(name))[0]!,
      holder: (name) => ledger.holderNumbers([names.holder(name)])[0]!,
    }
  }

  describe('reading', () => {
    test('every answer is the memory ledger’s', async () => {
      const { ledger, names } = await opened()
      const memory = createMemoryLedger()
      memory.append(transactionsOf(BLOCKS, names, FIRST), { covers: { kind: 'all' } })
      const all = (of: Ledger): unknown =>
        dump({ ...of, sources: () => [] }, NAMES.map(names.txid), HOLDERS.map(names.holder))
      const text = (of: Ledger): string =>
        JSON.stringify(
          all(of),
          (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
          1,
        )
          // The third key of order is a place in files, or nothing: it decides between no two of these.
          .replace(/(\d+\/\d+)\/-?\d+:/g, '$1:')
      expect(text(ledger)).toBe(text(memory))
      ledger.close()
    })

    test('names that are nowhere are NONE, empty sets give empty answers', async () => {
      const { ledger, names } = await opened()
      const none = new Uint32Array()
      expect([...ledger.holderNumbers(['x', names.holder('nobody'), `${names.holder('x')}x`])]).toEqual([
        ...[NONE, NONE, NONE],
      ])
      expect(ledger.assetNumber('x')).toBe(NONE)
      expect(ledger.assetNumber(`${BITCOIN_REGTEST}/slip44:1`)).toBe(0)
      expect(ledger.assets()).toMatchObject([{ id: `${BITCOIN_REGTEST}/slip44:1`, chain: BITCOIN_REGTEST }])
      for (const txid of ['', 'zz', 'f'.repeat(64), names.txid('elsewhere'), '%', 'A'.repeat(64)])
        expect([...ledger.txNumbers(txid)], txid).toEqual([])
      expect(ledger.ofHolders(none)).toMatchObject({ n: 0, debitStarts: Uint32Array.of(0) })
      expect(ledger.ofTransactions(none).n).toBe(0)
      expect([...ledger.spenders(none, none)]).toEqual([])
      expect(ledger.coverage(none)).toEqual([])
      expect([...ledger.isWhole(none)]).toEqual([])
      expect(ledger.heads(none).txid).toEqual([])
      expect(ledger.ofHolders(Uint32Array.of(NONE)).n).toBe(0)
      expect(ledger.size()).toEqual({ transactions: 8, movements: 8, holders: 4 })
      ledger.close()
    })

    test('an input takes holder and amount from its prevout; one from outside draws 0 and keeps its name', async () => {
      const { ledger, names, tx, holder } = await opened()
      const { debitStarts, debitHolder, debitLotTx, debitLotN, debitAmount } = ledger.ofTransactions(
        Uint32Array.of(tx('c')),
      )
      expect([...debitStarts]).toEqual([0, 3])
      expect([...debitHolder]).toEqual([holder('x'), NONE, holder('x')])
      expect([...debitLotTx]).toEqual([tx('m1'), NONE, tx('m1')])
      expect([...debitLotN]).toEqual([1, 7, 0])
      expect([...debitAmount.narrow]).toEqual([30, 0, 20])
      expect(ledger.transactions(Uint32Array.of(tx('c')))[0]!.inputs).toEqual([
        { txid: names.txid('m1'), n: 1, holder: names.holder('x'), amount: 30n },
        { txid: names.txid('elsewhere'), n: 7 },
        { txid: names.txid('m1'), n: 0, holder: names.holder('x'), amount: 20n },
      ])
      ledger.close()
    })

    test('spenders, in the order asked, of lots in any order; none of what is unspent or does not exist', async () => {
      const { ledger, tx } = await opened()
      const lots = [
        ...([
          ['c', 0, 'e'],
          ['a', 2, 'b'],
          ['a', 0, null],
          ['a', 1, null],
        ] as const),
        ...([
          ['m1', 1, 'c'],
          ['m0', 0, 'a'],
          ['m1', 0, 'c'],
          ['m0', 1, null],
          ['c', 0, 'e'],
        ] as const),
      ]
      const found = ledger.spenders(
        Uint32Array.from(lots, ([name]) => tx(name)),
        Uint32Array.from(lots, ([, n]) => n),
      )
      expect([...found]).toEqual(lots.map(([, , by]) => (by === null ? NONE : tx(by))))
      ledger.close()
    })

    test('movements come once, in chain order, whatever is asked and however often', async () => {
      const { ledger, names, tx, holder } = await opened()
      const asked = ledger.ofTransactions(Uint32Array.from(['e', 'b', 'm0', 'a', 'b', 'c'], tx))
      expect(ledger.heads(asked.tx).txid).toEqual(['m0', 'a', 'b', 'c', 'e'].map(names.txid))
      expect(Array.from(asked.order1, (height) => height - FIRST)).toEqual([0, 2, 2, 3, 3])
      const of = ledger.ofHolders(Uint32Array.from(['y', 'z', 'y'], holder))
      expect(ledger.heads(of.tx).txid).toEqual(['a', 'b', 'c', 'e'].map(names.txid))
      expect(new Set([...asked.id, ...of.id]).size).toBe(5)
      ledger.close()
    })

    test('heads in the order asked, each as often as asked', async () => {
      const { ledger, names, tx } = await opened()
      const heads = ledger.heads(Uint32Array.from(['b', 'm0', 'b'], tx))
      expect(heads.txid).toEqual(['b', 'm0', 'b'].map(names.txid))
      expect([...heads.height]).toEqual([FIRST + 2, FIRST, FIRST + 2])
      expect([...heads.index]).toEqual([2, 0, 2])
      expect([...heads.time]).toEqual([START + 1200, START, START + 1200])
      ledger.close()
    })

    test('transactions of a span of time, both ends included, up to the limit', async () => {
      const { ledger, tx } = await opened()
      const between = (from: number, to: number, limit = 100): number[] => [
        ...ledger.between(from, to, limit),
      ]
      const sorted = (...names: string[]): number[] => names.map(tx).sort((a, b) => a - b)
      expect(between(START + 1200, START + 1200)).toEqual(sorted('m2', 'a', 'b'))
      expect(between(START, START + 600)).toEqual(sorted('m0', 'm1'))
      expect(between(START + 601, START + 1199)).toEqual([])
      expect(between(0, 2 ** 33).length).toBe(8)
      expect(between(START + 1200, START + 1200, 2)).toEqual(sorted('m2', 'a', 'b').slice(0, 2))
      ledger.close()
    })

    test('counts are of distinct transactions, up to the limit; coverage says from when to when', async () => {
      const { ledger, holder } = await opened()
      const numbers = Uint32Array.from(['z', 'x', 'miner', 'y', 'x'], holder)
      expect([...ledger.counts(numbers, 100)]).toEqual([2, 3, 3, 2, 3])
      expect([...ledger.counts(numbers, 2)]).toEqual([2, 2, 2, 2, 2])
      expect([...ledger.isWhole(numbers)]).toEqual([1, 1, 1, 1, 1])
      const whole = { known: 'whole', from: START, to: START + 1800 }
      expect(ledger.coverage(numbers.subarray(0, 2))).toEqual([
        { ...whole, transactions: 2, firstTime: START + 1800, lastTime: START + 1800 },
        { ...whole, transactions: 3, firstTime: START + 600, lastTime: START + 1800 },
      ])
      ledger.close()
    })

    test('blocks that do not begin at genesis: heights are theirs, and the span claimed begins with them', async () => {
      const { ledger, tx, holder } = await opened(BLOCKS.slice(2), 500_000)
      expect([...ledger.heads(Uint32Array.of(tx('a'))).height]).toEqual([500_000])
      const { debitLotTx, debitAmount } = ledger.ofTransactions(Uint32Array.of(tx('a')))
      expect([debitLotTx[0], debitAmount.narrow[0]]).toEqual([NONE, 0])
      expect(ledger.coverage(Uint32Array.of(holder('y')))[0]).toMatchObject({
        known: 'whole',
        from: START,
        to: START + 600,
      })
      ledger.close()
    })
  })
}
