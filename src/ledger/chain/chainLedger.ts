/**
 * The chain store as a ledger: a third maker of the same answers. Blocks are indexed (`indexBlocks`), not imported.
 * @module
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { Input, Transaction } from '../../chain/transaction.ts'
import { LootlineError } from '../../errors.ts'
import { coinOf, describeAsset } from '../describeAsset.ts'
import { type HolderCoverage, type Ledger, NONE, type SourceRecord } from '../ledger.ts'
import { type ChainReader, type OpenSegment, openChainReader } from './chainReader.ts'
import { lowerBound, type PagedColumn } from './pagedColumn.ts'
import { assertSats, readMovements } from './readMovements.ts'
import { holderOfKey, keyOfHolder } from './scriptKind.ts'
import { sortRows } from './sortRows.ts'

/** Transactions of an address read at a time. */
const PAGE = 2 ** 16

/** A block's time is after the median of eleven before it and at most two hours ahead (Bitcoin Core `MAX_FUTURE_BLOCK_TIME`). */
const CLOCK_SECONDS = 4 * 3600

interface Place {
  readonly height: number
  readonly index: number
  readonly time: number
}

/**
 * Opens a folder that `indexBlocks` has made. What is indexed afterwards is seen by the next opening.
 *
 * Cost: `ofHolders` gathers every transaction of its holders (ask `counts` first); a holder's count, a spender and a
 * transaction's place are a few page reads each; `holderNumbers` and `txNumbers` are some three page reads a segment.
 *
 * @throws {ManifestError, ColumnError}
 */
export function openChainLedger(folder: string): Ledger {
  return chainLedgerOf(folder, openChainReader(folder))
}

/** The ledger on an open reader. Closes it in the end. */
export function chainLedgerOf(folder: string, reader: ChainReader): Ledger {
  const { chain } = reader
  const coin = describeAsset(coinOf(chain))
  const source = sourceOf(folder, reader)

  const placeOf = (tx: number): Place => {
    const segment = reader.segmentOf(tx)
    const local = tx - segment.firstTx
    const block = reader.blockOf(segment, local)
    return {
      height: segment.firstHeight + block,
      index: local - segment.blockTx.at(block),
      time: segment.blockTime.at(block),
    }
  }
  const idOf = (tx: number): string => hexOf(reader.txid(tx))
  const nameOf = (address: number): string => {
    const { kind, payload } = reader.key(address)
    return holderOfKey(chain, kind, payload)
  }

  /** Answers in the order asked, read in ascending order: neighbours share pages. */
  const inAscending = <T>(numbers: Uint32Array, answer: (number: number, at: number) => T): T[] => {
    const answers = new Array<T>(numbers.length)
    for (const at of inOrder(numbers)) answers[at] = answer(numbers[at]!, at)
    return answers
  }

  const inputOf = (segment: OpenSegment, input: number): Input => {
    const n = segment.inN.at(input)
    const tx = segment.inTx.at(input)
    const unknown = tx === NONE ? lowerBound(segment.unknownInput, input) : NONE
    const txid = tx === NONE ? unknownId(segment, unknown) : idOf(tx)
    if (unknown !== NONE && segment.unknownGiven.at(unknown) === 0) return { txid, n }
    const address = segment.inAddress.at(input)
    const holder = address === NONE ? {} : { holder: nameOf(address) }
    return { txid, n, ...holder, amount: satsAt(segment.inSats, input) }
  }

  const transactionOf = (tx: number): Transaction => {
    const segment = reader.segmentOf(tx)
    const local = tx - segment.firstTx
    const inputs: Input[] = []
    for (let input = segment.txInputs.at(local); input < segment.txInputs.at(local + 1); input++)
      inputs.push(inputOf(segment, input))
    const outputs: Transaction['outputs'][number][] = []
    for (let output = segment.txOutputs.at(local); output < segment.txOutputs.at(local + 1); output++) {
      const address = segment.outAddress.at(output)
      const holder = address === NONE ? null : nameOf(address)
      outputs.push({ holder, amount: satsAt(segment.outSats, output) })
    }
    return { chain, txid: idOf(tx), ...placeOf(tx), transfers: [], inputs, outputs }
  }

  const coverageOf = (address: number): HolderCoverage => {
    const transactions = reader.postings(address)
    const timeAt = (n: number): number => placeOf(reader.page(address, n, 1)[0]!).time
    const last = reader.segments.at(-1)!
    return {
      transactions,
      firstTime: transactions === 0 ? null : timeAt(0),
      lastTime: transactions === 0 ? null : timeAt(transactions - 1),
      known: 'whole',
      from: reader.segments[0]!.blockTime.at(0),
      to: last.blockTime.at(last.blocks - 1),
    }
  }

  /** Halves the chain towards a time; times of neighbouring blocks may run backwards by up to {@link CLOCK_SECONDS}. */
  const firstFrom = (time: number): number => {
    let [low, high] = [0, reader.transactions]
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if (placeOf(middle).time < time) low = middle + 1
      else high = middle
    }
    return low
  }

  const refuse = (): never => {
    throw new ReadOnlyLedgerError(folder)
  }
  return {
    kind: 'chain',
    beginImport: refuse,
    append: refuse,
    forget: refuse,
    assets: () => [coin],
    sources: () => [source],
    size: () => ({
      transactions: reader.transactions,
      movements: reader.transactions,
      holders: reader.addresses,
    }),
    holderNumbers: (holders) =>
      Uint32Array.from(holders, (holder) => {
        const key = keyOfHolder(chain, holder)
        return key === null ? NONE : reader.address(key.kind, key.payload)
      }),
    holderIds: (holders) => inAscending(holders, nameOf),
    txNumbers: (txid) =>
      /^[0-9a-f]{64}$/.test(txid)
        ? Uint32Array.from(reader.transactionsWith(Buffer.from(txid, 'hex').reverse()))
        : new Uint32Array(),
    heads(txs) {
      const height = new Float64Array(txs.length)
      const index = new Float64Array(txs.length)
      const time = new Float64Array(txs.length)
      const txid = inAscending(txs, (tx, at) => {
        const place = placeOf(tx)
        height[at] = place.height
        index[at] = place.index
        time[at] = place.time
        return idOf(tx)
      })
      return { txid, chain: new Array<string>(txs.length).fill(chain), height, index, time }
    },
    between(from, to, limit) {
      const found: number[] = []
      for (let tx = firstFrom(from - CLOCK_SECONDS); tx < reader.transactions && found.length < limit; tx++) {
        const { time } = placeOf(tx)
        if (time > to + CLOCK_SECONDS) break
        if (time >= from && time <= to) found.push(tx)
      }
      return Uint32Array.from(found)
    },
    ofHolders(holders) {
      const pages: Uint32Array[] = []
      for (const holder of distinct(holders)) {
        if (holder >= reader.addresses) continue
        const total = reader.postings(holder)
        for (let from = 0; from < total; from += PAGE) pages.push(reader.page(holder, from, PAGE))
      }
      return readMovements(reader, distinct(concat(pages)))
    },
    ofTransactions: (txs) => readMovements(reader, distinct(txs)),
    spenders(lotTx, lotN) {
      const spenders = new Uint32Array(lotTx.length)
      for (const at of inOrder(lotTx)) spenders[at] = reader.spender(lotTx[at]!, lotN[at]!)
      return spenders
    },
    counts(holders, limit) {
      const counts = new Float64Array(holders.length)
      for (const at of inOrder(holders)) counts[at] = Math.min(limit, reader.postings(holders[at]!))
      return counts
    },
    coverage: (holders) => inAscending(holders, coverageOf),
    isWhole: (holders) => new Uint8Array(holders.length).fill(1),
    transactions: (txs) => inAscending(txs, transactionOf),
    assetNumber: (asset) => (asset === coin.id ? 0 : NONE),
    close: () => reader.close(),
  }
}

/**
 * The blocks as one source. The hash of the tip stands for every byte before it, so it is the same however the chain was cut
 * into runs and segments.
 */
function sourceOf(folder: string, { segments, transactions }: ChainReader): SourceRecord {
  const first = segments[0]!.firstHeight
  const last = segments.at(-1)!
  const tip = new Uint8Array(32)
  last.blockHash.read(last.blocks - 1, tip)
  const span = `blocks ${first} to ${last.firstHeight + last.blocks - 1}`
  return {
    ...{ id: 0, name: 'chain.json', sha256: hexOf(tip), bytes: 0 },
    layout: first === 0 ? span : `${span}, nothing before them`,
    importedTime: Math.floor(statSync(join(folder, 'chain.json')).mtimeMs / 1000),
    ...{ rows: transactions, added: transactions, duplicates: 0, rejected: 0 },
  }
}

/** The radix sort costs 0.3 ms however few there are. */
const FEW = 2 ** 12

/** u32[n]: places of the numbers in ascending order. */
function inOrder(numbers: Uint32Array): Uint32Array {
  const order = Uint32Array.from(numbers.keys())
  for (let i = 1; i < numbers.length; i++) {
    if (numbers[i]! >= numbers[i - 1]!) continue
    return numbers.length < FEW ? order.sort((a, b) => numbers[a]! - numbers[b]!) : sortRows(numbers)
  }
  return order
}

/** Ascending, each once. */
function distinct(numbers: Uint32Array): Uint32Array {
  const sorted = numbers.slice().sort()
  let n = 0
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[n++] = sorted[i]!
  }
  return sorted.subarray(0, n)
}

function concat(parts: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0))
  let n = 0
  for (const part of parts) {
    whole.set(part, n)
    n += part.length
  }
  return whole
}

function satsAt(column: PagedColumn, row: number): bigint {
  return BigInt(assertSats(column, column.at(row)))
}

function unknownId(segment: OpenSegment, row: number): string {
  const id = new Uint8Array(32)
  segment.unknownTxId.read(row, id)
  return hexOf(id)
}

/** As explorers print it: the bytes the other way round. */
function hexOf(id: Uint8Array): string {
  return Buffer.from(id).reverse().toString('hex')
}

/** A chain store takes blocks, not imports. */
export class ReadOnlyLedgerError extends LootlineError<{
  readonly code: 'LEDGER_READ_ONLY'
  readonly folder: string
}> {
  override readonly name = 'ReadOnlyLedgerError'
  constructor(folder: string) {
    super(
      { code: 'LEDGER_READ_ONLY', folder },
      `${folder} holds an indexed chain, to which nothing can be imported, and of which nothing can be forgotten.`,
      'Import into another store, or index the blocks as they are now with "lootline index".',
    )
  }
}
