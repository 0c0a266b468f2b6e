/**
 * Prices: what a coin or a currency was worth in dollars on a day, by which source.
 * @module
 */
export { type AddedPriceFile, type AddPriceOptions, addPrices } from './addPrices.ts'
export type { Disagreement, Oddity } from './crossCheck.ts'
export { type FoundFile, filesUnder, UnreadablePathError } from './filesUnder.ts'
export { type PriceAt, type PriceBar, type PriceBook, type PriceSource, USD_SCALE } from './price.ts'
export { PriceFileError } from './priceFileError.ts'
export type { PriceOptions, PriceRejection } from './readPrices.ts'
export { openPriceStore, type PriceGap, type PriceStore, type UsdAt } from './store.ts'
