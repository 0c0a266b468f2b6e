import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { writeChain } from '../../bench/blocks.ts'
import { openChainLedger } from '../ledger/chain/index.ts'
import { BITCOIN_REGTEST } from '../units/index.ts'
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
    expect(first.stdout.endsWith('}\n')).toBe(true)
    // Programs read the last line.
    expect(JSON.parse(first.stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({
      ...{ chain: BITCOIN_REGTEST, firstHeight: 0, lastHeight: written.blocks - 1 },
      ...{ blocks: written.blocks, transactions: 400, outputs: written.outputs, inputs: written.inputs },
      ...{ addresses: expect.any(Number), bytes: expect.any(Number), seconds: 0 },
      ...{ added: written.blocks, removed: 0, stale: 0, orphans: 0, otherFiles: 0, damagedPlaces: 0 },
      ...{ prevoutsOutside: 0, prevoutsUnknown: 0, peakMemoryBytes: expect.any(Number) },
    })
    expect((await runCli(index)).stdout).toContain('0 blocks added, 0 removed')
    const shown = await runCli(['block', '3', '--store', store])
    expect(shown.stdout).toContain('Block 3, ')
    const { hash } = JSON.parse((await runCli(['block', '3', '--store', store, '--json'])).stdout) as {
      hash: string
    }
    expect((await runCli(['block', hash, '--store', store])).stdout).toBe(shown.stdout)
    expect((await runCli(['block', '999999', '--store', store])).stderr).toContain(
      'does not have that block: 999999',
    )
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
    [['index', 'zcash', '--blocks', folder], 'Zcash is out of scope'],
    [['block', '12ab'], 'neither a height nor a block hash'],
    [['index', 'bitcoin', '--blocks', folder, '--memory', '4TB'], 'is not a size'],
  ])('refuses %j', async (typed, words) => {
    const { code, stderr } = await runCli(typed)
    expect([2, 3]).toContain(code)
    expect(stderr).toContain(words)
  })

  test('says whose blocks they are, and holds a stated height to the truth', async () => {
    const blocks = join(folder, 'other')
    writeChain(blocks, { transactions: 20, perBlock: 10 })
    const store = join(folder, 'otherStore')
    const index = ['index', 'bitcoin', '--blocks', blocks, '--store', store]
    expect((await runCli(index)).stderr).toContain(
      'they begin as those of bitcoin regtest or litecoin regtest do',
    )
    const stated = await runCli([...index, '--network', 'regtest', '--first-height', '77'])
    expect(stated).toMatchObject({ code: 3, stderr: expect.stringContaining('is at height 0, not 77') })
    const challenged = await runCli([...index, '--signet-challenge', '51'])
    expect(challenged).toMatchObject({ code: 2, stderr: expect.stringContaining('--network signet') })
    const own = [...index, '--network', 'signet', '--signet-challenge']
    expect(await runCli([...own, 'xx'])).toMatchObject({ code: 2, stderr: expect.stringContaining('hex') })
    expect((await runCli([...own, '51'])).stderr).toContain('no block of this network')
  })

  test('does not let a damaged count decide how much disk is asked for', async () => {
    const blocks = join(folder, 'damaged')
    writeChain(blocks, { transactions: 40, perBlock: 10 })
    const file = join(blocks, 'blk00000.dat')
    const bytes = readFileSync(file)
    // The last block's count of transactions, after magic, length and header: four billion.
    const last = bytes.lastIndexOf(Uint8Array.of(0xfa, 0xbf, 0xb5, 0xda))
    bytes.set([0xfe, 0xff, 0xff, 0xff, 0xff], last + 8 + 80)
    writeFileSync(file, bytes)
    const store = join(folder, 'damagedStore')
    const index = ['index', 'bitcoin', '--network', 'regtest', '--blocks', blocks, '--store', store]
    const { code, stderr } = await runCli(index)
    expect(code).toBe(3)
    expect(stderr).toContain('too few for 4294967295 transactions')
    expect(stderr).toContain('blk00000.dat')
  })
})
