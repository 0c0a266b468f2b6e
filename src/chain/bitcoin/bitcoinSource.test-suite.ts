/**
 * What every live source of the Bitcoin family promises, over one regtest chain with coins of every kind of script.
 * @module
 */
import { Block, Transaction as Parsed } from 'bitcoinjs-lib'
import { describe, expect, test } from 'vitest'
import { fromScript } from '../../address/index.ts'
import { BITCOIN_REGTEST, type HolderId, holderOf } from '../../units/caip.ts'
import { toHex } from '../../units/hex.ts'
import type { BlockRef, Interest, Placed, Source } from '../source.ts'
import type { Transaction } from '../transaction.ts'
import {
  coinOf,
  MATURITY,
  type RegtestChain,
  regtestChain,
  signed,
  testKey,
} from './regtestChain.test-suite.ts'

/** A chain, what is unconfirmed on it, and the ids that tests ask for. */
export interface SourceWorld {
  readonly chain: RegtestChain
  readonly mempool: readonly Uint8Array[]
  /** Pays and spends bare keys, P2PKH, P2SH and witness keys; two of its block spend each other. */
  readonly mixed: string
  readonly child: string
  /** Unconfirmed, and one that spends it. */
  readonly pending: string
  readonly pendingChild: string
  /** Holders with histories: a bare key and its P2PKH address, and one with more than a page. */
  readonly bareKey: HolderId
  readonly keyHash: HolderId
  readonly busy: HolderId
}

export async function sourceWorld(): Promise<SourceWorld> {
  const chain = regtestChain()
  const [a, b, miner] = [testKey(1), testKey(2), testKey(3)]
  const bare = chain.mine(a.p2pk)
  const nested = chain.mine(a.p2sh)
  const hashed = chain.mine(a.p2pkh)
  for (let i = 0; i < MATURITY; i++) chain.mine(miner.p2pkh)
  const memo = Uint8Array.of(0x6a, 3, ...Buffer.from('=:x'))
  const mixed = await signed(
    [coinOf(bare, 0, a), coinOf(nested, 0, a), coinOf(hashed, 0, a)],
    [
      { script: b.p2wpkh, sats: 10_0000_0000 },
      { script: a.p2pkh, sats: 30_0000_0000 },
      { script: memo, sats: 0 },
      { script: b.p2pk, sats: 109_9999_0000 },
    ],
  )
  const child = await signed([coinOf(mixed, 0, b)], [{ script: b.p2sh, sats: 9_9999_0000 }])
  chain.mine(miner.p2pkh, [mixed, child])
  chain.mine(miner.p2pkh, [await signed([coinOf(child, 0, b)], [{ script: a.p2pkh, sats: 9_9998_0000 }])])
  const pending = await signed([coinOf(mixed, 1, a)], [{ script: b.p2wpkh, sats: 29_9999_0000 }])
  const pendingChild = await signed([coinOf(pending, 0, b)], [{ script: a.p2pkh, sats: 29_9998_0000 }])
  const holder = (script: Uint8Array): HolderId =>
    holderOf(BITCOIN_REGTEST, fromScript(script, BITCOIN_REGTEST)!)
  return {
    chain,
    mempool: [pending.toBuffer(), pendingChild.toBuffer()],
    ...{ mixed: mixed.getId(), child: child.getId() },
    ...{ pending: pending.getId(), pendingChild: pendingChild.getId() },
    ...{ bareKey: holder(a.p2pk), keyHash: holder(a.p2pkh), busy: holder(miner.p2pkh) },
  }
}

/** The truth: what bitcoinjs-lib reads in the blocks, prevouts looked up. By id, in chain order. */
function truthOf({ chain: { blocks }, mempool }: SourceWorld): Map<string, Placed> {
  const truth = new Map<string, Placed>()
  const outputs = new Map<string, Parsed['outs']>()
  const holderOfScript = (script: Uint8Array): HolderId | null => {
    const address = fromScript(script, BITCOIN_REGTEST)
    return address === null ? null : holderOf(BITCOIN_REGTEST, address)
  }
  const add = (tx: Parsed, block: BlockRef | null, index?: number): void => {
    outputs.set(tx.getId(), tx.outs)
    const inputs = tx.ins.map(({ hash, index: n }) => {
      const txid = reversed(hash)
      const prevout = outputs.get(txid)?.[n]
      return prevout === undefined
        ? { txid, n }
        : { txid, n, holder: holderOfScript(prevout.script)!, amount: prevout.value }
    })
    const transaction: Transaction = {
      ...{ chain: BITCOIN_REGTEST, txid: tx.getId(), transfers: [] },
      ...(block === null ? {} : { height: block.height, time: block.time, index: index! }),
      inputs: tx.isCoinbase() ? [] : inputs,
      outputs: tx.outs.map(({ script, value }) => ({ holder: holderOfScript(script), amount: value })),
    }
    truth.set(tx.getId(), { transaction, block, links: [] })
  }
  for (const [height, bytes] of blocks.entries()) {
    const parsed = Block.fromBuffer(bytes)
    const block: BlockRef = {
      ...{ height, hash: parsed.getId(), time: parsed.timestamp },
      ...(height === 0 ? {} : { parent: reversed(parsed.prevHash!) }),
    }
    for (const [index, tx] of parsed.transactions!.entries()) add(tx, block, index)
  }
  for (const bytes of mempool) add(Parsed.fromBuffer(bytes), null)
  return truth
}

/** What a source may leave out: places in blocks, which explorers do not say, and blocks' parents. */
function plain({ transaction: { index: _, ...transaction }, block, links }: Placed): unknown {
  return { transaction, block: block?.hash ?? null, links }
}

export const NOBODY: Interest = { spends: () => false, touches: () => false }

export function describeBitcoinSource(
  name: string,
  open: () => Promise<{ source: Source; world: SourceWorld }>,
): void {
  describe(name, () => {
    const opened = Promise.resolve().then(open)
    const truth = async (): Promise<Map<string, Placed>> => truthOf((await opened).world)
    /** Of these, what the source should give. */
    const expected = async (wanted: (placed: Placed) => boolean): Promise<unknown[]> =>
      [...(await truth()).values()].filter(wanted).map(plain)

    test('tells its tip, and blocks by height', async () => {
      const { source, world } = await opened
      const blocks = [...(await truth()).values()].map(({ block }) => block).filter((block) => block !== null)
      expect(await source.tip()).toEqual(blocks.at(-1))
      expect(await source.blockAt(1)).toEqual(blocks[1])
      expect(await source.blockAt(world.chain.blocks.length)).toBeNull()
      expect(source.chain).toBe(BITCOIN_REGTEST)
    })

    test('gives transactions with their payers, unconfirmed ones too', async () => {
      const { source, world } = await opened
      const all = await truth()
      for (const txid of [world.mixed, world.child, world.pending, world.pendingChild]) {
        const { placed } = (await source.transaction(txid))!
        expect(plain(placed)).toEqual(plain(all.get(txid)!))
        if (source.txids === undefined)
          expect(placed.transaction.index).toBe(all.get(txid)!.transaction.index)
      }
      expect(await source.transaction('ab'.repeat(32))).toBeNull()
    })

    test('finds in a block what spends and what touches', async () => {
      const { source, world } = await opened
      const all = await truth()
      const { block } = all.get(world.mixed)!
      const find = async (interest: Interest): Promise<readonly unknown[]> =>
        (await source.matches!(block!, interest)).transactions
      expect(await find(NOBODY)).toEqual([])
      const spendsMixed = { ...NOBODY, spends: (txid: string, n: number) => txid === world.mixed && n === 0 }
      expect(await find(spendsMixed)).toEqual([{ ...all.get(world.child)!, block }])
      expect(await find({ ...spendsMixed, lotsOnly: true })).toEqual([{ ...all.get(world.child)!, block }])
      expect(await find({ ...NOBODY, touches: (holder) => holder === world.keyHash })).toEqual([
        { ...all.get(world.mixed)!, block },
      ])
      expect(await find({ ...NOBODY, touches: (holder) => holder === world.busy })).toHaveLength(1)
      expect(await find({ spends: () => true, touches: () => true })).toEqual(
        [...all.values()]
          .filter((placed) => placed.block?.hash === block!.hash)
          .map((placed) => ({ ...placed, block })),
      )
    })

    test('finds unconfirmed transactions, also once what is looked for has changed', async () => {
      const { source, world } = await opened
      const find = async (interest: Interest): Promise<unknown[]> =>
        (await source.mempool!(interest)).map(plain)
      const all = await truth()
      expect(await find(NOBODY)).toEqual([])
      expect(await find({ ...NOBODY, spends: (txid, n) => txid === world.mixed && n === 1 })).toEqual([
        plain(all.get(world.pending)!),
      ])
      const spendsPending: Interest = { ...NOBODY, spends: (txid) => txid === world.pending }
      expect(await find(spendsPending)).toEqual([plain(all.get(world.pendingChild)!)])
      const byHolder = await find({ ...NOBODY, touches: (holder) => holder === world.keyHash })
      expect(new Set(byHolder)).toEqual(new Set(await expected(({ block }) => block === null)))
    })

    test('walks histories, where it offers them', async () => {
      const { source, world } = await opened
      if (source.history === undefined) {
        expect(source.blind.join()).toContain('no address index')
        return
      }
      for (const holder of [world.bareKey, world.keyHash, world.busy]) {
        const found: unknown[] = []
        for await (const page of source.history(holder)) found.push(...page.transactions.map(plain))
        const touches = ({ transaction: { inputs, outputs }, block }: Placed): boolean =>
          block !== null && [...inputs, ...outputs].some((each) => each.holder === holder)
        const history = await expected(touches)
        expect(new Set(found)).toEqual(new Set(history))
        expect(found).toHaveLength(history.length)
        if (source.count !== undefined) expect(await source.count(holder)).toBe(history.length)
        const within = { from: (await source.blockAt(MATURITY + 2))!, to: await source.tip() }
        const some: unknown[] = []
        for await (const page of source.history(holder, within)) some.push(...page.transactions.map(plain))
        const wanted = await expected((one) => touches(one) && one.block!.height >= within.from.height)
        expect(history).toEqual(expect.arrayContaining(some))
        expect(some).toEqual(expect.arrayContaining(wanted))
      }
    })

    test('says who spends each output, where it offers that', async () => {
      const { source, world } = await opened
      if (source.spends === undefined) return expect(source.matches).toBeDefined()
      const spends = await source.spends(world.mixed)
      expect(spends.map((spend) => spend && [spend.txid, spend.block?.height ?? null])).toEqual([
        [world.child, MATURITY + 4],
        [world.pending, null],
        null,
        null,
      ])
    })

    test('lists a block in order, where transactions do not say their place', async () => {
      const { source, world } = await opened
      const { block } = (await truth()).get(world.mixed)!
      if (source.txids === undefined)
        return expect((await source.matches!(block!, NOBODY)).transactions).toEqual([])
      expect((await source.txids(block!)).slice(1)).toEqual([world.mixed, world.child])
    })
  })
}

function reversed(hash: Uint8Array): string {
  return toHex(Uint8Array.from(hash).reverse())
}
