/**
 * What token contracts say of themselves. A contract may say anything, differently each time: text is bounded, a token is
 * told by its contract alone, and nothing here makes it known or valued.
 * @module
 */
import { type Asset, knownAsset } from '../../units/asset.ts'
import type { AssetId, ChainId } from '../../units/caip.ts'
import { MAX_SYMBOL } from '../table/assets.ts'
import type { Viem } from './proof.ts'

export interface TokenWords {
  /** '' where the contract does not say. */
  readonly symbol: string
  /** null where the contract does not say. */
  readonly decimals: number | null
}

/** Selectors of EIP-20's optional `symbol()` and `decimals()`. */
const SYMBOL = '0x95d89b41'
const DECIMALS = '0x313ce567'
/** Enough for proxies, too little for answers of many megabytes: memory costs gas with the square of its size. */
const GAS = '0xf4240'
/** Contracts kept; some 200 bytes each. */
const MAX_KEPT = 100_000

/** Calls a contract (lower case) at the tip with so much gas; null where its code ends in an error. */
export type ContractCall = (to: string, data: string, gas: string) => Promise<string | null>

/** @returns what a contract (lower case) says, asked once a process and remembered by the archive */
export function createMetadata(viem: Viem, call: ContractCall): (contract: string) => Promise<TokenWords> {
  const kept = new Map<string, Promise<TokenWords>>()

  const read = async (contract: string): Promise<TokenWords> => {
    const [symbol, decimals] = await Promise.all([call(contract, SYMBOL, GAS), call(contract, DECIMALS, GAS)])
    return { symbol: textOf(viem, symbol ?? '0x'), decimals: decimalsOf(decimals ?? '0x') }
  }

  return (contract) => {
    let words = kept.get(contract)
    if (words === undefined) {
      if (kept.size >= MAX_KEPT) kept.clear()
      words = read(contract)
      kept.set(contract, words)
      words.catch(() => kept.delete(contract))
    }
    return words
  }
}

/** A `string`, or the 32 bytes that tokens before EIP-20's last form answer (MKR, DGD). */
function textOf({ decodeAbiParameters, hexToBytes }: Viem, data: string): string {
  const hex = data as `0x${string}`
  try {
    if (data.length === 2 + 64) {
      const utf8 = new TextDecoder('utf-8', { fatal: true })
      return utf8.decode(hexToBytes(hex)).replace(/\0+$/, '').slice(0, MAX_SYMBOL)
    }
    const [text] = decodeAbiParameters([{ type: 'string' }], hex)
    return text.replaceAll('\0', '').slice(0, MAX_SYMBOL)
  } catch {
    return ''
  }
}

/** EIP-20: a uint8. */
function decimalsOf(data: string): number | null {
  if (data.length !== 2 + 64) return null
  const decimals = BigInt(data)
  return decimals <= 255n ? Number(decimals) : null
}

/** Our own asset where the contract is known, else as its contract has it. */
export function describeToken(id: AssetId, chain: ChainId, { symbol, decimals }: TokenWords): Asset {
  return knownAsset(id) ?? { id, chain, symbol, decimals: decimals ?? 0, known: false }
}
