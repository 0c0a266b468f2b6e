import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ARBITRUM, TRON } from '../../units/caip.ts'
import { golden, readStrict, readTable, tempFiles } from './table.test-suite.ts'

const write = tempFiles()
const edited = (name: string, edit: (text: string) => string): string =>
  write(name, edit(readFileSync(golden(name), 'utf8')))
const FAKE = `0x${'4'.repeat(40)}`

describe('Etherscan transactions', () => {
  const NAME = 'etherscan-transactions.csv'

  test('are of the chain that the operator states, where its coin is the one of the header', async () => {
    const { rows, summary } = await readStrict(golden(NAME), { chain: 'arbitrum' })
    expect(rows[0]?.transaction.transfers[0]?.asset).toBe(`${ARBITRUM}/slip44:60`)
    expect(summary.notes).toEqual([])
    await expect(readStrict(golden(NAME), { chain: 'eip155:56' })).rejects.toThrow(
      'no chain eip155:56 with the coin ETH',
    )
    const other = edited(NAME, (text) => text.replaceAll('(ETH)', '(FTM)'))
    await expect(readStrict(other)).rejects.toThrow('FTM')
  })

  test('whose value in and out differ, or whose fate is not known, are refused', async () => {
    const both = edited(NAME, (text) => text.replace('"0","2276268.93"', '"1","2276268.93"'))
    expect((await readTable(both)).rejects).toMatchObject([
      { column: 'Value_OUT(ETH)', reason: 'differs from the value in' },
    ])
    const fate = edited(NAME, (text) => text.replace('"Error(0)","out of gas"', '"maybe",""'))
    expect((await readTable(fate)).rejects).toMatchObject([{ column: 'Status', value: 'maybe' }])
  })

  test('of the API whose fee no chain could hold are refused', async () => {
    const path = edited('etherscan-txlist.json', (text) =>
      text.replace('"gasPrice":"21000000000"', `"gasPrice":"${2n ** 256n - 1n}"`),
    )
    expect((await readTable(path)).rejects).toMatchObject([{ line: 1, column: 'gasPrice' }])
  })

  test('that end at the limit of such exports cover no history', async () => {
    const [header, first] = readFileSync(golden(NAME), 'utf8').split('\n')
    const table = (rows: number): string => write('many.csv', [header, ...Array(rows).fill(first)].join('\n'))
    expect((await readStrict(table(5000))).summary).toMatchObject({
      covers: { kind: 'none' },
      notes: expect.arrayContaining([expect.stringContaining('such exports stop at 5000')]),
    })
  })
})

describe('Etherscan token transfers', () => {
  const NAME = 'etherscan-tokens.csv'

  test('take the decimals that the operator states', async () => {
    const { rows, summary } = await readStrict(golden(NAME), {
      tokenDecimals: new Map([[FAKE, 18]]),
      chain: 'eth',
    })
    expect(rows[1]?.transaction.transfers[0]?.amount).toBe(10250000000000000000n)
    expect(summary.assets[1]?.decimals).toBe(18)
    expect(summary.notes).toEqual([])
  })

  test('are not taken with decimals that a known contract lacks', async () => {
    const tokenDecimals = new Map([['0xDAC17F958D2ee523a2206206994597C13D831EC7', 18]])
    await expect(readStrict(golden(NAME), { tokenDecimals })).rejects.toThrow(
      /USDT at 0xdAC1\w+ has 6 decimals, not 18/,
    )
  })

  test('of single pieces (NFT) are not read as amounts', async () => {
    const nft = edited(NAME, (text) => text.replace('"TokenValue"', '"TokenValue","Token ID"'))
    await expect(readStrict(nft)).rejects.toThrow(
      'ERC-20 token transfers (CSV): another column shows that it is not',
    )
  })
})

describe('Tron transfers', () => {
  const NAME = 'tron-trc20.csv'

  test('need a wallet that takes part, and the decimals of the contract', async () => {
    const other = edited(NAME, (text) => text.replace(/\nTDX\w+/, '\nTYykbfrB89g1PJRg25HLDpYYesEuXKW4pT'))
    expect((await readTable(other)).rejects).toMatchObject([{ column: 'wallet', line: 2 }])
    const decimals = edited(NAME, (text) => text.replace('Tether USD,6', 'Tether USD,18'))
    expect((await readTable(decimals)).rejects).toMatchObject([
      { column: 'token_decimal', line: 2, value: '18' },
    ])
  })

  test('of an unknown contract must not change their decimals within a file', async () => {
    const line = (text: string): string => text.split('\n')[3]!
    const path = edited(NAME, (text) => `${text}${line(text).replace(',6,trc20', ',8,trc20')}\n`)
    expect((await readTable(path)).rejects).toMatchObject([
      { line: 6, reason: 'other decimals than in an earlier row, 6' },
    ])
  })

  test('of one contract in two spellings are of one token', async () => {
    const path = edited('etherscan-tokentx.json', (text) =>
      text.replace(/\{"blockNumber".*\}(?=\])/, (row) => {
        const fake = row.replace('0xdac17f958d2ee523a2206206994597c13d831ec7', `0x${'ab'.repeat(20)}`)
        return `${fake},${fake.replace(`0x${'ab'.repeat(20)}`, `0x${'AB'.repeat(20)}`).replace('"tokenDecimal":"6"', '"tokenDecimal":"8"')}`
      }),
    )
    const { rejects, summary } = await readTable(path)
    expect(summary.assets.filter(({ id }) => id.includes('erc20'))).toHaveLength(1)
    expect(rejects).toMatchObject([
      { column: 'tokenDecimal', reason: 'other decimals than in an earlier row, 6' },
    ])
  })

  test('to the zero address are burnt', async () => {
    const zero = 'T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb'
    const path = edited('oklink-tokens.csv', (text) =>
      text.replaceAll('TS2oMCWeBsYmMFWsXFx5u7M96KDF8BZDyG', zero),
    )
    const { rows } = await readStrict(path)
    expect(rows.map(({ transaction }) => transaction.transfers.map(({ from, to }) => [from, to]))).toEqual([
      [[null, `${TRON}:TDX3tFFdWFwhBP7Cf5gJRpADpUNxQsys6m`]],
      [[`${TRON}:TDX3tFFdWFwhBP7Cf5gJRpADpUNxQsys6m`, null]],
    ])
  })
})
