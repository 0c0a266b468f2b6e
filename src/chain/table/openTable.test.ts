import { describe, expect, test } from 'vitest'
import { LootlineError } from '../../errors.ts'
import { openTable } from './openTable.ts'
import { MAX_RECORD_LENGTH } from './splitCsv.ts'
import { golden, NOW, readStrict, readTable, tempFiles } from './table.test-suite.ts'

const write = tempFiles()
const HEADER = 'Timestamp,Block,Tx_hash,From,From_label,To,To_label,Value_in_USD'
const GOOD = {
  time: '2023-01-13 20:34:11',
  block: '16400290',
  hash: `0x${'1'.repeat(64)}`,
  from: `0x${'2'.repeat(40)}`,
  to: `0x${'3'.repeat(40)}`,
  usd: '200000.0',
}
const row = (change: Partial<typeof GOOD> = {}): string => {
  const { time, block, hash, from, to, usd } = { ...GOOD, ...change }
  return [time, block, hash, from, 'Thief', to, '', usd].join(',')
}

async function failure(reading: Promise<unknown>): Promise<{ code: string; message: string; next: string }> {
  try {
    await reading
  } catch (error) {
    if (!(error instanceof LootlineError)) throw error
    return error.toJSON()
  }
  throw new Error('was read')
}

describe('openTable', () => {
  test.each([
    ['LF', `${HEADER}\n${row()}\n`],
    ['CRLF', `${HEADER}\r\n${row()}\r\n`],
    ['CR alone', `${HEADER}\r${row()}\r`],
    ['no last line end', `${HEADER}\n${row()}`],
    ['a byte order mark', `\u{feff}${HEADER}\n${row()}\n`],
    ['blank lines', `\n${HEADER}\n\n${row()}\n \n`],
    ['another case and spaces', `${HEADER.toUpperCase().replaceAll(',', ' , ')}\n${row()}\n`],
    ['semicolons', `${HEADER}\n${row()}\n`.replaceAll(',', ';')],
    ['tabs', `${HEADER}\n${row()}\n`.replaceAll(',', '\t')],
    ['quotes', `${HEADER}\n${row()}\n`.replace(/[^,\n]+/g, '"$&"')],
    [
      'another order of columns',
      `To_label,Value_in_USD,To,From_label,From,Tx_hash,Block,Timestamp,Note\n,${GOOD.usd},${GOOD.to},Thief,${GOOD.from},${GOOD.hash},${GOOD.block},${GOOD.time},x\n`,
    ],
  ])('reads %s', async (_what, content) => {
    const { layout, rows, summary } = await readStrict(write('good.txt', content))
    expect(layout).toBe('laundernet')
    expect(rows).toHaveLength(1)
    expect(rows[0]?.transaction.transfers[0]).toMatchObject({ amount: 20000000n, kind: 'token' })
    expect(summary.labels).toEqual([{ holder: `eip155:1:${GOOD.from}`, name: 'Thief' }])
  })

  test.each<[string, string | Uint8Array, string, string]>([
    ['an empty file', '', 'TABLE_EMPTY', 'the file is empty'],
    ['a blank file', '\n \n', 'TABLE_EMPTY', 'blank'],
    ['nothing between quotes', '""', 'TABLE_EMPTY', 'blank'],
    ['UTF-16', new Uint8Array([0xff, 0xfe, 0x41, 0]), 'TABLE_BAD_ENCODING', 'UTF-16'],
    ['a workbook', Buffer.from('PK\u0003\u0004rest'), 'TABLE_BINARY', 'workbook'],
    ['a gzip archive', new Uint8Array([0x1f, 0x8b, 8, 0]), 'TABLE_BINARY', 'gzip'],
    ['zero bytes', 'a,b\u0000c', 'TABLE_BINARY', 'zero byte at byte 3'],
    [
      'Latin-1',
      Buffer.from(`${HEADER}\nMünchen`, 'latin1'),
      'TABLE_BAD_ENCODING',
      `byte ${HEADER.length + 2}`,
    ],
    [
      'a cut-off code point',
      Buffer.concat([Buffer.from(`${HEADER}\n`), Buffer.from([0xe2, 0x82])]),
      'TABLE_BAD_ENCODING',
      `byte ${HEADER.length + 1}`,
    ],
    ['an open quote', `${HEADER}\n"${row()}\n${row()}\n`, 'TABLE_OPEN_QUOTE', ':2: a quote'],
    ['an unknown header', 'Sender,Receiver,Qty\na,b,1\n', 'TABLE_UNKNOWN_LAYOUT', 'Sender, Receiver, Qty'],
    ['a column twice', `${HEADER},From\n${row()},x\n`, 'TABLE_DUPLICATE_COLUMN', '"From" twice'],
    ['a JSON array without rows', '[]', 'TABLE_EMPTY', 'no rows'],
    ['broken JSON', '[{"a":1', 'TABLE_BAD_JSON', 'not valid JSON'],
    ['deep JSON', `[${'['.repeat(1000)}`, 'TABLE_BAD_JSON', 'nested deeper'],
    [
      'an error of an API',
      '{"status":"0","message":"NOTOK","result":"Max rate limit reached"}',
      'TABLE_BAD_JSON',
      'it says "Max rate limit reached"',
    ],
  ])('refuses %s', async (_what, content, code, says) => {
    const { message, ...rest } = await failure(readStrict(write('bad.csv', content)))
    expect(rest.code).toBe(code)
    expect(message).toContain(says)
    expect(message).toContain('bad.csv')
    expect(rest.next).not.toBe('')
  })

  test('refuses what is not a file', async () => {
    const { code, message } = await failure(openTable('/nowhere/x.csv', { nowUnixSeconds: NOW }))
    expect({ code, message }).toEqual({ code: 'TABLE_NO_FILE', message: 'x.csv: there is no such file.' })
    expect((await failure(openTable(golden(''), { nowUnixSeconds: NOW }))).code).toBe('TABLE_NO_FILE')
  })

  test('names line, column, value and reason of a bad row', async () => {
    const path = write('a.csv', `${HEADER}\n${row()}\n\n${row({ usd: '1.2E+18' })}\n`)
    const { code, message } = await failure(readStrict(path))
    expect(code).toBe('TABLE_BAD_ROW')
    expect(message).toBe(
      'a.csv: line 4, column "Value_in_USD", value "1.2E+18": exponent notation, as left by a spreadsheet that opened and saved the file; digits may be lost.',
    )
  })

  test.each<[string, Partial<typeof GOOD>, string]>([
    ['a negative amount', { usd: '-5' }, 'negative'],
    ['NaN', { usd: 'NaN' }, 'not a finite number'],
    ['an absurd amount', { usd: '9'.repeat(80) }, '2^256'],
    ['too many decimals', { usd: '0.001' }, "more decimals than the asset's 2"],
    ['no amount', { usd: '' }, 'empty'],
    ['an impossible day', { time: '2023-02-30 00:00:00' }, 'no such day'],
    ['an ambiguous date', { time: '01/02/2023' }, 'the day or the month may come first'],
    ['a time before the chain', { time: '2015-07-30 15:26:12' }, 'earlier than the first block'],
    ['a time to come', { time: '2024-01-01 02:00:01' }, 'in the future'],
    ['a short hash', { hash: '0x12' }, 'not a transaction id'],
    ['a hash without 0x', { hash: '1'.repeat(64) }, 'not a transaction id'],
    ['a short address', { from: '0x12' }, 'not 40 hex digits'],
    ['a failed checksum', { from: '0x7A017e5e9672bc994DCb1A2A27D853c9C629f7C3' }, 'checksum'],
    ['no address', { to: ' ' }, 'no address'],
    ['a block that is no number', { block: '1e7' }, 'not a whole number'],
    ['a cell too many', { to: 'x,y' }, '9 values where the header has 8 columns'],
  ])('refuses %s and goes on', async (_what, change, reason) => {
    const content = [HEADER, row(), row(change), row()].join('\n')
    const { rows, rejects, summary } = await readTable(write('b.csv', content))
    expect(rows.map((one) => one.row)).toEqual([1, 3])
    expect(rejects).toHaveLength(1)
    expect(rejects[0]).toMatchObject({ line: 3, reason: expect.stringContaining(reason) })
    expect(summary).toMatchObject({ rows: 3, rejected: 1 })
  })

  test('takes what is odd and legal: nothing moved, to oneself, in a circle, two hours ahead', async () => {
    const content = [
      HEADER,
      row({ usd: '0' }),
      row({ to: GOOD.from }),
      row({ from: GOOD.to, to: GOOD.from }),
      row({ time: '2024-01-01 02:00:00' }),
    ].join('\n')
    const { rows } = await readStrict(write('c.csv', content))
    expect(rows.map((one) => one.transaction.transfers[0]?.amount)).toEqual([
      0n,
      20000000n,
      20000000n,
      20000000n,
    ])
  })

  test('reads a header without rows as an empty table, and says so', async () => {
    const { rows, summary } = await readStrict(write('d.csv', `${HEADER}\n`))
    expect(rows).toEqual([])
    expect(summary.notes).toEqual(['The file has a header and no rows.'])
  })

  test('refuses a line that never ends, in bounded memory', async () => {
    const path = write('e.csv', `${HEADER}\n${row()}\n${'x'.repeat(MAX_RECORD_LENGTH + 2)}`)
    const { code, message } = await failure(readStrict(path))
    expect(code).toBe('TABLE_LINE_TOO_LONG')
    expect(message).toMatch(/^e\.csv:3: /)
    const header = write('g.csv', HEADER.repeat(30_000))
    expect((await failure(readStrict(header))).message).toMatch(/^g\.csv:1: /)
    const json = write('h.json', `[${'{},'.repeat(6_000_000)}{}]`)
    expect((await failure(readStrict(json))).code).toBe('TABLE_JSON_TOO_LARGE')
    const quoted = write('f.csv', `${HEADER}\n"${'x\n'.repeat(MAX_RECORD_LENGTH)}`)
    expect((await failure(readStrict(quoted))).message).toMatch(/^f\.csv:2: /)
  })

  test('reads the file afresh each time', async () => {
    const table = await openTable(golden('laundernet.csv'), { nowUnixSeconds: NOW })
    for (let i = 0; i < 2; i++) {
      let rows = 0
      for await (const batch of table.rows()) rows += batch.length
      expect(rows).toBe(4)
      expect(table.summary().rows).toBe(4)
    }
  })

  test('an unknown header is told which columns to map, with an example of its own', async () => {
    const { message, next } = await failure(readStrict(golden('any.csv')))
    expect(message).toContain(
      'any.csv: no known layout has these columns: Hash, When, Sender, Receiver, Qty.',
    )
    expect(message).toContain('; LaunderNet: no timestamp, block, tx_hash')
    expect(next).toContain('--map txid=Hash,time=When,from=Sender,to=Receiver,amount_decimal=Qty')
  })

  test('an address that failed once does not fail the next reading of it as a known one', async () => {
    const bad = row({ from: '0x12' })
    const { rejects } = await readTable(write('g.csv', [HEADER, bad, bad].join('\n')))
    expect(rejects.map(({ line }) => line)).toEqual([2, 3])
  })
})
