/**
 * Which transactions link which addresses, by the settings of a clustering.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import { CHANGE_RULES, type ChangeRuleName } from './change/rules.ts'
import { changeBy } from './change/signs.ts'
import type { ChangeWorld } from './change/world.ts'
import { coinJoin, REFUSED, refusedRows } from './coinJoin.ts'
import { type ChangeLinkRule, LINK_RULES, type LinkRule } from './evidence.ts'
import type { ClusterSource } from './source.ts'

export interface LinkSettings {
  /** Whether transactions of CoinJoin shape are refused; otherwise their links say `coinJoinShape`. */
  readonly coinJoin: boolean
  /** Whether those of PayJoin shape are; otherwise their links say `payJoinShape`. */
  readonly payJoin: boolean
  readonly change: readonly ChangeLinkRule[]
  /** Transaction ids that the analyst refuses as evidence. */
  readonly refused: readonly string[]
}

export const DEFAULT_SETTINGS: LinkSettings = { coinJoin: true, payJoin: false, change: [], refused: [] }

/** Every change rule by name. */
export const CHANGE_LINK_RULES: readonly ChangeLinkRule[] = [
  ...(Object.keys(CHANGE_RULES) as ChangeRuleName[]),
  'twoSigns',
]

/** Rules that ask what became of an output: a later block can change the answer, so their links are always made anew. */
const ASK_LATER: ReadonlySet<ChangeLinkRule> = new Set([
  'peelingChain',
  'locktime',
  'fixedFee',
  'fingerprint',
  'consensus',
  'twoSigns',
])

/** The rules chosen whose answer no later block changes, and those where one can. */
export function splitRules({ change }: LinkSettings): {
  settled: readonly ChangeLinkRule[]
  later: readonly ChangeLinkRule[]
} {
  return {
    settled: change.filter((rule) => !ASK_LATER.has(rule)),
    later: change.filter((rule) => ASK_LATER.has(rule)),
  }
}

/** What is said of the inputs of a row. */
export const VERDICT = {
  plain: 0,
  /** Linked, though of that shape. */
  payJoinShape: 1,
  coinJoinShape: 2,
  /** Refused from here on. */
  payJoin: 3,
  coinJoin: 4,
  analyst: 5,
} as const
export type Refusal = 'payJoin' | 'coinJoin' | 'analyst'
export const FIRST_REFUSAL: number = VERDICT.payJoin
/** Numbers of the rules that links by inputs bear, by verdict. */
export const RULE_OF_VERDICT: readonly number[] = (
  ['inputs', 'payJoinShape', 'coinJoinShape'] satisfies LinkRule[]
).map((rule) => LINK_RULES.indexOf(rule))

/**
 * u8[n], see {@link VERDICT}. What made the coins of a Whirlpool mix is looked up, wherever it stands.
 * @param refused numbers of the transactions that the analyst refuses
 */
export function verdicts(
  source: ClusterSource,
  { columns }: ChangeWorld,
  settings: LinkSettings,
  refused: ReadonlySet<number>,
): Uint8Array {
  const shapes = refusedRows(columns, { payJoin: true })
  for (let row = 0; row < columns.n; row++) {
    const shape = shapes[row]!
    if (refused.has(columns.txs[row]!)) shapes[row] = VERDICT.analyst
    else if (shape === REFUSED.payJoin)
      shapes[row] = settings.payJoin ? VERDICT.payJoin : VERDICT.payJoinShape
    else if (shape === REFUSED.coinJoin) {
      if (!isMix(source, columns.txs[row]!, coinJoin(columns, row).findings)) shapes[row] = VERDICT.plain
      else shapes[row] = settings.coinJoin ? VERDICT.coinJoin : VERDICT.coinJoinShape
    }
  }
  return shapes
}

function isMix(
  source: ClusterSource,
  tx: number,
  findings: ReturnType<typeof coinJoin>['findings'],
): boolean {
  const mixes = findings.filter(({ kind }) => kind !== 'whirlpool-tx0')
  if (!mixes.every(({ kind }) => kind === 'whirlpool')) return true
  const { columns, links } = source.around(Uint32Array.of(tx))
  const traced = coinJoin(columns, columns.txs.indexOf(tx), { links }).findings
  return traced.some(({ kind }) => kind !== 'whirlpool-tx0')
}

/** Calls back for each link by change: none in a refused row, nor where the payer has no address. */
export function eachChange(
  world: ChangeWorld,
  verdict: Uint8Array,
  rules: readonly ChangeLinkRule[],
  asked: (row: number) => boolean,
  link: (row: number, payer: number, change: number, rule: number) => void,
): void {
  const { n, inputStarts, inputAddress, outputAddress } = world.columns
  for (const rule of rules) {
    for (let row = 0; row < n; row++) {
      if (verdict[row]! >= FIRST_REFUSAL || !asked(row)) continue
      const payers = inputAddress.subarray(inputStarts[row], inputStarts[row + 1])
      const payer = payers.find((address) => address !== NONE)
      if (payer === undefined) continue
      const output = changeBy(world, rule, row)
      const change = output === NONE ? NONE : outputAddress[output]!
      if (change !== NONE) link(row, payer, change, LINK_RULES.indexOf(rule))
    }
  }
}
