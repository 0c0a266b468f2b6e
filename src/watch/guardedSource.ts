/**
 * A source whose failures can be told from those of our own store and ledger.
 * @module
 */
import type { BlockRef, HistoryRange, Interest, Source } from '../chain/source.ts'
import { LootlineError } from '../errors.ts'
import type { HolderId } from '../units/caip.ts'

/** The same question, whose failure can be told from one of our own store or ledger. */
export function guard<A extends unknown[], T>(ask: (...asked: A) => Promise<T>): (...asked: A) => Promise<T> {
  return async (...asked) => {
    try {
      return await ask(...asked)
    } catch (error) {
      throw error instanceof LootlineError ? new AskedInVainError(error) : error
    }
  }
}

/** The same source, every question of it guarded. */
export function guarded(source: Source): Source {
  const { spends, matches, mempool, history, balance } = source
  return {
    kind: source.kind,
    chain: source.chain,
    shown: source.shown,
    blind: source.blind,
    tip: guard(() => source.tip()),
    blockAt: guard((height) => source.blockAt(height)),
    transaction: guard((txid) => source.transaction(txid)),
    ...(spends && { spends: guard((txid: string) => spends.call(source, txid)) }),
    ...(matches && {
      matches: guard((block: BlockRef, interest: Interest) => matches.call(source, block, interest)),
    }),
    ...(mempool && { mempool: guard((interest: Interest) => mempool.call(source, interest)) }),
    ...(balance && {
      balance: guard((holder: HolderId, asset: string, height: number) =>
        balance.call(source, holder, asset, height),
      ),
    }),
    ...(history && {
      async *history(holder: HolderId, within?: HistoryRange) {
        try {
          yield* history.call(source, holder, within)
        } catch (error) {
          throw error instanceof LootlineError ? new AskedInVainError(error) : error
        }
      },
    }),
  }
}

/** Carries a source's failure past our own code. */
export class AskedInVainError extends Error {
  override readonly name = 'AskedInVainError'
  override readonly cause: LootlineError
  constructor(cause: LootlineError) {
    super(cause.message)
    this.cause = cause
  }
}
