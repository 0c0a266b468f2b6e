/**
 * Made-up chains in temporary folders, and what is compared of stores.
 * @module
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChainOptions, writeChain } from '../../../bench/blocks.ts'
import { blockNetwork } from '../../chain/bitcoin/blockNetwork.ts'
import type { Transaction } from '../../chain/transaction.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { dump } from '../dump.test-suite.ts'
import type { Ledger } from '../ledger.ts'
import { createMemoryLedger } from '../memoryLedger.ts'
import type { ReadingMaker } from '../reading.test-suite.ts'
import { type FolderSource, openBlockSource } from './blockSource.ts'
import { blocksToTransactions } from './blocksToTransactions.ref.ts'
import { openChainLedger } from './chainLedger.ts'
import { type IndexResult, indexBlocks } from './indexBlocks.ts'
import { writeMade } from './writeMade.test-suite.ts'

const folders: string[] = []

/** Memory, where the system has some as a folder: tests flush thousands of small files, and disks are slow at that. */
const ROOT = hasRoom('/dev/shm') ? '/dev/shm' : tmpdir()

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize > 2 ** 30
}

export function temporary(): string {
  const folder = mkdtempSync(join(ROOT, 'lootline-chain-'))
  folders.push(folder)
  return folder
}

export function clean(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** A folder of block files. Blocks of 20; the first hundred have one transaction each. */
export function made(blocks: number, fork?: ChainOptions['fork']): string {
  const folder = temporary()
  const transactions = Math.min(blocks, 100) + 20 * Math.max(0, blocks - 100)
  writeChain(folder, { transactions, perBlock: 20, ...(fork === undefined ? {} : { fork }) })
  return folder
}

export function sourceOf(folder: string): FolderSource {
  return openBlockSource(folder, blockNetwork('bitcoin', 'regtest'))
}

export async function index(
  store: string,
  blocks: string,
  memory: number = 2 ** 17,
  threads = 1,
): Promise<IndexResult> {
  const source = sourceOf(blocks)
  try {
    return await indexBlocks(store, source, { chain: BITCOIN_REGTEST, memory, threads })
  } finally {
    source.close()
  }
}

/** Made blocks, indexed into a store and opened. */
export function chainMaker(): ReadingMaker {
  return {
    async ofBlocks(blocks, firstHeight = 0) {
      const [files, store] = [temporary(), temporary()]
      const names = writeMade(files, blocks, firstHeight)
      const source = openBlockSource(files, blockNetwork('bitcoin', 'regtest'), { firstHeight })
      await indexBlocks(store, source, { chain: BITCOIN_REGTEST, memory: 2 ** 17, threads: 1 })
      source.close()
      return { ledger: openChainLedger(store), names }
    },
    clean,
  }
}

export function transactionsIn(blocks: string): Transaction[] {
  const source = sourceOf(blocks)
  const found = blocksToTransactions(source.blocks(source.firstHeight, source.lastHeight), BITCOIN_REGTEST)
  source.close()
  return found
}

export function memoryOf(transactions: readonly Transaction[]): Ledger {
  const ledger = createMemoryLedger()
  ledger.append(transactions, { covers: { kind: 'all' } })
  return ledger
}

export function holdersIn(transactions: readonly Transaction[]): string[] {
  const all = transactions.flatMap(({ outputs }) => outputs.map(({ holder }) => holder))
  return [...new Set(all)].filter((holder) => holder !== null)
}

/** Every answer, as text. The chain store numbers by its own rules, has no third key of order, and is a source of its own. */
export function answers(ledger: Ledger, transactions: readonly Transaction[]): string {
  const all = dump(
    { ...ledger, sources: () => [] },
    transactions.map(({ txid }) => txid),
    holdersIn(transactions),
  )
  const text = JSON.stringify(
    all,
    (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value),
    1,
  )
  return text.replace(/(\d+\/\d+)\/-?\d+:/g, '$1:')
}

/** SHA-256 of every file under a folder. */
export function filesOf(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()
  const files = names.filter(
    (name) => !name.startsWith('write.lock') && statSync(join(folder, name)).isFile(),
  )
  return Object.fromEntries(
    files.map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ]),
  )
}
