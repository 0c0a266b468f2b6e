/** @module */
import { formatDay } from '../../units/time.ts'
import { shownReceiver } from '../../watch/index.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { watchJson, withWatch } from './openWatch.ts'

/** `lootline watch list`: what is watched. */
export const watchListCommand: Command = command({
  name: 'watch list',
  summary: 'Show what is watched, who is told, and what is still to be delivered.',
  arguments: [],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline watch list', does: 'shows every watch of the store' }],
  run: (context, _args, { store: named, json }) =>
    withWatch(context, named, ({ store, outbox }) => {
      const rows = store.watches().map((watch) => ({ watch, deliveries: outbox.counts(watch.name) }))
      if (json)
        return writeJson(
          context,
          rows.map(({ watch, deliveries }) => ({ ...watchJson(watch), deliveries })),
        )
      if (rows.length === 0) return writeLine(context, 'Nothing is watched. Begin: lootline watch add --help')
      writeTable(
        context,
        [
          { head: 'watch' },
          { head: 'of' },
          { head: 'rule' },
          { head: 'tells', max: 100 },
          { head: 'delivered', right: true },
          { head: 'waiting', right: true },
          { head: 'dead', right: true },
          { head: 'added' },
        ],
        rows.map(({ watch, deliveries: { delivered, pending, dead } }) => [
          ...[watch.name, watch.kind, watch.request.rule, watch.receivers.map(shownReceiver).join(', ')],
          ...[delivered, pending, dead].map(grouped),
          formatDay(watch.added),
        ]),
      )
    }),
})
