import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EsploraServer, serveEsplora } from '../../chain/bitcoin/esploraServer.test-suite.ts'
import { regtestChain, testKey } from '../../chain/bitcoin/regtestChain.test-suite.ts'
import { startAnvil } from '../../chain/evm/anvil.test-suite.ts'
import { startEtherscanServer } from '../../chain/evm/etherscan/etherscanServer.test-suite.ts'
import { type FaultyServer, hastyClock, startFaultyServer } from '../../net/faultyServer.test-suite.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

let cwd: string
let server: EsploraServer
let nobody: FaultyServer
beforeAll(async () => {
  cwd = temporaryFolder()
  const chain = regtestChain()
  for (let i = 0; i < 3; i++) chain.mine(testKey(1).p2pkh)
  server = await serveEsplora({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
  nobody = await startFaultyServer(() => ({ body: '' }), { fault: () => 'reset before the answer' })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await nobody[Symbol.asyncDispose]()
})

const run = (...argv: string[]) => runCli(argv, { cwd, clock: hastyClock() })

async function json(...argv: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run(...argv, '--json')
  expect({ code, stderr }, argv.join(' ')).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

async function failure(...argv: string[]): Promise<{ code: number; error: string; said: string }> {
  const { code, stdout, stderr } = await run(...argv, '--json')
  const { error } = JSON.parse(stderr) as { error: { code: string } }
  return { code, error: error.code, said: stdout + stderr }
}

describe('source', () => {
  test('add asks who it is; list, check and store status show it; remove forgets it', async () => {
    const store = ['--store', 'one']
    const added = { name: 'mine', kind: 'esplora', url: server.url, chain: BITCOIN_REGTEST, perSecond: 50 }
    const options = ['--name', 'mine', '--rate', '50', ...store]
    expect(await json('source', 'add', 'esplora', `${server.url}/`, ...options)).toMatchObject({
      ...added,
      ...{ added: 1_700_000_000, secret: null, insecure: false, blind: expect.any(Array) },
    })
    expect(await json('source', 'list', ...store)).toMatchObject([added])
    expect(await json('store', 'status', ...store)).toMatchObject({ live: { sources: [added] } })
    expect(await json('source', 'check', ...store)).toMatchObject([
      {
        ...added,
        tip: { height: 3 },
        can: expect.arrayContaining(['spends', 'history']),
        cannot: ['balance'],
      },
    ])
    const { stdout } = await run('source', 'check', 'mine', ...store)
    expect(stdout).toContain(`mine: ${server.url}\n  Bitcoin regtest, block 3 `)
    expect((await run('source', 'list', ...store)).stdout).toContain(server.url)
    expect(await json('source', 'remove', 'mine', ...store)).toMatchObject(added)
    expect(await json('source', 'list', ...store)).toEqual([])
    expect((await run('source', 'check', ...store)).stdout).toContain('No live sources')
  })

  test('another chain than was named is refused, and nothing is made', async () => {
    const args = ['source', 'add', 'esplora', server.url, '--chain', 'bitcoin', '--store', 'other']
    expect(await failure(...args)).toMatchObject({ code: 3, error: 'LIVE_OTHER_CHAIN' })
    expect(existsSync(join(cwd, 'other'))).toBe(false)
  })

  test('a source that does not answer: exit code 6, and the others are still checked', async () => {
    const store = ['--store', 'two']
    expect(await failure('source', 'add', 'esplora', nobody.url, ...store)).toMatchObject({
      ...{ code: 6, error: 'NET_UNREACHABLE' },
    })
    expect(existsSync(join(cwd, 'two'))).toBe(false)
    await json('source', 'add', 'esplora', server.url, ...store)
    const gone = await serveEsplora({ chain: BITCOIN_REGTEST, blocks: [] })
    gone.instead('/block-height/0', {
      status: 200,
      body: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
    })
    await json('source', 'add', 'esplora', gone.url, '--name', 'first', ...store)
    await gone[Symbol.asyncDispose]()
    const { code, stdout, stderr } = await run('source', 'check', '--json', ...store)
    expect(code).toBe(6)
    expect(JSON.parse(stdout)).toMatchObject([{ tip: { height: 3 } }, { error: { code: 'NET_UNREACHABLE' } }])
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'NET_UNREACHABLE' } })
  })

  test('a store without sources gets no file by being asked about them', async () => {
    await json('init', '--store', 'empty')
    for (const words of [['list'], ['check']]) await run('source', ...words, '--store', 'empty')
    const { error } = await failure('source', 'remove', 'x', '--store', 'empty')
    expect([error, readdirSync(join(cwd, 'empty'))]).toEqual(['LIVE_UNKNOWN_SOURCE', ['store.json']])
  })

  test('a node of an EVM chain, and an API of many chains that wants a key', async () => {
    const anvil = await startAnvil({ chainId: 31_337 })
    try {
      await using api = await startEtherscanServer(anvil, { key: 'open-sesame' })
      const store = ['--store', 'evm']
      expect(await json('source', 'add', 'evm', anvil.url, ...store)).toMatchObject({ chain: 'eip155:31337' })
      const args = ['add', 'etherscan', api.url, '--key-env', 'API_KEY', ...store, '--json', '--chain']
      const add = (chain: string, key: string) =>
        runCli(['source', ...args, chain], { cwd, clock: hastyClock(), env: { API_KEY: key } })
      const wrong = await add('eip155:31337', 'abracadabra')
      expect(wrong).toMatchObject({ code: 6, stdout: '' })
      expect(wrong.stderr).toContain('Invalid API Key')
      expect(wrong.stderr).not.toContain('abracadabra')
      expect(await add('eip155:1', 'open-sesame')).toMatchObject({ code: 6 })
      expect(await add('eip155:31337', 'open-sesame')).toMatchObject({ code: 0 })
      expect(await json('source', 'list', ...store)).toMatchObject([
        { name: 'evm-1', chain: 'eip155:31337' },
        { name: 'etherscan-1', secret: { in: 'key-env', variable: 'API_KEY' } },
      ])
    } finally {
      await anvil.stop()
    }
  })

  const KEY = '0123456789abcdef0123456789abcdef'
  test.each([
    ['LIVE_SECRET_IN_URL', ['evm', `https://rpc.example/v3/${KEY}`]],
    ['LIVE_SECRET_IN_URL', ['bitcoin', `http://user:${KEY}@127.0.0.1:8332`]],
    ['LIVE_BAD_URL', ['bitcoin', `ftp://rpc.example/${KEY}`]],
    ['LIVE_OPEN_SECRET', ['evm', 'http://10.0.0.1/{KEY}']],
    ['CLI_USAGE', ['evm', 'http://10.0.0.1', '--key-env', `${KEY}-`]],
    ['CLI_USAGE', ['evm', 'http://10.0.0.1', '--auth-env', `user:${KEY}`]],
    ['CLI_USAGE', ['evm', 'http://10.0.0.1', '--key-keyring', `${KEY}`]],
    ['CLI_USAGE', ['evm', 'http://10.0.0.1', '--key-keyring', '-x/y']],
    ['CLI_USAGE', ['evm', 'http://10.0.0.1', '--key-env', 'A', '--cookie', 'b']],
    ['CLI_USAGE', ['electrum', 'http://10.0.0.1']],
    ['CLI_USAGE', ['evm', 'http://10.0.0.1', '--rate', '0']],
    ['CLI_USAGE', ['evm', 'http://10.0.0.1', '--timeout', '1e9']],
    ['CLI_USAGE', ['evm', 'http://10.0.0.1', '--concurrency', '0']],
    ['LIVE_CHAIN_UNSAID', ['etherscan', 'http://10.0.0.1']],
    ['LIVE_CHAIN_KIND', ['etherscan', 'http://10.0.0.1', '--chain', 'bitcoin']],
  ])(
    '%s: add %j is refused with exit code 2, before anything is asked, without repeating a key',
    async (code, args) => {
      const refused = await failure('source', 'add', ...args, '--store', 'refused')
      expect(refused).toMatchObject({ code: 2, error: code })
      expect(refused.said).not.toContain(KEY)
      expect(existsSync(join(cwd, 'refused'))).toBe(false)
    },
  )

  test('a key that is nowhere is missed by its name', async () => {
    const args = ['source', 'add', 'evm', 'https://rpc.example/{NO_KEY}', '--store', 'missing']
    const { code, error, said } = await failure(...args)
    expect({ code, error }).toEqual({ code: 3, error: 'LIVE_SECRET_MISSING' })
    expect(said).toContain('NO_KEY')
  })
})
