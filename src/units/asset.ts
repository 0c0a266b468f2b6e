/**
 * Assets are told apart by CAIP-19 id, never by symbol: anyone can deploy a token called USDT.
 * @module
 */
import {
  ARBITRUM,
  type AssetId,
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
} from './caip.ts'

/** What is needed to read and write amounts of one asset. */
export interface Asset {
  readonly id: AssetId
  readonly chain: ChainId
  /** Shown to people. Untrusted unless `known`. */
  readonly symbol: string
  /** Decimal places between one whole unit and the base unit (8 for BTC: base unit one satoshi). */
  readonly decimals: number
  /** True where the id is in our own table below; only then may the asset be valued. */
  readonly known: boolean
  /** Symbol under which price series list it; absent where it cannot be valued. `USD` means: already dollars. */
  readonly priceSymbol?: string
}

function native(
  chain: ChainId,
  slip44: number,
  symbol: string,
  decimals: number,
  priceSymbol?: string,
): Asset {
  const base = { id: `${chain}/slip44:${slip44}`, chain, symbol, decimals, known: true }
  return priceSymbol === undefined ? base : { ...base, priceSymbol }
}

function token(
  chain: ChainId,
  namespace: 'erc20' | 'trc20',
  reference: string,
  symbol: string,
  decimals: number,
): Asset {
  return {
    id: `${chain}/${namespace}:${reference}`,
    chain,
    symbol,
    decimals,
    known: true,
    priceSymbol: symbol,
  }
}

/** Wraps ETH one to one, so it is valued as ETH. */
function weth(chain: ChainId, reference: string): Asset {
  return { ...token(chain, 'erc20', reference, 'WETH', 18), priceSymbol: 'ETH' }
}

/** Default chain id of development nodes; see src/simulate/chains.ts. */
const SIMULATED: ChainId = 'eip155:1337'

/** SLIP-44 coin types and canonical token contracts, each checked against its issuer's published address. */
export const KNOWN_ASSETS: readonly Asset[] = [
  native(BITCOIN, 0, 'BTC', 8, 'BTC'),
  native(BITCOIN_TESTNET, 1, 'tBTC', 8),
  native(BITCOIN_TESTNET4, 1, 'tBTC4', 8),
  native(BITCOIN_SIGNET, 1, 'sBTC', 8),
  native(BITCOIN_REGTEST, 1, 'rBTC', 8, 'RBTC'),
  native(LITECOIN, 2, 'LTC', 8, 'LTC'),
  native(LITECOIN_TESTNET, 1, 'tLTC', 8),
  native(LITECOIN_REGTEST, 1, 'rLTC', 8),
  native(BITCOIN_CASH, 145, 'BCH', 8, 'BCH'),
  native(ETHEREUM, 60, 'ETH', 18, 'ETH'),
  native(ARBITRUM, 60, 'ETH', 18, 'ETH'),
  native(OP_MAINNET, 60, 'ETH', 18, 'ETH'),
  native(BASE, 60, 'ETH', 18, 'ETH'),
  native(LINEA, 60, 'ETH', 18, 'ETH'),
  native(BSC, 714, 'BNB', 18, 'BNB'),
  native(POLYGON, 966, 'POL', 18, 'POL'),
  native(TRON, 195, 'TRX', 6, 'TRX'),
  // tether.to/en/supported-protocols
  token(TRON, 'trc20', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', 'USDT', 6),
  token(ETHEREUM, 'erc20', '0xdAC17F958D2ee523a2206206994597C13D831ec7', 'USDT', 6),
  // developers.circle.com/stablecoins/usdc-contract-addresses
  token(ETHEREUM, 'erc20', '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48', 'USDC', 6),
  token(ARBITRUM, 'erc20', '0xaf88d065e77c8cC2239327C5EDb3A432268e5831', 'USDC', 6),
  token(OP_MAINNET, 'erc20', '0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85', 'USDC', 6),
  token(BASE, 'erc20', '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913', 'USDC', 6),
  token(POLYGON, 'erc20', '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359', 'USDC', 6),
  token(AVALANCHE, 'erc20', '0xB97EF9Ef8734C71904D8002F8b6Bc66Dd9c48a6E', 'USDC', 6),
  token(ETHEREUM, 'erc20', '0x6B175474E89094C44Da98b954EedeAC495271d0F', 'DAI', 18),
  weth(ETHEREUM, '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2'),
  weth(ARBITRUM, '0x82aF49447D8a07e3bd95BD0d56f35241523fBab1'),
  weth(OP_MAINNET, '0x4200000000000000000000000000000000000006'),
  weth(BASE, '0x4200000000000000000000000000000000000006'),
  // Made up by src/simulate/, so that a simulated ledger can be valued by its simulated prices.
  native(SIMULATED, 1, 'SIM', 18, 'SIM'),
  token(SIMULATED, 'erc20', '0x09BA39762F378769d393A16386550986aA27D5A1', 'SIMUSD', 6),
]

/** A ledger already valued in dollars (the LaunderNet layout): base unit one cent. */
export function dollars(chain: ChainId): Asset {
  return { id: `${chain}/iso4217:USD`, chain, symbol: 'USD', decimals: 2, known: true, priceSymbol: 'USD' }
}

const byId = new Map(KNOWN_ASSETS.map((asset) => [asset.id, asset]))

/** The asset of our table with this id, if any. */
export function knownAsset(id: AssetId): Asset | undefined {
  return byId.get(id)
}

/** Whether our table has both as one coin, on whatever chains: their amounts compare without a price, decimals heeded. */
export function isOneCoin(a: Asset | undefined, b: Asset | undefined): boolean {
  return (
    a?.known === true && b?.known === true && a.priceSymbol !== undefined && a.priceSymbol === b.priceSymbol
  )
}

/** The coin that pays fees on a chain, where our table has it. */
export function nativeAsset(chain: ChainId): Asset | undefined {
  return KNOWN_ASSETS.find((asset) => asset.chain === chain && asset.id.includes('/slip44:'))
}
