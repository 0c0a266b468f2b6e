/**
 * Columns of a chain store as clustering reads them.
 * @module
 */
import type { ChainReader, OpenSegment } from '../ledger/chain/chainReader.ts'
import type { PagedColumn } from '../ledger/chain/pagedColumn.ts'
import { NONE } from '../ledger/ledger.ts'
import { type ClusterColumns, type SpendLinks, scriptKind } from './columns.ts'
import { placeOf } from './placeOf.ts'

/** Rows of the dictionary read at a time. */
const ROWS = 2 ** 15
const UNKNOWN = scriptKind('unknown')
const NO_ADDRESS = scriptKind('none')
/** Kinds of the store (`docs/formats/chain-store.md`) as kinds of ours; v0 is told by the length of its payload. */
const KINDS: ReadonlyMap<number, number> = new Map([
  [0, NO_ADDRESS],
  [1, scriptKind('data')],
  [2, scriptKind('multisig')],
  [16, scriptKind('p2pk')],
  [17, scriptKind('p2pkh')],
  [18, scriptKind('p2sh')],
  [19, scriptKind('p2sh')],
])
const V0 = 32
const V1 = 33

/** Rows of one segment, or several joined. */
export interface Part {
  readonly columns: ClusterColumns
  /** u32[inputs] transaction and output that made what is spent; NONE where outside the store. */
  readonly prevouts: { readonly tx: Uint32Array; readonly n: Uint32Array }
}

/** Columns of these transactions, ascending, one part for each run of neighbours in one segment. */
export function* columnsOf(
  reader: ChainReader,
  txs: Uint32Array,
  kindOf: (address: number) => number,
): Generator<Part> {
  for (let from = 0; from < txs.length; ) {
    const segment = reader.segmentOf(txs[from]!)
    const end = segment.firstTx + segment.transactions
    let to = from + 1
    while (to < txs.length && txs[to] === txs[to - 1]! + 1 && txs[to]! < end) to++
    yield partOf(reader, segment, txs.subarray(from, to), kindOf)
    from = to
  }
}

function partOf(
  reader: ChainReader,
  segment: OpenSegment,
  txs: Uint32Array,
  kindOf: (address: number) => number,
): Part {
  const n = txs.length
  const first = txs[0]! - segment.firstTx
  const u32 = (column: PagedColumn, from: number, count: number): Uint32Array => {
    const into = new Uint32Array(count)
    column.read(from, into)
    return into
  }
  const f64 = (column: PagedColumn, from: number, count: number): Float64Array => {
    const into = new Float64Array(count)
    column.read(from, into)
    return into
  }
  const u8 = (column: PagedColumn, from: number, count: number): Uint8Array => {
    const into = new Uint8Array(count)
    column.read(from, into)
    return into
  }
  const inputStarts = u32(segment.txInputs, first, n + 1)
  const outputStarts = u32(segment.txOutputs, first, n + 1)
  const [firstIn, inputs] = [inputStarts[0]!, inputStarts[n]! - inputStarts[0]!]
  const [firstOut, outputs] = [outputStarts[0]!, outputStarts[n]! - outputStarts[0]!]
  for (let i = 0; i <= n; i++) {
    inputStarts[i]! -= firstIn
    outputStarts[i]! -= firstOut
  }
  const inputAddress = u32(segment.inAddress, firstIn, inputs)
  const inputSats = f64(segment.inSats, firstIn, inputs)
  const prevouts = { tx: u32(segment.inTx, firstIn, inputs), n: u32(segment.inN, firstIn, inputs) }
  const inputKind = new Uint8Array(inputs)
  for (let i = 0; i < inputs; i++) {
    const address = inputAddress[i]!
    if (address !== NONE) inputKind[i] = kindOf(address)
    else if (prevouts.tx[i] !== NONE) inputKind[i] = kindOfOutput(reader, prevouts.tx[i]!, prevouts.n[i]!)
    else if (inputSats[i] === 0) {
      // Neither in the store nor given beside it.
      inputKind[i] = UNKNOWN
      inputSats[i] = Number.NaN
    } else inputKind[i] = NO_ADDRESS
  }
  const outputAddress = u32(segment.outAddress, firstOut, outputs)
  const outputKind = u8(segment.outKind, firstOut, outputs)
  for (let i = 0; i < outputs; i++)
    outputKind[i] =
      outputAddress[i] === NONE ? (KINDS.get(outputKind[i]!) ?? NO_ADDRESS) : kindOf(outputAddress[i]!)
  const marks = u8(segment.txMarks, first, n)
  return {
    columns: {
      ...{ n, txs, inputStarts, inputAddress, inputSats, inputKind },
      ...{ outputStarts, outputAddress, outputSats: f64(segment.outSats, firstOut, outputs), outputKind },
      marks: {
        version: Uint32Array.from(marks, (mark) => mark >> 2),
        locktime: Uint32Array.from(marks, (mark) => mark & 1),
        replaceable: marks.map((mark) => (mark >> 1) & 1),
        virtualBytes: u32(segment.txBytes, first, n),
      },
    },
    prevouts,
  }
}

function kindOfOutput(reader: ChainReader, tx: number, n: number): number {
  const segment = reader.segmentOf(tx)
  return KINDS.get(segment.outKind.at(segment.txOutputs.at(tx - segment.firstTx) + n)) ?? NO_ADDRESS
}

/** Number of the kind of script that an address stands for. */
export function kindAt(reader: ChainReader, address: number): number {
  const { kind, payload } = reader.key(address)
  return kindOfKey(kind, payload.length)
}

function kindOfKey(kind: number, length: number): number {
  if (kind === V0) return scriptKind(length === 20 ? 'p2wpkh' : 'p2wsh')
  return KINDS.get(kind) ?? scriptKind(kind === V1 && length === 32 ? 'p2tr' : 'witness')
}

/** u8[addresses], read from beginning to end. */
export function allKinds(reader: ChainReader): Uint8Array {
  const kinds = new Uint8Array(reader.addresses)
  for (const { addressKind, addressStart, firstAddress, addresses } of reader.segments) {
    for (let done = 0; done < addresses; done += ROWS) {
      const count = Math.min(ROWS, addresses - done)
      const kind = new Uint8Array(count)
      const start = new Uint32Array(count + 1)
      addressKind.read(done, kind)
      addressStart.read(done, start)
      for (let i = 0; i < count; i++)
        kinds[firstAddress + done + i] = kindOfKey(kind[i]!, start[i + 1]! - start[i]!)
    }
  }
  return kinds
}

export function joined(parts: readonly Part[]): Part {
  const [only] = parts
  if (parts.length === 1) return only!
  const all = <A extends Uint8Array | Uint32Array | Float64Array>(
    make: (n: number) => A,
    of: (part: Part) => A,
  ): A => {
    const columns = parts.map(of)
    const whole = make(columns.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const column of columns) {
      whole.set(column, at)
      at += column.length
    }
    return whole
  }
  const u32 = (n: number): Uint32Array => new Uint32Array(n)
  const u8 = (n: number): Uint8Array => new Uint8Array(n)
  const f64 = (n: number): Float64Array => new Float64Array(n)
  const starts = (of: (columns: ClusterColumns) => Uint32Array): Uint32Array => {
    const whole = new Uint32Array(parts.reduce((sum, { columns }) => sum + columns.n, 0) + 1)
    let [row, before] = [0, 0]
    for (const { columns } of parts) {
      for (let i = 1; i <= columns.n; i++) whole[++row] = before + of(columns)[i]!
      before += of(columns)[columns.n]!
    }
    return whole
  }
  return {
    columns: {
      n: parts.reduce((sum, { columns }) => sum + columns.n, 0),
      txs: all(u32, ({ columns }) => columns.txs),
      inputStarts: starts(({ inputStarts }) => inputStarts),
      inputAddress: all(u32, ({ columns }) => columns.inputAddress),
      inputSats: all(f64, ({ columns }) => columns.inputSats),
      inputKind: all(u8, ({ columns }) => columns.inputKind),
      outputStarts: starts(({ outputStarts }) => outputStarts),
      outputAddress: all(u32, ({ columns }) => columns.outputAddress),
      outputSats: all(f64, ({ columns }) => columns.outputSats),
      outputKind: all(u8, ({ columns }) => columns.outputKind),
      marks: {
        version: all(u32, ({ columns }) => columns.marks!.version),
        locktime: all(u32, ({ columns }) => columns.marks!.locktime),
        replaceable: all(u8, ({ columns }) => columns.marks!.replaceable),
        virtualBytes: all(u32, ({ columns }) => columns.marks!.virtualBytes),
      },
    },
    prevouts: { tx: all(u32, ({ prevouts }) => prevouts.tx), n: all(u32, ({ prevouts }) => prevouts.n) },
  }
}

/** Who made and spends what, among these rows. */
export function linksWithin(
  { n, txs, inputStarts, outputStarts, inputAddress, outputAddress }: ClusterColumns,
  prevouts: Part['prevouts'],
): SpendLinks {
  const inputMaker = new Uint32Array(inputAddress.length).fill(NONE)
  const outputSpender = new Uint32Array(outputAddress.length).fill(NONE)
  for (let row = 0; row < n; row++) {
    for (let i = inputStarts[row]!; i < inputStarts[row + 1]!; i++) {
      const maker = placeOf(txs, prevouts.tx[i]!)
      if (maker === NONE) continue
      inputMaker[i] = maker
      outputSpender[outputStarts[maker]! + prevouts.n[i]!] = row
    }
  }
  return { inputMaker, outputSpender }
}
