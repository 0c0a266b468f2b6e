/**
 * Links and transactions of two chains, made up for tests.
 * @module
 */
import type { CrossLink } from '../chain/crossLink.ts'
import type { Placed } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { BITCOIN, ETHEREUM } from '../units/caip.ts'
import type { PlacedLink } from './placedLink.ts'

export const BTC: string = `${BITCOIN}/slip44:0`
export const ETH: string = `${ETHEREUM}/slip44:60`
export const USER: string = `${BITCOIN}:1BoatSLRHtKNngkdXEeobR76b53LETtpyT`
export const VAULT: string = `${BITCOIN}:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4`
export const THERE: string = `${ETHEREUM}:0x28C6c06298d514Db089934071355E5743bf21d60`
export const STRANGER: string = `${ETHEREUM}:0x0000000000000000000000000000000000000009`
export const ROUTER: string = `${ETHEREUM}:0xD37BbE5744D730a1d98d8DC97c42F0Ca46aD7146`
/** 2023-11-14 16:40:00 UTC, inside a day. */
export const START = 1_699_980_000

export const txid = (n: number): string => n.toString(16).padStart(64, '0')
export const evmTxid = (n: number): string => `0x${txid(n)}`

const NOTHING = {
  holder: null,
  asset: null,
  amount: null,
  otherChain: null,
  otherHolder: null,
  contract: null,
}

/** A swap memo of 1 BTC for ETH, in transaction 1. */
export function outLink(change: Partial<PlacedLink> = {}): PlacedLink {
  return {
    ...{ ...NOTHING, protocol: 'thorchain', side: 'out', id: txid(1), holder: USER, asset: BTC },
    ...{ amount: 100_000_000n, otherChain: ETHEREUM, otherHolder: THERE },
    ...{ chain: BITCOIN, txid: txid(1), height: 10, time: START, ...change },
  }
}

/** The router's payment that answers it, in transaction 2. */
export function inLink(change: Partial<PlacedLink> = {}): PlacedLink {
  return {
    ...{ ...NOTHING, protocol: 'thorchain', side: 'in', id: txid(1), holder: THERE, asset: ETH },
    ...{ amount: 19n * 10n ** 18n, contract: ROUTER },
    ...{ chain: ETHEREUM, txid: evmTxid(2), height: 20, time: START + 600, ...change },
  }
}

/** Transactions that say these links, as sources give them. */
export function saying(...links: readonly PlacedLink[]): Placed[] {
  return [...Map.groupBy(links, ({ chain, txid: id }) => `${chain} ${id}`).values()].map((own) => {
    const { chain, txid: id, height, time } = own[0]!
    return {
      transaction: { chain, txid: id, ...{ transfers: [], inputs: [], outputs: [] } },
      block: { height: height!, hash: 'b', time: time! },
      links: own.map((link): CrossLink => {
        const { chain: _c, txid: _t, height: _h, time: _m, ...said } = link
        return said
      }),
    }
  })
}

/** `n` pays a vault or a service on Bitcoin. */
export function bitcoinPayment(
  n: number,
  time: number = START,
  to: string = VAULT,
  amount = 100_000_000n,
): Transaction {
  return {
    ...{ chain: BITCOIN, txid: txid(n), height: 10, time, transfers: [] },
    inputs: [{ txid: txid(9000 + n), n: 0, holder: USER, amount: amount + 1000n }],
    outputs: [
      { holder: to, amount },
      { holder: null, amount: 0n },
    ],
  }
}

/** Somebody is paid ETH, of thousandths. */
export function etherPayment(n: number, from: string, to: string, milli: bigint, time: number): Transaction {
  return {
    ...{ chain: ETHEREUM, txid: evmTxid(n), height: 20, time, inputs: [], outputs: [] },
    transfers: [
      { from, to, asset: ETH, amount: milli * 10n ** 15n, kind: 'native', position: 0 },
      { from, to: null, asset: ETH, amount: 10n ** 14n, kind: 'fee', position: 1 },
    ],
  }
}
