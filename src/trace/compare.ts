/**
 * All rules side by side: how much of a theft each puts at each leaf, and what is dirty whichever rule a court prefers.
 * @module
 */
import { LootlineError } from '../errors.ts'
import type { Flow, FlowLabel, LeafReason } from './flow.ts'
import { RULES, type Rule } from './tape.ts'

export interface ComparedRow {
  readonly theft: string
  readonly asset: string
  readonly reason: LeafReason
  readonly holder: string
  readonly labels: readonly FlowLabel[]
  /** Base units by rule; absent where the rule was refused. */
  readonly amounts: Readonly<Partial<Record<Rule, string>>>
  /** The least that any conserving rule puts here: dirty under every rule. */
  readonly everyRule: string
}

export interface Comparison {
  readonly format: 'lootline-comparison'
  readonly version: 1
  readonly lootline: string
  readonly rules: readonly {
    readonly rule: Rule
    /** An upper bound that belongs in no sum. */
    readonly bound: boolean
    /** Why the rule cannot be applied here; null where it was. */
    readonly refused: string | null
  }[]
  readonly stolen: readonly {
    readonly theft: string
    readonly asset: string
    readonly amounts: Readonly<Partial<Record<Rule, string>>>
    /** Sum of `everyRule` over the rows. */
    readonly everyRule: string
  }[]
  /** Largest first by what is dirty under every rule. */
  readonly rows: readonly ComparedRow[]
  readonly assets: Flow['assets']
}

/**
 * Runs every rule of `rules`; one that does not apply (libr on a UTXO chain, tiho backward) is listed as refused.
 * @param run Runs one rule on a prepared trace.
 */
export function compareRules(run: (rule: Rule) => Flow, rules: readonly Rule[] = RULES): Comparison {
  // Hops are let go: six rules' worth of a large trace would not fit in memory at once.
  const flows = new Map<Rule, Pick<Flow, 'leaves' | 'balance' | 'assets' | 'lootline'>>()
  const refused = new Map<Rule, string>()
  for (const rule of rules) {
    try {
      const { leaves, balance, assets, lootline } = run(rule)
      flows.set(rule, { leaves, balance, assets, lootline })
    } catch (error) {
      if (!(error instanceof LootlineError) || error.code === 'TRACE_UNBALANCED') throw error
      refused.set(rule, error.message)
    }
  }
  const rows = new Map<
    string,
    { row: Omit<ComparedRow, 'amounts' | 'everyRule'>; amounts: Map<Rule, bigint> }
  >()
  for (const [rule, flow] of flows) {
    for (const leaf of flow.leaves) {
      const { theft, asset, reason, holder, labels } = leaf
      const key = [theft, asset, reason, holder].join('\n')
      const entry = rows.get(key) ?? { row: { theft, asset, reason, holder, labels }, amounts: new Map() }
      rows.set(key, entry)
      entry.amounts.set(rule, (entry.amounts.get(rule) ?? 0n) + BigInt(leaf.amount))
    }
  }
  const ran = [...flows.keys()]
  const compared = [...rows.values()]
    .map(
      ({ row, amounts }): ComparedRow => ({
        ...row,
        amounts: Object.fromEntries(ran.map((rule) => [rule, String(amounts.get(rule) ?? 0n)])),
        everyRule: String(
          least(ran.filter((rule) => rule !== 'poison').map((rule) => amounts.get(rule) ?? 0n)),
        ),
      }),
    )
    .sort((a, b) => {
      const [x, y] = [BigInt(a.everyRule), BigInt(b.everyRule)]
      return x === y ? (a.holder < b.holder ? -1 : 1) : x > y ? -1 : 1
    })
  const first = [...flows.values()][0]
  return {
    format: 'lootline-comparison',
    version: 1,
    lootline: first?.lootline ?? '',
    rules: rules.map((rule) => ({ rule, bound: rule === 'poison', refused: refused.get(rule) ?? null })),
    stolen: (first?.balance ?? []).map(({ theft, asset }) => ({
      theft,
      asset,
      amounts: Object.fromEntries(
        ran.map((rule) => [
          rule,
          flows.get(rule)!.balance.find((row) => row.theft === theft && row.asset === asset)?.stolen ?? '0',
        ]),
      ),
      everyRule: String(
        compared
          .filter((row) => row.theft === theft && row.asset === asset)
          .reduce((sum, row) => sum + BigInt(row.everyRule), 0n),
      ),
    })),
    rows: compared,
    assets: first?.assets ?? [],
  }
}

function least(amounts: readonly bigint[]): bigint {
  return amounts.reduce((low, amount) => (amount < low ? amount : low), amounts[0] ?? 0n)
}
