import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatHolder } from '../../address/index.ts'
import { addressOf, type HolderId } from '../../units/caip.ts'
import type { Interest, Placed, Source } from '../source.ts'
import type { Transfer } from '../transaction.ts'
import { type Anvil, startAnvil } from './anvil.test-suite.ts'
import { createEvmNode } from './createEvmNode.ts'
import { type EveryKind, everyKind } from './everyKind.test-suite.ts'

const CHAIN = 'eip155:31337'
const COIN = `${CHAIN}/slip44:60`
const ALL: Interest = { spends: () => false, touches: () => true }

let anvil: Anvil
let made: EveryKind
let source: Source
beforeAll(async () => {
  anvil = await startAnvil({ chainId: 31337 })
  made = await everyKind(anvil)
  source = await createEvmNode(anvil.door())
})
afterAll(() => anvil.stop())

const account = (n: number): HolderId => formatHolder(CHAIN, anvil.accounts[n]!.address)
const contractHolder = (name: string): HolderId => formatHolder(CHAIN, made.contracts[name]!.address)
const token = (name: string, standard = 'erc20'): string =>
  `${CHAIN}/${standard}:${addressOf(contractHolder(name))}`

/** Transfers without fees, in order, as `kind from to asset amount`. */
async function moved(name: string): Promise<string[]> {
  const found = await source.transaction(made.txids[name]!)
  return found!.placed.transaction.transfers.filter(({ kind }) => kind !== 'fee').map(shown)
}

function shown({ kind, from, to, asset, amount }: Transfer): string {
  const who = (holder: HolderId | null): string => (holder === null ? '-' : nameOf(holder))
  return `${kind} ${who(from)} ${who(to)} ${asset === COIN ? 'coin' : asset} ${amount}`
}

function nameOf(holder: HolderId): string {
  const n = anvil.accounts.findIndex(({ address }) => address === addressOf(holder))
  if (n >= 0) return `a${n}`
  const named = Object.entries(made.contracts).find(([, { address }]) => address === addressOf(holder))
  return named?.[0] ?? addressOf(holder)
}

async function everyBlock(from: Source, interest: Interest): Promise<Placed[]> {
  const tip = await from.tip()
  const all: Placed[] = []
  for (let height = 0; height <= tip.height; height++) {
    const block = await from.blockAt(height)
    all.push(...(await from.matches!(block!, interest)).transactions)
  }
  return all
}

describe('createEvmNode', () => {
  test('says what it is and sees everything', () => {
    expect(source).toMatchObject({ kind: 'evm', chain: CHAIN, shown: anvil.url })
    expect(source.blind).toHaveLength(2)
  })

  test.each([
    ['coin', ['native a1 a2 coin 1000000000000000000']],
    ['nothing', ['native a1 a2 coin 0']],
    ['toSelf', ['native a1 a1 coin 5']],
    ['failed', []],
    ['stumble', ['native a1 splitter coin 100', 'internal splitter a5 coin 100']],
    ['delegate', ['native a2 splitter coin 55', 'internal splitter a7 coin 55']],
  ])('%s', async (name, expected) => {
    expect(await moved(name)).toEqual(expected)
  })

  test('internal payments are in the order of execution', async () => {
    expect(await moved('split')).toEqual(
      [
        'native a1 splitter coin 3000000000000000000',
        'internal splitter a3 coin 2000000000000000000',
        'internal splitter 0x00000000000000000000000000000000000f4e50 coin 1000000000000000000',
      ].map((line) => line.replace(/0x\S+/, (hex) => addressOf(formatHolder(CHAIN, hex)))),
    )
  })

  test('a child that is created, endowed and destroyed', async () => {
    const [own, endowed, destroyed] = (await source.transaction(
      made.txids['child']!,
    ))!.placed.transaction.transfers.filter(({ kind }) => kind !== 'fee')
    expect(shown(own!)).toBe('native a2 splitter coin 1234')
    expect(endowed).toMatchObject({ kind: 'internal', from: contractHolder('splitter'), amount: 1234n })
    expect(destroyed).toMatchObject({ kind: 'internal', from: endowed!.to, to: account(6), amount: 1234n })
  })

  test('a failed transaction pays its fee and nothing else', async () => {
    const { transfers } = (await source.transaction(made.txids['failed']!))!.placed.transaction
    expect(transfers).toEqual([
      expect.objectContaining({ kind: 'fee', from: account(1), to: null, asset: COIN }),
    ])
  })

  test('a token that takes a fee moves what it says it moves', async () => {
    expect(await moved('feeToken')).toEqual([
      'native a0 fee coin 0',
      `token a0 a1 ${token('fee')} 98000000000000000000`,
      `token a0 a9 ${token('fee')} 1000000000000000000`,
      `token a0 - ${token('fee')} 1000000000000000000`,
    ])
  })

  test('a swap is a payment each way, in the order of the logs', async () => {
    const out =
      (100n * 10n ** 18n * 997n * 10n ** 9n) / (1000n * 10n ** 18n * 1000n + 100n * 10n ** 18n * 997n)
    expect(await moved('swap')).toEqual([
      'native a1 pool coin 0',
      `token a1 pool ${token('token')} 100000000000000000000`,
      `token pool a3 ${token('other')} ${out}`,
    ])
  })

  test('equal transfers of one transaction are each kept', async () => {
    expect((await moved('multisend')).slice(1)).toEqual([
      `token a1 a4 ${token('token')} 20`,
      `token a1 a4 ${token('token')} 20`,
      `token a1 a5 ${token('token')} 60`,
    ])
  })

  test('wrapping mints and unwrapping burns, also by a payment or a contract', async () => {
    expect(await moved('wrap')).toEqual([
      'native a1 wrapped coin 9000000000000000000',
      `token - a1 ${token('wrapped')} 9000000000000000000`,
    ])
    expect(await moved('wrapByPayment')).toContain(`token - a2 ${token('wrapped')} 1000000000000000000`)
    expect(await moved('unwrap')).toEqual([
      'native a1 wrapped coin 0',
      'internal wrapped a1 coin 4000000000000000000',
      `token a1 - ${token('wrapped')} 4000000000000000000`,
    ])
    expect(await moved('wrapByContract')).toContain(`token - splitter ${token('wrapped')} 77`)
  })

  test('a contract that states a deposit and is no token mints nothing', async () => {
    expect(await moved('vault')).toEqual(['native a1 vault coin 88'])
  })

  test('a piece is an asset of its own', async () => {
    expect((await moved('piece')).slice(1)).toEqual([
      `token a1 a2 ${token('art', 'erc721')}/${2n ** 256n - 1n} 1`,
    ])
    expect((await moved('batch')).slice(1)).toEqual([
      `token a1 a2 ${token('pieces', 'erc1155')}/7 30`,
      `token a1 a2 ${token('pieces', 'erc1155')}/8 40`,
    ])
  })

  test('tokens are as their contracts describe them, and none is known', async () => {
    const all = await Promise.all(
      ['token', 'lying', 'mute', 'feeToken'].map((name) => source.transaction(made.txids[name]!)),
    )
    const assets = all.flatMap((found) => found!.assets).filter(({ id }) => id !== COIN)
    expect(assets.map(({ id, symbol, decimals, known }) => [id, symbol, decimals, known])).toEqual([
      [token('token'), 'TOK', 18, false],
      [token('lying'), 'USDT', 6, false],
      [token('mute'), '', 0, false],
      [token('fee'), 'FEE', 18, false],
    ])
    const blocks = await everyBlock(source, { ...ALL, touches: (holder) => holder === account(0) })
    expect(blocks.length).toBeGreaterThan(10)
  })

  test('a symbol of 32 bytes', async () => {
    const at = (await everyBlock(source, ALL)).find(({ transaction }) =>
      transaction.transfers.some(({ asset }) => asset === token('old')),
    )
    const found = await source.matches!(at!.block!, ALL)
    expect(found.assets.find(({ id }) => id === token('old'))).toMatchObject({ symbol: 'OLD', decimals: 9 })
  })

  test('a block and a transaction asked for alone say the same', async () => {
    const all = await everyBlock(source, ALL)
    expect(all.length).toBe(Number(await anvilTransactions()))
    for (const placed of all)
      expect((await source.transaction(placed.transaction.txid))!.placed).toEqual(placed)
  })

  test('only what touches the interest is given, in block order', async () => {
    const block = (await source.transaction(made.txids['first']!))!.placed.block!
    const { transactions } = await source.matches!(block, ALL)
    expect(transactions.map(({ transaction }) => transaction.txid).sort()).toEqual(
      ['first', 'second', 'third'].map((name) => made.txids[name]!).sort(),
    )
    expect(transactions.map(({ transaction }) => transaction.index)).toEqual([0, 1, 2])
    const none = await source.matches!(block, {
      spends: () => true,
      touches: (holder) => holder === account(8),
    })
    expect(none).toEqual({ block, transactions: [], assets: [] })
  })

  test('every unit is accounted for: what moved adds up to what everybody has', async () => {
    const sums = new Map<string, bigint>()
    const add = (holder: HolderId | null, asset: string, amount: bigint): void => {
      if (holder !== null) sums.set(`${holder} ${asset}`, (sums.get(`${holder} ${asset}`) ?? 0n) + amount)
    }
    // Accounts are given their coins in the block of origin, by no transaction.
    for (let n = 0; n < 10; n++) add(account(n), COIN, 10_000n * 10n ** 18n)
    for (const { transaction } of await everyBlock(source, ALL)) {
      for (const { from, to, asset, amount } of transaction.transfers) {
        add(from, asset, -amount)
        add(to, asset, amount)
      }
    }
    const tip = await source.tip()
    expect(sums.size).toBeGreaterThan(30)
    for (const [key, sum] of sums) {
      const [holder, asset] = key.split(' ') as [HolderId, string]
      // Its contract states a mint and keeps no balances.
      if (asset === token('old')) continue
      expect([key, await source.balance!(holder, asset, tip.height)]).toEqual([key, sum])
    }
  })

  test('without traces it says what it cannot see, and sees the rest', async () => {
    const blinder = await createEvmNode(anvil.door(), { traces: false })
    expect(blinder.blind).toContain(
      'Internal transfers are unknown: the trace methods were not asked. What is said to be held may have gone by them.',
    )
    const all = await everyBlock(source, ALL)
    const seen = await everyBlock(blinder, ALL)
    const plain = all.map((one) =>
      one.transaction.transfers.filter(({ kind }) => kind !== 'internal').map(shown),
    )
    // What a contract of unknown kind mints for coins that came internally is not seen either.
    const lost = plain.flatMap((transfers, i) => {
      const rest = seen[i]!.transaction.transfers.map(shown)
      expect(rest.every((line) => transfers.includes(line))).toBe(true)
      return transfers.filter((line) => !rest.includes(line))
    })
    expect(lost).toEqual([
      `token a1 - ${token('wrapped')} 4000000000000000000`,
      `token - splitter ${token('wrapped')} 77`,
    ])
  })

  test('what is not there is null', async () => {
    expect(await source.transaction(`0x${'0'.repeat(63)}1`)).toBeNull()
    expect(await source.blockAt(1_000_000)).toBeNull()
  })

  test('unconfirmed transactions say what they will move', async () => {
    const { address, abi } = made.contracts['token']!
    await anvil.inOneBlock(async () => {
      await anvil.send(1, anvil.accounts[8]!.address, 42n)
      const hash = await anvil.write(1, { address, abi }, 'transfer', [anvil.accounts[8]!.address, 43n])
      const pending = await source.mempool!({ ...ALL, touches: (holder) => holder === account(8) })
      expect(pending.map(({ transaction }) => transaction.transfers.map(shown))).toEqual([
        ['native a1 a8 coin 42'],
        ['native a1 token coin 0', `token a1 a8 ${token('token')} 43`],
      ])
      expect(
        pending.every(({ block, transaction }) => block === null && transaction.height === undefined),
      ).toBe(true)
      expect((await source.transaction(hash))!.placed.block).toBeNull()
    })
    expect(await source.mempool!(ALL)).toEqual([])
  })
})

async function anvilTransactions(): Promise<number> {
  const tip = await source.tip()
  let count = 0
  for (let height = 0; height <= tip.height; height++)
    count += Number(await anvil.rpc('eth_getBlockTransactionCountByNumber', [`0x${height.toString(16)}`]))
  return count
}
