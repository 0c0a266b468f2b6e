import { describe, expect, test } from 'vitest'
import { openSqliteLedger } from '../../ledger/index.ts'
import { account, atomic, ETH, txidOf, USD, USDT } from '../../trace/fixtures.ref.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

/** A store in which stolen USDT is swapped into ether. */
async function store(...more: Parameters<typeof atomic>[1]): Promise<string[]> {
  const cwd = temporaryFolder()
  await runCli(['init', '--store', 's'], { cwd })
  const ledger = openSqliteLedger(`${cwd}/s`)
  ledger.append([
    atomic(1, [['victim', 'thief', 1_000_000_000n, USDT]]),
    atomic(2, [['thief', 'pool', 1_000_000_000n, USDT], ['pool', 'thief', 5n * 10n ** 17n, ETH], ...more]),
  ])
  ledger.close()
  return ['--store', `${cwd}/s`, '--from', account('thief').slice('eip155:1:'.length)]
}

describe('lootline trace with swaps', () => {
  test('says what was swapped into what, where, and how sure that is', async () => {
    const { code, stdout } = await runCli(['trace', ...(await store())])
    expect(code).toBe(0)
    expect(stdout).toContain(
      `  - 1,000.00 USDT swapped into 0.50 ETH at ${account('thief').slice('eip155:1:'.length)} on 2020-09-13 (confidence 80, ${txidOf(2)})`,
    )
    expect(stdout).toMatch(/swap, followed/)
    expect(stdout).toContain('received for it')
  })

  test('says of a payment for two assets that it is one', async () => {
    const asked = await store(['pool', 'thief', 300_000_000n, USD])
    const cwd = asked[1]!.replace(/\/s$/, '')
    const { stdout } = await runCli(['trace', ...asked, '--out', 'flow.json'], { cwd })
    const lines = stdout.split('\n').filter((line) => line.includes('swapped into'))
    expect(lines).toHaveLength(2)
    for (const line of lines)
      expect(line).toMatch(/^ {2}- 1,000\.00 USDT, one payment for 2 receipts, swapped into /)
    const address = account('thief').slice('eip155:1:'.length)
    const paths = await runCli(['paths', 'flow.json', '--to', address], { cwd })
    expect(paths.stdout).toContain('1,000.00 USDT, one payment for 2 receipts, swapped into 0.50 ETH')
  })

  test('is behind the paths of what was received', async () => {
    const asked = await store()
    const cwd = asked[1]!.replace(/\/s$/, '')
    await runCli(['trace', ...asked, '--out', 'flow.json'], { cwd })
    const { stdout } = await runCli(
      ['paths', 'flow.json', '--to', account('thief').slice('eip155:1:'.length)],
      { cwd },
    )
    expect(stdout).toMatch(
      /^1\. 0\.50 ETH of "theft" in 0 hops.*\n {2}1,000\.00 USDT swapped into 0\.50 ETH at /,
    )
  })

  test('refuses all, or one that is named', async () => {
    const asked = await store()
    for (const refusal of [['--no-swaps'], ['--refuse-swap', txidOf(2)]]) {
      const { stdout } = await runCli(['trace', ...asked, ...refusal, '--json'])
      const flow = JSON.parse(stdout)
      expect(flow.leaves.map(({ reason }: { reason: string }) => reason)).not.toContain('swap')
    }
    const { code, stderr } = await runCli(['trace', ...asked, '--refuse-swap', txidOf(9)])
    expect(code).toBe(2)
    expect(stderr).toContain('the ledger has no transaction')
  })
})
