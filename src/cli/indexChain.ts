/** @module */
import { resolve } from 'node:path'
import { blockNetwork } from '../chain/bitcoin/blockNetwork.ts'
import {
  countPrevoutsOutside,
  estimateIndex,
  type FolderSource,
  indexBlocks,
  openBlockSource,
} from '../ledger/chain/index.ts'
import { chainFolder } from './books.ts'
import { type Command, choice, command, flag, list, UsageError, value, wholeNumber } from './command.ts'
import { followChain } from './followChain.ts'
import { announce, tell } from './indexReport.ts'
import { memoryOption } from './memoryOption.ts'
import { grouped } from './output.ts'
import { startProgress } from './progress.ts'
import { STORE_OPTION, storeToWrite } from './storeOption.ts'

const CHAINS = ['bitcoin', 'litecoin', 'bitcoin-cash']
const NETWORKS = ['main', 'test', 'testnet4', 'signet', 'regtest'] as const
const DEFAULT_MEMORY = 4 * 2 ** 30
/** `lootline index`: a whole chain from a node's block files. */
export const indexCommand: Command = command({
  name: 'index',
  summary: 'Index a whole chain from the block files of a node, so that traces can run on it.',
  about:
    'Reads blk*.dat of Bitcoin Core and its kin, or files of one block each (raw, hex or zstd), verifies every transaction id and merkle root, and keeps the chain with most work. Where that does not begin with the first block of the chain, undo data (rev*.dat) or --spent say what its blocks spend from before. Run it again to take in new blocks; a reorganisation is rolled back. A kill loses nothing: the same command goes on. Zcash is not read: its transparent transactions are out of scope.',
  arguments: [{ name: '<chain>', help: `One of ${CHAINS.join(', ')}.` }],
  options: {
    blocks: value(
      '--blocks <path>',
      'The folder "blocks" of the node, a folder of files of one block each, or one file. Required.',
    ),
    spent: list(
      '--spent <file>',
      'A list of the outputs that one of the blocks spends, as JSON or serialised, plain or zstd. Repeatable.',
    ),
    firstHeight: value(
      '--first-height <height>',
      'Height of the first block, where the blocks do not state it (before 2013).',
      wholeNumber('--first-height', 0),
    ),
    network: choice('--network <network>', 'Which network of the chain.', NETWORKS, 'main'),
    signetChallenge: value(
      '--signet-challenge <hex>',
      'Challenge script of a signet of your own, with --network signet (BIP-325).',
      challengeOf,
    ),
    store: STORE_OPTION,
    memory: memoryOption('What the passes may hold in memory, such as 512MiB. Default: 4GiB.'),
    follow: flag(
      '--follow',
      'Go on with what the node writes, until Ctrl-C: a line for each time blocks have come. Traces can run meanwhile.',
    ),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    { run: 'lootline index bitcoin --blocks ~/.bitcoin/blocks --store bitcoin', does: 'indexes all blocks' },
    {
      run: 'lootline index bitcoin --network regtest --blocks blocks --memory 512MiB --json',
      does: 'indexes a test chain with less memory and prints counts',
    },
    {
      run: 'lootline index bitcoin --blocks ~/.bitcoin/blocks --store bitcoin --follow',
      does: 'indexes all blocks, then each new one as the node writes it',
    },
  ],
  async run(
    context,
    [chain = ''],
    {
      blocks,
      spent,
      firstHeight,
      network: named,
      signetChallenge,
      store,
      memory = DEFAULT_MEMORY,
      follow,
      json,
    },
  ) {
    if (blocks === undefined)
      throw new UsageError('--blocks is missing.', 'Name the folder of the blk*.dat files.')
    if (signetChallenge !== undefined && named !== 'signet')
      throw new UsageError('--signet-challenge goes with --network signet.')
    const network = blockNetwork(chain, named, signetChallenge === undefined ? {} : { signetChallenge })
    const path = resolve(context.cwd, blocks)
    const open = (): FolderSource =>
      openBlockSource(path, network, {
        spentFiles: spent.map((file) => resolve(context.cwd, file)),
        ...(firstHeight === undefined ? {} : { firstHeight }),
      })
    const begin = (source: FolderSource): void => {
      const folder = chainFolder(storeToWrite(context, store).path)
      const cost = estimateIndex(folder, source)
      refuseLate(folder, source, cost.blocks)
      if (!json) announce(context, source, cost, memory)
    }
    const step = async (source: FolderSource, started = context.elapsed()): Promise<void> => {
      const folder = chainFolder(storeToWrite(context, store).path)
      const progress = startProgress(context, 'index')
      const result = await indexBlocks(folder, source, {
        chain: network.chain,
        memory,
        onProgress: (pass, height) =>
          progress.tick(`${pass}, block ${grouped(height)} of ${grouped(source.lastHeight)}`),
      }).finally(() => progress.end())
      const seconds = Math.round((context.elapsed() - started) / 100) / 10
      tell(context, source, result, countPrevoutsOutside(folder), { seconds, chain: network.chain, json })
    }
    const started = context.elapsed()
    if (follow) {
      let begun = false
      return followChain(context, path, open, async (source) => {
        if (!begun) begin(source)
        begun = true
        await step(source)
      })
    }
    const source = open()
    try {
      begin(source)
      await step(source, started)
    } finally {
      source.close()
    }
  },
})

function challengeOf(typed: string): string {
  if (/^([0-9a-fA-F]{2}){1,10000}$/.test(typed)) return typed
  throw new UsageError(`--signet-challenge: "${typed}" is no script in hex.`)
}

/** What a block spends is taken in with the block: afterwards it would be read and not used. */
function refuseLate(folder: string, source: FolderSource, blocks: number): void {
  const from = source.lastHeight + 1 - blocks
  const late = source.range(source.firstHeight, source.lastHeight).spent.find(({ height }) => height < from)
  if (late === undefined || countPrevoutsOutside(folder).unknown === 0) return
  throw new UsageError(
    `--spent: block ${late.height}, which ${late.path} is of, is in the store already, without what it spends.`,
    'Index the blocks with the file into another --store.',
  )
}
