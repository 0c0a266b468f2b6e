/** @module */
import { resolve } from 'node:path'
import { blockNetwork } from '../chain/bitcoin/blockNetwork.ts'
import { indexBlocks, openBlockSource } from '../ledger/chain/index.ts'
import { chainFolder } from './books.ts'
import { type Command, choice, command, flag, UsageError, value } from './command.ts'
import { grouped, writeJson, writeLine } from './output.ts'
import { startProgress } from './progress.ts'
import { STORE_OPTION, storeToWrite } from './storeOption.ts'

const CHAINS = ['bitcoin', 'litecoin', 'bitcoin-cash']
const NETWORKS = ['main', 'test', 'signet', 'regtest'] as const
const DEFAULT_MEMORY = 4 * 2 ** 30
/** Less would cut the chain into thousands of segments. */
const LEAST_MEMORY = 2 ** 26
/**
 * Bytes of the store, and of the passes' own files beside it at their peak, for each byte of block (measured on made
 * chains of 10^6 transactions: `docs/methods/chain-index.md`).
 */
const STORE_SHARE = 0.5
const WORK_SHARE = 0.3

/** `lootline index`: a whole chain from a node's block files. */
export const indexCommand: Command = command({
  name: 'index',
  summary: 'Index a whole chain from the block files of a node, so that traces can run on it.',
  about:
    'Reads blk*.dat of Bitcoin Core and its kin, verifies every transaction id and merkle root, and keeps the chain with most work. Run it again to take in new blocks; a reorganisation is rolled back. A kill loses nothing: the same command goes on.',
  arguments: [{ name: '<chain>', help: `One of ${CHAINS.join(', ')}.` }],
  options: {
    blocks: value('--blocks <folder>', 'The folder "blocks" of the node, or one of its files. Required.'),
    network: choice('--network <network>', 'Which network of the chain.', NETWORKS, 'main'),
    store: STORE_OPTION,
    memory: value(
      '--memory <size>',
      'What the passes may hold in memory, such as 512MiB. Default: 4GiB.',
      memoryOf,
    ),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    { run: 'lootline index bitcoin --blocks ~/.bitcoin/blocks --store bitcoin', does: 'indexes all blocks' },
    {
      run: 'lootline index bitcoin --network regtest --blocks blocks --memory 512MiB --json',
      does: 'indexes a test chain with less memory and prints counts',
    },
  ],
  async run(context, [chain = ''], { blocks, network, store: named, memory = DEFAULT_MEMORY, json }) {
    if (blocks === undefined)
      throw new UsageError('--blocks is missing.', 'Name the folder of the blk*.dat files.')
    const blocksOf = blockNetwork(chain, network)
    const { chain: id } = blocksOf
    const started = context.elapsed()
    const source = openBlockSource(resolve(context.cwd, blocks), blocksOf)
    try {
      const gigabytes = (bytes: number): string => `${grouped(Math.ceil(bytes / 1e9))} GB`
      const { bytes, firstHeight, lastHeight } = source
      const beside = source.stale + source.orphans
      if (!json) {
        const count = lastHeight - firstHeight + 1
        writeLine(
          context,
          `${grouped(count)} blocks, ${gigabytes(bytes)}; ${grouped(beside)} beside the best chain`,
        )
        const needs = `${gigabytes(bytes * STORE_SHARE)}, and ${gigabytes(bytes * WORK_SHARE)} while it is made`
        writeLine(context, `The index of all of them needs about ${needs}.`)
      }
      const progress = startProgress(context, 'index')
      const result = await indexBlocks(chainFolder(storeToWrite(context, named).path), source, {
        chain: id,
        memory,
        onProgress: (pass, height) =>
          progress.tick(`${pass}, block ${grouped(height)} of ${grouped(lastHeight)}`),
      }).finally(() => progress.end())
      const seconds = Math.round((context.elapsed() - started) / 100) / 10
      if (json) return writeJson(context, { chain: id, ...result, bytes, seconds })
      writeLine(
        context,
        `${grouped(result.transactions)} transactions, ${grouped(result.outputs)} outputs, ${grouped(result.addresses)} addresses in ${seconds} s; ${grouped(result.added)} blocks added, ${grouped(result.removed)} removed.`,
      )
    } finally {
      source.close()
    }
  },
})

function memoryOf(typed: string): number {
  const [, digits, unit] = /^(\d{1,6})(MiB|GiB)$/.exec(typed) ?? []
  const bytes = Number(digits) * (unit === 'GiB' ? 2 ** 30 : 2 ** 20)
  if (unit === undefined || bytes < LEAST_MEMORY)
    throw new UsageError(`--memory: "${typed}" is not a size of at least 64MiB, such as 512MiB or 4GiB.`)
  return bytes
}
