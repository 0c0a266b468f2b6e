/**
 * How much speaks for an output being change, and when that is enough to follow it without asking.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import type { ChangeLinks } from '../clustering.ts'
import { coinJoin } from '../coinJoin.ts'
import { type ClusterColumns, scriptKind } from '../columns.ts'
import type { ChangeLinkRule } from '../evidence.ts'
import { CHANGE_RULES, type ChangeRule, type ChangeRuleName, sameCluster, unique } from './rules.ts'
import { type ChangeWorld, span } from './world.ts'

/**
 * Rules that rest on the same fact count once: two signs are independent where they are of different groups. `legacy`
 * and `consensus` are made of the others.
 */
const GROUPS = {
  amount: ['optimalChange', 'powerOfTen'],
  script: ['addressType'],
  reuse: ['addressReuse'],
  fresh: ['freshAddress'],
  wallet: ['locktime', 'fixedFee', 'fingerprint'],
  chain: ['peelingChain'],
} as const satisfies Record<string, readonly ChangeRuleName[]>

/** Signs needed. On synthetic data one sign was right in 89.5 % and two in 99.5 % (Hopline's figures). */
const ENOUGH = 2

export interface OutputSigns {
  /** Output number within the transaction. */
  readonly n: number
  /** Independent signs: groups of which a rule singles this output out. */
  readonly score: number
  /** Names of the rules that single it out. */
  readonly signs: readonly (ChangeRuleName | 'sameCluster')[]
}

/** One entry an output, OP_RETURN included (score 0). In a CoinJoin, or with fewer than two outputs, no output has signs. */
export function changeSigns(world: ChangeWorld, row: number): OutputSigns[] {
  const { columns } = world
  const first = columns.outputStarts[row]!
  const outputs = span(columns.outputStarts, row)
  const found = outputs.map(() => ({
    groups: new Set<string>(),
    signs: [] as OutputSigns['signs'][number][],
  }))
  const note = (group: string, name: OutputSigns['signs'][number], rule: ChangeRule): void => {
    for (const place of unique(rule(world, row))) {
      // What is not spent yet was only not ruled out: that is no sign.
      if ((group === 'wallet' || group === 'chain') && world.links.outputSpender[place] === NONE) continue
      found[place - first]!.groups.add(group)
      found[place - first]!.signs.push(name)
    }
  }
  if (payable(columns, row) > 1 && coinJoin(columns, row, { links: world.links }).findings.length === 0) {
    for (const [group, names] of Object.entries(GROUPS)) {
      for (const name of names) note(group, name, CHANGE_RULES[name])
    }
    note('cluster', 'sameCluster', sameCluster)
  }
  return found.map(({ groups, signs }, n) => ({ n, score: groups.size, signs }))
}

/** Place in `outputAddress` of the change that may be followed without asking; NONE where the signs are too few or disagree. */
export function surestChange(world: ChangeWorld, row: number): number {
  const scored = changeSigns(world, row).filter(({ score }) => score > 0)
  return scored.length === 1 && scored[0]!.score >= ENOUGH
    ? world.columns.outputStarts[row]! + scored[0]!.n
    : NONE
}

/** Place of the one output that a rule leaves; NONE where it leaves none or several. */
export function changeBy(world: ChangeWorld, rule: ChangeLinkRule, row: number): number {
  return rule === 'twoSigns' ? surestChange(world, row) : (unique(CHANGE_RULES[rule](world, row))[0] ?? NONE)
}

/** What a rule, applied where it leaves one output, gives a clustering to link. */
export function changeLinks(world: ChangeWorld, rule: ChangeLinkRule): ChangeLinks {
  return {
    rule,
    output: Uint32Array.from({ length: world.columns.n }, (_, row) => changeBy(world, rule, row)),
  }
}

function payable({ outputStarts, outputKind }: ClusterColumns, row: number): number {
  return span(outputStarts, row).filter((i) => outputKind[i] !== scriptKind('data')).length
}
