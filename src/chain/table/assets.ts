/**
 * Assets as rows name them: a chain's own coin, or a token by its contract and never by its symbol.
 * @module
 */
import { formatHolder } from '../../address/index.ts'
import { type Asset, knownAsset, nativeAsset } from '../../units/asset.ts'
import {
  ARBITRUM,
  addressOf,
  BASE,
  BSC,
  type ChainId,
  ETHEREUM,
  LINEA,
  OP_MAINNET,
  POLYGON,
} from '../../units/caip.ts'
import { CellProblem } from './checks.ts'
import { BadOptionError, type LayoutContext } from './layout.ts'

/** Coins of Etherscan's family of sites, by the symbol in their headers. Coin types: SLIP-44; chains: chainlist.org ids. */
const COINS: readonly { symbol: string; slip44: number; chains: readonly ChainId[] }[] = [
  { symbol: 'ETH', slip44: 60, chains: [ETHEREUM, ARBITRUM, OP_MAINNET, BASE, LINEA] },
  { symbol: 'BNB', slip44: 714, chains: [BSC] },
  { symbol: 'POL', slip44: 966, chains: [POLYGON] },
  { symbol: 'MATIC', slip44: 966, chains: [POLYGON] },
]

/**
 * The chain and coin of an Etherscan-family table.
 * @param symbol Coin of the header, upper-case; '' where the layout names none.
 */
export function evmCoin(
  symbol: string,
  { options, file, tally }: LayoutContext,
): { chain: ChainId; coin: Asset } {
  const bySymbol = COINS.find((coin) => coin.symbol === symbol)
  const chain = options.chain ?? bySymbol?.chains[0] ?? (symbol === '' ? ETHEREUM : undefined)
  const fit = COINS.find(
    (coin) => (symbol === '' || coin.symbol === symbol) && coin.chains.includes(chain ?? ''),
  )
  if (chain === undefined || fit === undefined) {
    throw new BadOptionError(
      file,
      'chain',
      `no chain ${options.chain ?? ''} with the coin ${symbol === '' ? 'of this table' : symbol} is known`,
      `Known: ${COINS.map((coin) => `${coin.symbol} on ${coin.chains.join(', ')}`).join('; ')}. Map the columns to the Lootline layout instead.`,
    )
  }
  if (options.chain === undefined && (symbol === '' || fit.chains.length > 1)) {
    tally.note(`The file does not say its chain: read as ${chain}. Another is stated with --chain.`)
  }
  const coin = nativeAsset(chain) ?? {
    id: `${chain}/slip44:${fit.slip44}`,
    chain,
    symbol: fit.symbol,
    decimals: 18,
    known: false,
  }
  tally.asset(coin)
  return { chain, coin }
}

/** Tokens of one file that are kept; a busy address meets some thousands. */
export const MAX_TOKENS = 100_000
/** Symbols are text of strangers: what is longer is cut. */
export const MAX_SYMBOL = 64

/** What a row says of a token. */
export interface TokenCells {
  readonly cells: readonly string[]
  readonly chain: ChainId
  readonly contract: number
  /** Columns of untrusted text; -1 where absent. */
  readonly symbol: number
  readonly name: number
  /** Column of the decimals; -1 where the file has none. */
  readonly decimals: number
}

/**
 * Tokens of one file. Decimals are ours where the contract is known, else what the operator states, else what the file
 * states, else `derived`, and where none of these is there the amount cannot be read.
 */
export function createTokens(
  context: LayoutContext,
  derived?: ReadonlyMap<string, number>,
): (token: TokenCells) => Asset {
  const { tally, file } = context
  const stated = canonicalDecimals(context)
  const met = new Map<string, { asset: Asset; decimalsText: string }>()

  return ({ cells, chain, contract, symbol, name, decimals }) => {
    const text = (cells[contract] ?? '').trim()
    const decimalsText = cells[decimals] ?? ''
    const found = met.get(text)
    if (found !== undefined) {
      if (found.decimalsText !== decimalsText) {
        throw new CellProblem(decimals, `other decimals than in an earlier row, ${found.decimalsText}`)
      }
      return found.asset
    }
    if (met.size >= MAX_TOKENS) throw new CellProblem(contract, `more than ${MAX_TOKENS} tokens in one file`)
    const address = contractIn(text, contract, chain)
    const id = tokenId(chain, address)
    const known = knownAsset(id)
    const option = stated.get(address.toLowerCase())
    const inFile = decimalsText.trim() === '' ? undefined : readDecimals(decimalsText, decimals)
    if (known !== undefined && inFile !== undefined && inFile !== known.decimals) {
      throw new CellProblem(decimals, `${known.symbol} at this contract has ${known.decimals} decimals`)
    }
    const fixed = known?.decimals ?? inFile
    if (option !== undefined && fixed !== undefined && option !== fixed) {
      const what = `${known?.symbol ?? 'the token'} at ${address} has ${fixed} decimals, not ${option}`
      throw new BadOptionError(file, 'token', what, 'Leave the option out.')
    }
    const places = fixed ?? option ?? derived?.get(text.toLowerCase())
    if (places === undefined) throw new CellProblem(decimals, 'no decimals of the token')
    const asset = tally.asset(
      known ?? {
        id,
        chain,
        symbol: (cells[symbol] ?? '').slice(0, MAX_SYMBOL),
        decimals: places,
        known: false,
      },
      cells[name],
    )
    // The same contract in another spelling.
    if (asset.decimals !== places) {
      throw new CellProblem(decimals, `other decimals than in an earlier row, ${asset.decimals}`)
    }
    if (fixed === undefined && option === undefined) tally.scale(id, 'derived')
    met.set(text, { asset, decimalsText })
    return asset
  }
}

/** CAIP-19: `erc20` on EVM chains, `trc20` on Tron. */
export function tokenId(chain: ChainId, address: string): string {
  return `${chain}/${chain.startsWith('tron:') ? 'trc20' : 'erc20'}:${address}`
}

/** EIP-20 `decimals()` is a uint8. */
export function readDecimals(text: string, column: number): number {
  const value = /^\d{1,3}$/.test(text.trim()) ? Number(text) : 256
  if (value > 255) throw new CellProblem(column, 'not a number of decimals, 0 to 255')
  return value
}

/** Canonical address of a token contract. @throws CellProblem */
export function contractIn(text: string, column: number, chain: ChainId): string {
  try {
    return addressOf(formatHolder(chain, text))
  } catch {
    throw new CellProblem(column, 'not a token contract of the chain')
  }
}

/** The operator's decimals by lower-cased contract. */
function canonicalDecimals({ options }: LayoutContext): ReadonlyMap<string, number> {
  return new Map(
    [...(options.tokenDecimals ?? [])].map(([contract, places]) => [contract.toLowerCase(), places]),
  )
}
