/**
 * Tracing: where stolen money went, or where a deposit's money came from.
 * @module
 */
import type { Ledger } from '../ledger/ledger.ts'
import { coverageOf } from './coverage.ts'
import { type Deposit, inferDeposits, type ServiceName } from './deposits.ts'
import { addFindings, createFindings, type Findings } from './findings.ts'
import type { Flow, LeafReason } from './flow.ts'
import { flowOf } from './flowOf.ts'
import { settle } from './gathered.ts'
import { CUT } from './pools.ts'
import { type Reach, reach } from './reach.ts'
import type { TraceBooks, TraceRequest } from './request.ts'
import { RULE_KERNELS } from './rules/index.ts'
import { backwardRun, forwardRun } from './run.ts'
import { resolveSeeds, type Seeds } from './seeds.ts'
import { createStatements, type Statements } from './statements.ts'
import type { Rule } from './tape.ts'
import { buildTapes } from './tapes.ts'
import { createValuer } from './valuer.ts'
import { createJudge } from './verdict.ts'

/** A trace made ready: everything that does not depend on the rule is done, so that several rules can be compared. */
export interface Prepared {
  run(rule: Rule): Flow
}

/** Called as each phase ends, so that a benchmark can tell look-ups from the rule and from the flow's assembly. */
export type Probe = (phase: 'reach' | 'tapes' | 'context' | 'kernel' | 'assembly') => void

/**
 * Traces by one rule.
 * @throws NoSeedError, LibrOnUtxoError, RuleNotReversibleError; UnbalancedError for a bug of ours.
 */
export function traceFlow(books: TraceBooks, request: TraceRequest): Flow {
  return prepareTrace(books, request).run(request.rule)
}

/** Resolves the seeds, reaches from them, and lays out the tapes. */
export function prepareTrace(books: TraceBooks, request: TraceRequest, probe: Probe = () => {}): Prepared {
  const { ledger } = books
  const statements = createStatements(books.labels)
  const seeds = resolveSeeds(ledger, request)
  const judge = createJudge(ledger, statements, request, seeds.holders)
  const reached = reach(ledger, seeds.gathered, seeds.start, judge, request)
  settle(seeds.gathered)
  probe('reach')
  const tapes = buildTapes(ledger, reached, seeds, request)
  probe('tapes')
  const deposits = request.direction === 'forward' ? depositsOf(ledger, statements, reached, seeds) : []
  const partial = partialHolders(ledger, reached)
  const coverage = coverageOf(books, seeds, reached, tapes, partial)
  const resting = restingReason(reached, partial)
  probe('context')
  const run = (rule: Rule): Flow => {
    const findings = createFindings()
    for (const track of tapes) {
      const turn =
        request.direction === 'forward'
          ? forwardRun(reached, seeds, track)
          : backwardRun(reached, seeds, track, rule, request.until)
      const spool = RULE_KERNELS[rule](turn.tape)
      probe('kernel')
      addFindings(findings, reached, turn, spool, resting)
    }
    const flow = flowOf(
      {
        ledger,
        statements,
        valuer: createValuer(books.prices),
        gathered: reached.gathered,
        thefts: seeds.thefts,
        findings,
        verdicts: reached.verdicts,
        deposits: usedDeposits(deposits, findings),
        coverage,
        version: books.version,
      },
      { ...request, rule },
    )
    probe('assembly')
    return flow
  }
  return { run }
}

/** Only those that the traced money passed through, or rests at. */
function usedDeposits(deposits: readonly Deposit[], { hops, ends }: Findings): Deposit[] {
  if (deposits.length === 0) return []
  const seen = new Set(hops.columns.from.subarray(0, hops.n))
  for (let row = 0; row < ends.n; row++) seen.add(ends.columns.holder[row]!)
  return deposits.filter(({ holder }) => seen.has(holder))
}

/** Holders that taint could reach and that the ledger knows only as counterparties. */
function partialHolders(ledger: Ledger, { verdicts }: Reach): ReadonlySet<number> {
  const holders = Uint32Array.from(verdicts.keys())
  const whole = ledger.isWhole(holders)
  return new Set(holders.filter((_, i) => whole[i] === 0))
}

/** Money still in a pool: after the time limit it went on, or the ledger knows its holder whole, or it does not. */
function restingReason(
  { pools }: Reach,
  partial: ReadonlySet<number>,
): (pool: number, holder: number) => LeafReason {
  return (pool, holder) => {
    if ((pools.flags[pool]! & CUT) !== 0) return 'time'
    // A burn, or a script without address, is in no verdict: it has no history that a ledger could lack.
    return partial.has(holder) ? 'nodata' : 'held'
  }
}

function depositsOf(ledger: Ledger, statements: Statements, reached: Reach, seeds: Seeds): Deposit[] {
  const { gathered, fetched, verdicts } = reached
  const services = [...verdicts].filter(([, { stop }]) => stop === 'service').map(([holder]) => holder)
  if (services.length === 0) return []
  const ids = ledger.holderIds(Uint32Array.from(services))
  const stated = statements(services, () => ids)
  const names = new Map(
    services.map((holder, i) => {
      const label = stated[i]!.find((match) => match.label.stop === 'service')?.label
      return [holder, { name: label?.name ?? ids[i]!, entity: label?.entity ?? null }]
    }),
  )
  const serviceName: ServiceName = (holder) => names.get(holder) ?? null
  const candidates = [...fetched].filter((holder) => !seeds.holders.has(holder))
  const labelled = statements(candidates, () => ledger.holderIds(Uint32Array.from(candidates)))
  const unlabelled = candidates.filter((_, i) => labelled[i]!.length === 0)
  const assets = ledger.assets()
  return inferDeposits(gathered, unlabelled, serviceName, (asset) =>
    assets[asset]!.id.includes('/slip44:') ? 10n ** BigInt(assets[asset]!.decimals) : null,
  )
}
