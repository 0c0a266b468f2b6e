/** @module */
import { counted } from '../scene/index.ts'
import { type Flow, type FlowPath, largestPaths, targetMatcher } from '../trace/index.ts'
import { addressOf, formatDay, formatDuration, formatTime } from '../units/index.ts'
import { type Command, command, flag, UsageError, value } from './command.ts'
import type { Context } from './context.ts'
import { readFlowFile } from './flowFile.ts'
import { writeJson, writeLine, writeTable } from './output.ts'
import { topOption } from './topOption.ts'
import { amountText, assetOf, conversionText, symbolOf } from './trace/printFlow.ts'

/** `lootline paths`: the ways the money took to an address or a service. */
export const pathsCommand: Command = command({
  name: 'paths',
  summary:
    'Show the largest ways that money took through a flow to an address or a label, transaction by transaction.',
  about:
    'Paths respect time and never claim the same money twice. Where a path begins with money that was swapped or came from another chain, what led to that is shown before it. Of a backward flow they lead from there to what was asked about.',
  arguments: [{ name: '<flow>', help: 'File that trace --out or trace --json has written.' }],
  options: {
    to: value('--to <holder>', 'Address, CAIP-10 id, or part of a label. Required.'),
    top: topOption(5),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    { run: 'lootline paths flow.json --to HTX --top 3', does: 'shows the three largest ways into HTX' },
    {
      run: 'lootline paths flow.json --to 0x28c6c06298d514db089934071355e5743bf21d60',
      does: 'shows the ways to one address',
    },
  ],
  run(context, [typed], { to, top, json }) {
    if (to === undefined) throw new UsageError('--to is missing.', 'Say where the paths lead: --to HTX.')
    const { flow } = readFlowFile(context, typed!)
    const paths = largestPaths(flow, targetMatcher(flow, to), top)
    if (json) return writeJson(context, paths)
    if (paths.length === 0) return writeLine(context, `No stolen money of this flow went to "${to}".`)
    for (const [i, path] of paths.entries()) {
      const asset = assetOf(flow, path.asset)
      const span =
        path.firstTime === null || path.lastTime === null
          ? ''
          : `, ${formatDay(path.firstTime)} to ${formatDay(path.lastTime)} (${formatDuration(path.lastTime - path.firstTime)})`
      writeLine(
        context,
        `${i + 1}. ${amountText(BigInt(path.amount), asset)} ${symbolOf(asset)} of "${path.theft}" in ${counted(path.hops.length, 'hop')}${span}`,
        'bold',
      )
      writePath(context, flow, path)
    }
  },
})

/** What led to it first, and then its hops. */
function writePath(context: Context, flow: Flow, { origin, asset, hops }: FlowPath): void {
  if (origin) {
    if (origin.path) writePath(context, flow, origin.path)
    writeLine(context, `  ${conversionText(flow, origin.seed)}`)
  }
  if (hops.length === 0) return
  writeTable(
    context,
    [
      { head: 'time' },
      { head: 'from' },
      { head: 'to' },
      { head: `tainted ${symbolOf(assetOf(flow, asset))}`, right: true },
      { head: 'transaction', max: 70 },
    ],
    hops.map((hop) => [
      formatTime(hop.time),
      addressOf(hop.from),
      addressOf(hop.to),
      amountText(BigInt(hop.amount), assetOf(flow, asset)),
      hop.txid,
    ]),
  )
}
