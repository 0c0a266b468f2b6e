/**
 * Entries of what an account had before anything of it is known: docs/methods/opening-balance.md.
 * @module
 */

/** How their ids begin, which no chain's do. */
export const OPENING_ENTRY = 'opening-balance:'

export const isOpeningEntry = (txid: string): boolean => txid.startsWith(OPENING_ENTRY)
