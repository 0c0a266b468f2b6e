/**
 * What `source check` says: whether a source answers, how far it is behind, what it can and cannot do.
 * @module
 */
import type { BlockRef, Source } from '../../chain/source.ts'
import { AnswerError } from '../../net/index.ts'

/** Methods that not every source has, and what each is for. */
export const ABILITIES: Readonly<
  Record<'spends' | 'count' | 'history' | 'matches' | 'mempool' | 'txids' | 'balance', string>
> = {
  spends: 'who spends an output',
  count: 'how many transactions a holder has',
  history: "a holder's whole history",
  matches: 'whole blocks',
  mempool: 'unconfirmed transactions',
  txids: "a block's order",
  balance: 'balances of the past',
}
export type Ability = keyof typeof ABILITIES

export interface SourceCheck {
  readonly tip: BlockRef
  /** Seconds since the time of its newest block; negative where that is ahead of this machine's clock. */
  readonly lagSeconds: number
  readonly can: readonly Ability[]
  readonly cannot: readonly Ability[]
  /** In the source's own sentences. */
  readonly blind: readonly string[]
}

/** Bitcoin takes blocks up to two hours ahead (validation.cpp, MAX_FUTURE_BLOCK_TIME); more is a clock that is wrong. */
export const AHEAD_SECONDS = 7200

/**
 * Two calls: the tip, and the block at its height, which must be the same.
 *
 * @param now unix seconds
 * @throws what `Door.ask` throws
 */
export async function checkSource(source: Source, now: number): Promise<SourceCheck> {
  const tip = await agreedTip(source)
  const abilities = Object.keys(ABILITIES) as Ability[]
  return {
    ...{ tip, lagSeconds: now - tip.time, blind: source.blind },
    can: abilities.filter((ability) => source[ability] !== undefined),
    cannot: abilities.filter((ability) => source[ability] === undefined),
  }
}

/** A block may come between the two calls: they are made once more before it counts. */
async function agreedTip(source: Source, again = true): Promise<BlockRef> {
  const tip = await source.tip()
  const block = await source.blockAt(tip.height)
  if (block?.hash === tip.hash) return tip
  if (again) return agreedTip(source, false)
  throw new AnswerError(
    { expected: `block ${tip.height} with hash ${tip.hash}`, came: block?.hash ?? 'none' },
    { source: source.shown, question: 'the block at the tip', attempts: 1 },
  )
}
