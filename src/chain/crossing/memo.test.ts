import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ARBITRUM, BITCOIN, BSC, ETHEREUM, TRON } from '../../units/caip.ts'
import { MAYACHAIN, memoText, readMemo, THORCHAIN } from './memo.ts'

const TXID = 'a275d628f8a5c316e5e48ce3198cd03fd1b559dd68065fb594b2ef2e0f14c568'

describe('readMemo', () => {
  test.each([
    // gitlab.com/thorchain/thornode issue 1445: a quote's memo.
    [
      '=:BTC.BTC:bc1q3a2le4lazts64u8mqte5vuxvug25z5w6rhs95g:5855757:t:10',
      BITCOIN,
      'bc1q3a2le4lazts64u8mqte5vuxvug25z5w6rhs95g',
    ],
    // gitlab.com/thorchain/thornode merge request 3151: a refund address of its own.
    [
      '=:BTC.BTC:bc1q6527vxxqjpq80la2l0sw7hay3lj6dz07zs6gzl/0x7a093cebfa77403672d68e1c22d0681400a36682:0',
      BITCOIN,
      'bc1q6527vxxqjpq80la2l0sw7hay3lj6dz07zs6gzl',
    ],
    // dev.thorchain.org/thorchain-dev/memos.
    [
      '=:THOR.RUNE:thor1el4ufmhll3yw7zxzszvfakrk66j7fx0tvcslym',
      THORCHAIN,
      'thor1el4ufmhll3yw7zxzszvfakrk66j7fx0tvcslym',
    ],
    // Bitcoin transaction d9e6621125467b58b6ebe424cd83a179d78f4c6e5fac16e17f39c1516cb0322f.
    ['=:tr:TMMcoyunsxpMad5BbbT6BodSDBMw4Pfzya:0/1/0', TRON, 'TMMcoyunsxpMad5BbbT6BodSDBMw4Pfzya'],
    ['SWAP:ETH.USDT-0xdac17f958d2ee523a2206206994597c13d831ec7:0xab', ETHEREUM, '0xab'],
    ['s:BSC.BNB:0xab:1e8:affiliate/x:10/20', BSC, '0xab'],
    ['=<:e:0xab:1/43200/0', ETHEREUM, '0xab'],
    ['=:ETH~ETH:thor1abc', THORCHAIN, 'thor1abc'],
    ['=:BTC/BTC:maya1abc', MAYACHAIN, 'maya1abc'],
    ['=:ETH-USDC:0xab', null, '0xab'],
    ['=:NEW.COIN:abc', null, 'abc'],
    ['=:a:0xab', null, '0xab'],
    [
      '=:d:DJcC3bbnqMbAEgLjmTe2SLdKr7mNzB9uHL',
      'bip122:1a91e3dace36e2be3bf030a65679fe82',
      'DJcC3bbnqMbAEgLjmTe2SLdKr7mNzB9uHL',
    ],
    [
      '=:d:XdAUmwtig27HBG6WfYyHAzP8n6XC9jESEw',
      'bip122:00000ffd590b1485b3caadc19b22e637',
      'XdAUmwtig27HBG6WfYyHAzP8n6XC9jESEw',
    ],
    ['s:THOR.RUNE::', THORCHAIN, ''],
  ])('%s', (text, chain, destination) => {
    expect(readMemo(text, null)).toEqual({ kind: 'swap', chain, destination })
  })

  test('reads letters as the router that says them means them', () => {
    expect(readMemo('=:a:0xab', 'thorchain')).toMatchObject({ chain: 'eip155:43114' })
    expect(readMemo('=:a:0xab', 'maya')).toMatchObject({ chain: ARBITRUM })
    expect(readMemo('=:x:account_rdx1', 'maya')).toMatchObject({ chain: null })
  })

  test.each([
    [`OUT:${TXID.toUpperCase()}`, { kind: 'out', txid: TXID }],
    [`REFUND:${TXID.toUpperCase()}`, { kind: 'refund', txid: TXID }],
    [`out:0x${TXID}`, { kind: 'out', txid: TXID }],
    [`OUT:${TXID.slice(1)}`, null],
    ['OUT:', null],
    ['ADD:BTC.BTC:thor1abc', null],
    ['TRADE+:thor1abc', null],
    [`MIGRATE:${TXID}`, null],
    ['=', null],
    ['=:', null],
    ['', null],
    [`=:b:${'x'.repeat(300)}`, null],
  ])('%s', (text, memo) => {
    expect(readMemo(text, null)).toEqual(memo)
  })

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        for (const dialect of [null, 'thorchain', 'maya'] as const) readMemo(`=:${text}`, dialect)
        readMemo(text, null)
      }),
    )
  })
})

test('memoText takes printable ASCII of at most 250 bytes', () => {
  expect(memoText(new TextEncoder().encode('=:b:x'))).toBe('=:b:x')
  expect(memoText(new TextEncoder().encode('=:b:\u202e'))).toBeNull()
  expect(memoText(new Uint8Array(251).fill(65))).toBeNull()
  expect(memoText(new Uint8Array())).toBeNull()
})
