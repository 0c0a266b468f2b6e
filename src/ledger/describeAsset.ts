import { type Asset, dollars, knownAsset, nativeAsset } from '../units/asset.ts'
import type { AssetId, ChainId } from '../units/caip.ts'

/**
 * What is known of an asset: our own table first, then what the file says (never trusted to be a known asset), else an
 * empty symbol and no decimals.
 */
export function describeAsset(id: AssetId, given?: Pick<Asset, 'symbol' | 'decimals'>): Asset {
  const chain = id.slice(0, id.indexOf('/'))
  const usd = dollars(chain)
  if (id === usd.id) return usd
  return (
    knownAsset(id) ?? { id, chain, symbol: given?.symbol ?? '', decimals: given?.decimals ?? 0, known: false }
  )
}

/** Asset of a UTXO chain's outputs. A chain outside our table gets an id that no other asset has. */
export function coinOf(chain: ChainId): AssetId {
  return nativeAsset(chain)?.id ?? `${chain}/slip44:unknown`
}
