/**
 * Chains by name. Numbers of EVM chains are those of the registry at chainid.network (ethereum-lists/chains).
 * @module
 */
import {
  ARBITRUM,
  AVALANCHE,
  BASE,
  BITCOIN,
  BITCOIN_CASH,
  BITCOIN_REGTEST,
  BITCOIN_SIGNET,
  BITCOIN_TESTNET,
  BITCOIN_TESTNET4,
  BSC,
  type ChainId,
  ETHEREUM,
  LINEA,
  LITECOIN,
  LITECOIN_REGTEST,
  LITECOIN_TESTNET,
  OP_MAINNET,
  POLYGON,
  TRON,
} from '../units/caip.ts'

/** Chain, name for people, and what else it is called. The name in small letters with hyphens is always understood. */
const CHAINS: readonly (readonly [chain: ChainId, name: string, ...aliases: string[]])[] = [
  [BITCOIN, 'Bitcoin', 'btc', 'xbt'],
  [BITCOIN_TESTNET, 'Bitcoin testnet', 'tbtc'],
  [BITCOIN_TESTNET4, 'Bitcoin testnet4', 'tbtc4'],
  [BITCOIN_SIGNET, 'Bitcoin signet'],
  [BITCOIN_REGTEST, 'Bitcoin regtest'],
  [LITECOIN, 'Litecoin', 'ltc'],
  [LITECOIN_TESTNET, 'Litecoin testnet', 'tltc'],
  [LITECOIN_REGTEST, 'Litecoin regtest'],
  [BITCOIN_CASH, 'Bitcoin Cash', 'bch'],
  [ETHEREUM, 'Ethereum', 'eth', 'mainnet'],
  [BSC, 'BNB Smart Chain', 'bsc', 'bnb', 'binance-smart-chain'],
  [POLYGON, 'Polygon', 'matic'],
  [ARBITRUM, 'Arbitrum', 'arb', 'arbitrum-one'],
  [OP_MAINNET, 'OP Mainnet', 'optimism'],
  ['eip155:61', 'Ethereum Classic', 'etc'],
  ['eip155:100', 'Gnosis', 'xdai'],
  ['eip155:250', 'Fantom', 'ftm'],
  ['eip155:2020', 'Ronin', 'ron'],
  [BASE, 'Base'],
  [AVALANCHE, 'Avalanche', 'avax', 'avalanche-c'],
  [LINEA, 'Linea'],
  ['eip155:1666600000', 'Harmony', 'one'],
  [TRON, 'Tron', 'trx'],
]

const names = new Map(CHAINS.map(([chain, name]) => [chain, name]))
const chains = new Map(
  CHAINS.flatMap(([chain, name, ...aliases]) =>
    [name, ...aliases].map((word) => [slug(word), chain] as const),
  ),
)

/**
 * Name for people; the id itself where the chain is not in our table.
 *
 * @example
 * chainName('eip155:1') // 'Ethereum'
 */
export function chainName(chain: ChainId): string {
  return names.get(chain) ?? chain
}

/** The chain of a name, in any case and with spaces, hyphens or underscores; undefined where none is known. */
export function chainByName(name: string): ChainId | undefined {
  return name.length > 40 ? undefined : chains.get(slug(name))
}

function slug(name: string): string {
  return name.toLowerCase().replace(/[\s_]+/g, '-')
}
