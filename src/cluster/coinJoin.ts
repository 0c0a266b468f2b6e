/**
 * Which transactions were made by several owners together, so that their inputs say nothing of ownership.
 * Rules, sources and error modes: docs/methods/coinjoin.md.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import { equalOutputs, payJoin, stonewall } from './coinjoin/equalOutputs.ts'
import type { Finding, MixKind } from './coinjoin/finding.ts'
import { joinMarket } from './coinjoin/joinMarket.ts'
import { shapeOf, type TxShape } from './coinjoin/shape.ts'
import { wasabi10, wasabi11, wasabi20 } from './coinjoin/wasabi.ts'
import { whirlpoolMix, whirlpoolTx0 } from './coinjoin/whirlpool.ts'
import type { ClusterColumns, SpendLinks } from './columns.ts'

export interface CoinJoinContext {
  /** Where coins came from and went: lets Whirlpool's lineage be checked. */
  readonly links?: SpendLinks
  /** True for addresses labelled as an exchange's: their many inputs and payouts are no JoinMarket and no Wasabi 1. */
  readonly isExchange?: (address: number) => boolean
}

export interface CoinJoinVerdict {
  /** Strongest first. Empty: nothing of a CoinJoin is seen, which does not mean that it is none. */
  readonly findings: readonly Finding[]
  /** Why something was cancelled. */
  readonly vetoes: readonly { readonly reason: string; readonly cancels: readonly MixKind[] }[]
}

/** What a row looks like. Cost: linear in its inputs and outputs. */
export function coinJoin(
  columns: ClusterColumns,
  row: number,
  context: CoinJoinContext = {},
): CoinJoinVerdict {
  const shape = shapeOf(columns, row)
  // An amount that is not known cannot be equal to another.
  if (shape.outputSats.some(Number.isNaN)) return { findings: [], vetoes: [] }
  let findings = [
    joinMarket(shape),
    wasabi10(shape),
    wasabi11(shape),
    wasabi20(shape),
    mixOf(columns, shape, context),
    tx0Of(columns, shape, context),
  ].filter((finding) => finding !== null)
  const vetoes: { reason: string; cancels: MixKind[] }[] = []
  const cancel = (reason: string | null, cancelled: (finding: Finding) => boolean): void => {
    const cancels = findings.filter(cancelled).map(({ kind }) => kind)
    if (reason === null || cancels.length === 0) return
    vetoes.push({ reason, cancels })
    findings = findings.filter((finding) => !cancelled(finding))
  }
  // The rule for two parties has looked for what a Stonewall cannot have.
  cancel(stonewall(shape), ({ kind }) => kind !== 'joinmarket')
  cancel(exchangeInput(columns, row, context), ({ kind }) =>
    ['joinmarket', 'wasabi-1.0', 'wasabi-1.1'].includes(kind),
  )
  const general = equalOutputs(shape)
  if (general !== null) findings.push(general)
  return { findings: findings.sort((a, b) => b.confidence - a.confidence), vetoes }
}

/** Values of {@link refusedRows}. */
export const REFUSED = { no: 0, coinJoin: 1, payJoin: 2 } as const

/**
 * u8[n]: rows whose inputs must not be linked. A Tx0 is not among them: it has one owner.
 * A shape that a Stonewall of one owner shares with a CoinJoin of two is: a link too few is mended sooner than one too many.
 */
export function refusedRows(
  columns: ClusterColumns,
  options: CoinJoinContext & { readonly coinJoin?: boolean; readonly payJoin?: boolean } = {},
): Uint8Array {
  const refused = new Uint8Array(columns.n)
  for (let row = 0; row < columns.n; row++) {
    if (columns.inputStarts[row + 1]! - columns.inputStarts[row]! < 2) continue
    const outputs = columns.outputStarts[row + 1]! - columns.outputStarts[row]!
    if (outputs === 2) {
      if ((options.payJoin ?? false) && payJoin(columns, row) !== null) refused[row] = REFUSED.payJoin
    } else if ((options.coinJoin ?? true) && outputs > 2 && mayMix(columns, row)) {
      const { findings } = coinJoin(columns, row, options)
      if (findings.some(({ kind }) => kind !== 'whirlpool-tx0')) refused[row] = REFUSED.coinJoin
    }
  }
  return refused
}

/** Small transactions, nearly all, are told apart without making anything: no two equal outputs, no mix. */
function mayMix({ outputStarts, outputSats }: ClusterColumns, row: number): boolean {
  const from = outputStarts[row]!
  const to = outputStarts[row + 1]!
  if (to - from > 16) return true
  for (let i = from; i < to; i++) {
    for (let j = from; j < i; j++) if (outputSats[i] === outputSats[j]) return true
  }
  return false
}

function mixOf(columns: ClusterColumns, shape: TxShape, { links }: CoinJoinContext): Finding | null {
  return whirlpoolMix(shape, (input) => {
    const maker = links?.inputMaker[columns.inputStarts[shape.row]! + input] ?? NONE
    if (maker === NONE) return 'unknown'
    const made = shapeOf(columns, maker)
    if (whirlpoolTx0(made) !== null) return 'tx0'
    return whirlpoolMix(made, () => 'unknown') === null ? 'other' : 'mix'
  })
}

/** Surer where one of its coins is seen in a mix: 90 (GraphSense). */
function tx0Of(columns: ClusterColumns, shape: TxShape, { links }: CoinJoinContext): Finding | null {
  const finding = whirlpoolTx0(shape)
  if (finding === null || links === undefined) return finding
  for (let i = columns.outputStarts[shape.row]!; i < columns.outputStarts[shape.row + 1]!; i++) {
    const spender = links.outputSpender[i]!
    if (spender === NONE || whirlpoolMix(shapeOf(columns, spender), () => 'unknown') === null) continue
    return { ...finding, confidence: 90, reasons: [...finding.reasons, 'a coin of it is spent in a mix'] }
  }
  return finding
}

function exchangeInput(
  { inputStarts, inputAddress }: ClusterColumns,
  row: number,
  { isExchange }: CoinJoinContext,
): string | null {
  if (isExchange === undefined) return null
  for (let i = inputStarts[row]!; i < inputStarts[row + 1]!; i++) {
    if (inputAddress[i] !== NONE && isExchange(inputAddress[i]!)) return "an input is labelled an exchange's"
  }
  return null
}
