import { expect, test } from 'vitest'
import { fromScript } from '../../address/index.ts'
import { serveEsplora } from '../../chain/bitcoin/esploraServer.test-suite.ts'
import {
  coinOf,
  MATURITY,
  regtestChain,
  signed,
  testKey,
} from '../../chain/bitcoin/regtestChain.test-suite.ts'
import type { Flow } from '../../trace/index.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'
import { watching } from './watching.test-suite.ts'

test('a trace beside a running watch, over one store, while the chain turns', async () => {
  const cwd = temporaryFolder()
  const chain = regtestChain()
  const [miner, thief, one, two] = [1, 2, 3, 4].map(testKey) as [Key, Key, Key, Key]
  const first = chain.mine(miner.p2wpkh)
  for (let i = 0; i < MATURITY; i++) chain.mine(miner.p2pkh)
  const pay = (coins: Parameters<typeof signed>[0], to: Key, sats: number) =>
    signed(coins, [{ script: to.p2wpkh, sats }])
  const theft = await pay([coinOf(first, 0, miner)], thief, 4_000_000_000)
  chain.mine(miner.p2pkh, [theft])
  await using server = await serveEsplora({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
  const lootline = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, code } = await runCli([...args, '--store', 's'], { cwd })
    expect({ stderr, code }).toMatchObject({ code: 0 })
    return stdout
  }
  const trace = async (): Promise<Flow> =>
    JSON.parse(await lootline('trace', '--from', `heist=${theft.getId()}:0`, '--refresh', '--json')) as Flow
  await lootline('init')
  await lootline('source', 'add', 'esplora', server.url, '--chain', BITCOIN_REGTEST)
  await lootline('trace', '--from', `heist=${theft.getId()}:0`, '--out', 'flow.json')
  await lootline('watch', 'add', 'flow.json', '--name', 'heist')

  const run = watching(cwd)
  expect(await run.next()).toBe('at tip')
  /** Until the watch has told of a kind, with a trace before and after the watch has seen the new block. */
  const until = async (kind: string): Promise<string[]> => {
    const told: string[] = []
    server.set({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
    await trace()
    while (!told.some((line) => line.startsWith(kind))) {
      const line = await run.next()
      if (line !== 'at tip') told.push(line)
    }
    await trace()
    return told
  }
  const address = (key: Key): string => fromScript(key.p2wpkh, BITCOIN_REGTEST)!

  const away = await pay([coinOf(theft, 0, thief)], one, 3_999_000_000)
  chain.mine(miner.p2pkh, [away])
  expect(await until('moved')).toEqual([expect.stringMatching(`^moved: 39\\.99 .* to ${address(one)}`)])

  // The same coin goes elsewhere, in a longer chain.
  chain.drop(1)
  const elsewhere = await pay([coinOf(theft, 0, thief)], two, 3_998_000_000)
  chain.mine(testKey(9).p2pkh, [elsewhere])
  chain.mine(miner.p2pkh)
  expect((await until('reversed')).map((line) => line.slice(0, 16))).toEqual([
    'moved: 39.98 rBT',
    'reversed: Taken ',
  ])

  const on = await pay([coinOf(elsewhere, 0, two)], one, 3_997_000_000)
  chain.mine(miner.p2pkh, [on])
  expect(await until('moved')).toEqual([
    expect.stringMatching(`^moved: 39\\.97 .* from ${address(two)} to ${address(one)}`),
  ])
  await run.kill()

  const [traced, watched] = [
    await trace(),
    JSON.parse(await lootline('watch', 'show', 'heist', '--json', '--flow')) as Flow,
  ]
  expect(watched.hops).toEqual(traced.hops)
  expect(traced.hops.filter(({ stop }) => stop !== 'fee').map(({ txid }) => txid)).toEqual([
    elsewhere.getId(),
    on.getId(),
  ])
})

type Key = ReturnType<typeof testKey>
