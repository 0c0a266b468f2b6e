import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { realData } from '../../cluster/plainTransaction.test-suite.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

const folder = realData('bitcoin-blocks')

async function indexed(
  file: string,
  spent: string | null,
): Promise<(...argv: readonly string[]) => Promise<unknown>> {
  const store = join(temporaryFolder(), 'store')
  const outputs = spent === null ? [] : ['--spent', join(folder!, spent)]
  const json = async (...argv: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await runCli([...argv, '--store', store, '--json'])
    expect(code, stderr).toBe(0)
    return stdout.trim().startsWith('[') || argv[0] === 'cluster' ? JSON.parse(stdout) : null
  }
  await json('index', 'bitcoin', '--blocks', join(folder!, file), ...outputs)
  return json
}

describe.skipIf(folder === null)('real blocks through the chain store', () => {
  // What docs/methods/coinjoin.md says of PayJoin's shape; the first two as read by another decoder (realBlock.test.ts).
  it.each([
    ['block_866342_raw.zst', 'block_866342_spent_utxos.zst', 3_719, 1_976, 11, 1_991],
    ['block_367891_raw.zst', 'block_367891_spent_utxos.zst', 1_612, 1_220, 125, 1_378],
    ['block370661.dat', null, 1_578, 1_509, 3, 1_515],
    ['block481829.dat', null, 4_820, 4_817, 1, 4_818],
  ])(
    '%s: clusters with PayJoin noted and refused',
    async (file, spent, addresses, clusters, payJoinShapes, refused) => {
      const json = await indexed(file, spent)
      expect(await json('cluster', 'build')).toMatchObject({ addresses, clusters, payJoinShapes })
      expect(await json('cluster', 'build', '--refuse-payjoins')).toMatchObject({
        clusters: refused,
        payJoinShapes,
      })
    },
  )

  it('481829: a peel chain of seven steps, forward and back, folded from any of them', async () => {
    const json = await indexed('block481829.dat', null)
    type Chain = {
      hops: { txid: string; inputSats: number | null; feeSats: number | null; peeled: { sats: number }[] }[]
      ended: string
    }
    const [chain] = (await json(
      'cluster',
      'peel',
      'b01c955cc67c8e741ad993741ee34faec829a90ef1752421841d3398b182a20a',
    )) as Chain[]
    expect(chain!.hops.length).toBe(7)
    expect(chain!.ended).toBe('unspent')
    const [again] = (await json('cluster', 'peel', chain!.hops[4]!.txid)) as Chain[]
    expect(again!.hops).toEqual(chain!.hops)
    // The first step spends from before the block; what it leaves to the second is known.
    const known = chain!.hops.slice(1)
    const sum = (list: readonly number[]): number => list.reduce((all, sats) => all + sats, 0)
    expect(known[0]!.inputSats).toBe(
      sum(known.flatMap(({ peeled, feeSats }) => [...peeled.map(({ sats }) => sats), feeSats!])),
    )
  })
})
