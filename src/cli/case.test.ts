import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Comparison, Flow, FlowPath } from '../trace/index.ts'
import { runCli, temporaryFolder } from './runCli.test-suite.ts'

const VICTIM = '0x1111111111111111111111111111111111111111'
const THIEF = '0x2222222222222222222222222222222222222222'
const MULE = '0x3333333333333333333333333333333333333333'
const EXCHANGE = '0x4444444444444444444444444444444444444444'
const txid = (n: number): string => `0x${String(n).repeat(64)}`

const LEDGER = [
  'chain,txid,height,index,time,kind,from,to,asset,amount,wallet',
  `eip155:1,${txid(1)},100,0,1673642051,native,${VICTIM},${THIEF},native,5000000000000000000,*`,
  `eip155:1,${txid(2)},101,0,1673642063,native,${THIEF},${MULE},native,3000000000000000000,*`,
  `eip155:1,${txid(3)},102,0,1673642075,native,${MULE},${EXCHANGE},native,2000000000000000000,*`,
]
const LABELS = [
  'address,name,category,entity,confidence,source',
  `${EXCHANGE},"Kraken\u001b[2J 4",exchange,kraken,service_data,https://example.org`,
]
const PRICES = ['symbol,date,open,high,low,close', 'ETH,2023-01-13,1400,1480.5,1390,1450']

let cwd: string

/** One case for all tests; each reads it, or adds to a store of its own. */
beforeAll(async () => {
  cwd = temporaryFolder()
  const write = (name: string, lines: readonly string[]): void =>
    writeFileSync(join(cwd, name), `${lines.join('\n')}\n`)
  write('ledger.csv', LEDGER)
  write('labels.csv', LABELS)
  write('prices.csv', PRICES)
  write('bad.csv', [...LEDGER, LEDGER[1]!.replace('5000', '-5')])
  for (const argv of [
    ['init'],
    ['labels', 'add', 'labels.csv'],
    ['prices', 'add', 'prices.csv'],
    ['import', 'ledger.csv'],
    ['trace', '--from', `heist=${THIEF}`, '--out', 'flow.json'],
  ])
    expect(await runCli(argv, { cwd }), argv.join(' ')).toMatchObject({ code: 0, stderr: '' })
})

async function json<T>(...argv: string[]): Promise<T> {
  const { code, stdout, stderr } = await runCli([...argv, '--json'], { cwd })
  expect({ code, stderr }, argv.join(' ')).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout) as T
}

async function text(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(argv, { cwd })
  expect({ code, stderr }, argv.join(' ')).toEqual({ code: 0, stderr: '' })
  expect(stdout, 'nothing that drives a terminal').not.toContain('\u001b')
  return stdout
}

async function failure(...argv: string[]): Promise<{ code: number; error: string }> {
  const { code, stdout, stderr } = await runCli([...argv, '--json'], { cwd })
  expect(stdout, argv.join(' ')).toBe('')
  return { code, error: (JSON.parse(stderr) as { error: { code: string } }).error.code }
}

describe('import', () => {
  test('counts what it did, and the same bytes are imported once', async () => {
    const store = ['--store', 'import-test']
    const [first] = await json<Record<string, unknown>[]>('import', 'ledger.csv', ...store)
    expect(first).toMatchObject({
      file: 'ledger.csv',
      layout: 'lootline',
      already: false,
      rows: 3,
      transactions: 3,
      added: 3,
      duplicates: 0,
      rejected: 0,
      rejects: null,
    })
    const [again] = await json<Record<string, unknown>[]>('import', 'ledger.csv', ...store)
    expect(again).toMatchObject({ already: true, added: 3 })
    expect(await text('import', 'ledger.csv', ...store)).toContain('are in the ledger already, since 2')
  })

  test('a bad row ends it and leaves nothing, or goes to a file of its own', async () => {
    const store = ['--store', 'bad-test']
    expect(await failure('import', 'bad.csv', ...store)).toEqual({ code: 3, error: 'TABLE_BAD_ROW' })
    expect(existsSync(join(cwd, 'bad.csv.rejects.csv'))).toBe(false)
    const [skipped] = await json<Record<string, unknown>[]>('import', 'bad.csv', '--skip-bad', ...store)
    expect(skipped).toMatchObject({
      rows: 4,
      added: 3,
      rejected: 1,
      rejects: join(cwd, 'bad.csv.rejects.csv'),
    })
    expect(readFileSync(join(cwd, 'bad.csv.rejects.csv'), 'utf8').trim().split('\n')).toHaveLength(2)
  })

  test.each([
    [['import', 'none.csv'], 3, 'CLI_FILE'],
    [['import'], 2, 'CLI_USAGE'],
    [['import', 'ledger.csv', '--decimals', '1e3'], 2, 'CLI_USAGE'],
    [['import', 'ledger.csv', '--token', '0xabc'], 2, 'CLI_USAGE'],
    [['import', 'ledger.csv', '--covers', 'all', '--covers', THIEF], 2, 'CLI_USAGE'],
    [['import', 'ledger.csv', '--chain', 'no such'], 3, 'ADDRESS_BAD_ID'],
    [['import', 'labels.csv', '--store', 'other'], 3, 'TABLE_UNKNOWN_LAYOUT'],
  ] as const)('%j fails with %i, %s', async (argv, code, error) => {
    expect(await failure(...argv)).toEqual({ code, error })
  })
})

describe('trace', () => {
  test('as JSON it is the flow, the same bytes as --out', async () => {
    const { stdout } = await runCli(['trace', '--from', `heist=${THIEF}`, '--json'], { cwd })
    expect(stdout).toBe(readFileSync(join(cwd, 'flow.json'), 'utf8'))
    const flow = JSON.parse(stdout) as Flow
    expect(flow.balance).toMatchObject([
      {
        theft: 'heist',
        stolen: '5000000000000000000',
        accounted: '5000000000000000000',
        stolenUsd: '725000',
      },
    ])
    expect(flow.leaves.map(({ reason, amount, usd }) => [reason, amount, usd])).toEqual([
      ['held', '2000000000000000000', '290000'],
      ['service', '2000000000000000000', '290000'],
      ['held', '1000000000000000000', '145000'],
    ])
  })

  test('in words it names the theft, the balance, where it is and what to do next', async () => {
    const words = await text('trace', '--from', `heist=${THIEF}`)
    expect(words).toContain('Theft "heist", followed forward by fifo')
    expect(words).toMatch(/stolen +5\.00 +\$7,250\.00/)
    expect(words).toMatch(/2\.00 +ETH +\$2,900\.00 +service +0x4{40} +Kraken\\u\{1b\}\[2J 4/)
    expect(words).toContain('lootline report flow.json')
  })

  test('a transaction, an amount, an asset and a time narrow the seed', async () => {
    const seeds = async (...argv: string[]): Promise<string[]> =>
      (await json<Flow>('trace', ...argv)).seeds.map(({ amount }) => amount)
    expect(await seeds('--from', txid(2))).toEqual(['3000000000000000000'])
    expect(await seeds('--from', `${txid(2).slice(2)}:0`)).toEqual(['3000000000000000000'])
    expect(await seeds('--from', THIEF, '--amount', '1.5', '--asset', 'eth')).toEqual(['1500000000000000000'])
    expect(await seeds('--from', THIEF, '--after', '2023-01-13', '--before', '2023-01-13')).toHaveLength(1)
    expect(await failure('trace', '--from', THIEF, '--after', '2023-01-14')).toEqual({
      code: 3,
      error: 'TRACE_NO_SEED',
    })
  })

  test('--pass follows through a label, --max-hops stops, --dust lets go', async () => {
    const reasons = async (...argv: string[]): Promise<string[]> =>
      (await json<Flow>('trace', '--from', THIEF, ...argv)).leaves.map(({ reason }) => reason)
    expect(await reasons('--pass', 'kraken')).toEqual(['held', 'held', 'held'])
    expect(await reasons('--pass', EXCHANGE)).toEqual(['held', 'held', 'held'])
    expect(await reasons('--max-hops', '1')).toContain('hops')
    expect(await reasons('--dust', '3.5 ETH')).toContain('dust')
    expect(await reasons('--min-confidence', '90')).not.toContain('service')
  })

  test('backward it says where money came from', async () => {
    const flow = await json<Flow>('trace', '--of', EXCHANGE)
    expect(flow.direction).toBe('backward')
    expect(flow.balance[0]).toMatchObject({ stolen: '2000000000000000000', accounted: '2000000000000000000' })
    expect(await text('trace', '--backward', '--from', EXCHANGE)).toContain('traced back to its origin')
  })

  test('--compare puts the rules side by side', async () => {
    const comparison = await json<Comparison>('trace', '--from', THIEF, '--compare')
    expect(comparison.rules.map(({ rule }) => rule)).toEqual([
      'fifo',
      'lifo',
      'haircut',
      'poison',
      'tiho',
      'libr',
    ])
    expect(comparison.stolen[0]?.everyRule).toBe('5000000000000000000')
    expect(await text('trace', '--from', THIEF, '--compare')).toMatch(/dirty under every rule +5\.00/)
  })

  test('--from-file takes a list', async () => {
    writeFileSync(join(cwd, 'seeds.csv'), `\ufeff# victims\naddress,theft\n${THIEF},one\n\n${MULE},two\n`)
    const flow = await json<Flow>('trace', '--from-file', 'seeds.csv')
    expect(flow.seeds.map(({ theft }) => theft)).toEqual(['one'])
    expect(flow.collisions).toMatchObject([{ first: 'one', claimant: 'two', amount: '3000000000000000000' }])
  })

  test.each([
    [['trace'], 2, 'CLI_USAGE'],
    [['trace', '--from', THIEF, '--rule', 'filo'], 2, 'CLI_USAGE'],
    [['trace', '--from', THIEF, '--before', 'yesterday'], 2, 'CLI_USAGE'],
    [['trace', '--from', THIEF, '--min-confidence', '101'], 2, 'CLI_USAGE'],
    [['trace', '--from', THIEF, '--compare', '--out', 'x.json'], 2, 'CLI_USAGE'],
    [['trace', '--from', 'nobody'], 3, 'ADDRESS_BAD_ADDRESS'],
    [['trace', '--from', VICTIM.replaceAll('1', '9')], 3, 'TRACE_NO_SEED'],
    [['trace', '--from', THIEF, '--asset', 'USDT'], 3, 'CLI_ASSET'],
    [['trace', '--from', THIEF, '--store', 'nowhere'], 4, 'STORE_MISSING'],
    [['trace', '--from-file', 'none.csv'], 3, 'CLI_FILE'],
  ] as const)('%j fails with %i, %s', async (argv, code, error) => {
    expect(await failure(...argv)).toEqual({ code, error })
  })
})

describe('report and paths', () => {
  test('a report is whole, dated only where asked, and leaves no temporary', async () => {
    const answer = await json<{ bytes: number; flowSha256: string }>(
      'report',
      'flow.json',
      '--out',
      'a.html',
      '--case',
      '17/<b>',
    )
    const html = readFileSync(join(cwd, 'a.html'), 'utf8')
    expect(Buffer.byteLength(html)).toBe(answer.bytes)
    expect(html).toContain(answer.flowSha256)
    expect(html).not.toContain('<b>')
    await text('report', 'flow.json', '--out', 'b.html', '--case', '17/<b>')
    expect(readFileSync(join(cwd, 'b.html'), 'utf8')).toBe(html)
    await text('report', 'flow.json', '--dated', '--by', 'M. Weber')
    expect(readFileSync(join(cwd, 'flow.html'), 'utf8')).toContain('2023-11-14 22:13:20 UTC')
    expect(readdirSync(cwd).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  test('paths lead to an address or a label', async () => {
    const paths = await json<FlowPath[]>('paths', 'flow.json', '--to', 'kraken')
    expect(paths.map(({ amount, hops }) => [amount, hops.map((hop) => hop.txid)])).toEqual([
      ['2000000000000000000', [txid(2), txid(3)]],
    ])
    expect(await json('paths', 'flow.json', '--to', EXCHANGE)).toEqual(paths)
    expect(await text('paths', 'flow.json', '--to', 'kraken')).toContain('1. 2.00 ETH of "heist" in 2 hops')
    expect(await text('paths', 'flow.json', '--to', 'nobody')).toContain('No stolen money')
  })

  test.each([
    [['report', 'ledger.csv'], 3, 'REPORT_BAD_FLOW'],
    [['report', 'none.json'], 3, 'CLI_FILE'],
    [['paths', 'flow.json'], 2, 'CLI_USAGE'],
  ] as const)('%j fails with %i, %s', async (argv, code, error) => {
    expect(await failure(...argv)).toEqual({ code, error })
  })

  test('a flow that was changed by hand is refused as unbalanced', async () => {
    const changed = readFileSync(join(cwd, 'flow.json'), 'utf8').replace(
      '"2000000000000000000"',
      '"2000000000000000001"',
    )
    writeFileSync(join(cwd, 'changed.json'), changed)
    expect(await failure('report', 'changed.json')).toEqual({ code: 5, error: 'REPORT_UNBALANCED_FLOW' })
  })
})

describe('show and status', () => {
  test('an address: balance after each entry, coverage, labels', async () => {
    const [account] = await json<Record<string, unknown>[]>('show', MULE)
    expect(account).toMatchObject({
      holder: `eip155:1:${MULE}`,
      coverage: { transactions: 2, known: 'whole' },
    })
    const entries = account!['entries'] as { change: string; balance: string }[]
    expect(entries.map(({ change, balance }) => [change, balance])).toEqual([
      ['3000000000000000000', '3000000000000000000'],
      ['-2000000000000000000', '1000000000000000000'],
    ])
    const words = await text('show', EXCHANGE)
    expect(words).toContain('Kraken\\u{1b}[2J 4')
    expect(words).toMatch(/\+2 +ETH +2 +0x3{40}/)
  })

  test('a transaction, in either spelling', async () => {
    expect(await json('show', txid(3).slice(2))).toEqual(await json('show', txid(3)))
    expect(await text('show', txid(3))).toMatch(/native +0x3{40} +0x4{40} +2 ETH/)
    expect(await failure('show', txid(9))).toEqual({ code: 3, error: 'CLI_UNKNOWN_TRANSACTION' })
  })

  test('the store: counts, sources and hashes', async () => {
    const status = await json<Record<string, Record<string, unknown>>>('store', 'status')
    expect(status['ledger']).toMatchObject({ transactions: 3, movements: 3, holders: 4 })
    expect(status['ledger']!['sources']).toMatchObject([
      { name: 'ledger.csv', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ])
    expect(status['labels']).toMatchObject({ labels: 1 })
    expect(status['prices']).toMatchObject({ bars: 1, symbols: ['ETH'] })
    expect(await text('store', 'status')).toContain('3 transactions, 3 movements, 4 holders')
  })
})

describe('labels and prices', () => {
  test('labels add says what became of each file', async () => {
    const store = ['--store', 'labels-test']
    const first = await json<Record<string, unknown>>('labels', 'add', 'labels.csv', ...store)
    expect(first).toMatchObject({
      labels: 1,
      rejected: 0,
      files: [{ status: 'added', layout: 'simple-csv' }],
    })
    expect(await text('labels', 'add', 'labels.csv', ...store)).toContain('1 files were stored already')
    const refused = await runCli(['labels', 'add', 'prices.csv', ...store, '--json'], { cwd })
    expect(refused.code).toBe(3)
    expect(JSON.parse(refused.stdout)).toMatchObject({ files: [{ status: 'refused' }] })
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { code: 'LABEL_NO_ADDRESSES' } })
    expect(await failure('labels', 'add', 'none', ...store)).toEqual({ code: 3, error: 'FILES_UNREADABLE' })
  })

  test('labels show, search, sources, conflicts', async () => {
    const [shown] = await json<{ labels: unknown[] }[]>(
      'labels',
      'show',
      EXCHANGE.toUpperCase().replace('X', 'x'),
    )
    expect(shown!.labels).toHaveLength(1)
    expect(await text('labels', 'show', MULE)).toContain('no label')
    expect(await json<unknown[]>('labels', 'search', 'KRAKEN')).toHaveLength(1)
    expect(await text('labels', 'search', 'nothing like it')).toContain('No label')
    expect(await json<unknown[]>('labels', 'sources')).toMatchObject([{ file: 'labels.csv' }])
    expect(await json('labels', 'conflicts')).toEqual([])
  })

  test('prices at, check, sources; what is not known is unpriced', async () => {
    expect(await json('prices', 'at', 'eth', '2023-01-13')).toMatchObject({
      symbol: 'ETH',
      day: '2023-01-13',
      price: { usdE12: '1450000000000000', source: 'prices.csv' },
    })
    expect(await text('prices', 'at', 'ETH', '2023-01-13')).toContain('ETH on 2023-01-13: $1,450.00')
    expect(await text('prices', 'at', 'ETH', '2023-01-14')).toContain('unpriced')
    expect(await failure('prices', 'at', 'ETH', 'then')).toEqual({ code: 2, error: 'CLI_USAGE' })
    expect(await json('prices', 'check')).toEqual({ disagreements: [], oddities: [], gaps: [] })
    expect(await json<unknown[]>('prices', 'sources')).toMatchObject([
      { name: 'prices.csv', symbols: ['ETH'] },
    ])
  })
})

describe('simulate', () => {
  test('writes a ledger, labels, prices and the truth, the same each time', async () => {
    const { files } = await json<{ files: Record<string, string> }>(
      'simulate',
      '--out',
      'story',
      '--model',
      'utxo',
    )
    const first = Object.values(files).map((file) => readFileSync(file, 'utf8'))
    expect(await text('simulate', '--out', 'story', '--model', 'utxo')).toContain('lootline import')
    expect(Object.values(files).map((file) => readFileSync(file, 'utf8'))).toEqual(first)
    expect(await failure('simulate')).toEqual({ code: 2, error: 'CLI_USAGE' })
    expect(await failure('simulate', '--out', 'x', '--transactions', '99999999999')).toEqual({
      code: 2,
      error: 'SIMULATE_BAD_OPTION',
    })
  })
})
