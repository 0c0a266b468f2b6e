/**
 * Assets as people type them.
 * @module
 */
import { chainName } from '../address/index.ts'
import { LootlineError } from '../errors.ts'
import type { Ledger } from '../ledger/index.ts'
import { type Asset, type ChainId, KNOWN_ASSETS, printable } from '../units/index.ts'

/**
 * The asset of a ledger with this CAIP-19 id, or the only verified one with this symbol. A symbol alone never stands for
 * an unverified token: anyone can deploy a token called USDT.
 *
 * @param liveChains chains of live sources, whose verified assets may be meant before the ledger has them
 * @throws {TypedAssetError} CLI_ASSET where it is none, or several
 */
export function typedAsset(
  typed: string,
  chain: ChainId | undefined,
  ledger: Ledger,
  liveChains: ReadonlySet<ChainId> = new Set(),
): Asset {
  const all = [...KNOWN_ASSETS.filter((asset) => liveChains.has(asset.chain)), ...ledger.assets()]
  const assets = [...new Map(all.map((asset) => [asset.id, asset])).values()].filter(
    (asset) => chain === undefined || asset.chain === chain,
  )
  const byId = assets.find(({ id }) => id.toLowerCase() === typed.toLowerCase())
  if (byId !== undefined) return byId
  const named = assets.filter(({ symbol }) => symbol.toLowerCase() === typed.toLowerCase())
  const verified = named.filter(({ known }) => known)
  if (verified.length === 1) return verified[0]!
  throw new TypedAssetError(typed, verified.length > 1 ? verified : named)
}

/**
 * The asset that must be meant where none is named: the only one of the ledger, or while that has none, the only verified
 * one of live sources; `undefined` where there are several.
 */
export function onlyAsset(
  chain: ChainId | undefined,
  ledger: Ledger,
  liveChains: ReadonlySet<ChainId>,
): Asset | undefined {
  const held = ledger.assets()
  const all = held.length > 0 ? held : KNOWN_ASSETS.filter((asset) => liveChains.has(asset.chain))
  const [only, ...others] = all.filter((asset) => chain === undefined || asset.chain === chain)
  return others.length === 0 ? only : undefined
}

/** What was typed is no asset of the ledger, or could be several. */
class TypedAssetError extends LootlineError<{
  readonly code: 'CLI_ASSET'
  readonly typed: string
  readonly candidates: readonly string[]
}> {
  override readonly name = 'TypedAssetError'

  constructor(typed: string, candidates: readonly Asset[]) {
    const shown = candidates.map(({ id, chain }) => `${id} (${chainName(chain)})`).join(', ')
    const verified = candidates.some(({ known }) => known)
    const message =
      candidates.length === 0
        ? `The ledger has no asset "${printable(typed)}".`
        : verified
          ? `"${printable(typed)}" is on several chains: ${shown}.`
          : `"${printable(typed)}" is only what unverified tokens call themselves: ${shown}.`
    super(
      { code: 'CLI_ASSET', typed: printable(typed), candidates: candidates.map(({ id }) => id) },
      message,
      candidates.length === 0
        ? 'See "lootline store status" for the assets of the ledger.'
        : 'Give --asset with one of these ids, or --chain.',
    )
  }
}
