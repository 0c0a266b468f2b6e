/** @module */
import { chainName } from '../../address/index.ts'
import { LootlineError } from '../../errors.ts'
import {
  ABILITIES,
  type Ability,
  AHEAD_SECONDS,
  checkSource,
  MAKERS,
  openSource,
  type SourceCheck,
  type SourceEntry,
  sourceNamed,
  sourcesOfStore,
} from '../../live/sources/index.ts'
import { type Command, command, flag } from '../command.ts'
import type { Context } from '../context.ts'
import { grouped, writeJson, writeLine } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'
import { sourceJson, sourceWorld } from './sourceRows.ts'

type Checked =
  | { readonly entry: SourceEntry; readonly check: SourceCheck }
  | { readonly entry: SourceEntry; readonly error: LootlineError }

/** `lootline source check`: whether sources answer, and what they can do. */
export const sourceCheckCommand: Command = command({
  name: 'source check',
  summary:
    'Ask live sources, a few calls each: which chain, newest block and how old it is, what they can do.',
  about: 'Ends with the failure of the first source that fails, after all were asked.',
  arguments: [{ name: '[name]', help: 'One source; all of the store where none is named.' }],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [
    { run: 'lootline source check', does: 'asks every source of the store' },
    { run: 'lootline source check esplora-1', does: 'asks one' },
  ],
  async run(context, [name], { store: named, json }) {
    const entries = sourcesOfStore(storeToRead(context, named).path)
    const asked = name === undefined ? entries : [sourceNamed(entries, name)]
    const all: Checked[] = []
    for (const entry of asked) {
      const checked = await checkOne(context, entry)
      all.push(checked)
      if (!json) print(context, checked)
    }
    if (json) writeJson(context, all.map(checkedJson))
    else if (asked.length === 0) writeLine(context, 'No live sources. Add one: lootline source add --help')
    const failed = all.find((checked) => 'error' in checked)
    if (failed !== undefined) throw failed.error
  },
})

async function checkOne(context: Context, entry: SourceEntry): Promise<Checked> {
  try {
    const source = await openSource(entry, { ...sourceWorld(context), makers: MAKERS, verify: true })
    return { entry, check: await checkSource(source, context.now()) }
  } catch (error) {
    if (error instanceof LootlineError) return { entry, error }
    throw error
  }
}

function checkedJson(checked: Checked): object {
  const entry = sourceJson(checked.entry)
  return 'error' in checked ? { ...entry, error: checked.error.toJSON() } : { ...entry, ...checked.check }
}

function print(context: Context, checked: Checked): void {
  const { entry } = checked
  writeLine(context, `${entry.name}: ${entry.url}`, 'bold')
  if ('error' in checked) {
    writeLine(context, `  ${checked.error.message}`, 'red')
    return
  }
  const { tip, lagSeconds, can, cannot, blind } = checked.check
  writeLine(
    context,
    `  ${chainName(entry.chain)}, block ${grouped(tip.height)} ${tip.hash}, ${ageWords(lagSeconds)}`,
  )
  const words = (abilities: readonly Ability[]): string =>
    abilities.map((ability) => ABILITIES[ability]).join(', ') || 'nothing more'
  writeLine(context, `  can say: ${words(can)}`)
  if (cannot.length > 0) writeLine(context, `  cannot say: ${words(cannot)}`)
  for (const sentence of blind) writeLine(context, `  ${sentence}`, 'yellow')
}

function ageWords(seconds: number): string {
  if (seconds >= 0) return `${grouped(seconds)} s old`
  const ahead = `${grouped(-seconds)} s ahead of this machine's clock`
  return -seconds > AHEAD_SECONDS ? `${ahead}, which is wrong` : ahead
}
