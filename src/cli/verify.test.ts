import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { writeChain } from '../../bench/blocks.ts'
import { runCli } from './runCli.test-suite.ts'

const folder = mkdtempSync(join(tmpdir(), 'lootline-verify-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('lootline store status --verify', () => {
  test('sums the fees of a whole chain; names the file that is damaged', async () => {
    const blocks = join(folder, 'blocks')
    const store = join(folder, 'store')
    writeChain(blocks, { transactions: 300, perBlock: 30 })
    await runCli(['index', 'bitcoin', '--network', 'regtest', '--blocks', blocks, '--store', store])
    const verify = ['store', 'status', '--verify', '--store', store]
    const whole = await runCli(verify)
    expect(whole.stdout).toMatch(
      /verified: \d+ files, [\d,]+ bytes, no damage; fees of [\d,]+ base units, 0 of 300 unknown/,
    )
    const { chain } = JSON.parse((await runCli([...verify, '--json'])).stdout) as { chain: unknown }
    expect(chain).toMatchObject({ damage: [], fees: { transactions: 300, unknown: 0 } })
    const path = join(store, 'chain', 'segments', 's1-0', 'outSats')
    const bytes = readFileSync(path)
    bytes[70]! ^= 4
    writeFileSync(path, bytes)
    const damaged = await runCli(verify)
    expect(damaged.code).not.toBe(0)
    expect(damaged.stderr).toContain(`${path}: the checksum of its`)
  })

  test('refuses a store without an indexed chain', async () => {
    const store = join(folder, 'none')
    await runCli(['init', '--store', store])
    const { code, stderr } = await runCli(['store', 'status', '--verify', '--store', store])
    expect([code, stderr]).toEqual([2, expect.stringContaining('no indexed chain')])
  })
})
