/** @module */
import { LootlineError } from '../../errors.ts'
import { systemClock } from '../../net/index.ts'
import { openReceiver, shownReceiver, testAlert } from '../../watch/index.ts'
import { type Command, command, flag } from '../command.ts'
import { writeJson, writeLine } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { watchNamed, withWatch } from './openWatch.ts'

/** `lootline watch test`: whether receivers receive. */
export const watchTestCommand: Command = command({
  name: 'watch test',
  summary: 'Send a test alert to every receiver of a watch, once, now.',
  about: 'Ends with the failure of the first receiver that fails, after all were tried.',
  arguments: [{ name: '<name>', help: 'As "lootline watch list" shows it.' }],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline watch test heist', does: 'tries whom the watch tells' }],
  run: (context, [name], { store: named, json }) =>
    withWatch(context, named, async ({ store }) => {
      const watch = watchNamed(store, name!)
      const tried: { receiver: string; error: LootlineError | null }[] = []
      for (const spec of watch.receivers) {
        const receiver = openReceiver(spec, { env: context.env, clock: context.clock ?? systemClock })
        const error = await receiver.deliver(testAlert(watch, context.now())).then(
          () => null,
          (failure: unknown) => failure,
        )
        if (error !== null && !(error instanceof LootlineError)) throw error
        tried.push({ receiver: shownReceiver(spec), error })
        if (!json) writeLine(context, `${shownReceiver(spec)}: ${error === null ? 'taken' : error.message}`)
      }
      if (json)
        writeJson(
          context,
          tried.map(({ receiver, error }) => ({ receiver, error: error?.toJSON() ?? null })),
        )
      else if (tried.length === 0) writeLine(context, 'This watch tells nobody.')
      const failed = tried.find(({ error }) => error !== null)
      if (failed?.error) throw failed.error
    }),
})
