import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { writeChain } from '../../bench/blocks.ts'
import { openChainLedger } from '../ledger/chain/index.ts'
import { runCli } from './runCli.test-suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'lootline-index-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('lootline index', () => {
  test('indexes made blocks, goes on with nothing, and a trace runs on them', async () => {
    const blocks = join(folder, 'blocks')
    const store = join(folder, 'store')
    const written = writeChain(blocks, { transactions: 400, perBlock: 30 })
    const index = ['index', 'bitcoin', '--network', 'regtest', '--blocks', blocks, '--store', store]
    const first = await runCli([...index, '--json'])
    expect(JSON.parse(first.stdout)).toMatchObject({
      blocks: written.blocks,
      transactions: 400,
      outputs: written.outputs,
      added: written.blocks,
    })
    expect((await runCli(index)).stdout).toContain('0 blocks added, 0 removed')
    const ledger = openChainLedger(join(store, 'chain'))
    const [txid] = ledger.heads(Uint32Array.of(3)).txid
    ledger.close()
    const traced = await runCli(['trace', '--store', store, '--from', `theft=${txid}`, '--json'])
    expect(traced.code).toBe(0)
    expect(traced.stdout).toContain(txid)
  })

  test.each([
    [['index', 'bitcoin'], '--blocks is missing'],
    [['index', 'dogecoin', '--blocks', folder], 'dogecoin'],
    [['index', 'bitcoin', '--blocks', folder, '--memory', '4TB'], 'is not a size'],
  ])('refuses %j', async (typed, words) => {
    const { code, stderr } = await runCli(typed)
    expect([2, 3]).toContain(code)
    expect(stderr).toContain(words)
  })
})
