/**
 * Tracing: where stolen money went, or where a deposit's money came from.
 * @module
 */
import { type Ledger, NONE } from '../ledger/ledger.ts'
import { coverageOf } from './coverage.ts'
import { type Deposit, inferDeposits, type ServiceName } from './deposits.ts'
import { addFindings, createFindings, type Findings } from './findings.ts'
import type { Flow, LeafReason } from './flow.ts'
import { flowOf } from './flowOf.ts'
import { type Reach, reach } from './reach.ts'
import type { TraceBooks, TraceRequest } from './request.ts'
import { RULE_KERNELS } from './rules/index.ts'
import { backwardRun, forwardRun } from './run.ts'
import { resolveSeeds, type Seeds } from './seeds.ts'
import type { Rule } from './tape.ts'
import { type AssetTape, buildTapes } from './tapes.ts'
import { createValuer } from './valuer.ts'
import { createJudge } from './verdict.ts'

/** A trace made ready: everything that does not depend on the rule is done, so that several rules can be compared. */
export interface Prepared {
  readonly seeds: Seeds
  readonly reach: Reach
  readonly tapes: readonly AssetTape[]
  readonly deposits: readonly Deposit[]
  run(rule: Rule): Flow
}

/**
 * Traces by one rule.
 * @throws NoSeedError, LibrOnUtxoError, RuleNotReversibleError; UnbalancedError for a bug of ours.
 */
export function traceFlow(books: TraceBooks, request: TraceRequest): Flow {
  return prepareTrace(books, request).run(request.rule)
}

/** Resolves the seeds, reaches from them, and lays out the tapes. */
export function prepareTrace(books: TraceBooks, request: TraceRequest): Prepared {
  const { ledger, labels } = books
  const seeds = resolveSeeds(ledger, request)
  const judge = createJudge(ledger, labels, request, seeds.holders)
  const reached = reach(ledger, seeds.gathered, seeds.start, judge, request)
  const tapes = buildTapes(ledger, reached, seeds, request)
  const deposits = depositsOf(books, reached, seeds, request)
  return {
    seeds,
    reach: reached,
    tapes,
    deposits,
    run: (rule) => runRule(books, { ...request, rule }, seeds, reached, tapes, deposits),
  }
}

function runRule(
  books: TraceBooks,
  request: TraceRequest,
  seeds: Seeds,
  reached: Reach,
  tapes: readonly AssetTape[],
  deposits: readonly Deposit[],
): Flow {
  const { ledger } = books
  const valuer = createValuer(books.prices)
  const findings = createFindings()
  const resting = restingReason(ledger, reached)
  for (const track of tapes) {
    const run =
      request.direction === 'forward'
        ? forwardRun(reached, seeds, track)
        : backwardRun(reached, seeds, track, request.rule, request.until)
    addFindings(findings, reached, run, RULE_KERNELS[request.rule](run.tape), resting)
  }
  return flowOf(
    {
      ledger,
      labels: books.labels,
      valuer,
      gathered: reached.gathered,
      thefts: seeds.thefts,
      findings,
      verdicts: reached.verdicts,
      deposits: usedDeposits(deposits, findings),
      coverage: coverageOf(books, seeds, reached, tapes),
      version: books.version,
    },
    request,
  )
}

/** Only those that the traced money passed through, or rests at. */
function usedDeposits(deposits: readonly Deposit[], { hops, ends }: Findings): Deposit[] {
  const seen = new Set([...hops.map(({ from }) => from), ...ends.map(({ holder }) => holder)])
  return deposits.filter(({ holder }) => seen.has(holder))
}

/** Money still in a pool: after the time limit it went on, or the ledger knows its holder whole, or it does not. */
function restingReason(
  ledger: Ledger,
  { pools, verdicts }: Reach,
): (pool: number, holder: number) => LeafReason {
  const whole = new Map<number, boolean>()
  const holders = [...verdicts.keys()]
  for (const [i, coverage] of ledger.coverage(Uint32Array.from(holders)).entries()) {
    whole.set(holders[i]!, coverage.known === 'whole')
  }
  return (pool, holder) => {
    if (pools.all[pool]!.cut) return 'time'
    // A burn, or a script without address, has no history that a ledger could lack.
    return holder === NONE || whole.get(holder) ? 'held' : 'nodata'
  }
}

function depositsOf(
  { ledger, labels }: TraceBooks,
  reached: Reach,
  seeds: Seeds,
  request: TraceRequest,
): Deposit[] {
  const { gathered, fetched, verdicts } = reached
  const services = [...verdicts].filter(([, { stop }]) => stop === 'service').map(([holder]) => holder)
  const ids = ledger.holderIds(Uint32Array.from(services))
  const stated = labels.of(ids)
  const names = new Map(
    services.map((holder, i) => {
      const label = stated.get(ids[i]!)?.find((match) => match.label.stop === 'service')?.label
      return [holder, { name: label?.name ?? ids[i]!, entity: label?.entity ?? null }]
    }),
  )
  const serviceName: ServiceName = (holder) => names.get(holder) ?? null
  const candidates = [...fetched].filter((holder) => !seeds.holders.has(holder))
  const labelled = labels.of(ledger.holderIds(Uint32Array.from(candidates)))
  const unlabelled = candidates.filter(
    (_, i) => !labelled.has(ledger.holderIds(Uint32Array.of(candidates[i]!))[0]!),
  )
  if (request.direction === 'backward' || names.size === 0) return []
  const assets = ledger.assets()
  return inferDeposits(gathered, unlabelled, serviceName, orderedByHeight(reached), (asset) =>
    assets[asset]!.id.includes('/slip44:') ? 10n ** BigInt(assets[asset]!.decimals) : null,
  )
}

/** Where a chain is ordered by time, `order1` is the time itself. */
function orderedByHeight({ gathered }: Reach): boolean {
  return gathered.n > 0 && gathered.order1.data[0] !== gathered.time.data[0]
}
