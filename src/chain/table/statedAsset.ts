/**
 * Assets as the Lootline layout and the operator state them.
 * @module
 */
import { type Asset, dollars, knownAsset, nativeAsset } from '../../units/asset.ts'
import type { ChainId } from '../../units/caip.ts'
import { contractIn, MAX_SYMBOL, MAX_TOKENS, readDecimals, tokenId } from './assets.ts'
import { CellProblem } from './checks.ts'
import type { LayoutContext } from './layout.ts'

/** CAIP-19: namespace and reference. */
const ASSET = /^([-a-z0-9]{3,8}):([-.%a-zA-Z0-9]{1,128})$/

export interface StatedCells {
  readonly asset: number
  readonly decimals: number
  readonly symbol: number
}

/** What is known of a row's asset. `decimals` is null where nobody says: then only base units can be read. */
export interface StatedAsset {
  readonly asset: Asset
  readonly decimals: number | null
}

/**
 * Assets of rows: a CAIP-19 id, a token contract on the row's chain, `native`; where the cell is empty, the operator's.
 */
export function createStatedAssets(
  at: StatedCells,
  { options, tally }: LayoutContext,
): (cells: readonly string[], chain: ChainId, fallback: string | undefined) => StatedAsset {
  const met = new Map<string, StatedAsset & { readonly decimalsText: string }>()
  return (cells, chain, fallback) => {
    const text = (cells[at.asset] ?? '').trim() || (options.asset ?? fallback ?? '')
    const decimalsText = (cells[at.decimals] ?? '').trim()
    const key = `${chain} ${text}`
    const found = met.get(key)
    if (found !== undefined) {
      if (found.decimalsText !== decimalsText) {
        throw new CellProblem(
          at.decimals,
          `other decimals than in an earlier row, ${found.decimalsText || 'none'}`,
        )
      }
      return found
    }
    if (met.size >= MAX_TOKENS) throw new CellProblem(at.asset, `more than ${MAX_TOKENS} assets in one file`)
    const { id, contract } = idOf(text, chain, at.asset)
    const known = id === dollars(chain).id ? dollars(chain) : knownAsset(id)
    const inFile = decimalsText === '' ? undefined : readDecimals(decimalsText, at.decimals)
    if (known !== undefined && inFile !== undefined && inFile !== known.decimals) {
      throw new CellProblem(at.decimals, `${known.symbol} has ${known.decimals} decimals`)
    }
    const stated = inFile ?? optionFor(contract, options.tokenDecimals) ?? options.decimals
    if (known === undefined && stated === undefined) tally.scale(id, 'unstated')
    const symbol = (cells[at.symbol] ?? '').trim() || id.slice(id.lastIndexOf(':') + 1)
    const asset = tally.asset(
      known ?? { id, chain, symbol: symbol.slice(0, MAX_SYMBOL), decimals: stated ?? 0, known: false },
    )
    const decimals = known?.decimals ?? stated ?? null
    // The same contract in another spelling.
    if (asset.decimals !== (decimals ?? 0)) {
      throw new CellProblem(at.decimals, `other decimals than in an earlier row, ${asset.decimals}`)
    }
    met.set(key, { asset, decimals, decimalsText })
    return { asset, decimals }
  }
}

function idOf(text: string, chain: ChainId, column: number): { id: string; contract: string } {
  if (text === '') throw new CellProblem(column, 'no asset')
  if (text === 'native') {
    const coin = nativeAsset(chain)
    if (coin === undefined)
      throw new CellProblem(column, `the coin of ${chain} is not known: give its CAIP-19 id`)
    return { id: coin.id, contract: '' }
  }
  const slash = text.indexOf('/')
  if (slash < 0) return token(text, chain, column)
  const parts = ASSET.exec(text.slice(slash + 1))
  if (text.slice(0, slash) !== chain || parts === null) {
    throw new CellProblem(column, `not an asset of ${chain} (CAIP-19)`)
  }
  const [, namespace, reference] = parts
  return namespace === 'erc20' || namespace === 'trc20'
    ? token(reference!, chain, column)
    : { id: text, contract: '' }
}

function token(text: string, chain: ChainId, column: number): { id: string; contract: string } {
  const contract = contractIn(text, column, chain)
  return { id: tokenId(chain, contract), contract }
}

function optionFor(contract: string, stated: ReadonlyMap<string, number> = new Map()): number | undefined {
  for (const [text, decimals] of stated) if (text.toLowerCase() === contract.toLowerCase()) return decimals
  return undefined
}
