/**
 * Times the tracing rules: tainted lots a rule follows on one core, and what memory that takes.
 * @module
 */
import { NONE } from '../src/ledger/ledger.ts'
import { RULE_KERNELS } from '../src/trace/rules/index.ts'
import { RULES, type Rule, type Spool, type Tape } from '../src/trace/tape.ts'
import { type Benchmark, type Measurement, premise, sizesUpTo } from './harness.ts'
import { accountTape, utxoTape } from './kernelTape.ts'

const SIZES = [1_000, 10_000, 100_000, 1_000_000]

export const kernelBench: Benchmark = {
  name: 'kernel',
  about: 'The rules alone, on seeded tapes in memory: tainted lots that one core follows.',
  async run({ largest }) {
    const measurements: Measurement[] = []
    for (const lots of sizesUpTo(largest, SIZES)) {
      // Sizes found by trial: by fifo about three in four credits of the account tape carry taint, and nearly all of the other's.
      for (const tape of [accountTape(Math.ceil(lots * 1.3), 1), utxoTape(Math.ceil(lots * 0.6), 1)]) {
        for (const rule of RULES) {
          if (rule === 'libr' && tape.model === 'utxo') continue
          measurements.push(time(rule, tape, lots))
          await new Promise(setImmediate)
        }
      }
    }
    return measurements
  },
}

function time(rule: Rule, tape: Tape<Float64Array>, lots: number): Measurement {
  const kernel = RULE_KERNELS[rule]
  const runs = lots >= 1e6 ? 3 : 7
  const times: number[] = []
  let taintedLots = 0
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    const spool = kernel(tape)
    times.push(performance.now() - start)
    taintedLots = countLots(rule, tape, spool)
  }
  const note = `${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB, tape included`
  return { name: `${rule}, ${tape.model}`, size: taintedLots, unit: 'tainted lots', runs: times, note }
}

/** Counts the tainted lots; throws where the run did not do the work it is timed for. */
function countLots(
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
  premise(
    rule === 'poison' || sum(entered.amount) === sum(rest.log.amount) + gone,
    `by ${rule} the taint balances`,
  )
  premise(lots * 2 >= tape.n, `by ${rule} (${tape.model}) half of ${tape.n} operations carry taint: ${lots}`)
  return lots
}
