import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openLiveFile } from '../../live/liveFile.ts'
import { addSource } from '../../live/sources/registry.ts'
import type { ChainId } from '../../units/caip.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

const ADDRESS = '0x1111111111111111111111111111111111111111'
const [BASE, POLYGON] = ['eip155:8453', 'eip155:137']

/** What `watch add` says in a store with a node of each chain. */
async function added(chains: readonly ChainId[], ...args: string[]) {
  const cwd = temporaryFolder()
  await runCli(['init', '--store', 's'], { cwd })
  const live = openLiveFile(join(cwd, 's'))
  for (const [i, chain] of chains.entries())
    addSource(live, {
      ...{ kind: 'evm', url: `http://127.0.0.1:${8545 + i}`, chain, added: 1_700_000_000 },
      ...{ secret: null, insecure: false, pace: {} },
    })
  live.close()
  return runCli(['watch', 'add', ADDRESS, '--store', 's', '--json', ...args], { cwd })
}

test('a 0x address is watched on the chain of the only source that it can be of', async () => {
  for (const [chains, args, wanted] of [
    [[BASE], [], BASE],
    [[], [], 'eip155:1'],
    [[BASE, POLYGON], ['--chain', POLYGON], POLYGON],
  ] as const) {
    const { stdout } = await added(chains, ...args)
    expect(JSON.parse(stdout)).toMatchObject({ holders: [`${wanted}:${ADDRESS}`], since: { [wanted]: -1 } })
  }
})

test('where it can be of several sources, the chain is asked for', async () => {
  expect(await added([BASE, POLYGON])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      `${ADDRESS} may be of several chains that this store has sources of: eip155:137, eip155:8453.`,
    ),
  })
})
