/**
 * Blocks of one source in ascending order, some asked for ahead of the one that is looked at.
 * @module
 */
import type { BlockMatches, BlockRef, Interest, Source } from '../chain/source.ts'
import { ContradictionError } from './chainLine.ts'

/** Blocks under way at once: enough to hide the way to a node on another machine; the door has its own limit. */
const AHEAD = 4

export interface Interests extends Interest {
  /** Changes whenever more is looked for. */
  version(): number
}

/**
 * @returns what a block has of what is looked for now; where more is looked for than when the block was asked for, it
 * is asked for again, and the archive answers
 */
export function readAhead(
  source: Source,
  tip: BlockRef,
  interest: Interests,
): (height: number) => Promise<BlockMatches> {
  const ahead = new Map<number, { readonly version: number; readonly matches: Promise<BlockMatches> }>()

  async function read(height: number): Promise<BlockMatches> {
    const block = height === tip.height ? tip : await source.blockAt(height)
    if (block?.height !== height)
      throw new ContradictionError(
        source.shown,
        `its newest block is ${tip.height}, and it has no block ${height}`,
      )
    const matches = await source.matches!(block, interest)
    if (matches.block.hash === block.hash) return matches
    throw new ContradictionError(source.shown, `asked for block ${block.hash}, it gave ${matches.block.hash}`)
  }

  return async (height) => {
    for (let at = height; at <= Math.min(height + AHEAD - 1, tip.height); at++) {
      if (ahead.has(at)) continue
      const matches = read(at)
      // Its failure is thrown when its turn comes, if it does.
      matches.catch(() => {})
      ahead.set(at, { version: interest.version(), matches })
    }
    const { version, matches } = ahead.get(height)!
    ahead.delete(height)
    const found = await matches
    return version === interest.version() ? found : read(height)
  }
}
