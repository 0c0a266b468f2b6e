import { describe, expect, it } from 'vitest'
import { lookAlike } from './lookAlike.ts'

describe('lookAlike', () => {
  it('flags the pair of the theft of 2024-05-03', () => {
    // A loss of 1,155 WBTC: the address meant, and the one that poisoned the history (etherscan.io).
    expect(
      lookAlike('0xd9A1b0B1e1aE382DbDc898Ea68012FfcB2853a91', '0xd9A1C3788D81257612E2581A6ea0aDa244853a91'),
    ).toEqual({ leading: 4, trailing: 6, suspicious: true })
  })

  it('needs both ends', () => {
    const a = `0xabc${'0'.repeat(33)}1234`
    expect(lookAlike(a, `0xabc${'1'.repeat(33)}1234`)).toEqual({ leading: 3, trailing: 4, suspicious: true })
    expect(lookAlike(a, `0xabd${'1'.repeat(33)}1234`).suspicious).toBe(false)
    expect(lookAlike(a, `0xabc${'1'.repeat(33)}2234`)).toEqual({ leading: 3, trailing: 3, suspicious: false })
  })

  it('does not flag an address as its own look-alike', () => {
    const a = '0xd9A1b0B1e1aE382DbDc898Ea68012FfcB2853a91'
    expect(lookAlike(a, a.toLowerCase())).toEqual({ leading: 40, trailing: 40, suspicious: false })
  })

  it('counts after what all addresses of a form share', () => {
    expect(
      lookAlike('TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', 'TXLAQ63Xg1NAzckPwKHvzw7CSEmLMEqcdj').leading,
    ).toBe(0)
    // Same letters, other capitals: two addresses, and hard to tell apart.
    expect(
      lookAlike('TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', 'TR7nhABCDEFGHiJKLMNPQRSTUVWXYgjlJ6T'),
    ).toMatchObject({ leading: 4, suspicious: true })
    expect(
      lookAlike('bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu')
        .leading,
    ).toBe(0)
  })

  it('compares only addresses of one form', () => {
    expect(lookAlike('1BoatSLRHtKNngkdXEeobR76b53LETtpyT', '3BoatSLRHtKNngkdXEeobR76b53LETtpyT')).toEqual({
      leading: 0,
      trailing: 0,
      suspicious: false,
    })
    expect(lookAlike('', '')).toEqual({ leading: 0, trailing: 0, suspicious: false })
  })
})
