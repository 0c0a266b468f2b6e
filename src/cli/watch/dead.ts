/** @module */
import { shownReceiver } from '../../watch/index.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { withWatch } from './openWatch.ts'

/** `lootline watch dead`: deliveries that were given up. */
export const watchDeadCommand: Command = command({
  name: 'watch dead',
  summary: 'Show deliveries that were given up, with the last failure of each.',
  about:
    'A delivery is given up after three days and ten attempts, or at once where the receiver says that it is gone (410).',
  arguments: [],
  options: { store: STORE_OPTION, top: topOption(100), json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline watch dead', does: 'shows which alerts did not reach whom, and why' }],
  run: (context, _args, { store: named, top, json }) =>
    withWatch(context, named, ({ outbox }) => {
      const dead = outbox.dead(top)
      if (json)
        return writeJson(
          context,
          dead.map(({ alert, receiver, attempts, error }) => ({
            ...{ alert, receiver: shownReceiver(receiver), attempts, error },
          })),
        )
      if (dead.length === 0) return writeLine(context, 'None.')
      writeTable(
        context,
        [
          { head: 'alert', right: true },
          { head: 'watch' },
          { head: 'receiver', max: 100 },
          { head: 'attempts', right: true },
          { head: 'last failure', max: 300 },
        ],
        dead.map(({ alert, receiver, attempts, error }) => [
          ...[String(alert.sequence), alert.watch.name, shownReceiver(receiver), grouped(attempts), error],
        ]),
      )
      writeLine(context, 'Deliver again: lootline watch retry')
    }),
})
