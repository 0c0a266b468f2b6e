/**
 * The input and output rows of one UTXO transaction, which stand together in a Lootline table.
 * @module
 */
import type { Input, Output, Transaction } from '../transaction.ts'
import { CellProblem } from './checks.ts'
import type { TextRecord } from './splitCsv.ts'
import type { TableRow } from './table.ts'
import type { RowHead } from './transactionOf.ts'

/** At most 1,000,000 bytes of a block are no witness (BIP 141), an output takes at least 9 of them and an input 41. */
const MAX_ROWS = 111_111

export interface UtxoGroup {
  isOf(head: RowHead): boolean
  /** Opens the transaction of a row where none is open. */
  open(head: RowHead, row: number): void
  /** Adds a row to the open transaction; their number is bounded. @throws CellProblem */
  add(record: TextRecord, head: RowHead, part: UtxoPart): void
  /** One of its rows was refused: the transaction as a whole then is. */
  spoil(): void
  /** Its row; a problem for every record of it; null where nothing is open. Leaves the group empty. */
  take(): TableRow | { readonly records: readonly TextRecord[]; readonly problem: CellProblem } | null
}

type UtxoPart = { readonly input: Input } | { readonly output: Output; readonly n: number }

interface Open {
  readonly head: RowHead
  readonly row: number
  readonly records: TextRecord[]
  readonly inputs: Input[]
  readonly outputs: Map<number, Output>
  spoiled: boolean
}

export function createUtxoGroup(): UtxoGroup {
  let open: Open | null = null
  return {
    isOf: (head) => open !== null && open.head.txid === head.txid && open.head.chain === head.chain,
    open: (head, row) => {
      open ??= { head, row, records: [], inputs: [], outputs: new Map(), spoiled: false }
    },
    add: (record, head, part) => {
      const { head: first, records, inputs, outputs } = open!
      if (records.length >= MAX_ROWS)
        throw new CellProblem(-1, `more than ${MAX_ROWS} rows of one transaction`)
      if (head.height !== first.height || head.time !== first.time || head.index !== first.index) {
        throw new CellProblem(-1, 'another height, index or time than the first row of this transaction')
      }
      if ('input' in part) inputs.push(part.input)
      else if (outputs.has(part.n)) throw new CellProblem(-1, `output ${part.n} is there twice`)
      else outputs.set(part.n, part.output)
      records.push(record)
    },
    spoil: () => {
      if (open !== null) open.spoiled = true
    },
    take: () => {
      if (open === null) return null
      const { head, row, records, inputs, outputs, spoiled } = open
      open = null
      const all = [...outputs.entries()].sort((a, b) => a[0] - b[0])
      const gap = all.findIndex(([n], i) => n !== i)
      const reason = spoiled
        ? 'another row of this transaction was refused'
        : all.length === 0
          ? 'no outputs stand with these rows: rows of one transaction must stand together'
          : gap >= 0
            ? `output ${gap} is missing: rows of one transaction must stand together`
            : null
      if (reason !== null) return { records, problem: new CellProblem(-1, reason) }
      const transaction: Transaction = {
        ...head,
        transfers: [],
        inputs,
        outputs: all.map(([, output]) => output),
      }
      return { row, listing: '', transaction }
    },
  }
}
