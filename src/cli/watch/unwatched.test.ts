import { expect, test } from 'vitest'
import { fromScript } from '../../address/index.ts'
import { serveEsplora } from '../../chain/bitcoin/esploraServer.test-suite.ts'
import { regtestChain, testKey } from '../../chain/bitcoin/regtestChain.test-suite.ts'
import { BITCOIN_REGTEST, LITECOIN } from '../../units/caip.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

test('watch run says what it does not watch: nothing at all, or a chain without source that was begun', async () => {
  const cwd = temporaryFolder()
  const lootline = (...args: string[]) => runCli([...args, '--store', 's'], { cwd })
  await using server = await serveEsplora({ chain: BITCOIN_REGTEST, blocks: regtestChain().blocks })
  await lootline('source', 'add', 'esplora', server.url)
  expect((await lootline('watch', 'run', '--once')).stdout).toContain('Nothing is watched')
  const address = fromScript(testKey(1).p2wpkh, LITECOIN)!
  await lootline('watch', 'add', address, '--since', '5')
  expect((await lootline('watch', 'run', '--once')).stdout).toBe('Litecoin: no source\n')
})
