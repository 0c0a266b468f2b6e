/**
 * Times the tracing rules: tainted lots a rule follows on one core, and what memory that takes.
 * @module
 */
import { NONE } from '../src/ledger/ledger.ts'
import { RULE_KERNELS } from '../src/trace/rules/index.ts'
import { RULES, type Rule, type Spool, type Tape } from '../src/trace/tape.ts'
import { accountTape, utxoTape } from './kernelTape.ts'

/** One measurement. */
export interface KernelRow {
  readonly rule: Rule
  readonly model: Tape['model']
  readonly ops: number
  readonly taintedLots: number
  /** Median of the runs, milliseconds. */
  readonly ms: number
  readonly runs: number
  /** Whole process after the run, tape included, MiB. */
  readonly rssMiB: number
}

const SIZES = [1e3, 1e4, 1e5, 1e6]

/** Sweeps every rule over both models, from a thousand tainted lots to a million. Rows in the order of running. */
export async function kernelBench(sizes: readonly number[] = SIZES): Promise<KernelRow[]> {
  const rows: KernelRow[] = []
  for (const lots of sizes) {
    // Sizes found by trial: by fifo about three in four credits of the account tape carry taint, and nearly all of the other's.
    for (const tape of [accountTape(Math.ceil(lots * 1.3), 1), utxoTape(Math.ceil(lots * 0.6), 1)]) {
      for (const rule of RULES) {
        if (rule === 'libr' && tape.model === 'utxo') continue
        rows.push(time(rule, tape, lots))
        await new Promise(setImmediate)
      }
    }
  }
  return rows
}

function time(rule: Rule, tape: Tape<Float64Array>, lots: number): KernelRow {
  const kernel = RULE_KERNELS[rule]
  const runs = lots >= 1e6 ? 3 : 7
  const times: number[] = []
  let taintedLots = 0
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    const spool = kernel(tape)
    times.push(performance.now() - start)
    taintedLots = premise(rule, tape, spool)
  }
  times.sort((a, b) => a - b)
  const ms = Math.round(times[runs >> 1]! * 100) / 100
  const rssMiB = Math.round(process.memoryUsage.rss() / 2 ** 20)
  return { rule, model: tape.model, ops: tape.n, taintedLots, ms, runs, rssMiB }
}

/** Counts the tainted lots; throws where the run did not do the work it is timed for. */
function premise(
  rule: Rule,
  tape: Tape<Float64Array>,
  { credits, fate, entered, rest }: Spool<Float64Array>,
): number {
  let lots = 0
  let gone = 0
  for (let row = 0; row < credits.n; row++) {
    if (credits.leg[row] !== NONE && (row === 0 || credits.leg[row] !== credits.leg[row - 1])) lots++
    if (fate[row] !== 0) gone += credits.amount[row]!
  }
  const sum = (amounts: Float64Array): number => amounts.reduce((total, amount) => total + amount, 0)
  if (rule !== 'poison' && sum(entered.amount) !== sum(rest.log.amount) + gone)
    throw new Error(`${rule}: taint does not balance`)
  if (lots * 2 < tape.n)
    throw new Error(`${rule}, ${tape.model}: only ${lots} tainted lots in ${tape.n} operations`)
  return lots
}
