import { describe, expect, test } from 'vitest'
import { ARBITRUM, ETHEREUM, TRON } from './caip.ts'
import { findImpostors, skeleton } from './impostor.ts'

const USDT_TRON = `${TRON}/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t`
const DAI = `${ETHEREUM}/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F`
const USDC = `${ETHEREUM}/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48`

const token = (
  symbol: string,
  chain = TRON,
  id = `${chain}/trc20:x`,
): Parameters<typeof findImpostors>[0][0] => ({
  asset: { id, chain, symbol, decimals: 6, known: false },
  name: '',
})

describe('skeleton', () => {
  test.each([
    'USDT',
    'usdt',
    'ＵＳＤＴ',
    'US\u200bDT',
    'U.S.D.T',
    '$USDT',
    'USDТ',
    'ՍЅDТ',
    'USD₮',
    'U\u0301SDT',
    '\u202eUSDT',
    'U5DT',
    'USD7',
  ])('%s reads USDT', (text) => expect(skeleton(text)).toBe('USDT'))

  test.each(['USDD', 'USDTT', 'USD', 'TUSD', 'USDC'])('%s does not', (text) =>
    expect(skeleton(text)).not.toBe('USDT'),
  )
})

describe('findImpostors', () => {
  test('names the asset imitated, of the same chain where there is one', () => {
    expect(findImpostors([token('USDТ')])).toEqual([
      { asset: `${TRON}/trc20:x`, symbol: 'USDТ', sign: 'symbol', imitates: USDT_TRON },
    ])
    expect(findImpostors([token('DAl', ETHEREUM)])[0]).toMatchObject({ sign: 'symbol', imitates: DAI })
    expect(findImpostors([token('USDC')])[0]).toMatchObject({ sign: 'symbol', imitates: USDC })
  })

  test('finds names and advertisements', () => {
    const { asset } = token('TV7rB5oK44V3MNS3CKWpQBF6piyeQB6fMt')
    expect(findImpostors([{ asset, name: 'Tether USD' }])[0]).toMatchObject({
      sign: 'name',
      imitates: USDT_TRON,
    })
    expect(findImpostors([{ asset, name: 'Visit claim-usdt.net now' }])[0]).toMatchObject({ sign: 'advert' })
    expect(findImpostors([token('HAXI9.com')])[0]).toMatchObject({ sign: 'advert', imitates: null })
  })

  test('leaves alone known assets, coins of other chains and plain tokens', () => {
    const known = { ...token('USDT').asset, known: true }
    const coin = token('ETH', ARBITRUM, `${ARBITRUM}/slip44:60`)
    expect(
      findImpostors([{ asset: known, name: 'Tether USD' }, coin, token('REV'), token('WIN'), token('BTT.')]),
    ).toEqual([])
  })

  test('is bounded on hostile text', () => {
    expect(findImpostors([{ ...token('x'.repeat(1e6)), name: 'a.'.repeat(1e6) }])).toEqual([])
  })
})
