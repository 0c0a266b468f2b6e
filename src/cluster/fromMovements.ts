/**
 * A case's ledger as columns for clustering.
 * @module
 */
import { parseAddress } from '../address/index.ts'
import { LootlineError } from '../errors.ts'
import { type Ledger, MOVEMENT_KINDS, type Movements, NONE } from '../ledger/ledger.ts'
import { addressOf, chainOf, type HolderId } from '../units/caip.ts'
import { type ClusterColumns, kindOfForm, type SpendLinks, scriptKind } from './columns.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const UNKNOWN = scriptKind('unknown')
const NO_ADDRESS = scriptKind('none')
const DATA = scriptKind('data')

/**
 * The UTXO movements among these, in their order; addresses are the ledger's holder numbers. A ledger does not keep
 * versions, locktimes and scripts: `marks` is null, and a script without address and value is taken for OP_RETURN.
 */
export function fromMovements(
  ledger: Pick<Ledger, 'holderIds'>,
  movements: Movements,
): { columns: ClusterColumns; links: SpendLinks } {
  const rows = [...movements.kind.keys()].filter((i) => movements.kind[i] === UTXO)
  const kinds = kindsOf(ledger, movements)
  const inputs = side(rows, movements.debitStarts)
  const outputs = side(rows, movements.creditStarts)
  const inputAddress = inputs.legs.map((leg) => movements.debitHolder[leg]!)
  const outputAddress = outputs.legs.map((leg) => movements.creditHolder[leg]!)
  const inputSats = Float64Array.from(inputs.legs, (leg) => {
    const sats = movements.debitAmount.narrow[leg]!
    // The ledger counts a prevout that it never saw as 0.
    return sats < 0 || (sats === 0 && movements.debitHolder[leg] === NONE) ? Number.NaN : sats
  })
  const outputSats = Float64Array.from(outputs.legs, (leg) => {
    const sats = movements.creditAmount.narrow[leg]!
    return sats < 0 ? Number.NaN : sats
  })
  const columns: ClusterColumns = {
    n: rows.length,
    txs: Uint32Array.from(rows, (i) => movements.tx[i]!),
    inputStarts: inputs.starts,
    inputAddress,
    inputSats,
    inputKind: Uint8Array.from(inputAddress, (holder) => kinds.get(holder) ?? UNKNOWN),
    outputStarts: outputs.starts,
    outputAddress,
    outputSats,
    outputKind: Uint8Array.from(
      outputAddress,
      (holder, i) => kinds.get(holder) ?? (outputSats[i] === 0 ? DATA : NO_ADDRESS),
    ),
    marks: null,
  }
  return { columns, links: linksOf(columns, inputs.legs, outputs.legs, movements) }
}

function side(
  rows: readonly number[],
  all: Uint32Array,
): { readonly starts: Uint32Array; readonly legs: Uint32Array } {
  const starts = new Uint32Array(rows.length + 1)
  rows.forEach((i, row) => {
    starts[row + 1] = starts[row]! + all[i + 1]! - all[i]!
  })
  const legs = new Uint32Array(starts[rows.length]!)
  rows.forEach((i, row) => {
    for (let k = 0; k < all[i + 1]! - all[i]!; k++) legs[starts[row]! + k] = all[i]! + k
  })
  return { starts, legs }
}

function kindsOf(ledger: Pick<Ledger, 'holderIds'>, movements: Movements): Map<number, number> {
  const holders = new Set([...movements.debitHolder, ...movements.creditHolder])
  holders.delete(NONE)
  const numbers = Uint32Array.from(holders)
  return new Map(ledger.holderIds(numbers).map((id, i) => [numbers[i]!, kindOf(id)]))
}

function kindOf(holder: HolderId): number {
  try {
    return kindOfForm(parseAddress(addressOf(holder), chainOf(holder)).form)
  } catch (error) {
    // A ledger may hold addresses of chains whose spelling we do not check.
    if (error instanceof LootlineError) return UNKNOWN
    throw error
  }
}

function linksOf(
  { n, txs, inputStarts, outputStarts }: ClusterColumns,
  debits: Uint32Array,
  credits: Uint32Array,
  movements: Movements,
): SpendLinks {
  const rowOf = new Map(Array.from(txs, (tx, row) => [tx, row]))
  const inputMaker = new Uint32Array(debits.length).fill(NONE)
  const outputSpender = new Uint32Array(credits.length).fill(NONE)
  for (let row = 0; row < n; row++) {
    for (let i = inputStarts[row]!; i < inputStarts[row + 1]!; i++) {
      const maker = rowOf.get(movements.debitLotTx[debits[i]!]!)
      if (maker === undefined) continue
      inputMaker[i] = maker
      for (let o = outputStarts[maker]!; o < outputStarts[maker + 1]!; o++) {
        if (movements.creditN[credits[o]!] === movements.debitLotN[debits[i]!]) outputSpender[o] = row
      }
    }
  }
  return { inputMaker, outputSpender }
}
