import { describe, expect, it } from 'vitest'
import { BITCOIN, BITCOIN_CASH, BSC, ETHEREUM, LITECOIN, TRON } from '../units/caip.ts'
import { chainByName, chainName } from './chainName.ts'

describe('chainName and chainByName', () => {
  it('are each other’s inverse', () => {
    for (const chain of [BITCOIN, BITCOIN_CASH, BSC, ETHEREUM, LITECOIN, TRON, 'eip155:1666600000']) {
      expect(chainByName(chainName(chain)), chain).toBe(chain)
    }
    expect(chainName('eip155:1')).toBe('Ethereum')
  })

  it('understand the usual names', () => {
    const names = [
      'bitcoin',
      'BTC',
      'ethereum',
      'eth',
      'tron',
      'TRX',
      'litecoin',
      'bitcoin-cash',
      'Bitcoin_Cash',
      'bsc',
    ]
    expect(names.map(chainByName)).toEqual([
      BITCOIN,
      BITCOIN,
      ETHEREUM,
      ETHEREUM,
      TRON,
      TRON,
      LITECOIN,
      BITCOIN_CASH,
      BITCOIN_CASH,
      BSC,
    ])
  })

  it('say what they do not know', () => {
    expect(chainName('eip155:4242')).toBe('eip155:4242')
    for (const name of ['', 'dogecoin', 'constructor', '__proto__', 'x'.repeat(1e6)]) {
      expect(chainByName(name), name.slice(0, 20)).toBeUndefined()
    }
  })
})
