/**
 * One trace for bench/chainTrace.bench.ts: `node bench/chainTraceRun.ts FOLDER RULE UNTIL STOLEN`, prints one line of JSON.
 * @module
 */
import { join } from 'node:path'
import { openLabelStore } from '../src/label/index.ts'
import { openChainLedger } from '../src/ledger/chain/index.ts'
import { openPriceStore } from '../src/price/index.ts'
import { plainRequest, prepareTrace, type Rule } from '../src/trace/index.ts'

const [folder = '', rule = 'fifo', until = '0', stolen = '1'] = process.argv.slice(2)
const ledger = openChainLedger(join(folder, 'chain'))
const books = {
  ledger,
  labels: openLabelStore(':memory:'),
  prices: openPriceStore(':memory:'),
  version: 'bench',
}
const first = Uint32Array.from({ length: Number(stolen) }, (_, tx) => tx)
const seeds = ledger.heads(first).txid.map((txid) => ({ theft: 'theft', of: { kind: 'lot' as const, txid } }))
const phases: Record<string, number> = {}
let start = performance.now()
const flow = prepareTrace(
  books,
  plainRequest({ seeds, rule: rule as Rule, until: Number(until), busy: Number.MAX_SAFE_INTEGER }),
  (phase) => {
    const now = performance.now()
    phases[phase] = now - start
    start = now
  },
).run(rule as Rule)
process.stdout.write(
  JSON.stringify({
    phases,
    transactions: flow.coverage.transactions,
    ...{ hops: flow.hops.length, leaves: flow.leaves.length },
    peakMiB: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
)
