/**
 * What bridges' logs write in words, as our ids.
 * @module
 */
import { canonicalEvm, formatHolder } from '../../address/index.ts'
import { LootlineError } from '../../errors.ts'
import { nativeAsset } from '../../units/asset.ts'
import { type AssetId, type ChainId, type HolderId, holderOf } from '../../units/caip.ts'
import { uint } from './event.ts'

/** EIP-155 ids are below 2^53 in practice; larger ones are no chain of ours. */
export function evmChain(id: bigint): ChainId | null {
  return id > 0n && id <= BigInt(Number.MAX_SAFE_INTEGER) ? `eip155:${id}` : null
}

/** The account in a word (the low 20 bytes, the rest zero) of an EVM chain; null for another chain, zero, or more bytes. */
export function evmHolder(chain: ChainId | null, word: string): HolderId | null {
  if (chain === null || !chain.startsWith('eip155:')) return null
  const address = addressOfWord(word)
  return address === null ? null : holderOf(chain, address)
}

/** The token whose contract is in a word; the chain's coin for zero, where we know its id. */
export function evmAsset(chain: ChainId, word: string): AssetId | null {
  if (!chain.startsWith('eip155:')) return null
  if (/^0{64}$/.test(word)) return nativeAsset(chain)?.id ?? null
  const address = addressOfWord(word)
  return address === null ? null : `${chain}/erc20:${address}`
}

/** The contract that wrote a log. */
export function contractOf(chain: ChainId, address: string): HolderId | null {
  return holderOrNull(chain, address)
}

/** A holder of any chain; null where the text is no address of it. */
export function holderOrNull(chain: ChainId | null, address: string): HolderId | null {
  if (chain === null || address === '') return null
  try {
    return formatHolder(chain, address)
  } catch (error) {
    if (error instanceof LootlineError) return null
    throw error
  }
}

function addressOfWord(word: string): string | null {
  if (!/^0{24}[0-9a-f]{40}$/.test(word) || uint(word) === 0n) return null
  return canonicalEvm(`0x${word.slice(24)}`)
}

/** Transaction ids of EVM chains begin with `0x`; identifiers of crossings do not. */
export function bareTxid(txid: string): string {
  return txid.toLowerCase().replace(/^0x/, '')
}
