/**
 * A chain store as a source of clusters: columns are read in long stretches, neighbours by number.
 * @module
 */
import { basename, dirname } from 'node:path'
import { type ChainReader, type OpenSegment, openChainReader } from '../ledger/chain/chainReader.ts'
import { NONE } from '../ledger/ledger.ts'
import { allKinds, columnsOf, joined, kindAt, linksWithin } from './chainColumns.ts'
import { type ChangeWorld, freshOutputs } from './change/world.ts'
import type { ClusterSource, Section } from './source.ts'

/** Rows read at a time: some 10 MB of columns. */
const ROWS = 2 ** 15
/** Makers are looked up for what can be a step of a peel chain or a Whirlpool mix; a larger consolidation is neither. */
const MOST_INPUTS = 8
/** Transactions of an address that are read to see whether it was paid once; a coin is paid once and spent once. */
const MOST_PAID = 1000

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

  const alone = (txs: Uint32Array): ChangeWorld => {
    const { columns } = joined([...columnsOf(reader, txs, kindOf)])
    return {
      columns,
      links: {
        inputMaker: new Uint32Array(columns.inputAddress.length).fill(NONE),
        outputSpender: new Uint32Array(columns.outputAddress.length).fill(NONE),
      },
      fresh: new Uint8Array(columns.outputAddress.length),
      paidOnce: () => false,
    }
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
        const world = alone(txs)
        yield { ...world, fresh: freshOutputs(world.columns, seen, section.firstAddress) }
      }
    },
    around,
    alone,
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
