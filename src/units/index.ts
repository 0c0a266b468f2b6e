/**
 * Amounts, dollars, time, text and names: pure, and known to every room.
 * @module
 */
export * from './amount.ts'
export * from './asset.ts'
export * from './caip.ts'
export * from './hex.ts'
export * from './ratio.ts'
export * from './text.ts'
export * from './time.ts'
export * from './usd.ts'
