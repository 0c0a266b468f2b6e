/**
 * Asking sources that know blocks only: nodes. One ascending sweep reads each block once and looks for everything that is
 * wanted and not yet looked for there. Where a block has something, it ends, so that the trace can say what is wanted
 * next; the next sweep begins with the same block, which the archive has.
 * @module
 */
import type { Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import type { HolderId } from '../units/caip.ts'
import type { LotKey, SweptHolder } from './book.ts'
import type { ChainLine } from './chainLine.ts'
import { type Desk, LARGE_BLOCKS } from './desk.ts'
import { blameMisplaced } from './misplaced.ts'
import { type Interests, readAhead } from './readAhead.ts'
import { ForkError } from './reorganise.ts'
import { placeInBlocks, takeIn } from './takeIn.ts'

/** Something to look for, from a height on. `since`: where looking for the holder began, at first. */
export type Item = { readonly from: number } & (
  | { readonly lot: LotKey; readonly holder?: undefined }
  | { readonly holder: HolderId; readonly since: number; readonly lot?: undefined }
)

export const canSweep = (source: Source): boolean => source.matches !== undefined

/**
 * Reads blocks from the lowest `from` on, until one has something new or the tip is reached. Each block is written down
 * before the next, so that a killed sweep reads none twice.
 *
 * @returns the holders that were looked for in the last block read; none where a source was caught lying, and what was
 * known may be known no more
 * @throws {ForkError} where blocks do not fit together
 */
export async function sweep(
  desk: Desk,
  line: ChainLine,
  items: readonly Item[],
): Promise<readonly HolderId[]> {
  const { book, archive, signal } = desk
  const { chain } = line
  const tip = await line.tip()
  const byStart = Map.groupBy(items, ({ from }) => from)
  let height = items.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY)
  if (height > tip.height) return []
  if (tip.height - height >= LARGE_BLOCKS)
    await desk.onProgress({ kind: 'large', chain, blocks: tip.height - height + 1 })
  const watch = createWatch()
  const blamed = line.blamed()
  let id: number | null = null

  // Another source goes on where one failed.
  return book.unsynced(() =>
    line.ask(canSweep, async (source) => {
      if (line.blamed() > blamed) return []
      const next = readAhead(source, tip, watch)
      for (; height <= tip.height && !signal.aborted; height++) {
        const joining = byStart.get(height) ?? []
        watch.add(joining)
        const { block, transactions, assets } = await next(height)
        const parent = book.blockHash(chain, height - 1)
        if (block.parent !== undefined && parent !== null && block.parent !== parent)
          throw new ForkError(chain, height)
        const added = await takeIn(desk, source.shown, { placed: transactions, assets })
        if (added > 0) await placeInBlocks(desk, line, [height])
        const txids = transactions.map(({ transaction }) => transaction.txid)
        await blameMisplaced(desk, line, txids)
        if (line.blamed() > blamed) return []
        book.together(() => {
          id ??= book.beginSweep({ chain, ...block, source: source.shown })
          book.joinSweep(id, joining.flatMap(lotOf), joining.flatMap(holderOf))
          book.advance(id, block, height === tip.height)
          // This block may be asked for once more, for what it brought.
          archive.dropPassing(chain, height)
        })
        await desk.onProgress({ kind: 'block', chain, height, left: tip.height - height })
        if (added > 0 && transactions.some(({ transaction }) => watch.isMovedBy(transaction))) break
      }
      return watch.holders()
    }),
  )
}

const lotOf = ({ lot }: Item): LotKey | [] => lot ?? []
const holderOf = (item: Item): SweptHolder | [] =>
  item.holder === undefined ? [] : { holder: item.holder, since: item.since }

interface Watch extends Interests {
  /**
   * Whether money may be somewhere else after it. A payment to an account that is looked for, by one that is not, is not
   * tainted and takes nothing anywhere; on UTXO chains it may be a seed's receipt, whose output is then looked for.
   */
  isMovedBy(transaction: Transaction): boolean
  add(items: readonly Item[]): void
  holders(): readonly HolderId[]
}

function createWatch(): Watch {
  const lots = new Set<string>()
  const holders = new Set<HolderId>()
  return {
    spends: (txid, n) => lots.has(`${txid}:${n}`),
    touches: (holder) => holders.has(holder),
    get lotsOnly() {
      return holders.size === 0
    },
    isMovedBy: ({ transfers, outputs }) =>
      outputs.length > 0 || transfers.some(({ from }) => from !== null && holders.has(from)),
    version: () => lots.size + holders.size,
    add(items) {
      for (const { lot, holder } of items) {
        if (lot !== undefined) lots.add(`${lot.txid}:${lot.n}`)
        else holders.add(holder)
      }
    },
    holders: () => [...holders],
  }
}
