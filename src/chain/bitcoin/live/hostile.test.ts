import { Transaction as Parsed } from 'bitcoinjs-lib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fromScript } from '../../../address/index.ts'
import { AnswerError, createDoor, type Door } from '../../../net/index.ts'
import { addressOf, BITCOIN, BITCOIN_CASH, BITCOIN_REGTEST, type HolderId } from '../../../units/caip.ts'
import type { BlockRef, Interest, Source } from '../../source.ts'
import { NOBODY, type SourceWorld, sourceWorld } from '../bitcoinSource.test-suite.ts'
import { blockNetwork } from '../blockNetwork.ts'
import { coreAnswers, serveCore } from '../coreNode.test-suite.ts'
import {
  type EsploraAnswer,
  type EsploraServer,
  esploraAnswers,
  serveEsplora,
} from '../esploraServer.test-suite.ts'
import { signed, testKey } from '../regtestChain.test-suite.ts'
import { createBitcoinNode, createEsplora, probeBitcoin } from './index.ts'

const network = blockNetwork('bitcoin', 'regtest')
const limits = { perSecond: 10_000, burst: 10_000, retries: 0 }
const EVERYTHING: Interest = { spends: () => true, touches: () => true }

let world: SourceWorld
let honest: (path: string) => EsploraAnswer
let server: EsploraServer
let explorer: Source
let block: BlockRef
beforeAll(async () => {
  world = await sourceWorld()
  const state = { chain: BITCOIN_REGTEST, blocks: world.chain.blocks, mempool: world.mempool }
  honest = esploraAnswers(state)
  server = await serveEsplora(state)
  explorer = createEsplora(createDoor({ url: server.url, limits }), network)
  block = (await explorer.transaction(world.mixed))!.placed.block!
})
afterAll(() => server[Symbol.asyncDispose]())

interface Esplora {
  fee: number
  vin: { prevout: { value: number; scriptpubkey: string; scriptpubkey_address?: string }; sequence: number }[]
  vout: { value: number; scriptpubkey_address: string }[]
  status: { block_hash: string }
}

async function walk(holder: HolderId): Promise<number> {
  let found = 0
  for await (const { transactions } of explorer.history!(holder)) found += transactions.length
  return found
}

/** Runs while a path is answered otherwise. */
async function whileAnswered(path: string, body: unknown, run: () => Promise<unknown>): Promise<unknown> {
  const text = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body)
  server.instead(path, { status: 200, body: text })
  try {
    return await run()
  } finally {
    server.instead(path, undefined)
  }
}

describe('an explorer that lies', () => {
  test.each<[string, (tx: Esplora) => unknown, RegExp]>([
    ['another sequence', (tx) => tx.vin[0]!.sequence--, /got .* whose hash is/],
    ['an output of less', (tx) => tx.vout[0]!.value--, /got .* whose hash is/],
    [
      'a negative amount',
      ({ vout }) => Object.assign(vout[0]!, { value: -1 }),
      /\$\.vout\[0\]\.value, got -1/,
    ],
    ['half a unit', ({ vout }) => Object.assign(vout[0]!, { value: 0.5 }), /\$\.vout\[0\]\.value, got 0.5/],
    [
      'an amount as text',
      ({ vout }) => Object.assign(vout[0]!, { value: '1' }),
      /\$\.vout\[0\]\.value, got "1"/,
    ],
    ['more paid in', (tx) => tx.vin[0]!.prevout.value++, /\$\.fee, got/],
    [
      'a fee below nothing',
      (tx) => [Object.assign(tx.vin[0]!.prevout, { value: 1 }), Object.assign(tx, { fee: -1 })],
      /\$\.fee, got -1/,
    ],
    [
      'more coins than there are',
      (tx) => [
        Object.assign(tx.vin[0]!.prevout, { value: 3e15 }),
        Object.assign(tx, { fee: 3e15 - 9_9999_0000 }),
      ],
      /expected 0 to 21000/,
    ],
    [
      'another address of an output',
      ({ vout }) => Object.assign(vout[0]!, { scriptpubkey_address: addressOf(world.busy) }),
      /got m/,
    ],
    [
      'another payer',
      ({ vin: [input] }) => {
        input!.prevout.scriptpubkey = Buffer.from(testKey(9).p2wpkh).toString('hex')
        delete input!.prevout.scriptpubkey_address
      },
      /expected an output that input 0 can spend/,
    ],
    ['no prevout', ({ vin }) => Object.assign(vin[0]!, { prevout: null }), /vin\[0\]\.prevout, got null/],
    ['no inputs', (tx) => Object.assign(tx, { vin: [] }), /\$\.vin/],
  ])('about a transaction: %s', async (_, change, message) => {
    const path = `/tx/${world.child}`
    const tx = JSON.parse(String(honest(path).body)) as Esplora
    change(tx)
    const asked = whileAnswered(path, tx, () => explorer.transaction(world.child))
    await expect(asked).rejects.toThrow(message)
    await expect(asked).rejects.toBeInstanceOf(AnswerError)
  })

  test.each<[string, string, () => unknown, () => Promise<unknown>, RegExp]>([
    [
      'another transaction',
      `/tx/MIXED`,
      () => honest(`/tx/${world.child}`).body,
      () => explorer.transaction(world.mixed),
      /expected transaction/,
    ],
    ['HTML', `/tx/MIXED`, () => '<html>', () => explorer.transaction(world.mixed), /got HTML/],
    [
      'the block of another',
      '/block/BLOCK',
      () => honest(`/block/${genesis()}`).body,
      () => explorer.txids!(block),
      /expected block/,
    ],
    [
      'another block',
      '/block/BLOCK/raw',
      () => world.chain.blocks[1],
      () => explorer.matches!(block, NOBODY),
      /expected block/,
    ],
    [
      'half a block',
      '/block/BLOCK/raw',
      () => world.chain.blocks.at(-2)!.slice(0, 200),
      () => explorer.matches!(block, NOBODY),
      /bytes are left/,
    ],
    [
      'a block with another transaction',
      '/block/BLOCK/raw',
      () => forged(),
      () => explorer.matches!(block, NOBODY),
      /merkle root differs/,
    ],
    [
      'ids out of order',
      '/block/BLOCK/txids',
      () => (JSON.parse(String(honest(`/block/${block.hash}/txids`).body)) as string[]).reverse(),
      () => explorer.txids!(block),
      /merkle root/,
    ],
    ['no ids', '/block/BLOCK/txids', () => [], () => explorer.txids!(block), /transaction ids/],
    [
      'a tip that is no hash',
      '/blocks/tip/hash',
      () => 'latest',
      () => explorer.tip(),
      /64 lower-case hex digits/,
    ],
    [
      'spends of too few outputs',
      '/tx/MIXED/outspends',
      () => [{ spent: false }],
      () => explorer.spends!(world.mixed),
      /expected 4 outputs, got 1/,
    ],
    [
      'a spend by nobody',
      '/tx/MIXED/outspends',
      () => [{ spent: true }],
      () => explorer.spends!(world.mixed),
      /\$\[0\]\.txid/,
    ],
    [
      'fewer than none',
      '/address/BUSY',
      () => ({ address: addressOf(world.busy), chain_stats: { tx_count: -1 } }),
      () => explorer.count!(world.busy),
      /tx_count, got -1/,
    ],
    [
      'the count of another',
      '/address/BUSY',
      () => ({ address: addressOf(world.keyHash), chain_stats: { tx_count: 1 } }),
      () => explorer.count!(world.busy),
      /\$\.address/,
    ],
    [
      "another's history",
      '/address/BUSY/txs/chain',
      () => honest(`/address/${addressOf(world.keyHash)}/txs/chain`).body,
      () => walk(world.busy),
      /expected transactions of/,
    ],
    [
      'an unconfirmed history',
      '/address/KEY/txs/chain',
      () => honest(`/address/${addressOf(world.keyHash)}/txs/mempool`).body,
      () => walk(world.keyHash),
      /expected transactions of blocks/,
    ],
    ['no history', '/address/BUSY/txs/chain', () => [], () => walk(world.busy), /as counted, got 0/],
    [
      'an object for a history',
      '/address/BUSY/txs/chain',
      () => ({}),
      () => walk(world.busy),
      /expected an array/,
    ],
    [
      'a mempool of numbers',
      '/mempool/txids',
      () => [1],
      () => explorer.mempool!(EVERYTHING),
      /\$\[0\], got 1/,
    ],
  ])('%s', async (_, pattern, body, run, message) => {
    const names = {
      MIXED: world.mixed,
      BLOCK: block.hash,
      BUSY: addressOf(world.busy),
      KEY: addressOf(world.keyHash),
    }
    const path = pattern.replace(/[A-Z]+/, (name) => names[name as keyof typeof names])
    await explorer.transaction(world.mixed)
    await expect(whileAnswered(path, body(), run)).rejects.toThrow(message)
  })

  function genesis(): string {
    return String(honest('/block-height/0').body)
  }

  /** The block's header before another's transactions. */
  function forged(): Uint8Array {
    return Buffer.concat([world.chain.blocks.at(-2)!.subarray(0, 80), world.chain.blocks[1]!.subarray(80)])
  }

  test('a history of blocks from one on is read no further back', async () => {
    const pages = (): number =>
      [...server.asked].reduce((sum, [path, n]) => sum + (path.includes('/txs/chain') ? n : 0), 0)
    const before = pages()
    const within = { from: await explorer.tip(), to: await explorer.tip() }
    for await (const _ of explorer.history!(world.busy, within));
    expect(pages() - before).toBe(1)
  })

  test('a history that comes round', async () => {
    const page = `/address/${addressOf(world.busy)}/txs/chain`
    const first = JSON.parse(String(honest(page).body)) as { txid: string }[]
    const asked = whileAnswered(`${page}/${first[24]!.txid}`, first, () => walk(world.busy))
    await expect(asked).rejects.toThrow(`expected each transaction once, got ${first[0]!.txid} again`)
  })

  test('a history without end', async () => {
    const { p2pkh } = testKey(3)
    const address = addressOf(world.busy)
    const base = JSON.parse(String(honest(`/tx/${world.mixed}`).body)) as { status: unknown }
    let made = 0
    const endless = createEsplora(
      {
        shown: 'http://liar',
        ask: async (question) => {
          const counts = { address, chain_stats: { tx_count: 10 } }
          const page = Array.from({ length: 25 }, () => madeUp(p2pkh, made++, address, base.status))
          const body = JSON.stringify(question.path === `/address/${address}` ? counts : page)
          const bytes = new TextEncoder().encode(body)
          return question.read({ status: 200, bytes, text: () => body, json: () => JSON.parse(body) })
        },
      },
      network,
    )
    const walked = (async () => {
      for await (const _ of endless.history!(world.busy));
    })()
    await expect(walked).rejects.toThrow('expected some 10 transactions, as counted, got more than 1025')
    expect(made).toBeLessThan(1100)
  })

  /** A transaction whose id is right and which no chain has. */
  function madeUp(script: Uint8Array, n: number, address: string, status: unknown): unknown {
    const tx = new Parsed()
    tx.addInput(Buffer.alloc(32, 7), n, 0)
    tx.addOutput(script, 5n)
    const prevout = { scriptpubkey: '51', value: 5 }
    const input = { txid: '07'.repeat(32), vout: n, is_coinbase: false, scriptsig: '', sequence: 0, prevout }
    const output = {
      scriptpubkey: Buffer.from(script).toString('hex'),
      scriptpubkey_address: address,
      value: 5,
    }
    return { txid: tx.getId(), version: 1, locktime: 0, vin: [input], vout: [output], fee: 0, status }
  }
})

describe('what is asked, and how long it is kept', () => {
  const keeps = async (run: (source: Source) => Promise<unknown>): Promise<string[]> => {
    const kept: string[] = []
    const inner = createDoor({ url: server.url, limits })
    const door: Door = {
      shown: inner.shown,
      async ask(question) {
        const value = await inner.ask(question)
        const keep = question.keep(value)
        kept.push(
          `${question.name.replace(/[0-9a-f]{64}/, '…')} ${typeof keep === 'string' ? keep : keep.height}`,
        )
        return value
      },
    }
    await run(createEsplora(door, network))
    return kept
  }
  const last = (): number => block.height

  test.each<[string, (source: Source) => Promise<unknown>, () => string[]]>([
    ['a confirmed transaction', (source) => source.transaction(world.mixed), () => [`GET /tx/… ${last()}`]],
    ['an unconfirmed one', (source) => source.transaction(world.pending), () => ['GET /tx/… never']],
    [
      'spends, one of them unconfirmed',
      (source) => source.spends!(world.mixed),
      () => ['GET /tx/…/outspends never'],
    ],
    [
      'spends, all in blocks',
      (source) => source.spends!(world.child),
      () => [`GET /tx/…/outspends ${last() + 1}`],
    ],
    ['no spends', (source) => source.spends!(world.pendingChild), () => ['GET /tx/…/outspends refresh']],
    [
      'the tip, asked twice',
      async (source) => [await source.tip(), await source.tip()],
      () => ['GET /blocks/tip/hash never', `GET /block/… ${last() + 1}`, 'GET /blocks/tip/hash never'],
    ],
    [
      'ids of a block',
      (source) => source.txids!(block),
      () => [`GET /block/… ${last()}`, `GET /block/…/txids ${last()}`],
    ],
  ])('%s', async (_, run, expected) => {
    expect(await keeps(run)).toEqual(expected())
  })

  test('a node: a transaction with its block, its parents for ever', async () => {
    await using core = await serveCore(coreAnswers({ blocks: world.chain.blocks }))
    const inner = createDoor({ url: core.url, limits })
    const kept: unknown[] = []
    const door: Door = {
      shown: inner.shown,
      async ask(question) {
        const value = await inner.ask(question)
        kept.push(question.keep(value))
        return value
      },
    }
    const node = await createBitcoinNode(door, network)
    await node.transaction(world.child)
    const first = String(honest('/block-height/0').body)
    const own = { height: block.height, hash: block.hash }
    expect(kept).toEqual(['refresh', own, { height: 0, hash: first }, own])
  })

  test('an output that cannot be spent is not waited for', async () => {
    const chain = world.chain
    const miner = testKey(3)
    const coinbase = Parsed.fromBuffer(chain.blocks[4]!.slice(81))
    const { value } = coinbase.outs[0]!
    const coin = { txid: coinbase.getId(), n: 0, sats: Number(value), script: miner.p2pkh, key: miner }
    const memo = { script: Uint8Array.of(0x6a, 1, 1), sats: 0 }
    const first = await signed([coin], [{ script: miner.p2pkh, sats: Number(value) - 1 }, memo])
    const next = { txid: first.getId(), n: 0, sats: Number(value) - 1, script: miner.p2pkh, key: miner }
    const second = await signed([next], [memo])
    chain.mine(miner.p2pkh, [first, second])
    const height = chain.blocks.length - 1
    server.set({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
    chain.drop(1)
    const kept = await keeps(async (source) => {
      await source.transaction(first.getId())
      await source.spends!(first.getId())
    })
    expect(kept).toEqual([`GET /tx/… ${height}`, `GET /tx/…/outspends ${height}`])
  })
})

describe('which chain it is', () => {
  const hashes = (ofHeight: Record<number, string>, kind: 'esplora' | 'bitcoin'): Promise<string> => {
    const door: Door = {
      shown: 'http://some',
      async ask(question) {
        const height = Number(/\d+/.exec(question.name)![0])
        const hash = ofHeight[height]
        const { id } = kind === 'bitcoin' ? (JSON.parse(question.body!) as { id: number }) : { id: 0 }
        const error = { code: -8, message: 'Block height out of range' }
        const rpc = JSON.stringify({ id, result: hash ?? null, error: hash === undefined ? error : null })
        const text = kind === 'bitcoin' ? rpc : (hash ?? 'Block not found')
        const status = kind === 'esplora' && hash === undefined ? 404 : 200
        return question.read({
          status,
          bytes: Buffer.from(text),
          text: () => text,
          json: () => JSON.parse(text),
        })
      },
    }
    return probeBitcoin(door, kind)
  }
  const GENESIS = '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f'
  /** Both chains' blocks after the fork, as the CASA registry and explorers have them. */
  const FORK = '0000000000000000019f112ec0a9982926f1258cdcc558dd7c3b7e5dc7fa148e'
  const CASH = '000000000000000000651ef99cb9fcbe0dadde1d424bd9f15ff20136191a5eec'

  test.each(['esplora', 'bitcoin'] as const)('%s', async (kind) => {
    const other = '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206'
    expect(await hashes({ 0: other }, kind)).toBe(BITCOIN_REGTEST)
    expect(await hashes({ 0: GENESIS, 478559: FORK }, kind)).toBe(BITCOIN)
    expect(await hashes({ 0: GENESIS, 478559: CASH }, kind)).toBe(BITCOIN_CASH)
    await expect(hashes({ 0: GENESIS }, kind)).rejects.toMatchObject({ code: 'BITCOIN_UNKNOWN_GENESIS' })
    await expect(hashes({ 0: 'ab'.repeat(32) }, kind)).rejects.toMatchObject({
      code: 'BITCOIN_UNKNOWN_GENESIS',
    })
  })

  test('regtest by asking', async () => {
    expect(await probeBitcoin(createDoor({ url: server.url, limits }), 'esplora')).toBe(BITCOIN_REGTEST)
    expect(fromScript(testKey(1).p2pkh, BITCOIN_REGTEST)).toBe(addressOf(world.keyHash))
  })
})
