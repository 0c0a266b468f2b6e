import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatHolder } from '../../../address/index.ts'
import { LootlineError } from '../../../errors.ts'
import { hastyClock, startFaultyServer } from '../../../net/faultyServer.test-suite.ts'
import { createDoor } from '../../../net/index.ts'
import type { Asset } from '../../../units/asset.ts'
import type { Transaction } from '../../transaction.ts'
import { mutated } from '../mutated.test-suite.ts'
import { createEtherscan } from './createEtherscan.ts'

const FAST = { perSecond: 10_000, burst: 10_000, concurrency: 8, retries: 2 }
const ME = '0x1111111111111111111111111111111111111111'
const YOU = '0x2222222222222222222222222222222222222222'
const TOKEN = '0x3333333333333333333333333333333333333333'
const HOLDER = formatHolder('eip155:1', ME)
const KEY = 'SECRETKEY1234567890SECRETKEY123456'

type Row = Record<string, string>

function row(height: number, more: Row = {}): Row {
  return {
    ...{ blockNumber: String(height), timeStamp: String(1_600_000_000 + height) },
    hash: `0x${height.toString(16).padStart(64, '0')}`,
    blockHash: `0x${'b'.repeat(64)}`,
    ...{ from: ME, to: YOU, contractAddress: '', value: '5', gasUsed: '21000', gasPrice: '1' },
    ...{ isError: '0', transactionIndex: '0', ...more },
  }
}

/** A server that answers each list with what it is given, and everything else with nothing. */
async function serve(
  lists: Record<string, (query: URLSearchParams) => unknown>,
  everything?: unknown,
  pageRows = 3,
) {
  const paths: string[] = []
  const server = await startFaultyServer(({ path }) => {
    paths.push(path)
    const query = new URL(path, 'http://127.0.0.1').searchParams
    const answer = lists[query.get('action') ?? '']?.(query) ?? everything
    return { body: answer ?? { status: '0', message: 'No transactions found', result: [] } }
  })
  const secrets = { query: { apikey: KEY } }
  const door = createDoor({ url: server.url, secrets, limits: FAST, clock: hastyClock(), random: () => 0 })
  return {
    server,
    paths,
    source: createEtherscan(door, 1, { pageRows }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

const ok = (result: unknown): unknown => ({ status: '1', message: 'OK', result })

async function walk(source: ReturnType<typeof createEtherscan>): Promise<Transaction[]> {
  const all: Transaction[] = []
  for await (const page of source.history!(HOLDER))
    all.push(...page.transactions.map((one) => one.transaction))
  return all
}

describe('answers in words', () => {
  test('nothing found is an empty history', async () => {
    await using served = await serve({})
    expect(await walk(served.source)).toEqual([])
  })

  test.each([
    ['Max calls per sec rate limit reached (5/sec)', 'NET_BUSY', 3],
    ['Query Timeout occured. Please select a smaller result dataset', 'NET_BUSY', 3],
    ['Max daily rate limit reached. 110000 (100%) of 100000 day/limit', 'NET_BAD_ANSWER', 1],
    ['Free API access is not supported for this chain', 'NET_BAD_ANSWER', 1],
    ['Missing/Invalid API Key', 'NET_BAD_ANSWER', 1],
  ])('%s', async (said, code, calls) => {
    await using served = await serve({}, { status: '0', message: 'NOTOK', result: said })
    await expect(served.source.tip()).rejects.toMatchObject({ code })
    expect(served.paths.length).toBe(calls)
  })

  test('a refused key is told as one, and shown nowhere', async () => {
    await using served = await serve({}, { status: '0', message: 'NOTOK', result: `Invalid API Key ${KEY}` })
    const error = await served.source.tip().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LootlineError)
    expect((error as LootlineError).next).toMatch(/API key/)
    expect(served.paths[0]).toContain(KEY)
    expect(JSON.stringify([(error as LootlineError).toJSON(), (error as Error).stack])).not.toContain(KEY)
  })
})

describe('pages', () => {
  const rows = [1, 2, 2, 2, 2, 2, 7, 8, 8].map((height, i) =>
    row(height, { hash: `0x${i.toString(16).padStart(64, '0')}`, transactionIndex: String(i) }),
  )
  const paged =
    (all: readonly Row[]) =>
    (query: URLSearchParams): unknown => {
      const [page, offset] = [Number(query.get('page')), Number(query.get('offset'))]
      const from = all.filter(({ blockNumber }) => Number(blockNumber) >= Number(query.get('startblock')))
      return ok(from.slice((page - 1) * offset, page * offset))
    }

  test('a block that is larger than a page, and pages that end amid a block', async () => {
    await using served = await serve({ txlist: paged(rows) })
    expect((await walk(served.source)).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  test.each([
    ['pages that always begin anew', () => ok(rows.slice(0, 3))],
    [
      'pages in descending order',
      (query: URLSearchParams) => ok([...rows].reverse().slice(0, Number(query.get('offset')))),
    ],
    ['more rows than were asked for', () => ok(rows)],
  ])('%s end with an error', async (_, txlist) => {
    await using served = await serve({ txlist })
    await expect(walk(served.source)).rejects.toMatchObject({ code: 'NET_BAD_ANSWER' })
  })

  test('a block without end is refused at 10,000 rows', async () => {
    const txlist = () => ok(Array.from({ length: 2500 }, () => row(5)))
    await using served = await serve({ txlist }, undefined, 2500)
    await expect(walk(served.source)).rejects.toMatchObject({ code: 'NET_BAD_ANSWER' })
    expect(served.paths.length).toBe(4)
  })

  test('one transaction in two blocks is refused', async () => {
    const twice = [row(1), row(2, { hash: row(1)['hash']! })]
    await using served = await serve({ txlist: () => ok(twice) })
    await expect(walk(served.source)).rejects.toMatchObject({ code: 'NET_BAD_ANSWER' })
  })

  test('of blocks from one on, what is before is not read', async () => {
    await using served = await serve({ txlist: paged(rows) })
    const refOf = (height: number) => ({ height, hash: '', time: 1_600_000_000 + height })
    const found: (number | undefined)[] = []
    for await (const page of served.source.history!(HOLDER, { from: refOf(7), to: refOf(9) }))
      found.push(...page.transactions.map(({ transaction: { index } }) => index))
    expect(found).toEqual([6, 7, 8])
    // The five lists, and a second page of one.
    expect(served.paths.length).toBe(6)
    expect(served.paths.filter((path) => path.includes('startblock=7&endblock=9')).length).toBe(5)
  })

  test('a busy account is counted in a few calls', async () => {
    await using served = await serve({
      txlist: (query) => ok(query.get('page') === '10000' ? [row(Number(query.get('startblock')) + 1)] : []),
      eth_getTransactionCount: () => ({ jsonrpc: '2.0', id: 1, result: '0x10' }),
    })
    expect(await served.source.count!(HOLDER)).toBe(20_000)
    expect(served.paths.length).toBe(4)
  })
})

describe('rows', () => {
  test('a failed transaction pays its fee, a created contract is paid', async () => {
    const created = row(2, { to: '', contractAddress: YOU })
    await using served = await serve({ txlist: () => ok([row(1, { isError: '1' }), created]) })
    const all = await walk(served.source)
    expect(all.map(({ transfers }) => transfers.map(({ kind, to }) => [kind, to]))).toEqual([
      [['fee', null]],
      [
        ['native', formatHolder('eip155:1', YOU)],
        ['fee', null],
      ],
    ])
  })

  test('what is paid to WETH is minted, what it pays is burnt', async () => {
    const weth = '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2'
    const back: Row = { ...row(2), from: weth, to: ME, type: 'call', value: '3' }
    await using served = await serve({
      txlist: () => ok([row(1, { to: weth })]),
      txlistinternal: () => ok([back]),
      eth_getTransactionByHash: () => ({
        jsonrpc: '2.0',
        id: 1,
        result: {
          ...{ hash: back['hash'], from: ME, to: weth, value: '0x0', input: '0x', gas: '0x0' },
          ...{ blockHash: back['blockHash'], blockNumber: '0x2', transactionIndex: '0x4' },
        },
      }),
    })
    const all = await walk(served.source)
    expect(all.map(({ index }) => index)).toEqual([0, 4])
    const tokens = all.flatMap(({ transfers }) => transfers.filter(({ kind }) => kind === 'token'))
    expect(tokens.map(({ from, to, amount }) => [from, to, amount])).toEqual([
      [null, HOLDER, 5n],
      [HOLDER, null, 3n],
    ])
    expect(tokens[0]!.asset).toBe('eip155:1/erc20:0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2')
  })

  test.each([
    ['too many decimals', { tokenDecimal: '1606938044258990275541962092341162602522202993782792835301376' }],
    ['decimals above 255', { tokenDecimal: '256' }],
    ['decimals that are no number', { tokenDecimal: '-1' }],
    ['no words at all', { tokenDecimal: undefined, tokenSymbol: null }],
    ['a symbol without end', { tokenDecimal: '0', tokenSymbol: 'x'.repeat(100_000) }],
  ])('a token with %s moves as any other', async (_, said) => {
    const spam = { ...row(1), to: YOU, contractAddress: TOKEN, tokenSymbol: 'SPAM', ...said }
    await using served = await serve({ txlist: () => ok([row(1)]), tokentx: () => ok([spam]) })
    const [moved] = await walk(served.source)
    expect(moved!.transfers.map(({ kind }) => kind)).toEqual(['native', 'fee', 'token'])
    const assets: Asset[] = []
    for await (const page of served.source.history!(HOLDER)) assets.push(...page.assets)
    const token = assets.find(({ id }) => id.includes('/erc20:'))!
    expect([token.decimals, token.known]).toEqual([0, false])
    expect(token.symbol.length).toBeLessThanOrEqual(64)
  })

  test.each([
    ['value', '-5'],
    ['value', '1e18'],
    ['value', String(2n ** 256n)],
    ['value', '9'.repeat(5000)],
    ['gasUsed', String(2n ** 255n)],
    ['from', '0x12'],
    ['from', ''],
    ['isError', '2'],
    ['blockNumber', '-1'],
    ['hash', '0x00'],
    ['timeStamp', 'now'],
  ])('%s of %.20s is refused', async (name, value) => {
    const wrong = row(1, { [name]: value, ...(name === 'gasUsed' ? { gasPrice: value } : {}) })
    await using served = await serve({ txlist: () => ok([wrong]) })
    await expect(walk(served.source)).rejects.toMatchObject({ code: 'NET_BAD_ANSWER' })
  })

  test('whatever an answer is made of, it is read or refused as an error of ours', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(ok([row(1), row(2, { to: '', contractAddress: YOU })])), async (answer) => {
        await using served = await serve({ txlist: () => answer })
        try {
          for (const { transfers } of await walk(served.source))
            for (const { amount } of transfers) expect(amount >= 0n && amount < 2n ** 256n).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(LootlineError)
        }
      }),
      { numRuns: 100, seed: 1 },
    )
  })
})
