/**
 * Addresses of each chain: recognised, verified, in one canonical form, as CAIP-10 holders and as scripts.
 * @module
 */
export { chainByName, chainName } from './chainName.ts'
export type { AddressForm } from './destination.ts'
export { BadAddressError } from './error.ts'
export { assertAssetId, assertChainId, BadIdError, formatHolder, parseHolder } from './holder.ts'
export { type LookAlike, lookAlike } from './lookAlike.ts'
export { canonicalEvm, type ParsedAddress, parseAddress, type Recognised, recognise } from './parseAddress.ts'
export { fromScript, toScript } from './script.ts'
