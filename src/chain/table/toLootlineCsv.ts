import type { Asset } from '../../units/asset.ts'
import type { Transaction } from '../transaction.ts'
import { csvLine } from './csvLine.ts'

const COLUMNS = [
  'chain',
  'txid',
  'height',
  'index',
  'time',
  'kind',
  'position',
  'n',
  'prev_txid',
  'prev_n',
  'from',
  'to',
  'asset',
  'amount',
  'decimals',
  'symbol',
  'wallet',
] as const
type Cells = Partial<Record<(typeof COLUMNS)[number], string>>

export interface LootlineCsvOptions {
  /** Decimals and symbols to write beside the amounts. */
  readonly assets?: readonly Asset[]
  /** States that the whole history of every holder is in the table (`wallet` is `*`). */
  readonly coversAll?: boolean
}

/**
 * Transactions as a Lootline table, line by line, header first; see docs/formats/lootline-csv.md. Amounts are base
 * units. Each transaction's rows stand together. One without any transfer, input or output has no row.
 */
export function* toLootlineCsv(
  transactions: Iterable<Transaction>,
  options: LootlineCsvOptions = {},
): Generator<string, void> {
  const assets = new Map((options.assets ?? []).map((asset) => [asset.id, asset]))
  const line = (cells: Cells): string => csvLine(COLUMNS.map((column) => cells[column] ?? ''))
  yield csvLine(COLUMNS)
  for (const { chain, txid, height, index, time, transfers, inputs, outputs } of transactions) {
    const head: Cells = {
      chain,
      txid,
      height: text(height),
      index: text(index),
      time: text(time),
      wallet: options.coversAll === true ? '*' : '',
    }
    for (const input of inputs) {
      yield line({
        ...head,
        kind: 'input',
        prev_txid: input.txid,
        prev_n: text(input.n),
        from: address(input.holder, chain),
        amount: text(input.amount),
      })
    }
    for (const [n, output] of outputs.entries()) {
      yield line({
        ...head,
        kind: 'output',
        n: text(n),
        to: address(output.holder, chain),
        amount: text(output.amount),
      })
    }
    for (const { from, to, asset, amount, kind, position } of transfers) {
      const known = assets.get(asset)
      yield line({
        ...head,
        kind,
        position: text(position),
        from: address(from, chain),
        to: address(to, chain),
        asset,
        amount: text(amount),
        decimals: text(known?.decimals),
        symbol: known?.symbol ?? '',
      })
    }
  }
}

function text(value: number | bigint | undefined): string {
  return value === undefined ? '' : String(value)
}

/** The address of a CAIP-10 holder on the row's own chain. */
function address(holder: string | null | undefined, chain: string): string {
  return holder == null ? '' : holder.slice(chain.length + 1)
}
