/**
 * Poison three ways on one seeded UTXO ledger: our kernel over typed arrays, and one recursive query in SQLite and in
 * DuckDB. The sets of tainted outputs are compared before anything is timed.
 * @module
 */
import { random } from '../src/simulate/random.ts'
import { poison } from '../src/trace/rules/poison.ts'
import { FIRST_THEFT, NO_POOL, type Tape } from '../src/trace/tape.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo, timed } from './harness.ts'
import { openDuckDb, openSqlite, type SqlPeer } from './sqlPeers.ts'

const SIZES = [10_000, 100_000, 1_000_000]
const RUNS = 5

/** A transaction spends 1 to 3 outputs chosen among the last 10,000 unspent, and makes 1 to 3. One in ten mints. */
interface Chain {
  readonly transactions: number
  readonly outputs: number
  /** u32[transactions + 1] */
  readonly inputStarts: Uint32Array
  /** u32: output spent. */
  readonly inputs: Uint32Array
  /** u32[transactions + 1]; outputs of transaction i are numbered `outputStarts[i]` up to `outputStarts[i + 1]`. */
  readonly outputStarts: Uint32Array
  /** f64[outputs], sats. */
  readonly sats: Float64Array
}

function makeChain(transactions: number): Chain {
  const draw = random(1, transactions)
  const inputStarts = new Uint32Array(transactions + 1)
  const outputStarts = new Uint32Array(transactions + 1)
  const inputs: number[] = []
  const sats: number[] = []
  const unspent: number[] = []
  for (let i = 0; i < transactions; i++) {
    let sum = 0
    const mints = unspent.length < 10 || draw.chance(1, 10)
    if (mints) sum = 5_000_000_000
    else
      for (let k = draw.between(1, 3); k > 0; k--) {
        const place = Math.max(0, unspent.length - 1 - draw.below(Math.min(10_000, unspent.length)))
        const spent = unspent[place]!
        unspent[place] = unspent.at(-1)!
        unspent.pop()
        inputs.push(spent)
        sum += sats[spent]!
      }
    const made = Math.max(1, Math.min(draw.between(1, 3), sum))
    for (let k = 0; k < made; k++) {
      const part = k === made - 1 ? sum : Math.floor(sum / (made - k))
      sum -= part
      unspent.push(sats.push(part) - 1)
    }
    inputStarts[i + 1] = inputs.length
    outputStarts[i + 1] = sats.length
  }
  return {
    transactions,
    outputs: sats.length,
    inputStarts,
    inputs: Uint32Array.from(inputs),
    outputStarts,
    sats: Float64Array.from(sats),
  }
}

/** One pool an output; theft 0 is the whole of output 0. */
function tapeOf(chain: Chain): Tape<Float64Array> {
  return {
    model: 'utxo',
    n: chain.transactions,
    pools: chain.outputs,
    thefts: 1,
    debitStarts: chain.inputStarts,
    debitPool: chain.inputs,
    debitAmount: Float64Array.from(chain.inputs, (output) => chain.sats[output]!),
    creditStarts: chain.outputStarts,
    creditPool: Uint32Array.from({ length: chain.outputs }, (_, output) => output),
    creditAmount: chain.sats,
    opening: new Float64Array(chain.outputs),
    stop: new Uint8Array(chain.outputs),
    seeds: {
      credit: Uint32Array.of(0),
      label: Uint16Array.of(FIRST_THEFT),
      amount: Float64Array.of(chain.sats[0]!),
    },
    missing: {
      pool: new Uint32Array(0),
      label: new Uint16Array(0),
      fromOp: new Uint32Array(0),
      toOp: new Uint32Array(0),
      amount: new Float64Array(0),
    },
    dust: 0,
  }
}

/** Outputs that poison marks: the seed, and every credit that arrived tainted. */
function marked(tape: Tape<Float64Array>): Uint32Array {
  const { credits, entered } = poison(tape)
  const outputs = new Set<number>()
  for (const log of [entered, credits])
    for (let i = 0; i < log.n; i++) {
      const output = tape.creditPool[log.leg[i]!]
      if (output !== undefined && output !== NO_POOL) outputs.add(output)
    }
  return Uint32Array.from(outputs).sort()
}

const SCHEMA = [
  'CREATE TABLE made (output INTEGER, tx INTEGER)',
  'CREATE TABLE spent (output INTEGER, tx INTEGER)',
]
const INDEXES = ['CREATE INDEX made_tx ON made(tx, output)', 'CREATE INDEX spent_output ON spent(output, tx)']
/** UNION drops what was reached before, which is what ends the recursion early on merges. */
const QUERY = `WITH RECURSIVE tainted(output) AS (
  SELECT 0 UNION
  SELECT made.output FROM tainted JOIN spent ON spent.output = tainted.output JOIN made ON made.tx = spent.tx
) SELECT output FROM tainted`

function* rowsOf(starts: Uint32Array, output: (k: number) => number): Generator<readonly [number, number]> {
  for (let tx = 0; tx + 1 < starts.length; tx++)
    for (let k = starts[tx]!; k < starts[tx + 1]!; k++) yield [output(k), tx]
}

async function load(engine: SqlPeer, chain: Chain): Promise<void> {
  for (const sql of SCHEMA) await engine.run(sql)
  await engine.fill(
    'made',
    rowsOf(chain.outputStarts, (k) => k),
  )
  await engine.fill(
    'spent',
    rowsOf(chain.inputStarts, (k) => chain.inputs[k]!),
  )
  if (engine.indexed) for (const sql of INDEXES) await engine.run(sql)
}

export const poisonSqlBench: Benchmark = {
  name: 'poisonSql',
  about:
    'Poison from one coinbase output over a seeded UTXO ledger: our kernel (which also keeps amounts and logs each arrival) and a recursive query, loaded and indexed beforehand. All three mark the same outputs, checked before timing.',
  async run({ largest }) {
    const measurements: Measurement[] = []
    for (const transactions of sizesUpTo(largest, SIZES)) {
      const chain = makeChain(transactions)
      const tape = tapeOf(chain)
      const expected = marked(tape)
      const note = `${expected.length.toLocaleString('en')} outputs marked`
      const size = { size: transactions, unit: 'transactions', note }
      measurements.push({
        name: 'Lootline kernel',
        ...size,
        runs: await timed(RUNS, poison<Float64Array>, () => tape),
      })
      for (const engine of [openSqlite(), await openDuckDb()]) {
        if (engine === null) {
          measurements.push({ ...size, name: 'DuckDB', runs: [], note: 'skipped: not installed' })
          continue
        }
        await load(engine, chain)
        const found = (await engine.column(QUERY)).sort()
        premise(
          found.length === expected.length && found.every((output, i) => output === expected[i]),
          `${engine.name} and the kernel mark the same outputs`,
        )
        measurements.push({
          name: `${engine.name} in memory, recursive query`,
          ...size,
          runs: await timed(RUNS, () => engine.column(QUERY)),
        })
        engine.close()
      }
    }
    return measurements
  },
}
