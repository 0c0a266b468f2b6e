/**
 * Change rules: each gives the outputs of a transaction that it cannot rule out as change. Definitions: BlockSci
 * (Kalodner et al., USENIX Security 2020, and its manual); consensus: GraphSense. All are off unless asked for; see
 * docs/methods/change.md.
 * @module
 */
import { NONE } from '../../ledger/ledger.ts'
import { coinJoin } from '../coinJoin.ts'
import { equalOutputs } from '../coinjoin/equalOutputs.ts'
import { shapeOf } from '../coinjoin/shape.ts'
import { scriptKind } from '../columns.ts'
import type { ChangeLinkRule } from '../evidence.ts'
import { isPeeling, sameWallet } from '../peelShape.ts'
import { type ChangeWorld, smallestInput, span } from './world.ts'

export type ChangeRuleName = Exclude<ChangeLinkRule, 'twoSigns'>

/** Places in `outputAddress` that may be change. A coinbase has none. */
export type ChangeRule = (world: ChangeWorld, row: number) => number[]

const DATA = scriptKind('data')
/** BlockSci's default: an output of whole 0.01 BTC was chosen by a person. */
const ROUND = 1_000_000
/** GraphSense's roundness. */
const CONSENSUS_ROUND = 1000

const spendable = ({ columns }: ChangeWorld, row: number): number[] =>
  columns.inputStarts[row] === columns.inputStarts[row + 1]
    ? []
    : span(columns.outputStarts, row).filter((i) => columns.outputKind[i] !== DATA)

/** The rule on outputs alone; an output not yet spent cannot be ruled out by what spends it. */
function bySpender(agrees: (world: ChangeWorld, row: number, spender: number) => boolean): ChangeRule {
  return (world, row) =>
    spendable(world, row).filter((i) => {
      const spender = world.links.outputSpender[i]!
      return spender === NONE || agrees(world, row, spender)
    })
}

const peelingChain: ChangeRule = (world, row) =>
  isPeeling(world, row) ? bySpender((_, __, spender) => isPeeling(world, spender))(world, row) : []

const powerOfTen: ChangeRule = (world, row) =>
  spendable(world, row).filter((i) => world.columns.outputSats[i]! % ROUND !== 0)

const optimalChange: ChangeRule = (world, row) => {
  const smallest = smallestInput(world, row)
  return spendable(world, row).filter((i) => world.columns.outputSats[i]! < smallest)
}

const addressType: ChangeRule = (world, row) => {
  const { inputStarts, inputKind, outputKind } = world.columns
  const kinds = new Set(inputKind.subarray(inputStarts[row]!, inputStarts[row + 1]!))
  const [kind] = kinds
  if (kinds.size !== 1 || kind === scriptKind('unknown')) return []
  return spendable(world, row).filter((i) => outputKind[i] === kind)
}

const locktime: ChangeRule = (world, row) => {
  const { marks } = world.columns
  if (marks === null) return []
  const agrees = bySpender((_, __, spender) => marks.locktime[row]! > 0 === marks.locktime[spender]! > 0)
  return agrees(world, row)
}

const addressReuse: ChangeRule = (world, row) => {
  const { inputStarts, inputAddress, outputAddress } = world.columns
  const payers = new Set(inputAddress.subarray(inputStarts[row]!, inputStarts[row + 1]!))
  payers.delete(NONE)
  return spendable(world, row).filter((i) => payers.has(outputAddress[i]!))
}

const freshAddress: ChangeRule = (world, row) => spendable(world, row).filter((i) => world.fresh[i] === 1)

/** Sats for a thousand virtual bytes, rounded down; NaN where unknown. */
function feeRate({ columns }: ChangeWorld, row: number): number {
  const { inputStarts, inputSats, outputStarts, outputSats, marks } = columns
  let fee = 0
  for (const i of span(inputStarts, row)) fee += inputSats[i]!
  for (const i of span(outputStarts, row)) fee -= outputSats[i]!
  return marks === null ? Number.NaN : Math.floor((fee * 1000) / marks.virtualBytes[row]!)
}
const fixedFee: ChangeRule = (world, row) => {
  const rate = feeRate(world, row)
  return Number.isNaN(rate) ? [] : bySpender((_, __, spender) => feeRate(world, spender) === rate)(world, row)
}

const fingerprint: ChangeRule = (world, row) =>
  world.columns.marks === null
    ? []
    : bySpender(({ columns }, _, spender) => sameWallet(columns, row, spender))(world, row)

/** An output to the cluster that pays; needs clusters, and links nothing new. */
export const sameCluster: ChangeRule = (world, row) => {
  const { clusterOf } = world
  const { inputStarts, inputAddress, outputAddress } = world.columns
  if (clusterOf === undefined) return []
  const own = new Set<number>()
  for (const i of span(inputStarts, row)) if (inputAddress[i] !== NONE) own.add(clusterOf(inputAddress[i]!))
  return spendable(world, row).filter((i) => {
    const address = outputAddress[i]!
    return address !== NONE && own.has(clusterOf(address))
  })
}

const legacy: ChangeRule = (world, row) => {
  if (spendable(world, row).length < 2 || equalOutputs(shapeOf(world.columns, row)) !== null) return []
  const fresh = new Set(freshAddress(world, row))
  return unique(optimalChange(world, row).filter((i) => fresh.has(i)))
}

const oneTime: ChangeRule = (world, row) => {
  const { outputSats } = world.columns
  const outputs = spendable(world, row)
  if (outputs.length < 2 || outputs.length > 10) return []
  const ownKind = new Set(addressType(world, row))
  return unique(
    optimalChange(world, row).filter(
      (i) => ownKind.has(i) && outputSats[i]! % CONSENSUS_ROUND !== 0 && world.paidOnce(i),
    ),
  )
}

/**
 * GraphSense's consensus: an address that paid in (confidence 100) stands alone; else one-time change and an output to
 * the own cluster (50 each) stand together; in a CoinJoin nothing does.
 */
const consensus: ChangeRule = (world, row) => {
  if (coinJoin(world.columns, row, { links: world.links }).findings.length > 0) return []
  const direct = addressReuse(world, row)
  if (direct.length > 0) return direct
  return [...new Set([...oneTime(world, row), ...sameCluster(world, row)])].sort((a, b) => a - b)
}

/** The one output left, or none where there are several: what BlockSci calls unique change. */
export function unique(outputs: readonly number[]): number[] {
  return outputs.length === 1 ? [...outputs] : []
}

/** Every rule by the name it has in evidence, on the command line and in docs/methods/change.md. */
export const CHANGE_RULES: Readonly<Record<ChangeRuleName, ChangeRule>> = {
  peelingChain,
  powerOfTen,
  optimalChange,
  addressType,
  locktime,
  addressReuse,
  freshAddress,
  fixedFee,
  fingerprint,
  legacy,
  consensus,
}
