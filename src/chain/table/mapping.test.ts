import { describe, expect, test } from 'vitest'
import { ETHEREUM } from '../../units/caip.ts'
import { parseMapping } from './mapping.ts'
import { golden, readStrict } from './table.test-suite.ts'

const USDT = '0xdAC17F958D2ee523a2206206994597C13D831ec7'
const MAP = 'txid=Hash,time=When,from=Sender,to=Receiver'

describe('parseMapping', () => {
  test('reads fields and columns', () => {
    expect([...parseMapping('from= Sender ,to=A\\,b', 'a.csv')]).toEqual([
      ['from', 'Sender'],
      ['to', 'A,b'],
    ])
  })

  test.each(['', 'from', 'sender=From', 'from=a,from=b'])('refuses "%s"', (text) => {
    expect(() => parseMapping(text, 'a.csv')).toThrow('a.csv: --map: ')
  })
})

describe('a mapped table', () => {
  test('is read with the constants of the operator', async () => {
    const map = parseMapping(`${MAP},amount_decimal=Qty`, 'any.csv')
    const { layout, rows, summary } = await readStrict(golden('any.csv'), {
      map,
      chain: 'ethereum',
      asset: USDT,
    })
    expect(layout).toBe('mapped')
    expect(rows[0]?.transaction.chain).toBe(ETHEREUM)
    expect(rows[0]?.transaction.transfers[0]).toMatchObject({
      asset: `eip155:1/erc20:${USDT}`,
      amount: 1999835400n,
      kind: 'token',
    })
    expect(summary.notes).toEqual([])
  })

  test('takes decimals from the operator for an asset that is not known', async () => {
    const map = parseMapping(`${MAP},amount_decimal=Qty`, 'any.csv')
    const token = `0x${'4'.repeat(40)}`
    const { rows } = await readStrict(golden('any.csv'), { map, chain: ETHEREUM, asset: token, decimals: 4 })
    expect(rows[0]?.transaction.transfers[0]?.amount).toBe(19998354n)
    const without = readStrict(golden('any.csv'), { map, chain: ETHEREUM, asset: token })
    await expect(without).rejects.toThrow('the decimals of the asset are not known')
  })

  test('says what amounts were taken for', async () => {
    const map = parseMapping(`${MAP},amount=Qty`, 'any.csv')
    await expect(readStrict(golden('any.csv'), { map, chain: ETHEREUM, asset: USDT })).rejects.toThrow(
      '"1999.8354"',
    )
  })

  test('needs its fields, its columns, a chain and an asset', async () => {
    const read = (text: string, options = {}): Promise<unknown> =>
      readStrict(golden('any.csv'), { map: parseMapping(text, 'any.csv'), ...options })
    await expect(read('from=Nobody')).rejects.toThrow('there is no column "Nobody"')
    await expect(read('from=Sender,to=Sender')).rejects.toThrow('mapped twice')
    await expect(read('from=Sender')).rejects.toThrow('Lootline table: no txid, time, to, amount')
    await expect(read(`${MAP},amount_decimal=Qty`)).rejects.toThrow('no chain')
    await expect(read(`${MAP},amount_decimal=Qty`, { chain: ETHEREUM })).rejects.toThrow('no asset')
    await expect(read(`${MAP},amount_decimal=Qty`, { chain: 'no chain' })).rejects.toThrow('is no chain')
  })
})
