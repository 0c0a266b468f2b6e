import { describe, expect, it } from 'vitest'
import { KNOWN_ASSETS } from '../units/asset.ts'
import { BITCOIN, TRON } from '../units/caip.ts'
import { assertAssetId, assertChainId, formatHolder, parseHolder } from './holder.ts'

describe('parseHolder', () => {
  it('brings ids to one spelling', () => {
    expect(parseHolder('eip155:56:0x7a017e5e9672bc994dcb1a2a27d853c9c629f7c3')).toBe(
      'eip155:56:0x7a017E5e9672bC994DCb1A2A27D853c9c629F7c3',
    )
    expect(parseHolder('tron:0x2b6653dc:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t')).toBe(
      `${TRON}:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t`,
    )
    expect(formatHolder(BITCOIN, 'BC1SW50QGDZ25J')).toBe(`${BITCOIN}:bc1sw50qgdz25j`)
  })

  it('keeps what is of a chain without codec', () => {
    // CAIP-10, "Test Cases".
    const dummy = `chainstd:8c3444cf8970a9e41a706fab93e7a6c4:${'6d9b0b4b9994e8a6afbd3dc3ed983cd5'.repeat(4)}`
    const cosmos = 'cosmos:cosmoshub-3:cosmos1t2uflqwqe0fsj0shcfkrvpukewcw40yjj6hdc0'
    expect([dummy, cosmos].map(parseHolder)).toEqual([dummy, cosmos])
    expect(() => parseHolder('cosmos:cosmoshub-3:a b')).toThrow('not a CAIP-10 id')
  })

  it.each([
    '',
    ':',
    '::',
    'abc',
    'eip155:1',
    'EIP155:1:0x0',
    'a:b:c',
    `eip155:${'1'.repeat(33)}:x`,
    '\u001b:\u001b:',
  ])('refuses %j', (text) => {
    expect(() => parseHolder(text)).toThrow('not a CAIP-10 id')
  })

  it('refuses addresses that their chain refuses', () => {
    expect(() => parseHolder(`${TRON}:tniq9axbp9ejuqhdhrwrfvaa8u3guqzh81`)).toThrow('capitals are lost')
    expect(() => parseHolder(`${BITCOIN}:none`)).toThrow('form of no chain')
    expect(() => parseHolder('eip155:1:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeE')).toThrow('EIP-55')
  })
})

describe('assertChainId and assertAssetId', () => {
  it('take what the standards take', () => {
    for (const { id, chain } of KNOWN_ASSETS) {
      expect(() => assertAssetId(id), id).not.toThrow()
      expect(() => assertChainId(chain), chain).not.toThrow()
      expect(() => assertChainId(id), id).toThrow('not a CAIP-2 id')
    }
    // CAIP-19, "Test Cases".
    assertAssetId('eip155:1/erc721:0x06012c8cf97BEaD5deAe237070F9587f8E7A266d/771769')
    assertAssetId('hedera:mainnet/nft:0.0.55492/12')
  })

  it('refuse the rest', () => {
    for (const text of ['', 'eip155', 'eip155:', 'ei:1', 'eip155:1:2', ' eip155:1', 'eip155:1\n']) {
      expect(() => assertChainId(text), text).toThrow('not a CAIP-2 id')
    }
    for (const text of [
      '',
      'USDT',
      'eip155:1',
      'eip155:1/erc20',
      'eip155:1/erc20:',
      'eip155:1/erc20:0x/1/2/3',
    ]) {
      expect(() => assertAssetId(text), text).toThrow('not a CAIP-19 id')
    }
  })
})
