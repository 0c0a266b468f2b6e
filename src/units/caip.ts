/**
 * Chain-agnostic names: CAIP-2 for chains, CAIP-10 for holders, CAIP-19 for assets.
 * The types are plain strings; parsing and canonical forms of addresses live in `src/address/`.
 * @module
 */

/** CAIP-2 chain id, such as `eip155:1` or `bip122:000000000019d6689c085ae165831e93`. */
export type ChainId = string
/** CAIP-10 account id in canonical form: `<chain id>:<address>`. */
export type HolderId = string
/** CAIP-19 asset id: `<chain id>/<namespace>:<reference>`. */
export type AssetId = string

/** Bitcoin networks and forks: first 32 hex digits of the genesis (or fork) block hash, CAIP-2 namespace `bip122`. */
export const BITCOIN: ChainId = 'bip122:000000000019d6689c085ae165831e93'
export const BITCOIN_TESTNET: ChainId = 'bip122:000000000933ea01ad0ee984209779ba'
export const BITCOIN_TESTNET4: ChainId = 'bip122:00000000da84f2bafbbc53dee25a72ae'
export const BITCOIN_SIGNET: ChainId = 'bip122:00000008819873e925422c1ff0f99f7c'
export const BITCOIN_REGTEST: ChainId = 'bip122:0f9188f13cb7b2c71f2a335e3a4fc328'
export const LITECOIN: ChainId = 'bip122:12a765e31ffd4059bada1e25190f6e98'
export const LITECOIN_TESTNET: ChainId = 'bip122:4966625a4b2851d9fdee139e56211a0d'
export const LITECOIN_REGTEST: ChainId = 'bip122:530827f38f93b43ed12af0b3ad25a288'
/** Block 478559, the first after the fork, as the CASA namespace registry has it. */
export const BITCOIN_CASH: ChainId = 'bip122:000000000000000000651ef99cb9fcbe'
export const ETHEREUM: ChainId = 'eip155:1'
export const BSC: ChainId = 'eip155:56'
export const POLYGON: ChainId = 'eip155:137'
export const ARBITRUM: ChainId = 'eip155:42161'
export const OP_MAINNET: ChainId = 'eip155:10'
export const BASE: ChainId = 'eip155:8453'
export const LINEA: ChainId = 'eip155:59144'
export const AVALANCHE: ChainId = 'eip155:43114'
/** CASA namespace `tron`: the last four bytes of the genesis block hash as a decimal number. Wallets also write `tron:0x2b6653dc`. */
export const TRON: ChainId = 'tron:728126428'

/** The chain part of a CAIP-10 holder: everything before the second colon. Cost: two scans of a short string. */
export function chainOf(holder: HolderId): ChainId {
  return holder.slice(0, holder.indexOf(':', holder.indexOf(':') + 1))
}

/** The address part of a CAIP-10 holder. */
export function addressOf(holder: HolderId): string {
  return holder.slice(holder.indexOf(':', holder.indexOf(':') + 1) + 1)
}

/** Joins a chain and an address that is already canonical. */
export function holderOf(chain: ChainId, address: string): HolderId {
  return `${chain}:${address}`
}
