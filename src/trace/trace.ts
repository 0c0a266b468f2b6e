/**
 * Tracing: where stolen money went, or where a deposit's money came from.
 * @module
 */
import { LootlineError } from '../errors.ts'
import { type Ledger, NONE } from '../ledger/ledger.ts'
import { type Beyond, type Frontier, NOTHING_BEYOND } from './beyond.ts'
import { converge, type Direction, type Said, withClaims } from './converge.ts'
import { createConversions } from './conversion.ts'
import { coverageOf } from './coverage.ts'
import { createCrossingFinder } from './crossings.ts'
import { departureNotes, departuresOf } from './departures.ts'
import { type Deposit, inferDeposits, type ServiceName } from './deposits.ts'
import { addFindings, createFindings, type Findings } from './findings.ts'
import type { Flow, LeafReason } from './flow.ts'
import { flowOf } from './flowOf.ts'
import { frontierOf } from './frontier.ts'
import { settle } from './gathered.ts'
import type { Credit } from './given.ts'
import { CUT } from './pools.ts'
import { type Reach, reach } from './reach.ts'
import type { TraceBooks, TraceRequest } from './request.ts'
import { rolesOf } from './roles.ts'
import { RULE_KERNELS } from './rules/index.ts'
import { backwardRun, forwardRun } from './run.ts'
import { resolveSeeds, type Seeds } from './seeds.ts'
import { createStatements, type Statements } from './statements.ts'
import { createSwapFinder } from './swapFinder.ts'
import type { Kernel, Rule } from './tape.ts'
import { buildTapes } from './tapes.ts'
import { createValuer } from './valuer.ts'
import { createJudge } from './verdict.ts'

/** A trace made ready: everything that does not depend on the rule is done, so that several rules can be compared. */
export interface Prepared {
  run(rule: Rule): Flow
  /**
   * What these rules taint, and where following would go on if more were known. Assembles no flow. Rules that cannot be
   * applied here are left out where another can.
   */
  frontier(rules: readonly Rule[]): Frontier
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

/** {@link Prepared.frontier} of a trace of its own. `request.rule` is not looked at. */
export function traceFrontier(books: TraceBooks, request: TraceRequest, rules: readonly Rule[]): Frontier {
  return prepareTrace(books, request).frontier(rules)
}

/** Resolves the seeds, reaches from them, and lays out the tapes. */
export function prepareTrace(books: TraceBooks, request: TraceRequest, probe: Probe = () => {}): Prepared {
  const { ledger, beyond } = books
  const statements = createStatements(books.labels)
  const conversions = createConversions()
  const swaps = createSwapFinder(ledger, createValuer(books.prices), request)
  const forward = request.direction === 'forward'
  const crossings = beyond && forward && request.followCrossings ? createCrossingFinder(ledger, beyond) : null
  const seeds = resolveSeeds(ledger, request, { conversions, swaps })
  const judge = createJudge(ledger, statements, request, seeds.holders, beyond)
  const reached = reach(ledger, seeds.gathered, seeds.start, judge, request, {
    ...{ conversions, swaps, crossings },
  })
  settle(seeds.gathered)
  const isBridge = (holder: number): boolean => reached.verdicts.get(holder)?.stop === 'bridge'
  for (const crossing of crossings?.conversions(seeds.gathered, isBridge) ?? []) conversions.add(crossing)
  const bound = departuresOf(
    ...([ledger, seeds.gathered, crossings?.departures ?? []] as const),
    ...([new Set([...conversions.all()].flatMap(({ outLegs }) => outLegs)), isBridge] as const),
  )
  for (const departure of bound.conversions) conversions.add(departure)
  probe('reach')
  const roles = conversions.isEmpty() ? null : rolesOf(seeds.gathered, conversions, forward)
  const tapes = buildTapes(ledger, reached, seeds, request, roles)
  probe('tapes')
  const said = (rule: Rule): Said[] => {
    const kernel: Kernel = (tape) => {
      const spool = RULE_KERNELS[rule](tape)
      probe('kernel')
      return spool
    }
    const ahead: Direction = {
      exits: ({ creditParts }) => creditParts,
      play(track, claims) {
        const run = forwardRun(reached, seeds, { ...track, tape: withClaims(track.tape, claims) })
        return { run, spool: kernel(run.tape) }
      },
    }
    const back: Direction = {
      exits: ({ debitParts }) => debitParts,
      play(track, claims) {
        const run = backwardRun(reached, seeds, track, rule, request.until, claims)
        return { run, spool: kernel(run.tape) }
      },
    }
    return converge(tapes, forward ? ahead : back, rule, seeds.thefts.length)
  }
  const context = once(() => {
    const deposits = forward ? depositsOf(ledger, statements, reached, seeds) : []
    const partial = partialHolders(ledger, reached, beyond)
    const unclear = { swaps: swaps.unclear.size, crossings: crossings?.unclear.size ?? 0 }
    const coverage = coverageOf(books, seeds, reached, tapes, partial, unclear, request)
    const resting = restingReason(reached, partial, unspentPools(beyond, reached, partial), bound.byMemo)
    probe('context')
    return { deposits, coverage, resting }
  })
  const run = (rule: Rule): Flow => {
    const { deposits, coverage, resting } = context()
    const findings = createFindings()
    for (const { run: turn, spool } of said(rule)) addFindings(findings, reached, turn, spool, resting)
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
        coverage: {
          ...coverage,
          notes: [
            ...coverage.notes,
            ...(beyond?.notes() ?? []),
            ...departureNotes(crossings?.departures ?? [], reached.gathered, findings),
          ],
        },
        version: books.version,
      },
      { ...request, rule },
    )
    probe('assembly')
    return flow
  }
  return { run, frontier: (rules) => frontierOf(ledger, reached, whatApplies(rules, said)) }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** @throws what the first rule throws, where none applies */
function whatApplies(rules: readonly Rule[], said: (rule: Rule) => Said[]): Said[][] {
  const refused: LootlineError[] = []
  const answers = rules.flatMap((rule) => {
    try {
      return [said(rule)]
    } catch (error) {
      if (!(error instanceof LootlineError)) throw error
      refused.push(error)
      return []
    }
  })
  if (answers.length === 0 && refused[0]) throw refused[0]
  return answers
}

/** Only those that the traced money passed through, or rests at. */
function usedDeposits(deposits: readonly Deposit[], { hops, ends }: Findings): Deposit[] {
  if (deposits.length === 0) return []
  const seen = new Set(hops.columns.from.subarray(0, hops.n))
  for (let row = 0; row < ends.n; row++) seen.add(ends.columns.holder[row]!)
  return deposits.filter(({ holder }) => seen.has(holder))
}

/** Holders that taint could reach and that the ledger knows only as counterparties. */
function partialHolders(
  ledger: Ledger,
  { verdicts }: Reach,
  { doubted }: Pick<Beyond, 'doubted'> = NOTHING_BEYOND,
): ReadonlySet<number> {
  const holders = Uint32Array.from(verdicts.keys())
  const [whole, isDoubted] = [ledger.isWhole(holders), doubted(holders)]
  return new Set(holders.filter((_, i) => whole[i] === 0 || isDoubted[i] === 1))
}

/** Outputs of holders known in part of which a live source says that nothing spends them. */
function unspentPools(
  beyond: Beyond | undefined,
  { pools }: Reach,
  partial: ReadonlySet<number>,
): ReadonlySet<number> {
  if (!beyond) return new Set()
  const asked: number[] = []
  for (let pool = 0; pool < pools.n; pool++) {
    const open = pools.lotTx[pool] !== NONE && pools.spender[pool] === NONE
    if (open && partial.has(pools.holder[pool]!)) asked.push(pool)
  }
  const unspent = beyond.unspent(
    Uint32Array.from(asked, (pool) => pools.lotTx[pool]!),
    Uint32Array.from(asked, (pool) => pools.lotN[pool]!),
  )
  return new Set(asked.filter((_, i) => unspent[i] === 1))
}

/**
 * Money still in a pool: after the time limit it went on, or a memo says that it is bound for another chain, or the ledger knows its holder whole, or a source says that it is
 * there, or nobody knows.
 */
function restingReason(
  { pools, gathered }: Reach,
  partial: ReadonlySet<number>,
  unspent: ReadonlySet<number>,
  byMemo: readonly Credit[],
): (pool: number, holder: number) => LeafReason {
  const { tx, creditN } = gathered
  const bound = new Set(
    byMemo.map(({ movement, leg }) => pools.findLot(tx.data[movement]!, creditN.data[leg]!)),
  )
  return (pool, holder) => {
    if ((pools.flags[pool]! & CUT) !== 0) return 'time'
    if (bound.has(pool)) return 'bridge'
    // A burn, or a script without address, is in no verdict: it has no history that a ledger could lack.
    return partial.has(holder) && !unspent.has(pool) ? 'nodata' : 'held'
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
