import { describe, expect, test } from 'vitest'
import { BITCOIN, ETHEREUM } from '../../units/caip.ts'
import { readStrict, readTable, tempFiles } from './table.test-suite.ts'

const write = tempFiles()
const COLUMNS = 'chain,txid,time,kind,n,prev_txid,prev_n,from,to,asset,amount,amount_decimal,decimals,wallet'
const ID = 'a'.repeat(64)
const utxo = (txid: string, kind: string, n: number | '', amount: number | string): string =>
  kind === 'input'
    ? `${BITCOIN},${txid},1400000000,input,,${'b'.repeat(64)},${n},,,,${amount},,,`
    : `${BITCOIN},${txid},1400000000,output,${n},,,,,,${amount},,,`
const table = (...lines: string[]): string => write('t.csv', `${COLUMNS}\n${lines.join('\n')}\n`)

describe('lootlineTable', () => {
  test('needs only txid, time, from, to and amount, with a chain and an asset stated', async () => {
    const a = `0x${'1'.repeat(40)}`
    const path = write('s.csv', `txid,time,from,to,amount\n0x${ID},1700000000,${a},,5\n`)
    const { rows } = await readStrict(path, { chain: ETHEREUM, asset: 'native' })
    expect(rows[0]?.transaction).toEqual({
      chain: ETHEREUM,
      txid: `0x${ID}`,
      time: 1700000000,
      transfers: [
        { from: `${ETHEREUM}:${a}`, to: null, asset: 'eip155:1/slip44:60', amount: 5n, kind: 'native' },
      ],
      inputs: [],
      outputs: [],
    })
  })

  test('refuses a transaction whose rows are scattered or incomplete, and only that one', async () => {
    const B = 'c'.repeat(64)
    const { rows, rejects } = await readTable(
      table(
        utxo(ID, 'output', 0, 5),
        utxo(B, 'output', 0, 7),
        utxo(ID, 'output', 1, 6),
        utxo(ID, 'input', 0, 11),
      ),
    )
    expect(rows.map(({ row, transaction }) => [row, transaction.txid])).toEqual([
      [1, ID],
      [2, B],
    ])
    expect(rejects.map(({ line, reason }) => [line, reason])).toEqual([
      [4, 'output 0 is missing: rows of one transaction must stand together'],
      [5, 'output 0 is missing: rows of one transaction must stand together'],
    ])
  })

  test('refuses the whole transaction of a bad row, wherever it stands', async () => {
    const good = [utxo(ID, 'input', 0, 9), utxo(ID, 'output', 0, 5), utxo(ID, 'output', 1, 4)]
    const bad = [utxo(ID, 'input', 1, -1), utxo('zz', 'input', 1, 3), utxo(ID, 'output', 1, 3)]
    const next = utxo('d'.repeat(64), 'output', 0, 7)
    for (const [place, wrong] of [0, 1, 2, 3].flatMap((at) => bad.map((one) => [at, one] as const))) {
      const lines = [...good.slice(0, place), wrong, ...good.slice(place), next]
      const { rows } = await readTable(table(...lines))
      expect(
        rows.some(({ transaction }) => transaction.txid === ID),
        `${wrong} at ${place}`,
      ).toBe(false)
    }
  })

  test('holds amounts in base units and in decimals to each other', async () => {
    const line = (amount: string, decimal: string): string =>
      `${ETHEREUM},0x${ID},1700000000,,,,,,,native,${amount},${decimal},,`
    expect((await readStrict(table(line('1', '0.000000000000000001')))).rows).toHaveLength(1)
    await expect(readStrict(table(line('2', '0.000000000000000001')))).rejects.toThrow('differs')
    await expect(readStrict(table(line('', '')))).rejects.toThrow('no amount')
    await expect(readStrict(table(line('1.5', '')))).rejects.toThrow('amount')
  })

  test('names assets by id or contract on the chain of the row, never by symbol', async () => {
    const line = (asset: string, decimals = ''): string =>
      `${ETHEREUM},0x${ID},1700000000,,,,,,,${asset},1,,${decimals},`
    const read = async (...rest: Parameters<typeof line>): Promise<string | undefined> =>
      (await readStrict(table(line(...rest)))).rows[0]?.transaction.transfers[0]?.asset
    const usdt = 'eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7'
    expect(await read(usdt.toLowerCase())).toBe(usdt)
    expect(await read('0xdac17f958d2ee523a2206206994597c13d831ec7', '6')).toBe(usdt)
    expect(await read('eip155:1/iso4217:USD')).toBe('eip155:1/iso4217:USD')
    await expect(read('USDT')).rejects.toThrow('"USDT"')
    await expect(read('eip155:56/slip44:714')).rejects.toThrow('not an asset of eip155:1')
    await expect(read(usdt, '18')).rejects.toThrow('USDT has 6 decimals')
  })

  test('a wallet column says whose exports they are', async () => {
    const wallet = `0x${'1'.repeat(40)}`
    const { rows, summary } = await readStrict(
      table(`${ETHEREUM},0x${ID},1700000000,,,,,${wallet},,native,1,,,${wallet}`),
    )
    expect(rows[0]?.listing).toBe(`${ETHEREUM}:${wallet}`)
    expect(summary.covers).toEqual({ kind: 'holders', holders: [`${ETHEREUM}:${wallet}`] })
  })
})
