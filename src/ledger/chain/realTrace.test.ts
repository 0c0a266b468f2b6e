import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { blockNetwork } from '../../chain/bitcoin/blockNetwork.ts'
import { books, request } from '../../trace/fixtures.ref.ts'
import { traceFlow } from '../../trace/trace.ts'
import { BITCOIN } from '../../units/caip.ts'
import { type Ledger, NONE } from '../ledger.ts'
import { openBlockSource } from './blockSource.ts'
import { openChainLedger } from './chainLedger.ts'
import { openChainReader } from './chainReader.ts'
import { indexBlocks } from './indexBlocks.ts'
import { clean, temporary } from './made.test-suite.ts'
import { totalFees } from './scanTransactions.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')
const FOLDER = join(DATA, 'bitcoin-blocks')
const missing = !existsSync(FOLDER)
afterAll(clean)

/** One block alone. `line`: spends one after another within it, at most. */
const REAL = [
  { height: 866_342, file: 'block_866342_raw.zst', spent: 'block_866342_spent_utxos.zst', line: 24 },
  { height: 370_661, file: 'block370661.dat', spent: null, line: 71 },
] as const

async function indexed(firstHeight: number, file: string, spent: readonly string[]): Promise<string> {
  const store = temporary()
  const source = openBlockSource(join(FOLDER, file), blockNetwork('bitcoin', 'main'), {
    firstHeight,
    spentFiles: spent.map((name) => join(FOLDER, name)),
  })
  await indexBlocks(store, source, { chain: BITCOIN, memory: 2 ** 26, threads: 1 })
  source.close()
  return store
}

async function opened(...of: Parameters<typeof indexed>): Promise<Ledger> {
  return openChainLedger(await indexed(...of))
}

describe.skipIf(missing)(
  `traces through real blocks${missing ? `: skipped, ${DATA} is not here` : ''}`,
  () => {
    test.each(REAL)(
      'block $height: rules balance down its longest line of spends',
      async ({ height, file, spent, line }) => {
        const store = await indexed(height, file, spent === null ? [] : [spent])
        const reader = openChainReader(store)
        const [segment] = reader.segments
        const depth = new Uint32Array(reader.transactions)
        const root = Uint32Array.from(depth.keys())
        for (let tx = 0; tx < reader.transactions; tx++) {
          for (let i = segment!.txInputs.at(tx); i < segment!.txInputs.at(tx + 1); i++) {
            const prev = segment!.inTx.at(i)
            if (prev === NONE || depth[prev]! < depth[tx]!) continue
            depth[tx] = depth[prev]! + 1
            root[tx] = root[prev]!
          }
        }
        const deepest = depth.indexOf(Math.max(...depth))
        expect(depth[deepest]).toBe(line)
        const fees = totalFees(reader)
        reader.close()
        const ledger = openChainLedger(store)
        const [txid] = ledger.heads(Uint32Array.of(root[deepest]!)).txid
        const seeds = [{ theft: 'theft', of: { kind: 'lot' as const, txid: txid! } }]
        for (const rule of ['fifo', 'lifo', 'haircut'] as const) {
          const flow = traceFlow(books(ledger), request({ seeds, rule }))
          const [balance] = flow.balance
          expect(balance!.accounted, rule).toBe(balance!.stolen)
          const passed = new Set(flow.hops.map((hop) => hop.txid)).size
          if (rule === 'haircut') expect(passed).toBeGreaterThanOrEqual(line)
        }
        if (spent === null) expect(fees.unknown).toBeGreaterThan(0)
        else expect(fees.unknown).toBe(0)
        ledger.close()
      },
    )

    test.each<[string, string[]]>([
      ['with', ['block_866342_spent_utxos.zst']],
      ['without', []],
    ])('amounts from outside the store, %s the outputs that block 866342 spends', async (_how, spent) => {
      const ledger = await opened(866_342, 'block_866342_raw.zst', spent)
      const all = Uint32Array.from({ length: ledger.size().transactions }, (_, tx) => tx)
      const inputs = ledger.transactions(all).flatMap((transaction) => transaction.inputs)
      const { debitStarts, debitLotTx, debitHolder, debitAmount } = ledger.ofTransactions(all)
      expect(debitStarts[all.length]).toBe(inputs.length)
      let outside = 0
      for (const [i, { amount, holder }] of inputs.entries()) {
        if (debitLotTx[i] !== NONE) continue
        outside++
        expect(amount !== undefined, `input ${i}`).toBe(spent.length > 0)
        expect(debitAmount.narrow[i]).toBe(Number(amount ?? 0n))
        expect(debitHolder[i] === NONE).toBe(holder === undefined)
      }
      expect(outside).toBeGreaterThan(1000)
      const [txid] = ledger.heads(all.subarray(1)).txid
      const seeds = [{ theft: 'theft', of: { kind: 'lot' as const, txid: txid! } }]
      const { coverage, balance } = traceFlow(books(ledger), request({ seeds }))
      expect(coverage.unknownPrevouts > 0).toBe(spent.length === 0)
      expect(balance[0]!.accounted).toBe(balance[0]!.stolen)
      expect(ledger.sources()).toMatchObject([
        { layout: 'blocks 866342 to 866342, nothing before them', rows: all.length },
      ])
      const { holder } = inputs.find((input) => input.holder !== undefined)!
      expect(ledger.coverage(ledger.holderNumbers([holder!]))[0]!.from).toBe(
        ledger.heads(all.subarray(0, 1)).time[0],
      )
      ledger.close()
    })
  },
)
