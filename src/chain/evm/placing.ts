/**
 * The last step from what a source found to what it gives: tokens asked about, links read, block named.
 * @module
 */
import type { Asset } from '../../units/asset.ts'
import type { AssetId } from '../../units/caip.ts'
import { fromHex } from '../../units/hex.ts'
import { logLinks, memoLinks } from '../crossing/index.ts'
import type { CrossLink } from '../crossLink.ts'
import type { Placed } from '../source.ts'
import type { Transaction } from '../transaction.ts'
import { type Found, placedTransaction, refOf } from './blockContent.ts'
import type { ChainWords } from './content.ts'
import { describeToken, type TokenWords } from './metadata.ts'
import { turnOf } from './pending.ts'
import type { EventLog } from './tokens.ts'
import type { RpcHeader } from './wire.ts'

/** A memo has at most 250 bytes (docs.thorchain.org, "Memos"); longer input is none. */
const MAX_MEMO_HEX = 2 + 2 * 250

/** What a transaction says of other chains: its input as a memo, and its logs. Both in lower-case hex. */
function readLinks(transaction: Transaction, input: string, logs: readonly EventLog[]): readonly CrossLink[] {
  const { chain, txid } = transaction
  const memo = input.length <= MAX_MEMO_HEX ? memoLinks(chain, transaction, [fromHex(input)]) : []
  return [...memo, ...logLinks(chain, txid, logs)]
}

export interface Placer {
  /** Transactions of one block, in the order given, and every token in them. */
  place(
    header: RpcHeader,
    found: readonly Found[],
  ): Promise<{ readonly placed: readonly Placed[]; readonly assets: readonly Asset[] }>
}

/** @param tokenWords what a contract (lower case) says of itself */
export function createPlacer(
  words: ChainWords,
  coin: Asset,
  tokenWords: (contract: string) => Promise<TokenWords>,
): Placer {
  return {
    async place(header, found) {
      const block = refOf(header)
      const drafts = found.flatMap((one) => one.drafts)
      const contracts = [...new Set(drafts.flatMap(({ transfer }) => contractIn(transfer.asset) ?? []))]
      const said = new Map(
        await Promise.all(contracts.map(async (one) => [one, await tokenWords(one)] as const)),
      )
      const isToken = (contract: string): boolean => said.get(contract)!.decimals !== null
      const assets = new Map<AssetId, Asset>([[coin.id, coin]])
      const placed = found.map((one) => {
        const transaction = placedTransaction(header, one, isToken, words)
        for (const { asset } of transaction.transfers) {
          const contract = contractIn(asset)
          if (contract !== null) assets.set(asset, describeToken(asset, words.chain, said.get(contract)!))
        }
        const links = readLinks(transaction, one.transaction.input, one.receipt.logs)
        return { transaction, block, links, ...turnOf(one.transaction, words) }
      })
      return { placed, assets: [...assets.values()] }
    },
  }
}

/** Lower-case contract of a token's asset id; null for the chain's coin. */
function contractIn(asset: AssetId): string | null {
  const [, contract] = /\/erc(?:20|721|1155):(0x[0-9a-fA-F]{40})/.exec(asset) ?? []
  return contract?.toLowerCase() ?? null
}
