import type { ChainId } from '../../units/caip.ts'

export const INDEX_PASSES = ['decode', 'ids', 'addresses', 'spends', 'postings'] as const
export type IndexPass = (typeof INDEX_PASSES)[number]

export interface IndexOptions {
  readonly chain: ChainId
  /** Bytes that the columns and tables of a pass may take; the process needs about 0.3 GiB beside them. */
  readonly memory: number
  /** Among which the memory is divided. Default: as many as the machine runs at once; one where there is little to do. */
  readonly threads?: number
  /** Called after each block of the first pass (several are read at once: how many there are counts), and as each later pass begins. */
  readonly onProgress?: (pass: IndexPass, height: number) => void
}
