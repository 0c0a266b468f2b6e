/** @module */
import { resolve } from 'node:path'
import { chainName } from '../../address/index.ts'
import { flowToJson } from '../../trace/index.ts'
import { counted } from '../../units/amount.ts'
import { shownReceiver, traceWatch } from '../../watch/index.ts'
import { withBooksAt } from '../books.ts'
import { type Command, command, flag, value } from '../command.ts'
import { grouped, writeChunks, writeJson, writeLine } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { printFlow } from '../trace/printFlow.ts'
import { writeWhole } from '../writeFile.ts'
import { watchedBooks, watchJson, watchNamed, withWatch } from './openWatch.ts'

/** `lootline watch show`: where what is watched is now. */
export const watchShowCommand: Command = command({
  name: 'watch show',
  summary: 'Show one watch: how far each chain was looked through, and where the money is now.',
  arguments: [{ name: '<name>', help: 'As "lootline watch list" shows it.' }],
  options: {
    store: STORE_OPTION,
    top: topOption(15),
    out: value('--out <file>', 'Write its flow of now to this file as JSON, whole or not at all.'),
    flow: flag('--flow', 'With --json: print the flow itself.'),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    { run: 'lootline watch show heist', does: 'shows where the money is now' },
    {
      run: 'lootline watch show heist --out flow.json',
      does: 'keeps the flow of now, for "lootline report"',
    },
  ],
  run: (context, [name], { store: named, top, out, flow: asFlow, json }) =>
    withWatch(context, named, ({ path, store }) =>
      withBooksAt(path, (opened) => {
        using stack = new DisposableStack()
        const watch = watchNamed(store, name!)
        const traced = traceWatch(watchedBooks(stack, path, opened, context.now).books, watch)
        const chains = Object.keys(watch.since).map((chain) => ({ chain, ...store.mark(chain) }))
        if (traced !== null && out !== undefined)
          writeWhole(resolve(context.cwd, out), flowToJson(traced.flow))
        if (json && asFlow && traced !== null) return writeChunks(context, flowToJson(traced.flow))
        const { lots = [], holders = [] } = traced?.frontier ?? {}
        const counts = { lots: lots.length, accounts: holders.length }
        if (json) return writeJson(context, { ...watchJson(watch), ...counts, chains })
        writeLine(context, `Watch "${watch.name}" of ${watch.kind}, by ${watch.request.rule}`, 'bold')
        for (const receiver of watch.receivers) writeLine(context, `  tells ${shownReceiver(receiver)}`)
        for (const { chain, height } of chains)
          writeLine(
            context,
            `  ${chainName(chain)}: ${height === undefined || height < 0 ? 'not looked at yet' : `looked through to block ${grouped(height)}`}`,
          )
        writeLine(
          context,
          `  looked for: ${counted(counts.lots, 'output')} and ${counted(counts.accounts, 'account')}`,
        )
        writeLine(context)
        if (traced === null) return writeLine(context, 'The ledger has nothing of it yet.')
        printFlow(context, traced.flow, top)
      }),
    ),
})
