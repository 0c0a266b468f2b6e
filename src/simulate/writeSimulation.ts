import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { csvLine, toLootlineCsv } from '../chain/table/index.ts'
import { addressOf } from '../units/caip.ts'
import type { SimulatedPrice } from './price.ts'
import type { Simulation } from './simulate.ts'
import { toTruthJson } from './truth.ts'

/** Lines joined before each write, so that a large ledger is neither one string nor a million writes. */
const LINES = 4_096

/** Names of the files written, all in one folder. Only `truth` holds answers. */
export interface SimulationFiles {
  readonly ledger: string
  readonly labels: string
  readonly prices: string
  readonly truth: string
}

/**
 * Writes a simulation into a folder, which is made where it is missing: the ledger as a Lootline table, labels and
 * prices as CSV, and the answer key. Existing files are overwritten. See docs/formats/truth.md.
 *
 * @returns the paths
 */
export async function writeSimulation(folder: string, simulation: Simulation): Promise<SimulationFiles> {
  await mkdir(folder, { recursive: true })
  const { model } = simulation.settings
  const at = (name: string): string => join(folder, `${model}-${name}`)
  const files = {
    ledger: at('ledger.csv'),
    labels: at('labels.csv'),
    prices: at('prices.csv'),
    truth: at('truth.json'),
  }
  // A ledger without its beginning does not cover its holders.
  const coversAll = simulation.settings.dropSeconds === 0
  await writeLines(files.ledger, toLootlineCsv(simulation.ledger, { assets: simulation.assets, coversAll }))
  await writeFile(files.labels, [...labelLines(simulation)].join(''))
  await writeFile(files.prices, [...priceLines(simulation.prices)].join(''))
  await writeFile(files.truth, toTruthJson(simulation.truth))
  return files
}

async function writeLines(path: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(chunksOf(lines)), createWriteStream(path))
}

function* chunksOf(lines: Iterable<string>): Generator<string> {
  let chunk: string[] = []
  for (const line of lines) {
    if (chunk.push(line) < LINES) continue
    yield chunk.join('')
    chunk = []
  }
  yield chunk.join('')
}

function* labelLines({ chain, labels }: Simulation): Generator<string> {
  yield csvLine(['address', 'name', 'chain', 'category', 'confidence', 'source', 'date'])
  for (const { holder, name, category, confidence, source, date } of labels)
    yield csvLine([addressOf(holder), name, chain, category, confidence, source, date])
}

function* priceLines(prices: readonly SimulatedPrice[]): Generator<string> {
  yield csvLine(['Date', 'Symbol', 'Open', 'High', 'Low', 'Close'])
  for (const { symbol, day, openE12, highE12, lowE12, closeE12 } of prices)
    yield csvLine([day, symbol, ...[openE12, highE12, lowE12, closeE12].map(dollars)])
}

/** Exact: twelve places. */
function dollars(usdE12: bigint): string {
  return `${usdE12 / 10n ** 12n}.${String(usdE12 % 10n ** 12n).padStart(12, '0')}`
}
