import { describe, expect, test } from 'vitest'
import { golden, readTable } from './table.test-suite.ts'

const FILES = [
  'laundernet.csv',
  'tron-trc20.csv',
  'trongrid.json',
  'tronscan.json',
  'etherscan-transactions.csv',
  'etherscan-internal.csv',
  'etherscan-tokens.csv',
  'etherscan-txlist.json',
  'etherscan-txlistinternal.json',
  'etherscan-tokentx.json',
  'oklink-tokens.csv',
  'lootline.csv',
  'lootline.jsonl',
]

/** Bigints as text, maps as objects. */
const plain = (value: unknown): string =>
  `${JSON.stringify(
    value,
    (_key, one: unknown) =>
      typeof one === 'bigint' ? `${one}n` : one instanceof Map ? Object.fromEntries(one) : one,
    1,
  )}\n`

describe('layouts', () => {
  test.each(FILES)('%s is read as its golden file has it', async (file) => {
    await expect(plain(await readTable(golden(file)))).toMatchFileSnapshot(golden(`${file}.expected.json`))
  })
})
