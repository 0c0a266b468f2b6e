/**
 * Which block each file of spent outputs belongs to: nothing in it says so.
 * @module
 */
import type { BlockColumns, SpentOutputs } from '../../chain/bitcoin/block.ts'
import { skipSpentTokens } from '../../chain/bitcoin/cashTokens.ts'
import { readSpentFile, SpentFileError, spentMismatch } from '../../chain/bitcoin/spentFile.ts'
import { BITCOIN_CASH, type ChainId } from '../../units/caip.ts'

/** Blocks that are held against the files: for longer chains a node's undo data is there. */
const MAX_BLOCKS = 1000

/** A file of spent outputs, and the block it is of. */
export interface MatchedSpentFile {
  readonly path: string
  readonly height: number
}

/**
 * Finds the block of each file: the first that spends as many outputs, has the same outputs where it spends its own, and no
 * transaction of which pays more than it is given.
 *
 * @param blocks how many there are
 * @param blockAt one of them, valid until the next is asked for
 * @throws {SpentFileError} where a file is of no block
 */
export function matchSpentFiles(
  paths: readonly string[],
  chain: ChainId,
  blocks: number,
  blockAt: (place: number) => { readonly height: number; readonly columns: BlockColumns },
): MatchedSpentFile[] {
  const waiting = paths.map((path) => ({ path, spent: read(path, chain), reason: '' }))
  if (waiting.length > 0 && blocks > MAX_BLOCKS)
    throw new SpentFileError(
      paths[0]!,
      'the file',
      `cannot be held against ${blocks} blocks, more than ${MAX_BLOCKS}`,
    )
  const matched: MatchedSpentFile[] = []
  for (let place = 0; place < blocks && waiting.length > 0; place++) {
    const { height, columns } = blockAt(place)
    for (const [i, file] of waiting.entries()) {
      const reason = spentMismatch(columns, file.spent)
      if (reason === undefined) {
        matched.push({ path: file.path, height })
        waiting.splice(i, 1)
        break
      }
      // Of a block with as many inputs more can be said than the count.
      if (file.reason === '' || !reason.startsWith('lists')) file.reason = `block ${height}: ${reason}`
    }
  }
  const [left] = waiting
  if (left === undefined) return matched
  const { spent, path, reason } = left
  if (blocks === 1 || !reason.includes(': lists')) throw new SpentFileError(path, ...parted(reason))
  throw new SpentFileError(path, `${blocks} blocks`, `none spends ${spent.n} outputs, as the file lists`)
}

function parted(reason: string): [place: string, reason: string] {
  const at = reason.indexOf(': ')
  return [reason.slice(0, at), reason.slice(at + 2)]
}

/** What a block spends: as its file says where it has one, else as its undo data does. */
export function spentOf(
  chain: ChainId,
  file: MatchedSpentFile | undefined,
  undo: () => SpentOutputs | undefined,
): SpentOutputs | undefined {
  if (file !== undefined) return read(file.path, chain)
  const spent = undo()
  if (spent !== undefined && chain === BITCOIN_CASH) skipSpentTokens(spent)
  return spent
}

function read(path: string, chain: ChainId): SpentOutputs {
  const spent = readSpentFile(path)
  if (chain === BITCOIN_CASH) skipSpentTokens(spent)
  return spent
}
