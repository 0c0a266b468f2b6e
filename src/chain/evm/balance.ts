import type { AssetId } from '../../units/caip.ts'
import type { Viem } from './proof.ts'

/** A call to a token's contract, and what its answer says of an account's balance; null where it says nothing. */
export interface BalanceCall {
  readonly to: string
  readonly data: string
  readonly read: (answer: string) => bigint | null
}

const UINT = [{ type: 'uint256' }] as const
const ADDRESS = [{ type: 'address' }] as const

/**
 * `balanceOf` of EIP-20 and EIP-1155. A piece of an EIP-721 collection has one owner and is asked for by `ownerOf`.
 * @param account EIP-55 form
 */
export function balanceCall(
  { encodeFunctionData }: Viem,
  asset: AssetId,
  account: string,
): BalanceCall | null {
  const match = /\/(erc20|erc721|erc1155):(0x[0-9a-fA-F]{40})(?:\/(\d{1,78}))?$/.exec(asset)
  if (match === null) return null
  const [, standard, to, tokenId = '0'] = match
  const call = (name: string, inputs: readonly { type: string }[], args: readonly unknown[]): string =>
    encodeFunctionData({
      abi: [{ type: 'function', name, stateMutability: 'view', inputs, outputs: UINT }],
      functionName: name,
      args,
    })
  // A contract that was not there yet answers nothing.
  const units = (answer: string): bigint | null =>
    answer === '0x' ? 0n : answer.length === 66 ? BigInt(answer) : null
  if (standard === 'erc20') return { to: to!, data: call('balanceOf', ADDRESS, [account]), read: units }
  if (standard === 'erc1155')
    return {
      to: to!,
      data: call('balanceOf', [...ADDRESS, ...UINT], [account, BigInt(tokenId)]),
      read: units,
    }
  return {
    to: to!,
    data: call('ownerOf', UINT, [BigInt(tokenId)]),
    read: (answer) => (answer.slice(26) === account.slice(2).toLowerCase() ? 1n : 0n),
  }
}
