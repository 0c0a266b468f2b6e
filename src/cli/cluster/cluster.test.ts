import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

const cwd = temporaryFolder()
const id = (n: number): string => n.toString(16).padStart(64, '0')
// Well-formed regtest addresses of the chain BlockSci is tested with.
const [A, B, C, D, E, X] = [
  'myowM8GghMuCX4tn58Nmh9eubwMjuwKiCJ',
  'mrPRMELJcGsbKmuFiGwUgNCX9Wo4iSy44T',
  'mk7GYZDvnyyTyi2anTr5w5sTqW3r18WQWb',
  'mkZ9Np6JVYyHC35zEdfUXdM6rwrMKPpTZa',
  'n1E7rrrAiAUNhDyuZRn92B2J1mhsZTv2Hw',
  'msexSMRCUhqikgCA5FjA1DjMXyv4BWhSbb',
] as const

const HEAD =
  'chain,txid,height,index,time,kind,position,n,prev_txid,prev_n,from,to,asset,amount,decimals,symbol,wallet'

/** One coin of 100,000 sat for each payer, then the sweeps of `docs/methods/clusters.md`, and a CoinJoin of three. */
function ledger(): string {
  const rows: string[] = []
  let height = 0
  const output = (txid: string, n: number, to: string, amount: number): void => {
    rows.push(
      `${BITCOIN_REGTEST},${txid},${height},0,${1_700_000_000 + 600 * height},output,,${n},,,,${to},,${amount},,,*`,
    )
  }
  const spend = (
    txid: number,
    payers: readonly string[],
    paid: readonly (readonly [string, number])[],
  ): void => {
    const coins = id(1000 + txid)
    height++
    for (const [n, payer] of payers.entries()) output(coins, n, payer, 100_000)
    height++
    for (const [n, payer] of payers.entries())
      rows.push(
        `${BITCOIN_REGTEST},${id(txid)},${height},0,${1_700_000_000 + 600 * height},input,,${n},${coins},${n},${payer},,,100000,,,*`,
      )
    for (const [n, [to, amount]] of paid.entries()) output(id(txid), n, to, amount)
  }
  spend(1, [A, B], [[X, 190_000]])
  spend(2, [B, C], [[X, 190_000]])
  spend(3, [A, C], [[X, 190_000]])
  spend(4, [C, D], [[X, 190_000]])
  spend(5, [D, E], [[X, 190_000]])
  spend(
    6,
    [E, X, B],
    [
      [A, 90_000],
      [B, 90_000],
      [C, 90_000],
      [D, 5_000],
      [E, 6_000],
    ],
  )
  return `${[HEAD, ...rows].join('\n')}\n`
}

const run = (...argv: readonly string[]) => runCli([...argv, '--store', 'store'], { cwd })
async function json<T>(...argv: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await run(...argv, '--json')
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as T
}
async function text(...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...argv)
  expect(code, stderr).toBe(0)
  return stdout
}

beforeAll(async () => {
  writeFileSync(join(cwd, 'ledger.csv'), ledger())
  writeFileSync(
    join(cwd, 'labels.csv'),
    [
      'address,name,chain,category,entity,confidence,source',
      `${A},Alpha\u001b[31m one,${BITCOIN_REGTEST},,alpha,web_crawl,made up`,
      `${E},Beta two,${BITCOIN_REGTEST},,beta,service_data,made up`,
    ].join('\n'),
  )
  expect((await run('labels', 'add', 'labels.csv')).code).toBe(0)
  expect((await run('import', 'ledger.csv')).code).toBe(0)
})

describe('lootline cluster, on imported transactions', () => {
  it('show builds by itself, and says size, evidence, labels and what was refused', async () => {
    const shown = await json<Record<string, unknown>>('cluster', 'show', A)
    expect(shown).toMatchObject({
      members: 5,
      confidence: 'high',
      evidence: { high: 4, medium: 0, low: 0 },
      refused: [{ txid: id(6), why: 'coinJoin' }],
      conflict: ['beta', 'alpha'],
    })
    const printed = await text('cluster', 'show', A)
    expect(printed).toContain('one of 5 addresses')
    expect(printed).toContain('1 transactions of its members look like CoinJoins: they link nothing')
    expect(printed).not.toContain('\u001b[31m')
    expect(await text('cluster', 'show', X)).toContain('alone')
  })

  it('why shows each link, or says that there is none', async () => {
    const { links, confidence } = await json<{ links: Record<string, string>[]; confidence: string }>(
      'cluster',
      'why',
      A,
      E,
    )
    expect(confidence).toBe('high')
    expect(links.at(-1)).toMatchObject({ txid: id(5), rule: 'inputs', sureness: 'high' })
    expect(await text('cluster', 'why', A, E)).toContain('spent together')
    expect(await text('cluster', 'why', A, X)).toContain('are not in one cluster')
    expect(await text('cluster', 'why', A, A)).toContain('are one address')
  })

  it('without tells what falls apart, bridges what holds', async () => {
    const parts = async (n: number) =>
      (await json<{ parts: { members: number; owners: string[] }[] }[]>('cluster', 'without', id(n)))[0]!
        .parts
    expect((await parts(2)).map(({ members }) => members)).toEqual([5])
    expect(await parts(4)).toMatchObject([
      { members: 3, owners: ['alpha'] },
      { members: 2, owners: ['beta'] },
    ])
    expect(await text('cluster', 'without', id(2))).toContain('Nothing falls apart')
    expect(await text('cluster', 'without', id(4))).toContain('falls into 2 parts')
    expect(await text('cluster', 'without', id(6))).toContain('It links no addresses')
    const { bridges } = await json<{ bridges: unknown[] }>('cluster', 'bridges', A, '--least', '1')
    expect(bridges).toMatchObject([
      { txid: id(4), parts: [3, 2] },
      { txid: id(5), parts: [4, 1] },
    ])
    expect(await text('cluster', 'bridges', A)).toContain('3 + 2')
  })

  it('conflicts name both labels, their files and the evidence between them', async () => {
    const [conflict] = await json<{ members: number; owners: { entity: string }[]; path: unknown[] }[]>(
      'cluster',
      'conflicts',
    )
    expect(conflict!.owners.map(({ entity }) => entity)).toEqual(['beta', 'alpha'])
    expect(conflict!.path.at(0)).toMatchObject({ txid: id(5), rule: 'inputs' })
    const printed = await text('cluster', 'conflicts')
    expect(printed).toContain('labels.csv')
    expect(printed).toContain(id(4))
    expect(printed).not.toContain('\u001b')
  })

  it('change and peel answer for one transaction', async () => {
    const [change] = await json<{ outputs: unknown[]; change: number | null; shapes: { kind: string }[] }[]>(
      'cluster',
      'change',
      id(6),
    )
    expect(change!.outputs.length).toBe(5)
    expect(change!.change).toBeNull()
    expect(change!.shapes.map(({ kind }) => kind)).toContain('joinmarket')
    expect(await text('cluster', 'change', id(1))).toContain('Not followed without asking')
    expect(await text('cluster', 'peel', id(1))).toContain('is no step of a peel chain')
    expect(await text('cluster', 'peel', `${id(1)}:0`)).toContain('not spent')
  })

  it('build keeps its choices until others are made; a refusal is one of them', async () => {
    const built = await json<Record<string, unknown>>('cluster', 'build', '--refuse', id(4).toUpperCase())
    expect(built).toMatchObject({ changed: true, settings: { refused: [id(4)] }, largest: { members: 3 } })
    expect(await json('cluster', 'show', A)).toMatchObject({ members: 3 })
    expect(await json('cluster', 'build', '--link-coinjoins')).toMatchObject({ largest: { members: 6 } })
    expect(await json('cluster', 'why', A, X)).toMatchObject({ confidence: 'low' })
    expect(await json('cluster', 'build')).toMatchObject({ changed: true, largest: { members: 5 } })
    expect(await json('cluster', 'build')).toMatchObject({ changed: false, read: 0 })
    expect(await text('cluster', 'build', '--change', 'twoSigns,legacy')).toContain(
      'change by legacy, twoSigns',
    )
  })

  it.each([
    [['cluster', 'build', '--change', 'guess'], 2, 'is none of peelingChain'],
    [['cluster', 'build', '--refuse', 'abc'], 2, 'is no transaction id'],
    [['cluster', 'build', '--refuse', id(99)], 3, 'has no transaction'],
    [['cluster', 'show', '1BoatSLRHtKNngkdXEeobR76b53LETtpyT'], 3, 'has no address'],
    [['cluster', 'show', 'no\u001baddress'], 3, ''],
    [
      ['cluster', 'show', '0x28c6c06298d514db089934071355e5743bf21d60'],
      3,
      'does not apply to account chains',
    ],
    [['cluster', 'without', 'abc'], 3, 'has no transaction "abc"'],
  ])('%j ends with %i', async (argv, code, words) => {
    const found = await run(...argv)
    expect(found.code).toBe(code)
    expect(found.stderr).toContain(words)
    expect(found.stderr).not.toContain('\u001b')
  })

  it('says in words that account chains have no such clusters, and that an empty store has none', async () => {
    const other = ['--store', 'accounts']
    const address = (digit: string): string => `0x${digit.repeat(40)}`
    const cells = [
      'eip155:1',
      `0x${id(1)}`,
      1,
      0,
      1_600_000_000,
      'native',
      0,
      '',
      '',
      '',
      address('1'),
      address('2'),
    ]
    writeFileSync(join(cwd, 'accounts.csv'), `${HEAD}\n${cells.join(',')},eip155:1/slip44:60,1,18,ETH,*\n`)
    const imported = await runCli(['import', 'accounts.csv', ...other], { cwd })
    expect([imported.code, imported.stderr]).toEqual([0, ''])
    const { code, stderr } = await runCli(['cluster', 'build', ...other], { cwd })
    expect([code, stderr]).toEqual([3, expect.stringContaining('does not apply to account chains')])
    expect((await runCli(['init', '--store', 'empty'], { cwd })).code).toBe(0)
    const empty = await runCli(['cluster', 'build', '--store', 'empty'], { cwd })
    expect([empty.code, empty.stderr]).toEqual([3, expect.stringContaining('holds no transactions')])
  })
})
