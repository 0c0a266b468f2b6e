/**
 * The chain store as a ledger: a third maker of the same answers. Blocks are indexed (`indexBlocks`), not imported.
 * @module
 */
import type { Input, Transaction } from '../../chain/transaction.ts'
import { LootlineError } from '../../errors.ts'
import { coinOf, describeAsset } from '../describeAsset.ts'
import { type HolderCoverage, type Ledger, MOVEMENT_KINDS, type Movements, NONE } from '../ledger.ts'
import { createMovementBuffer } from '../movementBuffer.ts'
import { order2Of } from '../order.ts'
import { type OpenSegment, openChainReader } from './chainReader.ts'
import { holderOfKey, keyOfHolder } from './scriptKind.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
/** Transactions of an address read at a time. */
const PAGE = 2 ** 16

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
  const reader = openChainReader(folder)
  const { chain } = reader
  const coin = describeAsset(coinOf(chain))

  const placeOf = (tx: number): Place => {
    const segment = reader.segmentOf(tx)
    const block = blockOf(segment, tx - segment.firstTx)
    return {
      height: segment.firstHeight + block,
      index: tx - segment.firstTx - segment.blockTx.at(block),
      time: segment.blockTime.at(block),
    }
  }
  const idOf = (tx: number): string => hexOf(reader.txid(tx))
  const nameOf = (address: number): string => {
    const { kind, payload } = reader.key(address)
    return holderOfKey(chain, kind, payload)
  }

  const movementsOf = (txs: Iterable<number>): Movements => {
    const buffer = createMovementBuffer()
    for (const tx of Uint32Array.from(new Set(txs)).sort()) {
      const { height, index, time } = placeOf(tx)
      const segment = reader.segmentOf(tx)
      const local = tx - segment.firstTx
      buffer.add(tx, tx, UTXO, time, 0, height, order2Of({ height, index, time, depth: 0 }), 0)
      for (let input = segment.txInputs.at(local); input < segment.txInputs.at(local + 1); input++) {
        const { inAddress, inTx, inN, inSats } = segment
        buffer.debit(inAddress.at(input), 0, inTx.at(input), inN.at(input), inSats.at(input))
      }
      const first = segment.txOutputs.at(local)
      for (let output = first; output < segment.txOutputs.at(local + 1); output++) {
        buffer.credit(segment.outAddress.at(output), 0, output - first, segment.outSats.at(output))
      }
    }
    return buffer.finish()
  }

  const inputOf = (segment: OpenSegment, input: number): Input => {
    const n = segment.inN.at(input)
    const tx = segment.inTx.at(input)
    if (tx === NONE) return { txid: unknownId(segment, input), n }
    const address = segment.inAddress.at(input)
    const holder = address === NONE ? {} : { holder: nameOf(address) }
    return { txid: idOf(tx), n, ...holder, amount: BigInt(segment.inSats.at(input)) }
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
      outputs.push({ holder, amount: BigInt(segment.outSats.at(output)) })
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

  const refuse = (): never => {
    throw new ReadOnlyLedgerError(folder)
  }
  return {
    kind: 'chain',
    beginImport: refuse,
    append: refuse,
    assets: () => [coin],
    sources: () => [],
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
    holderIds: (holders) => Array.from(holders, nameOf),
    txNumbers: (txid) =>
      /^[0-9a-f]{64}$/.test(txid)
        ? Uint32Array.from(reader.transactionsWith(Buffer.from(txid, 'hex').reverse()))
        : new Uint32Array(),
    heads(txs) {
      const places = Array.from(txs, placeOf)
      return {
        txid: Array.from(txs, idOf),
        chain: Array.from(txs, () => chain),
        height: Float64Array.from(places, (place) => place.height),
        index: Float64Array.from(places, (place) => place.index),
        time: Float64Array.from(places, (place) => place.time),
      }
    },
    ofHolders(holders) {
      const txs = new Set<number>()
      for (const holder of new Set(holders)) {
        if (holder >= reader.addresses) continue
        const total = reader.postings(holder)
        for (let from = 0; from < total; from += PAGE)
          for (const tx of reader.page(holder, from, PAGE)) txs.add(tx)
      }
      return movementsOf(txs)
    },
    ofTransactions: movementsOf,
    spenders: (lotTx, lotN) => Uint32Array.from(lotTx, (tx, i) => reader.spender(tx, lotN[i]!)),
    counts: (holders, limit) =>
      Float64Array.from(holders, (holder) => Math.min(limit, reader.postings(holder))),
    coverage: (holders) => Array.from(holders, coverageOf),
    transactions: (txs) => Array.from(txs, transactionOf),
    assetNumber: (asset) => (asset === coin.id ? 0 : NONE),
    close: () => reader.close(),
  }
}

/** Last block of the segment whose first transaction is not after this one. */
function blockOf({ blockTx, blocks }: OpenSegment, local: number): number {
  let low = 0
  let high = blocks
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (blockTx.at(middle) <= local) low = middle
    else high = middle
  }
  return low
}

function unknownId(segment: OpenSegment, input: number): string {
  const id = new Uint8Array(32)
  let low = 0
  let high = segment.unknownInput.rows
  while (low < high) {
    const middle = (low + high) >>> 1
    if (segment.unknownInput.at(middle) < input) low = middle + 1
    else high = middle
  }
  segment.unknownTxId.read(low, id)
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
      `${folder} holds an indexed chain, to which nothing can be imported.`,
      'Import into another store, or index more blocks with "lootline index".',
    )
  }
}
