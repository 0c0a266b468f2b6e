import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type BlockRef, SOURCE_KINDS, type Source } from '../../chain/source.ts'
import { temporaryFolder } from '../../cli/runCli.test-suite.ts'
import { startFaultyServer } from '../../net/faultyServer.test-suite.ts'
import { type Door, readJson } from '../../net/index.ts'
import { BITCOIN, type ChainId, ETHEREUM } from '../../units/caip.ts'
import { checkSource } from './checkSource.ts'
import type { SourceEntry } from './entry.ts'
import type { SourceMaker, SourceMakers } from './makers.ts'
import { meetSource, openSource } from './openSource.ts'

/** What the server says of itself, and what it was asked. */
let chain: ChainId
let asked: IncomingMessage[]
let server: Server
let url: string
beforeEach(async () => {
  chain = BITCOIN
  asked = []
  server = createServer((request, response) => {
    asked.push(request)
    response.end(JSON.stringify(chain))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

const askChain = (door: Door): Promise<ChainId> =>
  door.ask({ name: 'GET /chain', path: '/chain', read: readJson(z.string()), keep: () => 'never' })
const maker: SourceMaker = {
  probe: askChain,
  open: async (door) => ({ ...fake, chain: await askChain(door), shown: door.shown }),
}
const makers = Object.fromEntries(SOURCE_KINDS.map((kind) => [kind, maker])) as SourceMakers

const TIP: BlockRef = { height: 7, hash: 'aa', time: 1000 }
const fake: Source = {
  ...{ kind: 'esplora', chain: BITCOIN, shown: '', blind: ['It sees little.'] },
  tip: async () => TIP,
  blockAt: async () => TIP,
  transaction: async () => null,
  count: async () => 0,
}

function entry(extra: Partial<SourceEntry> = {}): SourceEntry {
  return {
    ...{ name: 'a', kind: 'esplora', url, chain: BITCOIN, added: 0, secret: null, insecure: false, pace: {} },
    ...extra,
  }
}

describe('openSource', () => {
  test('goes through its own door, and through the one that is put before it', async () => {
    const seen: string[] = []
    const wrap = (door: Door): Door => ({
      shown: door.shown,
      ask: (question) => {
        seen.push(question.name)
        return door.ask(question)
      },
    })
    const source = await openSource(entry(), { env: {}, makers, wrap })
    expect([source.shown, seen]).toEqual([url, ['GET /chain']])
    expect(asked.map((request) => request.url)).toEqual(['/chain'])
  })

  test('sends the secrets, and shows the names of their variables', async () => {
    const given = entry({ url: `${url}/{A}?k={B}`, secret: { in: 'key-env', variable: 'C' } })
    const source = await openSource(given, { env: { A: 'aaa', B: 'bbb', C: 'ccc' }, makers })
    expect(source.shown).toBe(`${url}/{A}?k={B}`)
    expect(asked[0]!.url).toBe('/aaa/chain?k=bbb')
    expect(asked[0]!.headers.authorization).toBe('Bearer ccc')
  })

  test('needs no secret for what is not asked', async () => {
    const given = entry({ secret: { in: 'key-env', variable: 'UNSET' } })
    const remembers = { probe: askChain, open: async (door: Door) => ({ ...fake, shown: door.shown }) }
    expect((await openSource(given, { env: {}, makers: { ...makers, esplora: remembers } })).shown).toBe(url)
    await expect(openSource(given, { env: {}, makers })).rejects.toMatchObject({
      data: { code: 'LIVE_SECRET_MISSING', variable: 'UNSET' },
    })
  })

  test.each([
    ['a key', { in: 'key-env', variable: 'KEY' }, 'Bearer open-sesame'],
    ['a password', { in: 'auth-env', variable: 'AUTH' }, 'open-sesame'],
    [
      'what stands for a password',
      { in: 'auth-env', variable: 'AUTH' },
      Buffer.from('u:open-sesame').toString('base64'),
    ],
  ] as const)('an answer that repeats %s is none: it would be remembered', async (_what, secret, echo) => {
    chain = `bip122:${echo}`
    const env = { KEY: 'open-sesame', AUTH: 'u:open-sesame' }
    const failure = await openSource(entry({ secret }), { env, makers }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ data: { came: 'one that repeats the key or password' } })
    await expect(openSource(entry(), { env, makers })).rejects.toMatchObject({
      data: { code: 'LIVE_OTHER_CHAIN' },
    })
  })

  test('a source that has come to serve another chain is refused', async () => {
    chain = ETHEREUM
    await expect(openSource(entry(), { env: {}, makers })).rejects.toMatchObject({
      data: { code: 'LIVE_OTHER_CHAIN', source: url, expected: BITCOIN, got: ETHEREUM },
    })
  })

  test('a budget holds', async () => {
    const { createBudget } = await import('../../net/index.ts')
    await expect(openSource(entry(), { env: {}, makers, budget: createBudget(0) })).rejects.toMatchObject({
      data: { code: 'NET_BUDGET' },
    })
    expect(asked).toEqual([])
  })
})

test('a cookie that the node has written anew is read again, one that is refused still is refused', async () => {
  const file = join(temporaryFolder(), '.cookie')
  let taken = '__cookie__:aa'
  await using node = await startFaultyServer(({ headers }) =>
    headers.authorization === `Basic ${Buffer.from(taken).toString('base64')}`
      ? { body: JSON.stringify(BITCOIN) }
      : { status: 401, body: '' },
  )
  const asker: SourceMaker = {
    ...maker,
    open: async (door) => ({ ...fake, tip: async () => ({ ...TIP, hash: await askChain(door) }) }),
  }
  const cookie = entry({ url: node.url, secret: { in: 'cookie', file } })
  const source = await openSource(cookie, { env: {}, makers: { ...makers, [cookie.kind]: asker } })
  await expect(source.tip()).rejects.toMatchObject({ data: { code: 'LIVE_SECRET_MISSING' } })
  writeFileSync(file, taken)
  expect((await source.tip()).hash).toBe(BITCOIN)
  taken = '__cookie__:bb'
  const refused = { data: { code: 'NET_STATUS', status: 401 } }
  await expect(source.tip()).rejects.toMatchObject(refused)
  writeFileSync(file, taken)
  expect((await Promise.all([source.tip(), source.tip()])).map(({ hash }) => hash)).toEqual([
    BITCOIN,
    BITCOIN,
  ])
})

test('meetSource says which chain, and refuses one that is not wanted; so does opening with care', async () => {
  const options = { env: {}, makers }
  expect((await meetSource(entry(), null, options)).chain).toBe(BITCOIN)
  expect((await meetSource(entry(), BITCOIN, options)).chain).toBe(BITCOIN)
  const other = { data: { code: 'LIVE_OTHER_CHAIN', expected: ETHEREUM, got: BITCOIN } }
  await expect(meetSource(entry(), ETHEREUM, options)).rejects.toMatchObject(other)
  await expect(openSource(entry({ chain: ETHEREUM }), { ...options, verify: true })).rejects.toMatchObject(
    other,
  )
})

describe('checkSource', () => {
  test('says how old the newest block is, and what can and cannot be said', async () => {
    expect(await checkSource(fake, 1600)).toEqual({
      ...{ tip: TIP, lagSeconds: 600, can: ['count'], blind: ['It sees little.'] },
      cannot: ['spends', 'history', 'matches', 'mempool', 'txids', 'balance'],
    })
  })

  test('a block that comes between the two calls is no fault; a source that contradicts itself is one', async () => {
    let height = 7
    const growing = {
      ...fake,
      tip: async () => ({ ...TIP, height: height++, hash: `a${Math.min(height, 9)}` }),
      blockAt: async () => ({ ...TIP, hash: 'a9' }),
    }
    expect((await checkSource(growing, 0)).tip.height).toBe(8)
    const lying = { ...fake, blockAt: async () => ({ ...TIP, hash: 'bb' }) }
    await expect(checkSource(lying, 0)).rejects.toMatchObject({
      data: { code: 'NET_BAD_ANSWER', came: 'bb' },
    })
  })
})
