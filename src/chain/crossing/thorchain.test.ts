import { describe, expect, test } from 'vitest'
import { fromScript } from '../../address/index.ts'
import { BITCOIN, ETHEREUM } from '../../units/caip.ts'
import type { Transaction } from '../transaction.ts'
import { logLinks } from './logLinks.ts'
import { account, madeLog } from './madeLogs.test-suite.ts'
import { memoLinks } from './thorchain.ts'

const TXID = '1f'.repeat(32)
const USER = `${BITCOIN}:1BoatSLRHtKNngkdXEeobR76b53LETtpyT`
const VAULT = `${BITCOIN}:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4`
const BTC = `${BITCOIN}/slip44:0`
const memo = (text: string): Uint8Array => new TextEncoder().encode(text)

function spend(
  outputs: readonly (readonly [holder: string | null, amount: bigint])[],
  inputHolder?: string,
): Transaction {
  const input = { txid: 'aa'.repeat(32), n: 0 }
  return {
    ...{ chain: BITCOIN, txid: TXID, height: 1, transfers: [] },
    inputs: [inputHolder === undefined ? input : { ...input, holder: inputHolder, amount: 10n }],
    outputs: outputs.map(([holder, amount]) => ({ holder, amount })),
  }
}

describe('memoLinks', () => {
  test('a swap: the first input pays the first output', () => {
    const transaction = spend(
      [
        [VAULT, 7n],
        [USER, 2n],
        [null, 0n],
      ],
      USER,
    )
    expect(
      memoLinks(BITCOIN, transaction, [memo('=:e:0x28c6c06298d514db089934071355e5743bf21d60:0')]),
    ).toEqual([
      {
        ...{ protocol: 'thorchain', side: 'out', id: TXID, holder: USER, asset: BTC, amount: 7n },
        otherChain: ETHEREUM,
        otherHolder: `${ETHEREUM}:0x28C6c06298d514Db089934071355E5743bf21d60`,
        contract: null,
      },
    ])
  })

  test('a payment by a vault: the one output that is not change', () => {
    const memos = [memo(`OUT:${'AB'.repeat(32)}`)]
    expect(
      memoLinks(
        BITCOIN,
        spend(
          [
            [USER, 5n],
            [VAULT, 3n],
            [null, 0n],
          ],
          VAULT,
        ),
        memos,
      ),
    ).toEqual([
      {
        ...{ protocol: 'thorchain', side: 'in', id: 'ab'.repeat(32), holder: USER, asset: BTC, amount: 5n },
        ...{ otherChain: null, otherHolder: null, contract: null },
      },
    ])
    // Two payments, or change that cannot be told: the amount stays open.
    for (const transaction of [
      spend(
        [
          [USER, 5n],
          [`${USER}x`, 3n],
        ],
        VAULT,
      ),
      spend([[USER, 5n]]),
    ])
      expect(memoLinks(BITCOIN, transaction, memos)).toMatchObject([
        { holder: null, amount: null, asset: BTC },
      ])
  })

  test('a refund comes from the chain it is paid on', () => {
    expect(memoLinks(BITCOIN, spend([[USER, 5n]], VAULT), [memo(`REFUND:${'AB'.repeat(32)}`)])).toMatchObject(
      [{ side: 'in', otherChain: BITCOIN, holder: USER }],
    )
  })

  test('calldata of a plain payment', () => {
    const [from, to] = [`${ETHEREUM}:0xA`, `${ETHEREUM}:0xB`]
    const transaction: Transaction = {
      ...{ chain: ETHEREUM, txid: `0x${TXID}`, height: 1, inputs: [], outputs: [] },
      transfers: [
        { from, to: null, asset: 'gas', amount: 1n, kind: 'fee' },
        { from, to, asset: `${ETHEREUM}/slip44:60`, amount: 9n, kind: 'native' },
      ],
    }
    expect(
      memoLinks(ETHEREUM, transaction, [memo('=:b:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4')]),
    ).toMatchObject([{ id: TXID, holder: from, amount: 9n, otherHolder: VAULT }])
  })

  test('a destination that is no address of its chain leaves nobody', () => {
    for (const text of ['=:b:alice', '=:BTC.BTC:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5', '=:b:'])
      expect(memoLinks(BITCOIN, spend([[VAULT, 7n]], USER), [memo(text)])).toMatchObject([
        { otherChain: BITCOIN, otherHolder: null },
      ])
  })

  test('a memo that goes on in outputs', () => {
    const whole =
      '=:ETH.USDT-0xdac17f958d2ee523a2206206994597c13d831ec7:0x28c6c06298d514db089934071355e5743bf21d60:0/1/0:t:30'
    const chunk = (part: string): [string, bigint] => {
      const script = new Uint8Array(22)
      script.set([0, 20, ...memo(part)])
      return [`${BITCOIN}:${fromScript(script, BITCOIN)}`, 294n]
    }
    const swap = (...more: [string | null, bigint][]): unknown =>
      memoLinks(BITCOIN, spend([[VAULT, 7n], [USER, 2n], [null, 0n], ...more], USER), [
        memo(`${whole.slice(0, 79)}^`),
      ])
    const rest = whole.slice(79)
    expect(swap(chunk(rest.slice(0, 20)), chunk(rest.slice(20)), [USER, 1n])).toMatchObject([
      {
        otherChain: ETHEREUM,
        otherHolder: `${ETHEREUM}:0x28C6c06298d514Db089934071355E5743bf21d60`,
        amount: 7n,
      },
    ])
    // Cut off, or followed by real payments only: the destination is not whole.
    for (const more of [[], [[USER, 1n]], [[VAULT, 1n]], [[null, 1n]]] as [string | null, bigint][][])
      expect(swap(...more)).toMatchObject([{ otherChain: ETHEREUM, otherHolder: null, amount: 7n }])
  })

  test('other data is no memo', () => {
    expect(memoLinks(BITCOIN, spend([[VAULT, 7n]], USER), [Uint8Array.of(0xa9, 1), memo('hello')])).toEqual(
      [],
    )
  })
})

describe('router logs', () => {
  const ROUTER = '0xd37bbe5744d730a1d98d8dc97c42f0ca46ad7146'
  const DEPOSIT = 'Deposit(address indexed to, address indexed asset, uint256 amount, string memo)'
  const TRANSFER = 'Transfer(address indexed from, address indexed to, uint256 value)'
  const token = account(0x700)

  test('a deposit of a token is paid by whom the token names', () => {
    const logs = [
      madeLog(TRANSFER, token, { from: account(1), to: ROUTER, value: 50n }),
      madeLog(TRANSFER, token, { from: account(2), to: ROUTER, value: 51n }),
      madeLog(DEPOSIT, ROUTER, { to: account(3), asset: token, amount: 50n, memo: `=:a:${account(9)}` }),
    ]
    expect(logLinks(ETHEREUM, `0x${TXID}`, logs)).toMatchObject([
      {
        ...{ side: 'out', id: TXID, amount: 50n, otherChain: 'eip155:43114' },
        holder: `${ETHEREUM}:0x0000000000000000000000000000000000000001`,
        asset: `${ETHEREUM}/erc20:0x0000000000000000000000000000000000000700`,
        contract: `${ETHEREUM}:0xD37BbE5744D730a1d98d8DC97c42F0Ca46aD7146`,
      },
    ])
    // Two payers of the same amount: nobody is named.
    const twice = [madeLog(TRANSFER, token, { from: account(4), to: ROUTER, value: 50n }), ...logs]
    expect(logLinks(ETHEREUM, `0x${TXID}`, twice)).toMatchObject([{ holder: null }])
  })

  test('a log of Ethereum that paid out in ETH', () => {
    // As quoted by a public detector's test; the memo's id is that of the transaction that came in.
    const log = {
      address: ROUTER,
      topics: [
        '0xa9cd03aa3c1b4515114539cd53d22085129d495cb9e9f9af77864526240f1bf7',
        '0x000000000000000000000000ed57cdd71daa0672c1db455963be9d2d5207fa5e',
        '0x0000000000000000000000002320a28f52334d62622cc2eafa15de55f9987ed0',
      ],
      data: `0x${'0'.repeat(64)}${'903dc6a35e000'.padStart(64, '0')}${'60'.padStart(64, '0')}${'44'.padStart(64, '0')}4f55543a3135333931383235343636344135434635433733343638313936323231344442324145463644333232323531383142423434333730393532433035383939434500000000000000000000000000000000000000000000000000000000`,
    }
    expect(logLinks(ETHEREUM, '0x00', [log])).toEqual([
      {
        ...{ protocol: 'thorchain', side: 'in', amount: 0x903dc6a35e000n },
        id: '153918254664a5cf5c734681962214db2aef6d32225181bb44370952c05899ce',
        holder: `${ETHEREUM}:0x2320a28f52334D62622cc2eafa15de55F9987ED0`,
        asset: `${ETHEREUM}/slip44:60`,
        ...{ otherChain: null, otherHolder: null },
        contract: `${ETHEREUM}:0xD37BbE5744D730a1d98d8DC97c42F0Ca46aD7146`,
      },
    ])
  })

  test('an aggregator pays whom the router names', () => {
    const log = madeLog(
      'TransferOutAndCall(address indexed vault, address target, uint256 amount, address finalAsset, address to, uint256 amountOutMin, string memo)',
      ROUTER,
      {
        ...{ vault: account(1), target: account(2), amount: 3n, finalAsset: token, to: account(4) },
        ...{ amountOutMin: 5n, memo: `OUT:${TXID}` },
      },
    )
    expect(logLinks(ETHEREUM, '0x', [log])).toMatchObject([
      { side: 'in', id: TXID, holder: `${ETHEREUM}:${account(4)}`, amount: null },
    ])
  })
})
