import { expect, test } from 'vitest'
import { evmCoinOf } from './coin.ts'

test.each([1, 10, 8453, 42161, 59144])('ether on chain %i is known and valued as ether', (id) => {
  const chain = `eip155:${id}` as const
  expect(evmCoinOf(chain)).toMatchObject({
    id: `${chain}/slip44:60`,
    symbol: 'ETH',
    known: true,
    priceSymbol: 'ETH',
  })
})

test('the coin of a chain outside our table has no symbol and no price', () => {
  expect(evmCoinOf('eip155:424242')).toEqual({
    id: 'eip155:424242/slip44:60',
    chain: 'eip155:424242',
    symbol: 'coin',
    decimals: 18,
    known: false,
  })
})
