import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatHolder } from '../../address/index.ts'
import { createDoor } from '../../net/index.ts'
import { addressOf, type HolderId, TRON } from '../../units/caip.ts'
import type { HistoryPage, Source } from '../source.ts'
import type { Transaction } from '../transaction.ts'
import { createTronGrid } from './createTronGrid.ts'
import { proveTransaction } from './proof.ts'
import { hex, type Made, startTronServer, type TronServer } from './tronServer.test-suite.ts'
import type { StatedTransaction } from './wire.ts'

const FAST = { perSecond: 10_000, burst: 10_000, concurrency: 8, retries: 0 }

function account(n: number): string {
  return addressOf(formatHolder(TRON, `41${n.toString(16).padStart(40, '0')}`))
}
const [A, B, C, APP, FAKE] = [1, 2, 3, 100, 101].map(account) as [string, string, string, string, string]
const USDT = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t'
const WTRX = 'TNUC9Qb1rRpS5CbWLmNMxXBjyFoydXjWFR'
const TOKENS = { [USDT]: { symbol: 'USDT', decimals: 6 }, [FAKE]: { symbol: 'USDT', decimals: 18 } }

const transfer = (from: string, to: string, sun: number, more: Partial<Made> = {}): Made => ({
  type: 'TransferContract',
  value: { owner_address: hex(from), to_address: hex(to), amount: sun },
  ...more,
})
const call = (from: string, contract: string, sun: number, more: Partial<Made> = {}): Made => ({
  type: 'TriggerSmartContract',
  value: {
    owner_address: hex(from),
    contract_address: hex(contract),
    ...(sun === 0 ? {} : { call_value: sun }),
    data: 'a9059cbb',
  },
  ...more,
})
const token = (name: string): Made => ({
  type: 'TransferAssetContract',
  value: {
    owner_address: hex(A),
    to_address: hex(B),
    asset_name: Buffer.from(name).toString('hex'),
    amount: 9,
  },
})

/** Every kind of transaction that the source tells apart, in three blocks. */
const BLOCKS: readonly (readonly Made[])[] = [
  [
    transfer(A, B, 5_000_000, { fee: 1_100_000 }),
    call(A, USDT, 0, { fee: 345_000, tokens: [{ contract: USDT, from: A, to: B, amount: 7_000_000n }] }),
    transfer(A, B, 6_000_000, { fee: 100_000, outcome: 'OUT_OF_ENERGY' }),
  ],
  [
    call(C, APP, 300, {
      internals: [
        { from: APP, to: B, sun: 100 },
        { from: APP, to: A, sun: 50, rejected: true },
        { from: APP, to: A, sun: 60, note: 'freezeBalanceV2ForEnergy' },
        { from: APP, to: A, sun: 0 },
        { from: APP, to: A, sun: 40, note: 'suicide' },
      ],
      tokens: [
        { contract: FAKE, from: C, to: A, amount: 2n ** 200n },
        { contract: FAKE, from: C, to: A, amount: 2n ** 200n },
      ],
    }),
    call(A, WTRX, 77),
  ],
  [
    token('1002000'),
    transfer(B, B, 1),
    {
      type: 'FreezeBalanceV2Contract',
      value: { owner_address: hex(A), frozen_balance: 1_000_000, resource: 'ENERGY' },
    },
    ...['JOIN_2', 'SEED', '888'].map(token),
  ],
]

let server: TronServer
let source: Source
beforeAll(async () => {
  server = await startTronServer(BLOCKS, TOKENS)
  source = open(server)
})
afterAll(() => server[Symbol.asyncDispose]())

function open({ url }: Pick<TronServer, 'url'>): Source {
  return createTronGrid(createDoor({ url, limits: FAST }))
}

const holder = (address: string): HolderId => formatHolder(TRON, address)

async function walk(from: Source, address: string): Promise<HistoryPage[]> {
  const pages: HistoryPage[] = []
  for await (const page of from.history!(holder(address))) pages.push(page)
  return pages
}

const NAMES = new Map(
  [A, B, C, APP, WTRX].map((address, i) => [holder(address), ['A', 'B', 'C', 'APP', 'WTRX'][i]!]),
)

function shown({ transfers }: Transaction): string[] {
  const who = (one: HolderId | null): string => (one === null ? '-' : (NAMES.get(one) ?? one))
  return transfers.map(
    ({ kind, from, to, asset, amount }) =>
      `${kind} ${who(from)} ${who(to)} ${asset.slice(TRON.length + 1)} ${amount}`,
  )
}

const COIN = 'slip44:195'

describe('createTronGrid', () => {
  test.each([
    ['TRX', 0, [`native A B ${COIN} 5000000`, `fee A - ${COIN} 1100000`]],
    ['a known token', 1, [`fee A - ${COIN} 345000`, `token A B trc20:${USDT} 7000000`]],
    ['a failure', 2, [`fee A - ${COIN} 100000`]],
    [
      'payments by a contract, and equal token transfers',
      3,
      [
        `native C APP ${COIN} 300`,
        `internal APP B ${COIN} 100`,
        `internal APP A ${COIN} 40`,
        `token C A trc20:${FAKE} ${2n ** 200n}`,
        `token C A trc20:${FAKE} ${2n ** 200n}`,
      ],
    ],
    ['wrapped TRX', 4, [`native A WTRX ${COIN} 77`, `token - A trc20:${WTRX} 77`]],
    ['a TRC-10 token', 5, ['native A B trc10:1002000 9']],
    ['a TRC-10 token by the name it had', 8, ['native A B trc10:JOIN%5F2 9']],
    ['a TRC-10 token whose name looks like hex', 9, ['native A B trc10:SEED 9']],
    ['a TRC-10 token whose name is digits', 10, ['native A B trc10:%3888 9']],
    ['to oneself', 6, [`native B B ${COIN} 1`]],
    ['a stake', 7, []],
  ])('%s', async (_, n, expected) => {
    const found = await source.transaction(server.txids[n]!)
    expect(shown(found!.placed.transaction)).toEqual(expected)
  })

  test('a transaction has its place, and its tokens are as their contracts describe them', async () => {
    const { placed, assets } = (await source.transaction(server.txids[3]!))!
    expect(placed.transaction).toMatchObject({ height: 2, index: 0, time: 1_700_000_006 })
    expect(placed.block).toMatchObject({ height: 2, hash: `${'2'.padStart(16, '0')}${'ab'.repeat(24)}` })
    expect(assets.map(({ symbol, decimals, known }) => [symbol, decimals, known])).toEqual([
      ['TRX', 6, true],
      ['USDT', 18, false],
    ])
    expect((await source.transaction(server.txids[1]!))!.assets[1]).toMatchObject({
      symbol: 'USDT',
      known: true,
    })
    expect(await source.transaction('0'.repeat(64))).toBeNull()
  })

  test('blocks', async () => {
    const tip = await source.tip()
    expect(tip).toMatchObject({ height: 3, time: 1_700_000_009 })
    expect(await source.blockAt(3)).toEqual(tip)
    expect(await source.blockAt(4)).toBeNull()
  })

  test('a history has what the transactions themselves have', async () => {
    for (const address of [A, B, C, APP]) {
      const who = holder(address)
      const pages = await walk(source, address)
      const own = (transaction: Transaction): string[] => {
        const transfers = transaction.transfers.filter(({ from, to }) => from === who || to === who)
        return shown({ ...transaction, transfers })
      }
      const found = pages.flatMap((page) => page.transactions.map((one) => one.transaction))
      const whole = await Promise.all(
        server.txids.map(async (txid) => (await source.transaction(txid))!.placed.transaction),
      )
      expect(found.map(own)).toEqual(whole.map(own).filter((lines) => lines.length > 0))
      expect(found.map(({ time }) => time)).toEqual(found.map(({ time }) => time).sort())
    }
  })

  test('a history says what came first within a block', async () => {
    // The second is B's own, whose row has a height; of the first, B has an event alone.
    const passed = { tokens: [{ contract: USDT, from: A, to: B, amount: 1n }] }
    const passedOn = { tokens: [{ contract: USDT, from: B, to: C, amount: 1n }] }
    const blocks = [[], [call(A, USDT, 0, passed), transfer(A, C, 1), call(B, USDT, 0, passedOn)]]
    await using quick = await startTronServer(blocks, TOKENS)
    const [page] = await walk(open(quick), B)
    expect(page!.transactions.map(({ transaction: { height, index } }) => [height, index])).toEqual([
      [2, 0],
      [2, 2],
    ])
  })

  test('a history says what came first within a block of which it has events alone', async () => {
    const paid = (from: string, amount: bigint) => ({ tokens: [{ contract: USDT, from, to: B, amount }] })
    const [late, early] = [call(A, USDT, 0, paid(A, 1n)), call(C, USDT, 0, paid(C, 2n))]
    // The list need not have them in the order of the block.
    await using turned = await startTronServer([[early, late]], TOKENS, {
      change: ({ path }, answer) =>
        path.includes('/trc20') ? { ...answer, data: (answer['data'] as unknown[]).toReversed() } : answer,
    })
    const [page] = await walk(open(turned), B)
    expect(page!.transactions.map(({ transaction }) => transaction.txid)).toEqual(turned.txids)
    expect(page!.transactions.map(({ transaction: { height, index } }) => [height, index])).toEqual([
      [1, 0],
      [1, 1],
    ])
  })

  test('what a list is about stands in no block that can be undone', async () => {
    const [page] = await walk(source, A)
    expect(page!.transactions.every(({ block }) => block?.height === 3)).toBe(true)
  })
})

describe('proveTransaction', () => {
  // Block 62,258,698 of Tron.
  const real: StatedTransaction = {
    txID: '47086db397eac45d2fe7dacedcb6f77267d6895dce645210e495e64f8a2a7910',
    raw_data_hex:
      '0a02fdf622084cd898aed8ce5d1440f0d2ccf1fd315a65080112610a2d747970652e676f6f676c65617069732e636f6d2f70726f746f636f6c2e5472616e73666572436f6e747261637412300a15419b3281a60ab7a44f351ef2896c653f134972ad2212154105cc125604448afeb6867eb688efb7e80411d57a1805709c91c9f1fd31',
  }

  test('a real transaction', () => {
    expect(proveTransaction(real).contract).toEqual({
      owner: '419b3281a60ab7a44f351ef2896c653f134972ad22',
      to: '4105cc125604448afeb6867eb688efb7e80411d57a',
      sun: 5n,
    })
    expect(() => proveTransaction({ ...real, txID: '0'.repeat(64) })).toThrow('to hash to its id')
  })
})

describe('pages', () => {
  const many = Array.from({ length: 250 }, (_, i) => [
    transfer(A, B, i + 1),
    transfer(A, B, 1000 + i),
    transfer(C, A, 5),
  ])

  test('every row once, in order, whatever the pages cut', async () => {
    await using long = await startTronServer(many, {})
    const pages = await walk(open(long), A)
    expect(pages.length).toBeGreaterThan(3)
    const all = pages.flatMap((page) => page.transactions.map((one) => one.transaction.txid))
    expect(all).toEqual(long.txids)
  })

  test('of blocks from one on, what is before is not read', async () => {
    await using long = await startTronServer(many, {})
    const within = { from: (await open(long).blockAt(240))!, to: (await open(long).blockAt(249))! }
    const pages: HistoryPage[] = []
    for await (const page of open(long).history!(holder(A), within)) pages.push(page)
    const all = pages.flatMap((page) => page.transactions)
    expect(all.map(({ transaction: { txid } }) => txid)).toEqual(long.txids.slice(239 * 3, 249 * 3))
    expect(all.every(({ block }) => block === within.to)).toBe(true)
    const lists = [...long.asked.keys()].filter((path) => path.includes('/v1/'))
    expect(lists).toHaveLength(2)
  })

  test('a list that does not heed from when it is asked: only what is wanted is given', async () => {
    await using long = await startTronServer(many.slice(0, 9), {})
    const [from, to] = [(await open(long).blockAt(4))!, (await open(long).blockAt(6))!]
    const door = createDoor({ url: long.url, limits: FAST })
    const heedless = createTronGrid({
      shown: door.shown,
      ask: (question) =>
        door.ask({ ...question, path: question.path!.replace(/&m(?:in|ax)_timestamp=\d+/g, '') }),
    })
    const found: string[] = []
    for await (const page of heedless.history!(holder(A), { from, to }))
      found.push(...page.transactions.map(({ transaction: { txid } }) => txid))
    expect(found).toEqual(long.txids.slice(9, 18))
  })

  test('a count is exact up to a page, and an estimate above it that is not far off for even traffic', async () => {
    await using long = await startTronServer(many, {})
    expect(await open(long).count!(holder(A))).toBeGreaterThan(700)
    expect(await open(long).count!(holder(A))).toBeLessThan(800)
    // Nine transactions of its own, and four payments in another's, done or not.
    expect(await source.count!(holder(A))).toBe(13)
    expect(await source.count!(holder(account(999)))).toBe(0)
  })

  test('counts every row as it goes, several of one transaction and those that move nothing too', async () => {
    const events = Array.from({ length: 30 }, () => ({ contract: USDT, from: A, to: B, amount: 1n }))
    const blocks = Array.from({ length: 20 }, () => [call(A, USDT, 0, { tokens: events })])
    await using long = await startTronServer(blocks, TOKENS)
    const pages = await walk(open(long), A)
    expect(pages.length).toBeGreaterThan(2)
    expect(pages.at(-1)!.counted).toBe(600)
    expect((await walk(source, A)).at(-1)!.counted).toBe(await source.count!(holder(A)))
  })

  test.each([
    ['a fingerprint that leads round in a circle', { meta: { fingerprint: '200' } }],
    ['a page that comes again', { meta: { fingerprint: 'new' } }],
  ])('%s ends with an error', async (_, wrong) => {
    let asked = 0
    await using circle = await startTronServer(
      many,
      {},
      {
        change: ({ path }, answer) => {
          if (!path.includes('asc') || path.includes('trc20')) return answer
          const meta = {
            ...(answer['meta'] as object),
            fingerprint: wrong.meta.fingerprint === 'new' ? `0${asked++}` : '200',
          }
          return { ...answer, meta }
        },
      },
    )
    await expect(walk(open(circle), A)).rejects.toMatchObject({ code: 'NET_BAD_ANSWER' })
  })
})

describe('hostile answers', () => {
  const lies: readonly (readonly [name: string, path: RegExp, change: (answer: never) => unknown])[] = [
    ['bytes of another transaction', /gettransactionbyid/, (answer) => changed(answer, 'raw_data_hex', '00')],
    ['a negative fee', /infobyid/, (answer) => changed(answer, 'fee', -1)],
    ['a result of another transaction', /infobyid/, (answer) => changed(answer, 'id', 'ab'.repeat(32))],
    ['a block with another number', /getblockbynum/, (answer) => changed(answer, 'number', 7)],
    ['an error in words', /./, () => ({ Error: 'class java.lang.Exception : no' })],
    ['a list', /./, () => []],
    ['null', /./, () => null],
  ]
  test.each(lies)('%s', async (_, path, change) => {
    await using liar = await startTronServer(BLOCKS, TOKENS, {
      change: (asked, answer) => (path.test(asked.path) ? change(answer as never) : answer),
    })
    await expect(open(liar).transaction(server.txids[0]!)).rejects.toMatchObject({ code: 'NET_BAD_ANSWER' })
  })
})

describe('what a transaction pays is what its bytes say', () => {
  test.each<[string, (key: string, old: unknown) => unknown]>([
    ['another amount', (key, old) => (key === 'amount' ? 9 : old)],
    ['no amount', (key, old) => (key === 'amount' ? undefined : old)],
    ['another payee', (key, old) => (key === 'to_address' ? hex(C) : old)],
    ['another kind', (key, old) => (key === 'type' ? 'VoteWitnessContract' : old)],
    ['nothing', (key, old) => (key === 'raw_data' ? undefined : old)],
  ])('%s stated beside them', async (_, lie) => {
    await using liar = await startTronServer(BLOCKS, TOKENS, {
      change: ({ path }, answer) =>
        /gettransactionbyid|v1/.test(path) ? JSON.parse(JSON.stringify(answer, lie)) : answer,
    })
    const { placed } = (await open(liar).transaction(server.txids[0]!))!
    expect(shown(placed.transaction)[0]).toBe(`native A B ${COIN} 5000000`)
    const [page] = await walk(open(liar), A)
    expect(shown(page!.transactions[0]!.transaction)[0]).toBe(`native A B ${COIN} 5000000`)
  })
})

describe('tokens of strangers', () => {
  const says = async (token_info: (old: object) => unknown) => {
    await using spammed = await startTronServer(BLOCKS, TOKENS, {
      change: ({ path }, answer) =>
        path.includes('trc20')
          ? {
              ...answer,
              data: (answer['data'] as { token_info: object }[]).map((row) => ({
                ...row,
                token_info: token_info(row.token_info),
              })),
            }
          : answer,
    })
    const pages = await walk(open(spammed), A)
    const fake = pages.flatMap(({ assets }) => assets).find(({ id }) => id.endsWith(FAKE))
    return {
      shown: pages.flatMap(({ transactions }) => transactions.map((one) => shown(one.transaction))),
      fake,
    }
  }

  test.each<[string, object, object]>([
    ['without symbol', { symbol: null }, { symbol: '', decimals: 18 }],
    ['with a symbol that is none', { symbol: { a: 1 } }, { symbol: '', decimals: 18 }],
    ['with decimals as text', { decimals: '6' }, { symbol: 'USDT', decimals: 6 }],
    ['with a thousand decimals', { decimals: 1000 }, { symbol: 'USDT', decimals: 0 }],
    ['without decimals', { decimals: null }, { symbol: 'USDT', decimals: 0 }],
  ])('%s move as others do', async (_, words, expected) => {
    const { shown: honest } = await says((old) => old)
    const found = await says((old) => ({ ...old, ...words }))
    expect(found.shown).toEqual(honest)
    expect(found.fake).toMatchObject({ ...expected, known: false })
  })

  test.each([
    ['no token', {}],
    ['nothing', null],
    ['no contract', { address: '' }],
  ])('where a list names %s, the transactions themselves are asked', async (_, token_info) => {
    const { shown: lines, fake } = await says(() => token_info)
    expect(lines.flat()).toContain(`token A B trc20:${USDT} 7000000`)
    expect(lines.flat().filter((line) => line === `token C A trc20:${FAKE} ${2n ** 200n}`)).toHaveLength(2)
    expect(fake).toMatchObject({ symbol: 'USDT', decimals: 18 })
  })
})

/** A copy in which every field of that name has another value. */
function changed(answer: unknown, name: string, value: unknown): unknown {
  return JSON.parse(JSON.stringify(answer), (key, old: unknown) => (key === name ? value : old))
}
