import { describe, expect, test } from 'vitest'
import { evmCoinOf, wrapperTest } from './coin.ts'
import { contentOf } from './content.ts'
import { createHolders } from './holders.ts'
import { TOPICS } from './tokens.ts'
import type { RpcLog, RpcReceipt, RpcTransaction } from './wire.ts'

const CHAIN = 'eip155:1'
const COIN = `${CHAIN}/slip44:60`
const WETH = '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2'
const WETH_ASSET = `${CHAIN}/erc20:0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2`
const ME = `0x${'1'.repeat(40)}`
const ROUTER = `0x${'2'.repeat(40)}`
const WORDS = {
  chain: CHAIN,
  coin: evmCoinOf(CHAIN).id,
  holder: createHolders(CHAIN),
  wraps: wrapperTest(CHAIN),
}

function transaction(more: Partial<RpcTransaction> = {}): RpcTransaction {
  return { hash: '0x', from: ME, to: ROUTER, value: '0x5', input: '0x', gas: '0x5208', ...more }
}
function receipt(more: Partial<RpcReceipt> = {}): RpcReceipt {
  const gas = { gasUsed: '0x5208', cumulativeGasUsed: '0x5208', effectiveGasPrice: '0x2' }
  return { transactionHash: '0x', blockHash: '0x', status: '0x1', logs: [], logsBloom: '0x', ...gas, ...more }
}
const wethLog = (topic: string, who: string, amount: bigint): RpcLog => ({
  address: WETH,
  topics: [topic, `0x${who.slice(2).padStart(64, '0')}`],
  data: `0x${amount.toString(16).padStart(64, '0')}`,
})

/** `kind from to asset amount`, with short names. */
function lines(...given: Parameters<typeof contentOf>): string[] {
  const names = new Map<string | null, string>([
    [WORDS.holder(ME), 'me'],
    [WORDS.holder(ROUTER), 'router'],
    [WORDS.holder(WETH), 'weth'],
    [null, '-'],
    [COIN, 'coin'],
    [WETH_ASSET, 'WETH'],
  ])
  return contentOf(...given).map(({ transfer: { kind, from, to, asset, amount } }) =>
    [kind, names.get(from), names.get(to), names.get(asset), amount].join(' '),
  )
}

describe('contentOf', () => {
  test('each fee is a transfer of its own', () => {
    const fees = receipt({ blobGasUsed: '0x20000', blobGasPrice: '0x3', l1Fee: '0x64' })
    expect(lines(transaction(), fees, null, WORDS)).toEqual([
      'native me router coin 5',
      'fee me - coin 42000',
      'fee me - coin 393216',
      'fee me - coin 100',
    ])
  })

  test('a fee of more than 256 bits is refused', () => {
    const most = `0x${'f'.repeat(64)}`
    expect(() =>
      contentOf(transaction(), receipt({ gasUsed: most, effectiveGasPrice: most }), null, WORDS),
    ).toThrow('2^256')
  })

  test('an old node tells the price in the transaction alone', () => {
    const old = receipt({ effectiveGasPrice: null })
    expect(lines(transaction({ gasPrice: '0x7' }), old, null, WORDS)).toContain('fee me - coin 147000')
  })

  test('what a layer below sends along is issued', () => {
    expect(
      lines(transaction({ mint: '0x9', value: '0x9' }), receipt({ effectiveGasPrice: '0x0' }), null, WORDS),
    ).toEqual(['native - me coin 9', 'native me router coin 9'])
  })

  test.each([
    ['all gas used up', '0xc350', '0xc350', ['fee me - coin 100000']],
    ['gas left', '0xc350', '0x5208', ['native me router coin 5', 'fee me - coin 42000']],
    ['a plain payment', '0x5208', '0x5208', ['native me router coin 5', 'fee me - coin 42000']],
  ])('before receipts had a status, without traces: %s', (_, gas, gasUsed, expected) => {
    expect(lines(transaction({ gas }), receipt({ status: null, gasUsed }), null, WORDS)).toEqual(expected)
  })

  test('before receipts had a status, traces tell it', () => {
    const failed = { failed: true, payments: [] }
    expect(lines(transaction(), receipt({ status: null }), failed, WORDS)).toEqual(['fee me - coin 42000'])
  })

  test("without traces, WETH's own events tell what it was paid and what it paid", () => {
    const free = { effectiveGasPrice: '0x0' }
    const wrapped = [wethLog(TOPICS.deposit, ROUTER, 5n), wethLog(TOPICS.withdrawal, ME, 3n)]
    expect(lines(transaction(), receipt({ ...free, logs: wrapped }), null, WORDS)).toEqual([
      'native me router coin 5',
      'internal router weth coin 5',
      'internal weth me coin 3',
      'token - router WETH 5',
      'token me - WETH 3',
    ])
    const own = receipt({ ...free, logs: [wethLog(TOPICS.deposit, ME, 5n)] })
    expect(lines(transaction({ to: WETH }), own, null, WORDS)).toEqual([
      'native me weth coin 5',
      'token - me WETH 5',
    ])
  })

  test('with traces the same is said once', () => {
    const logs = [wethLog(TOPICS.deposit, ROUTER, 5n)]
    const traced = { failed: false, payments: [{ from: ROUTER, to: WETH, value: 5n }] }
    expect(lines(transaction(), receipt({ effectiveGasPrice: '0x0', logs }), traced, WORDS)).toEqual([
      'native me router coin 5',
      'internal router weth coin 5',
      'token - router WETH 5',
    ])
  })
})
