/**
 * What a node of the Bitcoin family can be asked, whatever way the question takes.
 * @module
 */
import type { BlockRef } from '../../source.ts'
import type { Header } from './blockHeader.ts'
import type { SpentByBlock } from './blockScan.ts'
import type { RawOutput, RawTransaction } from './rawTransaction.ts'

/** A block and the ids of its transactions. */
export interface ListedBlock {
  readonly header: Header
  readonly txids: readonly string[]
}

export interface PlacedRaw {
  readonly raw: RawTransaction
  /** Hash of its block, which need not be in the best chain any more; null while unconfirmed. */
  readonly blockHash: string | null
}

/** The node's word, as long as nobody has read the transaction. */
export interface Spender {
  readonly txid: string
  /** null while unconfirmed. */
  readonly blockHash: string | null
}

/** Every method may throw what `Door.ask` throws. */
export interface NodeCalls {
  bestHash(): Promise<string>
  /** Of the best chain's block at a height; null above the tip. */
  hashAt(height: number): Promise<string | null>
  header(hash: string): Promise<Header>
  /** With the ids of its transactions, which are those of its header. */
  listed(hash: string): Promise<ListedBlock>
  /** What `read` makes of a block's bytes; it verifies them. */
  block<T>(block: BlockRef, read: (bytes: Uint8Array) => T): Promise<T>
  /** What a block spends, unverified: the node's word. */
  spentBy(block: BlockRef): Promise<SpentByBlock>
  /** null where the node does not have it, or it cannot be read here. */
  transaction(txid: string): Promise<PlacedRaw | null>
  /** Those that the node has. Of blocks they are kept for ever, since a hash proves them. */
  transactions(txids: readonly string[], of: 'blocks' | 'mempool'): Promise<readonly RawTransaction[]>
  /** Outputs that no block spends, unverified; null for each that is none. */
  unspent(
    outpoints: readonly { readonly txid: string; readonly n: number }[],
  ): Promise<readonly (RawOutput | null)[]>
  /** Who spends outputs, in the mempool or in blocks; null where nobody does. Needs an index that few nodes have. */
  spenders?(
    outpoints: readonly { readonly txid: string; readonly n: number }[],
  ): Promise<readonly (Spender | null)[]>
  mempool(): Promise<readonly string[]>
  /** Unconfirmed transactions that one look at the mempool fetches at most. */
  readonly mempoolFetches: number
  /** An address's transactions in pages, oldest first, unconfirmed ones last; null for those that cannot be read here. */
  searched?(address: string): AsyncIterable<readonly (PlacedRaw | null)[]>
}
