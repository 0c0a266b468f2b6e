/**
 * What distinguishes the addresses of the Bitcoin family.
 * Sources: `chainparams.cpp` of Bitcoin Core, Litecoin Core (testnet 0x3a and 0x32 since 0.16) and Bitcoin Cash Node.
 * @module
 */
import {
  BITCOIN,
  BITCOIN_CASH,
  BITCOIN_REGTEST,
  BITCOIN_SIGNET,
  BITCOIN_TESTNET,
  BITCOIN_TESTNET4,
  type ChainId,
  LITECOIN,
  LITECOIN_REGTEST,
  LITECOIN_TESTNET,
} from '../units/caip.ts'

export interface Network {
  readonly chain: ChainId
  /** Version byte of Base58Check. */
  readonly p2pkh: number
  /** Version bytes, the canonical one first: Litecoin's `M…` and `3…` are one script. */
  readonly p2sh: readonly number[]
  /** Human-readable part of witness addresses; null where the chain has none and addresses are CashAddr. */
  readonly hrp: string | null
}

/** Most usual first. */
export const NETWORKS: readonly Network[] = [
  { chain: BITCOIN, p2pkh: 0x00, p2sh: [0x05], hrp: 'bc' },
  { chain: LITECOIN, p2pkh: 0x30, p2sh: [0x32, 0x05], hrp: 'ltc' },
  { chain: BITCOIN_CASH, p2pkh: 0x00, p2sh: [0x05], hrp: null },
  { chain: BITCOIN_TESTNET, p2pkh: 0x6f, p2sh: [0xc4], hrp: 'tb' },
  { chain: BITCOIN_TESTNET4, p2pkh: 0x6f, p2sh: [0xc4], hrp: 'tb' },
  { chain: BITCOIN_SIGNET, p2pkh: 0x6f, p2sh: [0xc4], hrp: 'tb' },
  { chain: BITCOIN_REGTEST, p2pkh: 0x6f, p2sh: [0xc4], hrp: 'bcrt' },
  { chain: LITECOIN_TESTNET, p2pkh: 0x6f, p2sh: [0x3a, 0xc4], hrp: 'tltc' },
  { chain: LITECOIN_REGTEST, p2pkh: 0x6f, p2sh: [0x3a, 0xc4], hrp: 'rltc' },
]

const byChain = new Map(NETWORKS.map((network) => [network.chain, network]))

export function networkOf(chain: ChainId): Network | undefined {
  return byChain.get(chain)
}
