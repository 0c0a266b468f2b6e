/**
 * The one way in which an address is refused.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { printable } from '../units/text.ts'

/** Text that is not an address of the chain asked for. */
export class BadAddressError extends LootlineError<{
  readonly code: 'ADDRESS_BAD_ADDRESS'
  readonly value: string
  readonly reason: string
}> {
  override readonly name = 'BadAddressError'
  constructor(text: string, why: string) {
    // A reason may name the chain asked for, which is text from outside as well.
    const reason = printable(why, 300)
    // 90 characters are the longest witness address (BIP-173).
    const value = printable(text, 90)
    super(
      { code: 'ADDRESS_BAD_ADDRESS', value, reason },
      `"${value}" is not an address: ${reason}.`,
      'Copy the address again from its source, whole and with its capitals.',
    )
  }
}
