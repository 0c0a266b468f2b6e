/**
 * A flow of the real trace in which stolen money is swapped, paid out to another address by a swap, crosses to Bitcoin by
 * identifier, and ends at a swap service.
 * @module
 */
import type { Beyond, Crossing } from '../trace/beyond.ts'
import {
  account,
  atomic,
  coin,
  ETH,
  from,
  label,
  ledgerOf,
  pricedBooks,
  RBTC,
  request,
  TOK,
  txidOf,
  USDT,
  utxo,
  WETH,
} from '../trace/fixtures.ref.ts'
import { type Flow, NOTHING_BEYOND, type TraceRequest, traceFlow } from '../trace/index.ts'
import { BITCOIN_REGTEST, ETHEREUM } from '../units/index.ts'

const dollars = (amount: number): bigint => BigInt(amount) * 10n ** 6n
const ether = (thousandths: number): bigint => BigInt(thousandths) * 10n ** 15n

const crossing: Crossing = {
  from: { chain: ETHEREUM, txid: txidOf(5), holder: account('thief'), asset: ETH, amount: ether(100_000) },
  to: {
    chain: BITCOIN_REGTEST,
    txid: txidOf(6).slice(2),
    holder: coin('mule'),
    asset: RBTC,
    amount: 507_000_000n,
  },
  ...{ protocol: 'thorchain', how: 'identifier', confidence: 85 },
  evidence: 'thorchain 05 stands in both transactions, by memo',
}

export function changedFlow(change: Partial<TraceRequest> = {}): Flow {
  const ledger = ledgerOf([
    atomic(1, [['victim', 'thief', dollars(500_000), USDT]]),
    atomic(2, [
      ['thief', 'pool', dollars(300_000), USDT],
      ['pool', 'thief', ether(147_700), ETH],
    ]),
    atomic(3, [
      ['thief', 'router', dollars(120_000), USDT],
      ['router', 'pool', dollars(120_000), USDT],
      ['pool', 'other', ether(59_100), WETH],
    ]),
    atomic(4, [
      ['thief', 'otc', dollars(50_000), USDT],
      ['otc', 'thief', 777, TOK],
    ]),
    atomic(5, [['thief', 'vault', ether(100_000), ETH]]),
    utxo(
      6,
      [[99, 0, 'vault', 900_000_000n]],
      [
        ['mule', 507_000_000n],
        ['vault', 392_990_000n],
      ],
    ),
    utxo(
      7,
      [[6, 0]],
      [
        ['shift', 200_000_000n],
        ['mule2', 306_990_000n],
      ],
    ),
  ])
  const labels = {
    [account('vault')]: label('THORChain router', 'bridge'),
    [coin('shift')]: label('ShapeShift', 'service'),
  }
  const beyond: Beyond = {
    ...NOTHING_BEYOND,
    crossings: (txs) => (txs.includes(ledger.txNumbers(txidOf(5))[0]!) ? [crossing] : []),
  }
  const prices = { USDT: 1, ETH: 2025, WETH: 2025, RBTC: 40_500 }
  const seeds = from('thief').map((seed) => ({ ...seed, theft: 'Example heist' }))
  return traceFlow({ ...pricedBooks(ledger, prices, labels), beyond }, request({ seeds, ...change }))
}
