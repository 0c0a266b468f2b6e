/**
 * The block at a moment, by halving: about 24 questions on a chain of ten million blocks, each answered once and kept.
 * @module
 */
import { anything, type ChainLine, ContradictionError } from './chainLine.ts'

/**
 * How far a block's time may be before that of the block it follows: Bitcoin wants only more than the median of the last
 * eleven and at most two hours beyond the network's clock (validation.cpp, ContextualCheckBlockHeader). Account chains'
 * blocks come in order (Ethereum yellow paper, section 4.4.4).
 */
const DISORDER_SECONDS = 7200

/** A height at or below which no block is of that moment (unix seconds) or later. */
export async function heightAt(line: Pick<ChainLine, 'tip' | 'ask'>, unixSeconds: number): Promise<number> {
  const tip = await line.tip()
  return line.ask(anything, async (source) => {
    const wanted = unixSeconds - (source.chain.startsWith('bip122:') ? DISORDER_SECONDS : 0)
    let low = 0
    let high = tip.height
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const block = await source.blockAt(middle)
      if (block === null)
        throw new ContradictionError(source.shown, `it has no block ${middle} below its tip`)
      if (block.time < wanted) low = middle + 1
      else high = middle
    }
    return low
  })
}
