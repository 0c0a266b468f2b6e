/**
 * Live sources: what a node, an explorer's API or an indexer can be asked about one chain. Everything a source gives is
 * checked against what it promises, and against its own hashes where there are some, before it is given.
 * @module
 */
import type { Asset } from '../units/asset.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { CrossLink } from './crossLink.ts'
import type { Transaction } from './transaction.ts'

export const SOURCE_KINDS = ['esplora', 'bitcoin', 'bitcoin-rest', 'evm', 'etherscan', 'trongrid'] as const
export type SourceKind = (typeof SOURCE_KINDS)[number]

export interface BlockRef {
  readonly height: number
  /** Lower-case hex as explorers print it; `0x` kept on EVM chains. */
  readonly hash: string
  /** Unix seconds. */
  readonly time: number
  /** Hash of the block before; absent where the source does not say. */
  readonly parent?: string
}

/** A transaction and where it stands. `transaction.height` is absent and `block` null while it is unconfirmed. */
export interface Placed {
  readonly transaction: Transaction
  readonly block: BlockRef | null
  /** Statements in it about money that leaves this chain or comes from another. */
  readonly links: readonly CrossLink[]
  /** EVM: absent where the source does not say. */
  readonly turn?: Turn
}

/** The place of a transaction among its sender's, which no other can have (Ethereum yellow paper, section 6.2). */
export interface Turn {
  readonly sender: HolderId
  readonly nonce: number
}

/** Tokens met on the way, as their contracts describe them: untrusted. */
export type MetAssets = readonly Asset[]

/** What is looked for in blocks and mempools. Asked once an input or output: must be cheap. */
export interface Interest {
  /** Whether a UTXO transaction that spends this output is wanted. */
  spends(txid: string, n: number): boolean
  /** Whether a transaction that pays or is paid by this holder is wanted. */
  touches(holder: HolderId): boolean
  /** No holder is looked for: `touches` need not be asked, which spares naming every output and finding every payer. */
  readonly lotsOnly?: boolean
}

/** Blocks of the best chain, the first and the last among them. */
export interface HistoryRange {
  readonly from: BlockRef
  readonly to: BlockRef
}

/** One page of a holder's history. */
export interface HistoryPage {
  readonly transactions: readonly Placed[]
  readonly assets: MetAssets
  /** What `count` comes to at least, with this page: what moves nothing is in it. Absent: what was given. */
  readonly counted?: number
}

/** A block's transactions that were looked for, in block order, whole. */
export interface BlockMatches {
  readonly block: BlockRef
  readonly transactions: readonly Placed[]
  readonly assets: MetAssets
}

/** How a source's sentence begins that says that it does not show internal transfers, of all blocks or of some. */
export const NO_INTERNALS = 'Internal transfers are unknown'

/**
 * One source of one chain. What it cannot do is absent; `blind` says in words what it cannot see at all.
 * Every method may throw what {@link Door.ask} throws.
 */
export interface Source {
  readonly kind: SourceKind
  readonly chain: ChainId
  /** URL without secrets. */
  readonly shown: string
  /** Sentences for the coverage, such as "Internal transfers are not offered by this node and are unknown."; they may become more. */
  readonly blind: readonly string[]
  /** `transaction` finds unconfirmed ones alone: that it has none says nothing. Absent: false. */
  readonly lacksTransactions?: boolean

  tip(): Promise<BlockRef>
  /** The best chain's block at a height; null above the tip. */
  blockAt(height: number): Promise<BlockRef | null>
  /** null where the source does not have it. */
  transaction(txid: string): Promise<{ readonly placed: Placed; readonly assets: MetAssets } | null>

  /** UTXO: who spends each output of a transaction; by output number, null where nobody does. Explorers and few nodes. */
  spends?(txid: string): Promise<readonly (SpentBy | null)[]>
  /** Transactions of a holder that the source counts, unconfirmed ones left out. A bounded number of calls, however many there are. */
  count?(holder: HolderId): Promise<number>
  /**
   * A holder's whole confirmed history, in pages, in the source's own order. A killed walk goes on with remembered pages.
   * @param within only these blocks are wanted: what else is given is what the source could not be asked to leave out
   */
  history?(holder: HolderId, within?: HistoryRange): AsyncIterable<HistoryPage>
  /** What is looked for among a block's transactions. One block is read whole: for nodes. */
  matches?(block: BlockRef, interest: Interest): Promise<BlockMatches>
  /** Unconfirmed transactions that are looked for, now. */
  mempool?(interest: Interest): Promise<readonly Placed[]>
  /** Transaction ids of a block in block order, where the transactions themselves do not say their place. */
  txids?(block: BlockRef): Promise<readonly string[]>
  /** Account chains: what a holder has after a block; null where the source no longer knows that state. */
  balance?(holder: HolderId, asset: string, height: number): Promise<bigint | null>
}

export interface SpentBy {
  readonly txid: string
  /** null while unconfirmed. */
  readonly block: BlockRef | null
}
