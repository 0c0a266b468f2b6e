/**
 * The front door, tried by an enemy: what docs/hostile-input.md lists, in processes of its own. Where only words are
 * at stake (arguments, cells of one kind), the same commands run within this process.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../src/cli/commands.ts'
import { runCli } from '../src/cli/runCli.test-suite.ts'
import {
  address,
  BITCOIN_ADDRESS,
  baseLedger,
  expectFailure,
  expectUntouched,
  flow,
  folder,
  GOOD,
  HEADER,
  ledgerOf,
  MISSPELT,
  MULE,
  NOBODY,
  openTo,
  PEAK_MIB,
  room,
  root,
  row,
  run,
  THIEF,
  txid,
  UTXO_HEADER,
} from './frontDoor.test-suite.ts'
import { lootline } from './spawnLootline.test-suite.ts'

describe.concurrent('import refuses, and the store stays as it was:', () => {
  const BAD_FILES: readonly [what: string, content: string | Uint8Array, code: string, says: string][] = [
    ['an empty file', '', 'TABLE_EMPTY', 'the file is empty'],
    ['blank lines', '\n \r\n\n', 'TABLE_EMPTY', 'the file is blank'],
    ['a wrong header', 'a,b\n1,2\n', 'TABLE_UNKNOWN_LAYOUT', 'these columns: a, b.'],
    ['a line of 64 MB', HEADER + 'x'.repeat(64 << 20), 'TABLE_LINE_TOO_LONG', 'csv:2: '],
    ['a JSON line of 64 MB', `{"txid":"${'x'.repeat(64 << 20)}`, 'TABLE_JSON_TOO_LARGE', 'longer than'],
    ['a million columns', ','.repeat(1_000_000), 'TABLE_UNKNOWN_LAYOUT', 'no known layout'],
    ['a row of a million cells', `${HEADER}${','.repeat(1_000_000)}\n`, 'TABLE_BAD_ROW', 'line 2: 1000001'],
    ['a row cut short', `${HEADER}eip155:1,${txid(1)}\n`, 'TABLE_BAD_ROW', 'line 2: 2 values'],
    ['a column twice', `${HEADER.trim()},amount\n`, 'TABLE_DUPLICATE_COLUMN', '"amount" twice'],
    ['an unclosed quote', `${HEADER}${row(1)}"${row(2)}`, 'TABLE_OPEN_QUOTE', 'csv:3: '],
    ['invalid UTF-8', Buffer.from(`${HEADER}\xff`, 'latin1'), 'TABLE_BAD_ENCODING', 'at byte 37'],
    ['UTF-16', Buffer.from(`\ufeff${GOOD}`, 'utf16le'), 'TABLE_BAD_ENCODING', 'UTF-16'],
    ['UTF-16 without a mark', Buffer.from(GOOD, 'utf16le'), 'TABLE_BINARY', 'zero byte at byte 1'],
    ['a zero byte', row(1, { amount: '1\u00000' }), 'TABLE_BINARY', 'zero byte'],
    ['a gzip archive', Buffer.from([0x1f, 0x8b, 8, 0, 0]), 'TABLE_BINARY', 'gzip'],
    ['a workbook', Buffer.from('PK\u0003\u0004'), 'TABLE_BINARY', '.xlsx'],
    ['deep JSON', '['.repeat(1_000_000), 'TABLE_BAD_JSON', 'nested deeper'],
    ['JSON cut short', '[{"txid":"0x', 'TABLE_BAD_JSON', 'not valid JSON'],
    ['names of Object.prototype', '__proto__,constructor\n1,2\n', 'TABLE_UNKNOWN_LAYOUT', '__proto__'],
    [
      'a JSON number that lost digits',
      `[${JSON.stringify({ chain: 'eip155:1', txid: txid(1), time: 1_673_642_051, from: THIEF, to: MULE, asset: 'native', amount: 1 }).replace(/1}$/, '1.2e18}')}]`,
      'TABLE_BAD_ROW',
      'item 1, column "amount", value "1.2e18"',
    ],
    [
      'more outputs than a block has room for',
      `${UTXO_HEADER}${outputs(111_112)}`,
      'TABLE_BAD_ROW',
      'line 111113: more than 111111 rows of one transaction',
    ],
  ]
  test.each(BAD_FILES)('%s', async (_what, content, code, says) => {
    const cwd = room()
    writeFileSync(join(cwd, 'bad.csv'), content)
    expectFailure(
      await lootline(['import', 'bad.csv', '--store', 'store'], { cwd }),
      3,
      code,
      says,
      'bad.csv',
    )
    expect(readdirSync(cwd).sort()).toEqual(['bad.csv', 'store'])
    await expectUntouched(join(cwd, 'store'))
  })

  const BAD_CELLS: readonly [what: string, cells: Parameters<typeof row>[1], column: string, says: string][] =
    [
      ['a number a spreadsheet mangled', { amount: '1.2E+18' }, 'amount', 'spreadsheet'],
      ['a negative amount', { amount: '-5' }, 'amount', 'negative'],
      ['2^256', { amount: String(2n ** 256n) }, 'amount', 'more than 2^256 - 1'],
      ['an amount of 900,000 digits', { amount: '9'.repeat(900_000) }, 'amount', 'longer than 400'],
      ['NaN', { amount: 'NaN' }, 'amount', 'not a finite number'],
      ['half a wei', { amount: '0.5' }, 'amount', "more decimals than the asset's 0"],
      ['Arabic digits', { amount: '١٢٣' }, 'amount', 'not a plain decimal'],
      ['an escape sequence', { amount: '1\u001b[2J' }, 'amount', 'value "1\\u{1b}[2J"'],
      ['a date in the future', { time: '2999-01-01 00:00:00' }, 'time', 'in the future'],
      ['a date before the chain', { time: '1999-01-01 00:00:00' }, 'time', 'earlier than the first block'],
      ['30 February', { time: '2023-02-30 00:00:00' }, 'time', 'no such day'],
      ['an address with a bad checksum', { from: MISSPELT }, 'from', 'EIP-55 checksum fails'],
      ['a symbol instead of an asset', { asset: 'USDT' }, 'asset', 'value "USDT"'],
    ]
  test('a bad cell, whatever is bad about it, naming its line, column and value', async () => {
    const cwd = room()
    const store = join(cwd, 'store')
    writeFileSync(join(cwd, 'one.csv'), HEADER + row(5) + row(6, BAD_CELLS[0]![1]))
    const ended = await lootline(['import', 'one.csv', '--store', 'store'], { cwd })
    expectFailure(
      ended,
      3,
      'TABLE_BAD_ROW',
      'one.csv: line 3, column "amount", value "1.2E+18": ',
      '--skip-bad',
    )
    for (const [what, cells, column, says] of BAD_CELLS) {
      writeFileSync(join(cwd, 'bad.csv'), HEADER + row(5) + row(6, cells))
      const { code, stderr } = await runCli(['import', join(cwd, 'bad.csv'), '--store', store])
      expect({ what, code }).toEqual({ what, code: 3 })
      expect(stderr).toContain(`bad.csv: line 3, column "${column}", value "`)
      expect(stderr).toContain(says)
    }
    await expectUntouched(store)
  })
})

function outputs(count: number): string {
  const head = `bitcoin,${'a'.repeat(64)},170,1,1231731025`
  const each = (_: unknown, n: number): string => `${head},output,${n},,,,${BITCOIN_ADDRESS},1\n`
  return Array.from({ length: count }, each).join('')
}

describe.concurrent('import takes', () => {
  test.each([
    ['CR alone', GOOD.replaceAll('\n', '\r')],
    ['CRLF and a byte order mark', `\ufeff${GOOD.replaceAll('\n', '\r\n')}`],
    ['semicolons', GOOD.replaceAll(',', ';')],
    ['tabs', GOOD.replaceAll(',', '\t')],
    ['a column __proto__', GOOD.replace(/^/gm, 'x,').replace('x', '__proto__').replace(/x,$/, '')],
  ])('%s for what it is', async (_what, content) => {
    const cwd = room()
    writeFileSync(join(cwd, 'a.csv'), content)
    const { code, stdout } = await lootline(['import', 'a.csv', '--store', 'store', '--json'], { cwd })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([{ rows: 2, added: 0, duplicates: 2 }])
  })

  test('a number of 70 digits in JSON, digit for digit, and keys that would change a prototype', async () => {
    const cwd = room()
    const amount = `1${'0'.repeat(70)}`
    const text = `[{"__proto__":{"amount":"5"},"constructor":{"prototype":{"time":1}},"chain":"eip155:1","txid":"${txid(1)}","time":1673642051,"from":"${THIEF}","to":"${MULE}","asset":"native","amount":${amount}}]`
    writeFileSync(join(cwd, 'a.json'), text)
    expect((await lootline(['import', 'a.json', '--store', 'new'], { cwd })).code).toBe(0)
    const { stdout } = await runCli(['show', MULE, '--store', join(cwd, 'new'), '--json'])
    expect(JSON.parse(stdout)).toMatchObject([{ entries: [{ change: amount }] }])
  })

  test('a circle, a circle within one transaction, and a transfer to oneself; a trace of them ends', async () => {
    const cwd = room()
    const [a, b, c] = [address(51), address(52), address(53)] as const
    const at = (second: number): string => `2023-01-14 00:00:0${second}`
    const circle = [
      row(30, { from: THIEF, to: a, time: at(0) }),
      row(31, { from: a, to: b, time: at(1) }),
      row(32, { from: b, to: c, time: at(2) }),
      row(33, { from: c, to: a, time: at(3) }),
      row(34, { from: a, to: b, time: at(4) }),
      row(34, { from: b, to: c, time: at(4) }),
      row(34, { from: c, to: a, time: at(4) }),
      row(35, { from: a, to: a, time: at(5) }),
    ]
    writeFileSync(join(cwd, 'a.csv'), HEADER + circle.join(''))
    expect((await lootline(['import', 'a.csv', '--store', 'store', '--covers', 'all'], { cwd })).code).toBe(0)
    for (const rule of ['fifo', 'haircut', 'poison', 'tiho']) {
      const args = ['trace', '--from', txid(30), '--rule', rule, '--store', join(cwd, 'store'), '--json']
      const { code, stdout } = await runCli(args)
      expect(code, rule).toBe(0)
      const { balance } = JSON.parse(stdout) as { balance: { stolen: string }[] }
      expect(balance, rule).toMatchObject([{ stolen: '1000' }])
    }
  })

  test('100,000 outputs of one transaction', async () => {
    const cwd = room()
    const input = `bitcoin,${'a'.repeat(64)},170,1,1231731025,input,,${'b'.repeat(64)},0,${BITCOIN_ADDRESS},,100000\n`
    writeFileSync(join(cwd, 'a.csv'), UTXO_HEADER + input + outputs(100_000))
    const imported = await lootline(['import', 'a.csv', '--store', 'store', '--json'], { cwd })
    expect(imported.code).toBe(0)
    expect(JSON.parse(imported.stdout)).toMatchObject([{ rows: 100_001, transactions: 1 }])
    expect(imported.peakMiB).toBeLessThan(2 * PEAK_MIB)
    const args = ['trace', '--from', 'a'.repeat(64), '--store', 'store', '--out', 'flow.json']
    expect((await lootline(args, { cwd })).code).toBe(0)
  })
})

describe.concurrent('what is no file', () => {
  test.each([
    ['a folder', '.', 'TABLE_NO_FILE'],
    ['nothing', 'none.csv', 'CLI_FILE'],
    ['a device', '/dev/zero', 'TABLE_NO_FILE'],
  ])('%s is refused by import', async (_what, path, code) => {
    const cwd = room()
    expectFailure(await lootline(['import', path, '--store', 'store'], { cwd }), 3, code)
    await expectUntouched(join(cwd, 'store'))
  })

  test('a pipe that nobody writes to holds no command, and a device without end is not begun', async ({
    skip,
  }) => {
    const cwd = room()
    if (spawnSync('mkfifo', [join(cwd, 'pipe')]).status !== 0) skip('mkfifo is not there')
    for (const [command, code] of [
      ['import', 'TABLE_NO_FILE'],
      ['labels add', 'FILES_UNREADABLE'],
      ['prices add', 'FILES_UNREADABLE'],
    ] as const) {
      const args = [...command.split(' '), 'pipe', '--store', 'store']
      expectFailure(await lootline(args, { cwd }), 3, code, 'regular file')
    }
    for (const file of ['pipe', '/dev/zero']) {
      for (const args of [
        ['report', file, '--out', 'r.html'],
        ['paths', file, '--to', 'x'],
        ['trace', '--from-file', file, '--store', 'store'],
      ]) {
        expectFailure(await lootline(args, { cwd }), 3, 'CLI_FILE', 'a pipe or device')
      }
    }
    await expectUntouched(join(cwd, 'store'))
  })

  test('a file that may not be read', async () => {
    const cwd = room()
    writeFileSync(join(cwd, 'a.csv'), GOOD)
    chmodSync(join(cwd, 'a.csv'), 0)
    openTo(cwd)
    const where = root ? { cwd, user: NOBODY } : { cwd }
    expectFailure(
      await lootline(['import', 'a.csv', '--store', 'store'], where),
      3,
      'TABLE_NO_FILE',
      'EACCES',
    )
  })
})

describe('a file of another kind is refused with the command that takes it:', () => {
  const KINDS: Readonly<Record<string, string>> = {
    'ledger.csv': GOOD,
    'ETH-USD.csv': 'Date,Close\n2023-01-13,1450\n',
    'labels.csv': `address,name\n${THIEF},Kraken\n`,
    'pack.yaml': `title: x\ncreator: me\ntags:\n  - address: ${THIEF}\n    label: k\n`,
  }
  test.each([
    ['import', 'ETH-USD.csv', 'lootline prices add'],
    ['import', 'labels.csv', 'lootline labels add'],
    ['import', 'pack.yaml', 'lootline labels add'],
    ['import', 'flow.json', 'lootline report'],
    ['labels add', 'ledger.csv', 'lootline import'],
    ['labels add', 'ETH-USD.csv', 'lootline prices add'],
    ['prices add', 'ledger.csv', 'lootline import'],
    ['prices add', 'labels.csv', 'lootline labels add'],
    ['report', 'ledger.csv', 'lootline trace'],
    ['paths --to x', 'ledger.csv', 'lootline trace'],
  ])('%s %s', async (command, file, other) => {
    const cwd = room()
    for (const [name, text] of Object.entries({ ...KINDS, 'flow.json': JSON.stringify(flow) }))
      writeFileSync(join(cwd, name), text)
    const store = /report|paths/.test(command) ? [] : ['--store', 'store']
    const { stdout, stderr } = await runCli([...command.split(' '), file, ...store], { cwd })
    expect(stdout + stderr).toContain(other)
    expect(stdout + stderr).toContain(`${file}: `)
    expect(await ledgerOf(join(cwd, 'store'))).toEqual(baseLedger)
  })
})

test('--skip-bad: good rows in, bad rows in a file of their own that no spreadsheet runs; without it nothing', async () => {
  const cwd = room()
  const rows = [row(5), row(6, { amount: '1.2E+18' }), row(8, { amount: "=cmd|' /C calc'!A0" }), row(9)]
  writeFileSync(join(cwd, 'a.csv'), HEADER + rows.join(''))
  const store = join(cwd, 'store')
  expectFailure(
    await lootline(['import', 'a.csv', '--store', 'store'], { cwd }),
    3,
    'TABLE_BAD_ROW',
    'line 3',
  )
  expect(await ledgerOf(store)).toEqual(baseLedger)
  expect(existsSync(join(cwd, 'a.csv.rejects.csv'))).toBe(false)
  const { code, stdout } = await lootline(['import', 'a.csv', '--store', 'store', '--skip-bad', '--json'], {
    cwd,
  })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject([{ rows: 4, added: 2, rejected: 2 }])
  const [head, first, second, ...rest] = readFileSync(join(cwd, 'a.csv.rejects.csv'), 'utf8').split('\n')
  expect(head).toBe(`${HEADER.trim()},rejected_line,rejected_column,rejected_reason`)
  expect(first).toContain(',1.2E+18,3,amount,')
  expect(second).toContain(",'=cmd|' /C calc'!A0,4,amount,")
  expect(rest).toEqual([''])
  expect(readdirSync(cwd).sort()).toEqual(['a.csv', 'a.csv.rejects.csv', 'store'])
})

describe('text of strangers', () => {
  /** Clears the screen, turns the direction, hides, commands in one character; markup; a formula. */
  const EVIL = "K\u001b[2J\u202er\u200ba\u009b31mk<img src=x onerror=alert(1)>'=cmd|'"
  /** Bytes that act on a terminal or a reader; line ends are ours. */
  const ACTING = /[\p{Cc}\p{Cf}]/u

  test('in labels, token names and file names acts on no terminal and in no report', async () => {
    const cwd = room()
    const name = 'led\u001b[2J\u202eger.csv'
    const token = `0x${'ab'.repeat(20)}`
    const head = `${HEADER.trim()},symbol,decimals\n`
    writeFileSync(join(cwd, name), `${head}${row(5, { asset: token }).trim()},"${EVIL}",6\n`)
    writeFileSync(join(cwd, 'labels.csv'), `address,name,category\n${MULE},"${EVIL}",exchange\n`)
    const commands = [
      ['import', name],
      ['labels', 'add', 'labels.csv'],
      ['labels', 'show', MULE],
      ['show', THIEF],
      ['store', 'status'],
      ['trace', '--from', `${EVIL.replaceAll('=', '')}=${THIEF}`, '--out', 'flow.json'],
    ]
    for (const args of commands) {
      const { code, stdout, stderr } = await lootline([...args, '--store', 'store'], { cwd })
      expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' })
      expect(stdout.replaceAll('\n', ''), args[0]).not.toMatch(ACTING)
    }
    const told = await lootline(['report', 'flow.json', '--out', 'r.html', '--title', EVIL], { cwd })
    expect(told.code).toBe(0)
    const html = readFileSync(join(cwd, 'r.html'), 'utf8')
    expect(html.replaceAll('\n', '')).not.toMatch(ACTING)
    expect(html).toContain('&lt;img')
    expect(html).not.toContain('<img')
    expect(html).not.toMatch(/<script/i)
    const failed = await lootline(['import', '\u001b[2J\u202e', '--store', 'store'], { cwd })
    expectFailure(failed, 3, 'CLI_FILE')
    expect(failed.stderr.replaceAll('\n', '')).not.toMatch(ACTING)
  })
})

describe.concurrent('labels and prices', () => {
  const letters = 'abcdefgh'
  const bomb = [...letters].map((name, i) =>
    i === 0 ? 'a: &a [x,x,x,x,x,x,x,x,x]' : `${name}: &${name} [${`*${letters[i - 1]},`.repeat(10)}x]`,
  )
  test.each([
    ['an alias bomb', 'a.yaml', bomb.join('\n'), 'aliases repeat'],
    ['deep YAML', 'a.yaml', `tags: ${'['.repeat(200_000)}`, 'nested deeper'],
    ['deep JSON', 'a.json', '['.repeat(1_000_000), 'a.json'],
    ['a gzip archive', 'a.csv', Buffer.from([0x1f, 0x8b, 8, 0, 0xff]), 'not UTF-8'],
  ])('%s among labels is refused, the next file is taken', async (_what, name, content, says) => {
    const cwd = room()
    writeFileSync(join(cwd, name), content)
    writeFileSync(join(cwd, 'z.csv'), `address,name\n${THIEF},Kraken\n`)
    const args = ['labels', 'add', name, 'z.csv', '--store', 'store']
    const { code, stdout, stderr, peakMiB } = await lootline(args, { cwd })
    expect(stdout).toContain('1 labels and 0 actors added from 1 files')
    expect(code).toBe(3)
    // After what a slow machine is told of the progress.
    expect(stderr).toMatch(/^(?:labels: .+\n)*error [A-Z_]+: a\..+\nnext: .+\n$/)
    expect(stderr).toContain(says)
    expect(peakMiB).toBeLessThan(PEAK_MIB)
    // Met in a folder, the same file is reported and ends nothing.
    const inFolder = await lootline(['labels', 'add', '.', '--store', 'store'], { cwd })
    expect(inFolder).toMatchObject({ code: 0, stderr: expect.stringMatching(/^(?:labels: .+\n)*$/) })
    expect(inFolder.stdout).toMatch(/^refused: a\..+/m)
    await expectUntouched(join(cwd, 'store'))
  })

  test('a price of zero, N/A or NaN is no price; a negative or infinite one is kept out', async () => {
    const cwd = room()
    const days = ['0', 'N/A', 'NaN', '-5', 'Infinity', '9'.repeat(400), '=1+1', '1450']
    const lines = days.map((price, i) => `2023-01-0${i + 1},${price}`)
    writeFileSync(join(cwd, 'ETH-USD.csv'), `Date,Close\n${lines.join('\n')}\n`)
    const { code, stdout } = await lootline(['prices', 'add', 'ETH-USD.csv', '--store', 'store', '--json'], {
      cwd,
    })
    expect(code).toBe(0)
    const { files } = JSON.parse(stdout) as { files: { rejected: { line: number }[] }[] }
    expect(files).toMatchObject([{ bars: 1, empty: 3 }])
    expect(files[0]!.rejected.map(({ line }) => line)).toEqual([5, 6, 7, 8])
    const at = (day: number) =>
      runCli(['prices', 'at', 'ETH', `2023-01-0${day}`, '--store', join(cwd, 'store')])
    expect((await at(1)).stdout).toContain('unpriced')
    expect((await at(4)).stdout).toContain('unpriced')
    expect((await at(8)).stdout).toContain('$1,450.00')
  })
})

test.concurrent('no HOME, an unknown time zone and LANG=C change nothing', async () => {
  const args = ['show', THIEF, '--store', 'base']
  const plain = await run(...args)
  expect(plain.code).toBe(0)
  for (const env of [
    {},
    { TZ: 'Mars/Phobos', LANG: 'C', LC_ALL: 'C' },
    { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR' },
  ]) {
    const { code, stdout, stderr } = await lootline(args, { cwd: folder, env })
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: plain.stdout, stderr: '' })
  }
})

describe('the command line', () => {
  const store = (): string => join(folder, 'base')

  test.each(COMMANDS.map(({ name }) => name))('%s refuses an option it does not have', async (name) => {
    const { code, stdout, stderr } = await runCli([...name.split(' '), '--no-such', 'x'], { cwd: folder })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^error CLI_USAGE: .*'--no-such'.*\nnext: .+\n$/)
  })

  test.each([
    [['--from']],
    [['--from', THIEF, '--after', 'yesterday']],
    [['--from', THIEF, '--before', '2023-13-45']],
    [['--from', THIEF, '--until', '99999999999999']],
    [['--from', THIEF, '--rule', 'best']],
    [['--from', THIEF, '--max-hops', '-1']],
    [['--from', THIEF, '--max-hops', '99999999999999999999']],
    [['--from', THIEF, '--busy', '1e3']],
    [['--from', THIEF, '--min-confidence', '101']],
    [['--from', THIEF, '--compare', '--out', 'x']],
    [['surplus']],
    [[]],
  ])('trace %j is a usage error', async (args) => {
    const { code, stdout, stderr } = await runCli(['trace', '--store', store(), ...args], { cwd: folder })
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^error CLI_USAGE: .+\nnext: .+\n$/)
  })

  test.each([
    [['--from', 'garbage'], 'ADDRESS_BAD_ADDRESS'],
    [['--from', ''], 'ADDRESS_BAD_ADDRESS'],
    [['--from', 'x'.repeat(100_000)], 'ADDRESS_BAD_ADDRESS'],
    [['--from', MISSPELT], 'ADDRESS_BAD_ADDRESS'],
    [['--from', `${txid(1)}:999999999`], 'TRACE_NO_SEED'],
    [['--from', `${txid(1)}:99999999999999999999`], 'ADDRESS_BAD_ADDRESS'],
    [['--from', THIEF, '--asset', 'NOPE'], 'CLI_ASSET'],
    [['--from-file', 'none'], 'CLI_FILE'],
    [['--from-file', 'good.csv'], 'CLI_SEED_FILE'],
  ])('trace %j names what is wrong with it', async (args, error) => {
    const ended = await runCli(['trace', '--store', store(), ...args], { cwd: folder })
    expectFailure({ ...ended, peakMiB: 0 }, 3, error)
  })
})

describe.concurrent('a flow', () => {
  const tampered = (): Readonly<Record<string, readonly [string, number, string]>> => {
    const text = JSON.stringify(flow)
    return {
      'with an amount changed': [text.replace(/"amount":"\d+"/, '"amount":"7"'), 5, 'REPORT_UNBALANCED_FLOW'],
      'of version 3': [text.replace('"version":2', '"version":3'), 3, 'REPORT_BAD_FLOW'],
      'cut off': [text.slice(0, -200), 3, 'REPORT_BAD_FLOW'],
      'hidden in __proto__': [`{"__proto__":${text}}`, 3, 'REPORT_BAD_FLOW'],
      'of 100 MB of brackets': ['['.repeat(100 << 20), 3, 'REPORT_BAD_FLOW'],
    }
  }
  test.each([
    'with an amount changed',
    'of version 3',
    'cut off',
    'hidden in __proto__',
    'of 100 MB of brackets',
  ])('%s is refused by report and by paths, and nothing is written', async (what) => {
    const [text, exit, code] = tampered()[what]!
    const cwd = room()
    writeFileSync(join(cwd, 'bad.json'), text)
    expectFailure(await lootline(['report', 'bad.json'], { cwd }), exit, code, 'bad.json')
    const paths = await runCli(['paths', 'bad.json', '--to', 'x'], { cwd })
    expectFailure({ ...paths, peakMiB: 0 }, exit, code, 'bad.json')
    expect(readdirSync(cwd).sort()).toEqual(['bad.json', 'store'])
  })
})
