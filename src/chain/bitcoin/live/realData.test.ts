import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Asked, startFaultyServer } from '../../../net/faultyServer.test-suite.ts'
import { createDoor } from '../../../net/index.ts'
import { BITCOIN, holderOf } from '../../../units/caip.ts'
import { NOBODY } from '../bitcoinSource.test-suite.ts'
import { blockNetwork } from '../blockNetwork.ts'
import { type CoreAnswers, serveCore } from '../coreNode.test-suite.ts'
import type { EsploraTransaction } from './esploraJson.ts'
import { createBitcoinNode, createEsplora } from './index.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? path.join(import.meta.dirname, '../../../../../shared/data')
const JSONS = path.join(DATA, 'bitcoin-json')
const CORE = path.join(JSONS, 'core-rpc/test_export_blocks_job/bitcoin')
const absent = !existsSync(JSONS)
if (absent) console.warn(`skipped: no real data in ${DATA}; set LOOTLINE_DATA`)

const network = blockNetwork('bitcoin', 'main')
const limits = { perSecond: 10_000, burst: 10_000 }

function load<T>(...names: string[]): T {
  return JSON.parse(readFileSync(path.join(...names), 'utf8')) as T
}

/** A server that knows these paths. */
async function serve(answers: ReadonlyMap<string, unknown>): ReturnType<typeof startFaultyServer> {
  return startFaultyServer(({ path: asked }: Asked) =>
    answers.has(asked) ? { body: answers.get(asked) } : { status: 404, body: 'not found' },
  )
}

const sumOf = (all: readonly { readonly amount?: bigint }[]): bigint =>
  all.reduce((sum, { amount }) => sum + amount!, 0n)

describe.skipIf(absent)("recorded answers of explorers' servers", () => {
  const single = absent ? [] : readdirSync(JSONS).filter((name) => /\.json$/.test(name))
  const ofName = new Map<string, readonly EsploraTransaction[]>()
  for (const name of single) {
    const document = load<unknown>(JSONS, name)
    const all = (Array.isArray(document) ? document : [document]) as { tx?: EsploraTransaction }[]
    ofName.set(
      name,
      all.flatMap((each) => (each.tx ? [whole(each.tx)] : 'vin' in each ? [each as EsploraTransaction] : [])),
    )
  }

  /** The escrows were put together from another API: their fee is 0 and their block has no hash. */
  function whole(tx: EsploraTransaction): EsploraTransaction {
    const sum = (all: readonly ({ value: number } | null)[]): number =>
      all.reduce((total, each) => total + each!.value, 0)
    const fee = sum(tx.vin.map(({ prevout }) => prevout)) - sum(tx.vout)
    return {
      ...tx,
      fee,
      status: { ...tx.status, block_hash: 'ab'.repeat(32) } as EsploraTransaction['status'],
    }
  }

  test('every transaction hashes to its id', async () => {
    const all = [...ofName.values()].flat()
    await using server = await serve(new Map(all.map((tx) => [`/tx/${tx.txid}`, tx])))
    const source = createEsplora(createDoor({ url: server.url, limits }), network)
    let inputs = 0
    for (const { txid, fee, status } of all) {
      const { transaction } = (await source.transaction(txid))!.placed
      expect(transaction.txid).toBe(txid)
      expect(sumOf(transaction.inputs) - sumOf(transaction.outputs)).toBe(BigInt(fee))
      expect(transaction.height).toBe(status.confirmed ? status.block_height : undefined)
      inputs += transaction.inputs.length
    }
    expect([all.length, inputs]).toEqual([158, 598])
  })

  test.each([
    ['wabisabi-coinjoin.json', 327, 279],
    ['whirlpool-coinjoin.json', 5, 5],
    ['batch-withdrawal-143.json', 1, 143],
  ])('%s has %i inputs and %i outputs', (name, inputs, outputs) => {
    const [tx] = ofName.get(name)!
    expect([tx!.vin.length, tx!.vout.length]).toEqual([inputs, outputs])
  })

  test('fifty transactions of a history are walked, and fewer than counted are refused', async () => {
    const address = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'
    const txs = ofName.get('satoshi-genesis-txs.json')!
    const at = `/address/${address}`
    const answers = new Map<string, unknown>([
      [at, load(JSONS, 'satoshi-genesis-address.json')],
      [`${at}/txs/chain`, txs.slice(0, 25)],
      [`${at}/txs/chain/${txs[24]!.txid}`, txs.slice(25)],
      [`${at}/txs/chain/${txs[49]!.txid}`, []],
    ])
    await using server = await serve(answers)
    const source = createEsplora(createDoor({ url: server.url, limits }), network)
    const holder = holderOf(BITCOIN, address)
    expect(await source.count!(holder)).toBe(56_893)
    const walk = async (): Promise<string[]> => {
      const ids: string[] = []
      for await (const { transactions } of source.history!(holder))
        ids.push(...transactions.map(({ transaction }) => transaction.txid))
      return ids
    }
    await expect(walk()).rejects.toThrow('expected 56893 transactions, as counted, got 50')
    answers.set(at, { address, chain_stats: { tx_count: 50 } })
    expect(await walk()).toEqual(txs.map(({ txid }) => txid))
  })
})

interface RecordedTransaction {
  readonly txid: string
  readonly hex: string
}

interface RecordedBlock {
  readonly hash: string
  readonly height: number
  readonly version: number
  readonly previousblockhash?: string
  readonly merkleroot: string
  readonly time: number
  readonly bits: string
  readonly nonce: number
  readonly tx: readonly RecordedTransaction[]
}

interface ExpectedTransaction {
  readonly hash: string
  readonly index: number
  readonly block_number: number
  readonly block_timestamp: number
  readonly inputs: readonly { readonly spent_transaction_hash: string; readonly spent_output_index: number }[]
  readonly outputs: readonly {
    readonly value: number
    readonly type: string
    readonly addresses: readonly string[]
  }[]
}

describe.skipIf(absent)('recorded answers of Bitcoin Core', () => {
  const blocks = new Map<string, RecordedBlock>()
  const transactions = new Map<string, RecordedTransaction>()
  const expected = new Map<string, ExpectedTransaction>()
  for (const folder of absent ? [] : readdirSync(CORE)) {
    for (const name of readdirSync(path.join(CORE, folder))) {
      if (name.includes('getblock_')) {
        const block = load<RecordedBlock>(CORE, folder, name)
        blocks.set(block.hash, block)
        for (const tx of block.tx) transactions.set(tx.txid, tx)
      }
      if (name.includes('getrawtransaction_')) {
        const tx = load<RecordedTransaction>(CORE, folder, name)
        transactions.set(tx.txid, tx)
      }
      if (name !== 'expected_transactions.json') continue
      for (const line of readFileSync(path.join(CORE, folder, name), 'utf8')
        .trim()
        .split('\n')) {
        const tx = JSON.parse(line) as ExpectedTransaction
        expected.set(tx.hash, tx)
      }
    }
  }

  /** Header and transactions, as they lie in a block file. */
  function bytesOf(block: RecordedBlock): string {
    const header = Buffer.alloc(80)
    header.writeInt32LE(block.version, 0)
    header.set(Buffer.from(block.previousblockhash ?? '0'.repeat(64), 'hex').reverse(), 4)
    header.set(Buffer.from(block.merkleroot, 'hex').reverse(), 36)
    header.writeUInt32LE(block.time, 68)
    header.writeUInt32LE(Number.parseInt(block.bits, 16), 72)
    header.writeUInt32LE(block.nonce, 76)
    return (
      header.toString('hex') +
      Buffer.of(block.tx.length).toString('hex') +
      block.tx.map(({ hex }) => hex).join('')
    )
  }

  const answers: CoreAnswers = (method, [first, verbosity]) => {
    const block = blocks.get(String(first))
    const tx = transactions.get(String(first))
    if (method === 'getblockhash')
      return { result: [...blocks.values()].find(({ height }) => height === first)?.hash }
    if (method === 'getblockheader') return { result: block }
    if (method === 'getblock' && verbosity === 0) return { result: bytesOf(block!) }
    if (method === 'getindexinfo')
      return { result: { txindex: { synced: true, best_block_height: 552_000 } } }
    if (method === 'getrawtransaction' && tx !== undefined) return { result: tx.hex }
    return { error: { code: -5, message: 'No such mempool or blockchain transaction.' } }
  }

  test('blocks give the rows that an independent reader gives', async () => {
    await using server = await serveCore(answers)
    const node = await createBitcoinNode(createDoor({ url: server.url, limits }), network)
    let found = 0
    for (const height of [0, 1, 50_000, 50_001, 50_002]) {
      const block = (await node.blockAt(height))!
      expect(block).toMatchObject({ height, time: blocks.get(block.hash)!.time })
      const { transactions: placed } = await node.matches!(block, { ...NOBODY, touches: () => true })
      for (const { transaction } of placed) {
        const row = expected.get(transaction.txid)!
        expect(transaction).toMatchObject({
          ...{ index: row.index, height: row.block_number, time: row.block_timestamp },
          inputs: row.inputs.map((input) => ({
            txid: input.spent_transaction_hash,
            n: input.spent_output_index,
          })),
          outputs: row.outputs.map(({ value, type, addresses }) => ({
            amount: BigInt(value),
            // Bare keys are not named by their hash here.
            holder: type === 'pubkey' ? expect.stringContaining(':p2pk-') : holderOf(BITCOIN, addresses[0]!),
          })),
        })
        for (const { amount } of transaction.inputs) expect(amount).toBe(5_000_000_000n)
        found++
      }
    }
    expect([found, expected.size]).toEqual([7, 7])
  })

  test('a header under the hash of another block is refused', async () => {
    await using server = await serveCore(answers)
    const node = await createBitcoinNode(createDoor({ url: server.url, limits }), network)
    await expect(node.blockAt(500_000)).rejects.toThrow(
      /expected block 0{18}24fb37.*, got a header whose hash is/,
    )
  })
})
