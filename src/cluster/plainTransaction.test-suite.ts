/**
 * Transactions written plainly, as columns: for tests.
 * @module
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { NONE } from '../ledger/ledger.ts'
import { type ClusterColumns, type ScriptKind, type SpendLinks, scriptKind } from './columns.ts'

export interface PlainTransaction {
  readonly txid: string
  readonly inputs: readonly {
    readonly txid?: string
    readonly n?: number
    readonly script: string | null
    readonly kind?: ScriptKind
    readonly sats: number
  }[]
  readonly outputs: readonly {
    readonly script: string | null
    readonly kind?: ScriptKind
    readonly sats: number
  }[]
  readonly version?: number
  readonly locktime?: number
  readonly replaceable?: boolean
  readonly virtualBytes?: number
}

/** Columns, links and the dictionary of scripts, numbered in the order met; marks where every transaction has a version. */
export function plainColumns(transactions: readonly PlainTransaction[]): {
  columns: ClusterColumns
  links: SpendLinks
  scripts: readonly string[]
} {
  const numbers = new Map<string, number>()
  const number = (script: string | null): number => {
    if (script === null) return NONE
    if (!numbers.has(script)) numbers.set(script, numbers.size)
    return numbers.get(script)!
  }
  const starts = (counts: readonly number[]): Uint32Array => {
    let sum = 0
    return Uint32Array.from([0, ...counts.map((count) => (sum += count))])
  }
  const inputs = transactions.flatMap((tx) => tx.inputs)
  const outputs = transactions.flatMap((tx) => tx.outputs)
  const outputStarts = starts(transactions.map((tx) => tx.outputs.length))
  const inputStarts = starts(transactions.map((tx) => tx.inputs.length))
  const outputAddress = Uint32Array.from(outputs, ({ script }) => number(script))
  const columns: ClusterColumns = {
    n: transactions.length,
    txs: Uint32Array.from(transactions, (_, i) => i),
    inputStarts,
    inputAddress: Uint32Array.from(inputs, ({ script }) => number(script)),
    inputSats: Float64Array.from(inputs, ({ sats }) => sats),
    inputKind: Uint8Array.from(inputs, ({ kind }) => scriptKind(kind ?? 'p2wpkh')),
    outputStarts,
    outputAddress,
    outputSats: Float64Array.from(outputs, ({ sats }) => sats),
    outputKind: Uint8Array.from(outputs, ({ kind }) => scriptKind(kind ?? 'p2wpkh')),
    marks: transactions.every(({ version }) => version !== undefined)
      ? {
          version: Uint32Array.from(transactions, ({ version }) => version!),
          locktime: Uint32Array.from(transactions, ({ locktime }) => locktime ?? 0),
          replaceable: Uint8Array.from(transactions, ({ replaceable }) => Number(replaceable ?? false)),
          virtualBytes: Uint32Array.from(transactions, ({ virtualBytes }) => virtualBytes ?? 0),
        }
      : null,
  }
  const rows = new Map(transactions.map(({ txid }, row) => [txid, row]))
  const inputMaker = new Uint32Array(inputs.length).fill(NONE)
  const outputSpender = new Uint32Array(outputs.length).fill(NONE)
  transactions.forEach((tx, row) => {
    tx.inputs.forEach(({ txid, n }, i) => {
      const maker = txid === undefined ? undefined : rows.get(txid)
      if (maker === undefined) return
      inputMaker[inputStarts[row]! + i] = maker
      outputSpender[outputStarts[maker]! + n!] = row
    })
  })
  return { columns, links: { inputMaker, outputSpender }, scripts: [...numbers.keys()] }
}

/** Folder of real data; null, and the reason printed, where there is none. */
export function realData(folder: string): string | null {
  const data = process.env['LOOTLINE_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data')
  const path = join(data, folder)
  if (existsSync(path)) return path
  process.stderr.write(`skipped: no real data at ${path} (set LOOTLINE_DATA)\n`)
  return null
}
