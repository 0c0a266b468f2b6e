/**
 * The order in which a flow lists assets, whatever the order in which files were imported.
 * @module
 */
import type { Asset } from '../units/asset.ts'

/** Assets of our own table first, since anyone can make up the others; then by CAIP-19 id. */
export function compareAssets(a: Asset, b: Asset): number {
  return Number(b.known) - Number(a.known) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
}
