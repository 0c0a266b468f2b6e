/**
 * What a run of asking works with, and how what it does is told.
 * @module
 */
import type { LabelBook } from '../label/label.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { Archive } from './archive.ts'
import type { LotKey } from './book.ts'
import type { ChainLine } from './chainLine.ts'
import type { Unplaced } from './fetchById.ts'
import type { Reorganised } from './reorganise.ts'
import type { Intake } from './takeIn.ts'

/** How far the asking is, for people. */
export type LiveProgress =
  /** Outputs and holders that are asked about next. */
  | { readonly kind: 'wave'; readonly open: number }
  /** Blocks read one by one. */
  | { readonly kind: 'block'; readonly chain: ChainId; readonly height: number; readonly left: number }
  /** Something large is asked from here on. */
  | { readonly kind: 'large'; readonly chain: ChainId; readonly blocks: number }
  | {
      readonly kind: 'large'
      readonly chain: ChainId
      readonly holder: HolderId
      readonly transactions: number
    }
  | ({ readonly kind: 'reorganised' } & Reorganised)

export interface Desk extends Intake {
  readonly archive: Archive
  /** The sources of a chain; null where the user named none. */
  line(chain: ChainId): ChainLine | null
  readonly labels: Pick<LabelBook, 'of'>
  /** Nothing in the request stops on the way but labels and busy holders. */
  readonly mayGoAhead: boolean
  /** An unlabelled holder with more transactions than this is stopped at. */
  readonly busy: number
  /** Answers given before this run count as unknown. */
  readonly refresh: boolean
  /** Questions under way at once; each source's door has its own limit. */
  readonly concurrency: number
  readonly signal: AbortSignal
  /** Spenders that are in no block yet, by output, as sources named them in this run. */
  readonly unconfirmed: Map<string, string>
  /** What pays the trace's seeds in no block yet, as sources named it in this run. */
  readonly arriving: Map<HolderId, readonly Unplaced[]>
  readonly onProgress: (progress: LiveProgress) => void | Promise<void>
}

export const lotKey = ({ chain, txid, n }: LotKey): string => `${chain}/${txid}:${n}`

/** Larger fetches are announced: at 5 calls a second a thousand blocks or more take minutes. */
export const LARGE_BLOCKS = 1_000
export const LARGE_HISTORY = 2_000
