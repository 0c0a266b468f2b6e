import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import type { Alert } from '../../watch/index.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'
import { watching } from './watching.test-suite.ts'

test('a label and a sanction stated while it runs are told once, restarts or not', async () => {
  const cwd = temporaryFolder()
  const chain = regtestChain()
  const [miner, thief, other] = [testKey(1), testKey(2), testKey(3)]
  const first = chain.mine(miner.p2wpkh)
  for (let i = 0; i < MATURITY; i++) chain.mine(miner.p2pkh)
  await using server = await serveEsplora({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
  const lootline = async (...args: string[]): Promise<string> => {
    const { stdout, stderr, code } = await runCli([...args, '--store', 's'], { cwd })
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 })
    return stdout
  }
  const [robbed, reached] = [thief, other].map(({ p2wpkh }) => fromScript(p2wpkh, BITCOIN_REGTEST)!)
  await lootline('init')
  await lootline('source', 'add', 'esplora', server.url, '--chain', BITCOIN_REGTEST)
  await lootline('watch', 'add', robbed!, '--chain', BITCOIN_REGTEST, '--name', 'heist')
  const theft = await signed([coinOf(first, 0, miner)], [{ script: thief.p2wpkh, sats: 4_000_000_000 }])
  const spend = await signed([coinOf(theft, 0, thief)], [{ script: other.p2wpkh, sats: 3_999_000_000 }])
  const label = (file: string, name: string, category: string): Promise<string> => {
    writeFileSync(
      join(cwd, file),
      `address,name,chain,category,confidence\n${reached},${name},${BITCOIN_REGTEST},${category},authority_data\n`,
    )
    return lootline('labels', 'add', file)
  }

  const run = watching(cwd)
  expect(await run.next()).toBe('at tip')
  chain.mine(miner.p2pkh, [theft])
  chain.mine(miner.p2pkh, [spend])
  server.set({ chain: BITCOIN_REGTEST, blocks: chain.blocks })
  expect(await run.next()).toMatch(/^received: /)
  expect(await run.next()).toMatch(/^moved: 39\.99 /)
  await label('exchanges.csv', 'Big Exchange', 'exchange')
  expect(await run.next()).toBe(
    `labelled: Big Exchange (${reached}), to whom watched money came, is now labelled (service).`,
  )
  await label('sanctions.csv', 'Sanctioned Party', 'sanction')
  expect(await run.next()).toMatch(/^labelled: Sanctioned Party .* \(sanctioned\)\.$/)
  await run.kill()

  expect(await watching(cwd).next()).toBe('at tip')
  const alerts = JSON.parse(await lootline('watch', 'alerts', '--json')) as Alert[]
  expect(alerts.map(({ kind }) => kind)).toEqual(['labelled', 'labelled', 'moved', 'received'])
})
