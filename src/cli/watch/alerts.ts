/** @module */
import { formatTime } from '../../units/time.ts'
import { type Command, command, flag } from '../command.ts'
import { writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { watchNamed, withWatch } from './openWatch.ts'

/** `lootline watch alerts`: what happened. */
export const watchAlertsCommand: Command = command({
  name: 'watch alerts',
  summary: 'Show the newest alerts, delivered or not.',
  arguments: [{ name: '[name]', help: 'Of one watch; of all where none is named.' }],
  options: { store: STORE_OPTION, top: topOption(20), json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline watch alerts heist', does: 'shows what happened to what is watched' }],
  run: (context, [name], { store: named, top, json }) =>
    withWatch(context, named, ({ store }) => {
      if (name !== undefined) watchNamed(store, name)
      const alerts = store.alerts({ limit: top, ...(name === undefined ? {} : { watch: name }) })
      if (json) return writeJson(context, alerts)
      if (alerts.length === 0) return writeLine(context, 'No alerts.')
      writeTable(
        context,
        [
          { head: '', right: true },
          { head: 'time' },
          { head: 'watch' },
          { head: 'kind' },
          { head: 'what', max: 300 },
        ],
        alerts.map(({ sequence, time, watch, kind, headline }) => [
          ...[String(sequence), time === null ? '' : formatTime(time), watch.name, kind, headline],
        ]),
      )
    }),
})
