/**
 * Followed tokens that can be taken for another: docs/methods/scam-tokens.md. Of a token the ledger keeps the symbol alone.
 * @module
 */

import { type Asset, knownAsset } from '../units/asset.ts'
import { findImpostors } from '../units/impostor.ts'
import { printable } from '../units/text.ts'

/** Tokens that a flow names one by one. */
const NAMED = 20

/** A sentence for each token that reads like an asset of our table, or like an advertisement. */
export function impostorNotes(assets: readonly Asset[]): string[] {
  const found = findImpostors(assets.map((asset) => ({ asset, name: '' })))
  const notes = found.slice(0, NAMED).map(({ asset, symbol, imitates }) => {
    const known = imitates === null ? undefined : knownAsset(imitates)
    const what =
      known === undefined
        ? 'has a web address for a symbol, which is not to be opened'
        : `only reads like ${known.symbol} (${known.id})`
    return `The token that calls itself "${printable(symbol, 30)}" (${printable(asset, 160)}) ${what}: it is followed in its own units, and never valued.`
  })
  return found.length > NAMED
    ? [...notes, `${found.length - NAMED} more tokens read like others, or advertise.`]
    : notes
}
