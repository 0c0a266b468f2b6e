/**
 * The shape of a peeling transaction: one coin in, two out.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import { type ClusterColumns, type SpendLinks, scriptKind } from './columns.ts'

const UNKNOWN = 1 << scriptKind('unknown')

interface Linked {
  readonly columns: ClusterColumns
  readonly links: SpendLinks
}

function looksPeeling({ inputStarts, outputStarts }: ClusterColumns, row: number): boolean {
  return inputStarts[row + 1]! - inputStarts[row]! === 1 && outputStarts[row + 1]! - outputStarts[row]! === 2
}

/** One input, two outputs, and so has the transaction before or one after (BlockSci's `isPeelingChain`). */
export function isPeeling({ columns, links }: Linked, row: number): boolean {
  if (!looksPeeling(columns, row)) return false
  const neighbours = [
    links.inputMaker[columns.inputStarts[row]!]!,
    links.outputSpender[columns.outputStarts[row]!]!,
    links.outputSpender[columns.outputStarts[row]! + 1]!,
  ]
  return neighbours.some((other) => other !== NONE && looksPeeling(columns, other))
}

/**
 * True where nothing known tells two transactions' wallets apart: kinds of input script, version, locktime used or not,
 * replacement signalled or not (features of Kappos et al., USENIX Security 2022).
 */
export function sameWallet(columns: ClusterColumns, a: number, b: number): boolean {
  const { marks } = columns
  const [kindsA, kindsB] = [inputKinds(columns, a), inputKinds(columns, b)]
  if (kindsA !== kindsB && ((kindsA | kindsB) & UNKNOWN) === 0) return false
  return (
    marks === null ||
    (marks.version[a] === marks.version[b] &&
      marks.locktime[a]! > 0 === marks.locktime[b]! > 0 &&
      marks.replaceable[a] === marks.replaceable[b])
  )
}

/** Bit set of the kinds of a row's inputs. */
function inputKinds({ inputStarts, inputKind }: ClusterColumns, row: number): number {
  let kinds = 0
  for (let i = inputStarts[row]!; i < inputStarts[row + 1]!; i++) kinds |= 1 << inputKind[i]!
  return kinds
}
