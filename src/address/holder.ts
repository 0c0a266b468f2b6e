/**
 * CAIP-2, CAIP-10 and CAIP-19 ids at the border: checked, and in one spelling.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { addressOf, type ChainId, chainOf, type HolderId, holderOf, TRON } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import { BadAddressError } from './error.ts'
import { networkOf } from './network.ts'
import { parseAddress } from './parseAddress.ts'

/** CAIP-2, section "Syntax". */
const CHAIN = /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/
/** CAIP-10, section "Syntax". */
const ADDRESS = /^[-.%a-zA-Z0-9]{1,128}$/
/** CAIP-19, sections "Syntax": an asset type, and for one piece of a collection its token id and serial number. */
const ASSET =
  /^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}\/[-a-z0-9]{3,8}:[-.%a-zA-Z0-9]{1,128}(?:\/[-.%a-zA-Z0-9]{1,78}(?:\/[0-9]{1,78})?)?$/
/** The spelling of wallets before the CASA profile of 2025. */
const TRON_HEX: ChainId = 'tron:0x2b6653dc'

/**
 * A holder in canonical form. On chains that have no codec here the syntax alone is checked.
 * @throws BadIdError, BadAddressError
 *
 * @example
 * parseHolder('eip155:1:0x7a017e5e9672bc994dcb1a2a27d853c9c629f7c3')
 * // 'eip155:1:0x7a017E5e9672bC994DCb1A2A27D853c9c629F7c3'
 */
export function parseHolder(text: string): HolderId {
  const chain = chainOf(text)
  if (!CHAIN.test(chain)) throw new BadIdError('CAIP-10', text)
  return formatHolder(chain, addressOf(text))
}

/** The holder of an address in any spelling that its chain allows. Errors as {@link parseHolder}. */
export function formatHolder(chain: ChainId, address: string): HolderId {
  assertChainId(chain)
  const id = chain === TRON_HEX ? TRON : chain
  if (id !== TRON && !id.startsWith('eip155:') && networkOf(id) === undefined) {
    if (!ADDRESS.test(address)) throw new BadIdError('CAIP-10', `${id}:${address}`)
    return holderOf(id, address)
  }
  const parsed = parseAddress(address, id)
  if (parsed.caseless) throw new BadAddressError(address, 'its capitals are lost, so it cannot be verified')
  return holderOf(id, parsed.address)
}

/** @throws BadIdError where the text is not a CAIP-2 chain id. */
export function assertChainId(text: string): void {
  if (!CHAIN.test(text)) throw new BadIdError('CAIP-2', text)
}

/** @throws BadIdError where the text is not a CAIP-19 asset id. */
export function assertAssetId(text: string): void {
  if (!ASSET.test(text)) throw new BadIdError('CAIP-19', text)
}

/** Text without the syntax of its standard. */
export class BadIdError extends LootlineError<{
  readonly code: 'ADDRESS_BAD_ID'
  readonly standard: 'CAIP-2' | 'CAIP-10' | 'CAIP-19'
  readonly value: string
}> {
  override readonly name = 'BadIdError'
  constructor(standard: 'CAIP-2' | 'CAIP-10' | 'CAIP-19', text: string) {
    const value = printable(text, 80)
    const example = {
      'CAIP-2': 'eip155:1',
      'CAIP-10': 'eip155:1:0x7a017E5e9672bC994DCb1A2A27D853c9c629F7c3',
      'CAIP-19': 'eip155:1/slip44:60',
    }[standard]
    super(
      { code: 'ADDRESS_BAD_ID', standard, value },
      `"${value}" is not a ${standard} id.`,
      `Write it like ${example}.`,
    )
  }
}
