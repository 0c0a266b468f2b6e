import { existsSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { type MadeTransaction, txidOf } from '../../chain/bitcoin/madeBlocks.test-suite.ts'
import type { Transaction } from '../../chain/transaction.ts'
import { books, request } from '../../trace/fixtures.ref.ts'
import { traceFlow } from '../../trace/index.ts'
import type { Ledger } from '../ledger.ts'
import { openChainLedger } from './chainLedger.ts'
import { clean, temporary } from './made.test-suite.ts'
import { coinbase, type HandBlock, indexByHand, spentOf, toKey } from './memorySource.test-suite.ts'

afterEach(clean)

const hex = (id: Uint8Array): string => Buffer.from(id).reverse().toString('hex')

/** Spends outputs of transactions, paying one output. */
function spending(
  prevouts: readonly (readonly [of: MadeTransaction, n: number])[],
  sats: number,
  byte = 9,
): MadeTransaction {
  return {
    inputs: prevouts.map(([of, n]) => ({ txid: txidOf(of), n })),
    outputs: [{ sats, script: toKey(byte) }],
  }
}

function inputsOf(ledger: Ledger, tx: number): Transaction['inputs'] {
  return ledger.transactions(Uint32Array.of(tx))[0]!.inputs
}

/** So many outputs that a segment answers few questions by look-ups; and so few that it is loaded. */
describe.each([
  ['looked up', 20_000],
  ['loaded', 40],
])('outputs of earlier batches, %s', (_how, outputs) => {
  const many: MadeTransaction = {
    inputs: [{ n: 0xffffffff, script: Uint8Array.of(2, 0, 0) }],
    outputs: Array.from({ length: outputs }, (_, n) => ({ sats: n + 1, script: toKey(n % 250) })),
  }
  const block = (height: number, ...transactions: MadeTransaction[]): HandBlock => ({
    transactions: [coinbase(height), ...transactions],
  })
  const base: HandBlock[] = [{ transactions: [many] }, block(1), block(2), block(3), block(4), block(5)]

  test('are spent once, with their address and amount', async () => {
    const store = temporary()
    const spend = spending([[many, 7], [many, 3]], 12) // biome-ignore format: pairs
    const next = spending([[many, 5]], 6)
    await indexByHand(store, [...base, block(6, spend), block(7, next)], base.length)
    const ledger = openChainLedger(store)
    const [place] = ledger.txNumbers(hex(txidOf(spend)))
    expect(inputsOf(ledger, place!)).toMatchObject([{ amount: 8n }, { amount: 4n }])
    const [one] = ledger.txNumbers(hex(txidOf(many)))
    const spenders = ledger.spenders(Uint32Array.of(one!, one!, one!, one!), Uint32Array.of(7, 3, 5, 6))
    expect([...spenders]).toEqual([place, place, place! + 2, 0xffffffff])
    ledger.close()
  })

  test.each([
    ['by a later batch again', [[6, 7], [7, 7]], 'is spent already'], // biome-ignore format: pairs
    ['twice by one block', [[6, 7], [6, 7]], 'is spent already'], // biome-ignore format: pairs
    ['by a batch between, found by another', [[6, 3], [7, 4], [8, 3]], 'is spent already'], // biome-ignore format: pairs
    ['where there is none', [[6, outputs]], 'does not exist'],
  ])('spent %s end the run and change nothing', async (_what, spends, reason) => {
    const store = temporary()
    const heights = [6, 7, 8].filter((height) => height <= spends.at(-1)![0]!)
    const blocks = heights.map((height) => {
      const own = spends.filter(([at]) => at === height)
      return block(height, ...own.map(([, n], i) => spending([[many, n!]], 1, 10 + i)))
    })
    const good = [...base, ...blocks.slice(0, -1)]
    await indexByHand(store, good, base.length)
    for (const again of [1, 2]) {
      await expect(indexByHand(store, [...good, blocks.at(-1)!]), `${again}`).rejects.toMatchObject({
        message: expect.stringContaining(reason),
        data: { code: 'LEDGER_BAD_CHAIN', prevout: `${hex(txidOf(many))}:${spends.at(-1)![1]}` },
      })
    }
    expect(await indexByHand(store, good)).toMatchObject({ blocks: good.length, added: 0 })
    expect(existsSync(`${store}/work/plan.json`)).toBe(false)
  })

  test('are free again when a reorganisation takes their spender out', async () => {
    const store = temporary()
    const spend = spending([[many, 7]], 8)
    await indexByHand(store, [...base, block(6, spend)], base.length)
    const other = spending([[many, 7]], 7, 77)
    const turned = [...base, block(99), block(7, other)]
    expect(await indexByHand(store, turned)).toMatchObject({ blocks: 8, removed: 1 })
    const ledger = openChainLedger(store)
    const [place] = ledger.txNumbers(hex(txidOf(many)))
    expect([...ledger.spenders(Uint32Array.of(place!), Uint32Array.of(7))]).toEqual([
      ledger.txNumbers(hex(txidOf(other)))[0],
    ])
    ledger.close()
  })

  test('are held against what was given from outside', async () => {
    const store = temporary()
    const spend = spending([[many, 7]], 8)
    const given = (sats: number, byte: number): HandBlock => ({
      ...block(6, spend),
      spent: spentOf([{ sats, script: toKey(byte) }]),
    })
    await indexByHand(store, base)
    for (const wrong of [given(9, 7), given(8, 8)]) {
      await expect(indexByHand(store, [...base, wrong])).rejects.toMatchObject({
        message: expect.stringContaining('pays another than the given spent outputs say'),
        data: { code: 'LEDGER_BAD_CHAIN' },
      })
    }
    expect(await indexByHand(store, [...base, given(8, 7)])).toMatchObject({ added: 1 })
  })
})

describe('blocks that do not begin at genesis', () => {
  test('know of prevouts outside what was given, and postings have them', async () => {
    const store = temporary()
    const outside = coinbase(3, 40)
    const known = spending([[outside, 0]], 30)
    const unknown = spending([[coinbase(4), 0]], 20, 21)
    const blocks: HandBlock[] = [
      { transactions: [coinbase(100)] },
      { transactions: [coinbase(101), known], spent: spentOf([{ sats: 40, script: toKey(88) }]) },
      { transactions: [coinbase(102), unknown] },
    ]
    expect(await indexByHand(store, blocks, 1, 100)).toMatchObject({ firstHeight: 100, blocks: 3 })
    const ledger = openChainLedger(store)
    const [first] = ledger.txNumbers(hex(txidOf(known)))
    const [input] = inputsOf(ledger, first!)
    expect(input).toMatchObject({ amount: 40n, holder: expect.any(String) })
    const [second] = ledger.txNumbers(hex(txidOf(unknown)))
    expect(inputsOf(ledger, second!)).toEqual([{ txid: hex(txidOf(coinbase(4))), n: 0 }])
    expect([...ledger.counts(ledger.holderNumbers([input!.holder!]), 10)]).toEqual([1])
    ledger.close()
  })
})

describe('an id that is mined twice (blocks 91722 and 91880, before BIP-30)', () => {
  const twin = coinbase(1)
  const spend = spending([[twin, 0]], 50e8, 33)
  const blocks: HandBlock[] = [
    { transactions: [coinbase(0)] },
    { transactions: [twin] },
    { transactions: [coinbase(2)] },
    { transactions: [twin] },
    { transactions: [coinbase(4), spend] },
    { transactions: [coinbase(5)] },
  ]

  test.each([1, 3, 4, 6])(
    'has two numbers, the later one is spent: first run of %i blocks',
    async (first) => {
      const store = temporary()
      await indexByHand(store, blocks, first)
      const ledger = openChainLedger(store)
      const numbers = ledger.txNumbers(hex(txidOf(twin)))
      expect([...numbers]).toEqual([1, 3])
      const spender = ledger.txNumbers(hex(txidOf(spend)))[0]
      expect([...ledger.spenders(numbers, Uint32Array.of(0, 0))]).toEqual([0xffffffff, spender])
      // The flow is withheld where it does not add up.
      const seeds = [{ theft: 'a', of: { kind: 'lot' as const, txid: hex(txidOf(twin)) } }]
      expect(traceFlow(books(ledger), request({ seeds, rule: 'fifo' })).balance).toBeDefined()
      ledger.close()
    },
  )
})
