/** @module */
import { basename, join, relative, resolve } from 'node:path'
import { LootlineError } from '../../errors.ts'
import { addLabels } from '../../label/index.ts'
import { addPrices } from '../../price/index.ts'
import { renderReport } from '../../report/index.ts'
import { type Simulation, scenario, writeSimulation } from '../../simulate/index.ts'
import { createStore } from '../../store/index.ts'
import {
  type Flow,
  type FlowAsset,
  flowToJson,
  plainRequest,
  prepareTrace,
  RULES,
  type Rule,
  type TraceRequest,
} from '../../trace/index.ts'
import { formatGrouped } from '../../units/index.ts'
import type { Books } from '../books.ts'
import { withBooksAt } from '../books.ts'
import { type Command, command, flag, value, wholeNumber } from '../command.ts'
import type { Context } from '../context.ts'
import { importFile } from '../import/importFile.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { amountText, assetOf, symbolOf } from '../trace/printFlow.ts'
import { writeWhole } from '../writeFile.ts'
import { judge, PLACES, seedsOf, type Verdict } from './judge.ts'

/** `lootline demo`: a made-up case, followed by every rule and held against the truth. */
export const demoCommand: Command = command({
  name: 'demo',
  summary: 'Make up two thefts, follow them by every rule over two chains, and compare with the known truth.',
  about: 'Needs no files and no network. Everything goes into the folder demo/; a second run gives the same.',
  arguments: [],
  options: {
    out: value('--out <folder>', 'Where everything goes. Default: demo.'),
    seed: value('--seed <n>', 'Another number, another story. Default: 1.', wholeNumber('--seed', 0)),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [{ run: 'lootline demo', does: 'shows what Lootline does, in a few seconds' }],
  async run(context, _args, { out = 'demo', seed = 1, json }) {
    const folder = resolve(context.cwd, out)
    const store = createStore(join(folder, 'store'))
    const chapters = await withBooksAt(store.path, async (books) => {
      const told: Chapter[] = []
      for (const simulation of scenario('demo', seed))
        told.push(await tell(context, books, folder, simulation))
      return told
    })
    if (json) return writeJson(context, chapters.map(chapterJson))
    for (const chapter of chapters) printChapter(context, chapter)
    const here = (path: string): string => relative(context.cwd, path) || '.'
    writeLine(
      context,
      `The thefts, the truth and the store are in ${here(folder)}. Open the reports in a browser:`,
    )
    for (const { report } of chapters) writeLine(context, `  ${here(report)}`)
    const [first] = chapters
    writeLine(context, 'Go on')
    writeLine(context, `  lootline store status --store ${here(store.path)}`)
    if (first !== undefined) writeLine(context, `  lootline paths ${here(first.flowFile)} --to mixer`)
  },
})

/** One chain of the story. */
interface Chapter {
  readonly simulation: Simulation
  readonly imported: string
  readonly flow: Flow
  readonly verdicts: readonly Verdict[]
  readonly refused: ReadonlyMap<Rule, string>
  readonly flowFile: string
  readonly report: string
}

async function tell(
  context: Context,
  books: Books,
  folder: string,
  simulation: Simulation,
): Promise<Chapter> {
  const files = await writeSimulation(folder, simulation)
  const unixSeconds = context.now()
  addLabels(books.labels, files.labels, { unixSeconds })
  addPrices(books.prices, files.prices, { unixSeconds })
  const { result } = await importFile(books, files.ledger, { nowUnixSeconds: unixSeconds, skipBad: false })
  const { model } = simulation.settings
  const request: TraceRequest = plainRequest({ seeds: seedsOf(simulation) })
  const prepared = prepareTrace(books, request)
  const flows = new Map<Rule, Flow>()
  const refused = new Map<Rule, string>()
  for (const rule of RULES) {
    try {
      flows.set(rule, prepared.run(rule))
    } catch (error) {
      // Some rules do not apply to some chains; a flow that does not balance ends the demonstration.
      if (!(error instanceof LootlineError) || error.code === 'TRACE_UNBALANCED') throw error
      refused.set(rule, error.message)
    }
  }
  const flow = flows.get('fifo')!
  const flowFile = join(folder, `${model}-flow.json`)
  const report = join(folder, `${model}-report.html`)
  writeWhole(flowFile, flowToJson(flow))
  writeWhole(report, renderReport(flow))
  const imported = `${basename(files.ledger)}: ${grouped(result.source.rows)} rows, ${grouped(simulation.truth.controlled.length)} addresses of the thieves among them`
  return { simulation, imported, flow, verdicts: judge(simulation, flows), refused, flowFile, report }
}

function chapterJson({ simulation, flow, verdicts, refused, flowFile, report }: Chapter): unknown {
  return {
    chain: simulation.chain,
    verdicts: verdicts.map((verdict) => ({ ...verdict, found: Object.fromEntries(verdict.found) })),
    refused: Object.fromEntries(refused),
    assets: flow.assets,
    flow: flowFile,
    report,
  }
}

/** Places shown of finer amounts; all of them are in --json and in the flows. */
const PLACES_SHOWN = 8

/** Cut, never rounded, to a few places; what is not nothing never looks like it. */
function short(amount: bigint, asset: FlowAsset): string {
  const text = formatGrouped(amount, asset.decimals)
  const point = text.indexOf('.')
  if (point < 0 || text.length - point - 1 <= PLACES_SHOWN) return text
  const cut = text.slice(0, point + 1 + PLACES_SHOWN)
  return /[1-9]/.test(cut) ? `${cut}…` : `${amount < 0n ? '-' : ''}<0.${'1'.padStart(PLACES_SHOWN, '0')}`
}

function printChapter(context: Context, { simulation, imported, flow, verdicts, refused }: Chapter): void {
  const { model } = simulation.settings
  writeLine(
    context,
    model === 'account'
      ? 'The thefts, on a chain of accounts'
      : 'What went over the bridge, on a chain of outputs',
    'bold',
  )
  writeLine(context, `  ${imported}`)
  for (const { theft, asset: id, stolen, mixed, truth, found } of verdicts) {
    const asset = assetOf(flow, id)
    writeLine(context)
    writeLine(context, `  ${amountText(stolen, asset)} ${symbolOf(asset)} of "${theft}"`, 'bold')
    writeTable(
      context,
      [
        { head: 'rule' },
        ...PLACES.flatMap((place) => [
          { head: place, right: true },
          { head: 'difference', right: true },
        ]),
      ],
      [
        ['truth', ...PLACES.flatMap((place) => [short(truth[place], asset), ''])],
        ...[...found].map(([rule, sums]) => [
          rule === 'poison' ? 'poison (at most)' : rule,
          ...PLACES.flatMap((place) => [short(sums[place], asset), short(sums[place] - truth[place], asset)]),
        ]),
      ],
    )
    if (mixed)
      writeLine(context, '  Money of several origins shared a wallet here: the rules differ by design.')
  }
  for (const [rule, why] of refused) writeLine(context, `  ${rule} does not apply: ${why}`)
  writeLine(context)
}
