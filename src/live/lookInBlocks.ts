/**
 * Outputs and holders looked for block by block.
 * @module
 */

import type { OpenLot } from '../trace/index.ts'
import type { HolderId } from '../units/caip.ts'
import type { ChainLine } from './chainLine.ts'
import { type Desk, lotKey } from './desk.ts'
import { heightAt } from './heightAt.ts'
import { enterOpenings } from './openingBalance.ts'
import { takeBackOpenings } from './openingEntries.ts'
import { type Item, sweep } from './sweep.ts'
import { takeIn } from './takeIn.ts'
import type { WantedHolder } from './wish.ts'

/**
 * Through the blocks that were not looked through for them yet.
 * @returns keys of outputs and names of holders that are only wanted above the source's newest block
 */
export async function lookInBlocks(
  desk: Desk,
  line: ChainLine,
  lots: readonly OpenLot[],
  holders: readonly WantedHolder[],
): Promise<string[]> {
  const { height: top } = await line.tip()
  const items: Item[] = []
  const above: string[] = []
  for (const lot of lots) {
    const swept = desk.book.lot(lot).sweep
    const from = swept === null ? (lot.height ?? (await startOf(line, lot.time))) : swept.height + 1
    if (from > top) above.push(lotKey(lot))
    else items.push({ from, lot: { chain: lot.chain, txid: lot.txid, n: lot.n } })
  }
  for (const wanted of holders) {
    const { holder, height, time } = wanted
    const { sweep: swept, since } = desk.book.holder(holder)
    const start = height ?? (await startOf(line, time))
    const goesOn = swept !== null && since !== null && since <= start
    const from = goesOn ? swept.height + 1 : start
    // A watch may have entered what it had.
    if (!goesOn && desk.book.openedAt(holder) !== start - 1) await takeBackOpenings(desk, [holder])
    if (from <= top) items.push({ from, holder, since: goesOn ? since : start })
    else if (swept?.done) await finish(desk, line, [holder])
    else above.push(holder)
  }
  if (items.length > 0) await finish(desk, line, await sweep(desk, line, items))
  return above
}

/** What is to be said of holders besides what was found in blocks. */
async function finish(desk: Desk, line: ChainLine, holders: readonly HolderId[]): Promise<void> {
  await enterSinceLookedFor(desk, line, holders)
  const whole = holders.filter((holder) => desk.book.holder(holder).sweep?.done === true)
  if (whole.length > 0) await takeIn(desk, '', { placed: [], assets: [], whole })
}

/** Enters what holders had before the block since which they were looked for. @returns whether any changed */
export function enterSinceLookedFor(
  desk: Desk,
  line: ChainLine,
  holders: readonly HolderId[],
): Promise<boolean> {
  return enterOpenings(
    desk,
    line,
    holders.map((holder) => ({ holder, since: desk.book.holder(holder).since })),
  )
}

/** A seed without a moment is looked for from the chain's first block on. */
const startOf = async (line: ChainLine, time: number | null): Promise<number> =>
  time === null ? 0 : heightAt(line, time)
