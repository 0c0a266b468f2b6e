import { formatHolder } from '../../address/index.ts'
import type { ChainId, HolderId } from '../../units/caip.ts'

/** Addresses kept with their canonical form; some 200 bytes each. */
const MAX_INTERNED = 200_000
const ZERO = `0x${'0'.repeat(40)}`

/**
 * Canonical holders of one chain by address, each checksum made once. null for the zero address, which mints and burns.
 * @returns function of a lower-case address
 */
export function createHolders(chain: ChainId): (address: string) => HolderId | null {
  const known = new Map<string, HolderId>()
  return (address) => {
    if (address === ZERO) return null
    const found = known.get(address)
    if (found !== undefined) return found
    const holder = formatHolder(chain, address)
    if (known.size >= MAX_INTERNED) known.clear()
    known.set(address, holder)
    return holder
  }
}
