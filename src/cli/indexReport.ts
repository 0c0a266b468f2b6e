/**
 * What `lootline index` says before and after its work.
 * @module
 */
import type { FolderSource, IndexCost, IndexResult } from '../ledger/chain/index.ts'
import type { Context } from './context.ts'
import { grouped, writeJsonLine, writeLine } from './output.ts'

/** Damaged places that are told one by one. */
const MOST_DAMAGE = 5

/** What was found, and what the index of it will cost. */
export function announce(context: Context, source: FolderSource, cost: IndexCost, memory: number): void {
  const { bytes, firstHeight, lastHeight, stale, orphans, others, unproven, damage } = source
  const size = (of: number): string =>
    of < 1e9 ? `${grouped(Math.ceil(of / 1e6))} MB` : `${grouped(Math.ceil(of / 1e9))} GB`
  writeLine(
    context,
    `Blocks ${grouped(firstHeight)} to ${grouped(lastHeight)}, ${size(bytes)}; beside them ${grouped(stale)} stale, ${grouped(orphans)} that do not link.`,
  )
  if (others > 0) writeLine(context, `${grouped(others)} other files are left alone.`)
  if (unproven > 0)
    writeLine(
      context,
      `${grouped(unproven)} of the blocks lack the proof of work that the network asks for: of another network, or made up.`,
      'yellow',
    )
  for (const { path, offset, bytes: length, kind } of damage.slice(0, MOST_DAMAGE))
    writeLine(
      context,
      `${path}: ${grouped(length)} bytes at ${offset} are no whole block (${kind})`,
      'yellow',
    )
  if (damage.length > MOST_DAMAGE)
    writeLine(context, `and ${grouped(damage.length - MOST_DAMAGE)} more such places`, 'yellow')
  if (cost.blocks === 0) return
  const disk = `${size(cost.storeBytes)} of disk, and ${size(cost.workBytes)} more until it is whole (${size(cost.freeBytes)} are free)`
  const time = cost.seconds < 60 ? '' : `; some ${span(cost.seconds)} on two cores`
  writeLine(
    context,
    `Indexing ${grouped(cost.blocks)} of the blocks takes about ${disk}; memory: ${Math.ceil(memory / 2 ** 20)} MiB and some 300 MiB${time}.`,
  )
  if (!cost.fits) writeLine(context, 'The disk may be too small.', 'yellow')
}

function span(seconds: number): string {
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3600)} hours`
}

/** What there is now. The JSON is one line, the last of the output. */
export function tell(
  context: Context,
  source: FolderSource,
  result: IndexResult,
  { outside, unknown }: { readonly outside: number; readonly unknown: number },
  { seconds, chain, json }: { readonly seconds: number; readonly chain: string; readonly json: boolean },
): void {
  const { bytes, stale, orphans, others, unproven, damage } = source
  // The store may be ahead of the files, and of files that were pruned also behind.
  const { firstHeight } = result
  const lastHeight = firstHeight + result.blocks - 1
  if (json) {
    writeJsonLine(context, {
      ...{ chain, ...result, lastHeight, bytes, seconds },
      ...{ prevoutsOutside: outside, prevoutsUnknown: unknown },
      ...{ stale, orphans, otherFiles: others, unprovenBlocks: unproven, damagedPlaces: damage.length },
      peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
    })
    return
  }
  writeLine(
    context,
    `${grouped(result.transactions)} transactions, ${grouped(result.outputs)} outputs, ${grouped(result.addresses)} addresses in ${seconds} s; ${grouped(result.added)} blocks added, ${grouped(result.removed)} removed.`,
  )
  if (outside === 0) return
  const amounts =
    unknown === 0
      ? 'all their amounts are known'
      : `the amounts of ${grouped(unknown)} are unknown (undo data or --spent would tell, in a new store)`
  writeLine(
    context,
    `Blocks ${grouped(firstHeight)} to ${grouped(lastHeight)}: ${grouped(outside)} prevouts are outside; ${amounts}.`,
  )
}
