import { describe, expect, test } from 'vitest'
import { type Asset, KNOWN_ASSETS } from '../units/asset.ts'
import { impostorNotes } from './impostorNotes.ts'

const token = (symbol: string, n = 1): Asset => ({
  ...{ id: `eip155:1/erc20:0x${n}`, chain: 'eip155:1', symbol, decimals: 6, known: false },
})

describe('impostorNotes', () => {
  test('names what reads like an asset of our table on its chain, and what advertises', () => {
    expect(impostorNotes([...KNOWN_ASSETS, token('USDТ'), token('HAXI9.com', 2), token('OTH', 3)])).toEqual([
      'The token that calls itself "USDТ" (eip155:1/erc20:0x1) only reads like USDT (eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7): it is followed in its own units, and never valued.',
      'The token that calls itself "HAXI9.com" (eip155:1/erc20:0x2) has a web address for a symbol, which is not to be opened: it is followed in its own units, and never valued.',
    ])
  })

  test('names twenty, and counts the rest', () => {
    const many = Array.from({ length: 25 }, (_, i) => token('usdt', i))
    expect(impostorNotes(many)).toHaveLength(21)
    expect(impostorNotes(many).at(-1)).toBe('5 more tokens read like others, or advertise.')
  })
})
