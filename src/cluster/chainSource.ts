/**
 * A chain store as a source of clusters: columns are read in long stretches, neighbours by number.
 * @module
 */
import { basename, dirname } from 'node:path'
import { type ChainReader, type OpenSegment, openChainReader } from '../ledger/chain/chainReader.ts'
import { NONE } from '../ledger/ledger.ts'
import { type ChangeWorld, freshOutputs } from './change/world.ts'
import { type ClusterColumns, type SpendLinks, scriptKind } from './columns.ts'
import type { ClusterSource, Section } from './source.ts'

/** Rows read at a time: some 10 MB of columns. */
const ROWS = 2 ** 15
/** Makers are looked up for what can be a step of a peel chain or a Whirlpool mix; a larger consolidation is neither. */
const MOST_INPUTS = 8
/** Transactions of an address that are read to see whether it was paid once; a coin is paid once and spent once. */
const MOST_PAID = 1000

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

export interface ChainSource extends ClusterSource {
  close(): void
}

/** @param folder of the chain store. @throws {ManifestError, ColumnError} */
export function openChainSource(folder: string): ChainSource {
  const reader = openChainReader(folder)
  const sections: Section[] = reader.segments.map((segment) => {
    const { firstTx, transactions, firstAddress, addresses } = segment
    return { identity: identityOf(segment), firstTx, transactions, firstAddress, addresses }
  })
  let kinds: Uint8Array | undefined
  const kindOf = (address: number): number => kinds?.[address] ?? kindAt(reader, address)

  const around = (txs: Uint32Array): ChangeWorld => {
    const wanted = new Set(txs)
    for (const part of columnsOf(reader, txs, kindOf)) {
      const { columns, prevouts } = part
      for (let row = 0; row < columns.n; row++) {
        const from = columns.inputStarts[row]!
        const to = columns.inputStarts[row + 1]!
        if (to - from <= MOST_INPUTS)
          for (let i = from; i < to; i++) if (prevouts.tx[i] !== NONE) wanted.add(prevouts.tx[i]!)
        const outputs = columns.outputStarts[row + 1]! - columns.outputStarts[row]!
        for (let n = 0; n < outputs; n++) {
          const spender = reader.spender(columns.txs[row]!, n)
          if (spender !== NONE) wanted.add(spender)
        }
      }
    }
    const all = Uint32Array.from(wanted).sort()
    const { columns, prevouts } = joined([...columnsOf(reader, all, kindOf)])
    const asked = new Set(txs)
    const fresh = new Uint8Array(columns.outputAddress.length)
    for (let row = 0; row < columns.n; row++) {
      if (!asked.has(columns.txs[row]!)) continue
      const payers = columns.inputAddress.subarray(columns.inputStarts[row], columns.inputStarts[row + 1])
      for (let i = columns.outputStarts[row]!; i < columns.outputStarts[row + 1]!; i++) {
        const address = columns.outputAddress[i]!
        if (address === NONE) continue
        const first = reader.page(address, 0, 1)[0]
        fresh[i] = first === columns.txs[row] && !payers.includes(address) ? 1 : 0
      }
    }
    const paidOnce = (place: number): boolean => isPaidOnce(reader, columns.outputAddress[place]!)
    return { columns, links: linksWithin(columns, prevouts), fresh, paidOnce }
  }

  return {
    transactions: reader.transactions,
    addresses: reader.addresses,
    sections,
    *rows(section) {
      kinds ??= allKinds(reader)
      const seen = new Uint8Array(section.addresses)
      for (let done = 0; done < section.transactions; done += ROWS) {
        const count = Math.min(ROWS, section.transactions - done)
        const txs = Uint32Array.from({ length: count }, (_, i) => section.firstTx + done + i)
        const { columns } = joined([...columnsOf(reader, txs, kindOf)])
        yield {
          columns,
          links: {
            inputMaker: new Uint32Array(columns.inputAddress.length).fill(NONE),
            outputSpender: new Uint32Array(columns.outputAddress.length).fill(NONE),
          },
          fresh: freshOutputs(columns, seen, section.firstAddress),
          paidOnce: () => false,
        }
      }
    },
    around,
    atOnce: 2 ** 11,
    touching(addresses, most) {
      let count = 0
      for (const address of addresses) {
        count += reader.postings(address)
        if (count > most) return null
      }
      const txs = new Set<number>()
      for (const address of addresses)
        for (const tx of reader.page(address, 0, reader.postings(address))) txs.add(tx)
      return Uint32Array.from(txs).sort()
    },
    close: () => reader.close(),
  }
}

/** Its name and the hash of its last block: a store made anew in the same place gives the same names again. */
function identityOf({ blockHash, blocks }: OpenSegment): string {
  const hash = new Uint8Array(32)
  blockHash.read(blocks - 1, hash)
  return `${basename(dirname(blockHash.path))}-${Buffer.from(hash).toString('hex')}`
}

interface Part {
  readonly columns: ClusterColumns
  /** u32[inputs] transaction and output that made what is spent; NONE where outside the store. */
  readonly prevouts: { readonly tx: Uint32Array; readonly n: Uint32Array }
}

/** Columns of these transactions, ascending, one part for each run of neighbours in one segment. */
function* columnsOf(
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
  const u32 =
    (column: 'txInputs' | 'txOutputs' | 'inTx' | 'inN' | 'inAddress' | 'outAddress' | 'txBytes') =>
    (from: number, count: number): Uint32Array => {
      const into = new Uint32Array(count)
      segment[column].read(from, into)
      return into
    }
  const f64 = (column: 'inSats' | 'outSats', from: number, count: number): Float64Array => {
    const into = new Float64Array(count)
    segment[column].read(from, into)
    return into
  }
  const u8 = (column: 'outKind' | 'txMarks', from: number, count: number): Uint8Array => {
    const into = new Uint8Array(count)
    segment[column].read(from, into)
    return into
  }
  const inputStarts = u32('txInputs')(first, n + 1)
  const outputStarts = u32('txOutputs')(first, n + 1)
  const [firstIn, inputs] = [inputStarts[0]!, inputStarts[n]! - inputStarts[0]!]
  const [firstOut, outputs] = [outputStarts[0]!, outputStarts[n]! - outputStarts[0]!]
  for (let i = 0; i <= n; i++) {
    inputStarts[i]! -= firstIn
    outputStarts[i]! -= firstOut
  }
  const inputAddress = u32('inAddress')(firstIn, inputs)
  const inputSats = f64('inSats', firstIn, inputs)
  const prevouts = { tx: u32('inTx')(firstIn, inputs), n: u32('inN')(firstIn, inputs) }
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
  const outputAddress = u32('outAddress')(firstOut, outputs)
  const outputKind = u8('outKind', firstOut, outputs)
  for (let i = 0; i < outputs; i++)
    outputKind[i] =
      outputAddress[i] === NONE ? (KINDS.get(outputKind[i]!) ?? NO_ADDRESS) : kindOf(outputAddress[i]!)
  const marks = u8('txMarks', first, n)
  return {
    columns: {
      ...{ n, txs, inputStarts, inputAddress, inputSats, inputKind },
      ...{ outputStarts, outputAddress, outputSats: f64('outSats', firstOut, outputs), outputKind },
      marks: {
        version: Uint32Array.from(marks, (mark) => mark >> 2),
        locktime: Uint32Array.from(marks, (mark) => mark & 1),
        replaceable: marks.map((mark) => (mark >> 1) & 1),
        virtualBytes: u32('txBytes')(first, n),
      },
    },
    prevouts,
  }
}

function kindOfOutput(reader: ChainReader, tx: number, n: number): number {
  const segment = reader.segmentOf(tx)
  return KINDS.get(segment.outKind.at(segment.txOutputs.at(tx - segment.firstTx) + n)) ?? NO_ADDRESS
}

function kindAt(reader: ChainReader, address: number): number {
  const { kind, payload } = reader.key(address)
  return kindOfKey(kind, payload.length)
}

function kindOfKey(kind: number, length: number): number {
  if (kind === V0) return scriptKind(length === 20 ? 'p2wpkh' : 'p2wsh')
  return KINDS.get(kind) ?? scriptKind(kind === V1 && length === 32 ? 'p2tr' : 'witness')
}

/** u8[addresses], read from beginning to end. */
function allKinds(reader: ChainReader): Uint8Array {
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

function isPaidOnce(reader: ChainReader, address: number): boolean {
  if (address === NONE || reader.postings(address) > MOST_PAID) return false
  let paid = 0
  for (const tx of reader.page(address, 0, MOST_PAID)) {
    const { outAddress, txOutputs, firstTx } = reader.segmentOf(tx)
    for (let i = txOutputs.at(tx - firstTx); i < txOutputs.at(tx - firstTx + 1); i++)
      if (outAddress.at(i) === address) paid++
  }
  return paid === 1
}

function joined(parts: readonly Part[]): Part {
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

function linksWithin(
  { n, txs, inputStarts, outputStarts, inputAddress, outputAddress }: ClusterColumns,
  prevouts: Part['prevouts'],
): SpendLinks {
  const inputMaker = new Uint32Array(inputAddress.length).fill(NONE)
  const outputSpender = new Uint32Array(outputAddress.length).fill(NONE)
  for (let row = 0; row < n; row++) {
    for (let i = inputStarts[row]!; i < inputStarts[row + 1]!; i++) {
      const maker = placeOf(txs, prevouts.tx[i]!)
      if (maker < 0) continue
      inputMaker[i] = maker
      outputSpender[outputStarts[maker]! + prevouts.n[i]!] = row
    }
  }
  return { inputMaker, outputSpender }
}

/** Place in an ascending list, -1 where it is not there. */
function placeOf(list: Uint32Array, value: number): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (list[middle]! < value) low = middle + 1
    else high = middle
  }
  return list[low] === value ? low : -1
}
