/**
 * Transactions that no block has yet: what they will move if they succeed, as far as they say it themselves.
 * @module
 */
import type { Placed } from '../source.ts'
import type { Transaction, Transfer } from '../transaction.ts'
import { type ChainWords, tokenAsset } from './content.ts'
import type { RpcTransaction } from './wire.ts'

/** EIP-20: `transfer(address,uint256)` and `transferFrom(address,address,uint256)`. */
const TRANSFER = 'a9059cbb'
const TRANSFER_FROM = '23b872dd'

export function turnOf({ from, nonce }: RpcTransaction, { holder }: ChainWords): Pick<Placed, 'turn'> {
  const sender = holder(from)
  return nonce && sender !== null ? { turn: { sender, nonce: Number(nonce) } } : {}
}

/**
 * The transaction's own value, and a plain ERC-20 transfer that it asks for. Not its fee, and nothing that contracts will do.
 * `time` is left to the caller.
 */
export function pendingTransfers(transaction: RpcTransaction, words: ChainWords): Transaction {
  const { chain, coin, holder } = words
  const { from, to, hash, value, input } = transaction
  const transfers: Transfer[] = []
  if (to) {
    transfers.push({
      from: holder(from),
      to: holder(to),
      asset: coin,
      amount: BigInt(value),
      kind: 'native',
      position: 0,
    })
    const asked = transferAsked(input, from)
    if (asked !== null)
      transfers.push({
        from: holder(asked.from),
        to: holder(asked.to),
        asset: tokenAsset(chain, 'erc20', to),
        amount: asked.amount,
        kind: 'token',
      })
  }
  return { chain, txid: hash, transfers, inputs: [], outputs: [] }
}

function transferAsked(input: string, caller: string): { from: string; to: string; amount: bigint } | null {
  const parameters = input.slice(10)
  const words = parameters.match(/.{64}/g) ?? []
  const [a, b, c] = words
  if (input.startsWith(`0x${TRANSFER}`) && words.length === 2 && isAddress(a!))
    return { from: caller, to: addressIn(a!), amount: BigInt(`0x${b}`) }
  // The third word of `transferFrom` may be a token id: EIP-721 has the same signature.
  if (input.startsWith(`0x${TRANSFER_FROM}`) && words.length === 3 && isAddress(a!) && isAddress(b!))
    return { from: addressIn(a!), to: addressIn(b!), amount: BigInt(`0x${c}`) }
  return null
}

function isAddress(word: string): boolean {
  return word.startsWith('0'.repeat(24))
}

function addressIn(word: string): string {
  return `0x${word.slice(24)}`
}
