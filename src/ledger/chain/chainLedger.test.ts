import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { blockNetwork } from '../../chain/bitcoin/blockNetwork.ts'
import { BITCOIN, BITCOIN_REGTEST } from '../../units/caip.ts'
import { dump } from '../dump.test-suite.ts'
import type { Ledger } from '../ledger.ts'
import { createMemoryLedger } from '../memoryLedger.ts'
import { openBlockSource } from './blockSource.ts'
import { blocksToTransactions } from './blocksToTransactions.ref.ts'
import { openChainLedger } from './chainLedger.ts'
import { indexBlocks } from './indexBlocks.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lootline-chain-'))
  folders.push(folder)
  return folder
}

/** The chain store numbers by its own rules and has no third key of order. */
function comparable(ledger: Ledger, txids: readonly string[], holders: readonly string[]): string[] {
  const answers = dump(ledger, txids, holders)
  return JSON.stringify(
    answers,
    (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
    1,
  )
    .replace(/(\d+\/\d+)\/-?\d+:/g, '$1:')
    .split('\n')
}

describe.skipIf(!existsSync(join(DATA, 'bitcoin-blocks')))('openChainLedger on real blocks', () => {
  test.each([
    ['the regtest chain', 'bitcoin-regtest', 'regtest', BITCOIN_REGTEST],
    ['600 blocks of 2009', 'bitcoin-blocks', 'main', BITCOIN],
  ])('%s: every answer is the memory ledger’s', async (_name, folder, network, chain) => {
    const source = openBlockSource(join(DATA, folder), blockNetwork('bitcoin', network).magics)
    const transactions = blocksToTransactions(source.blocks(source.firstHeight, source.lastHeight), chain)
    const memory = createMemoryLedger()
    memory.append(transactions, { kind: 'all' })
    const path = temporary()
    const result = await indexBlocks(path, source, { chain, memory: 2 ** 20 })
    source.close()
    const store = openChainLedger(path)
    const txids = transactions.map(({ txid }) => txid)
    const holders = [...new Set(transactions.flatMap(({ outputs }) => outputs.map(({ holder }) => holder)))]
    const names = holders.filter((holder) => holder !== null)
    expect(result).toMatchObject({ transactions: txids.length, addresses: names.length, removed: 0 })
    expect(comparable(store, txids, names)).toEqual(comparable(memory, txids, names))
    store.close()
  })
})
