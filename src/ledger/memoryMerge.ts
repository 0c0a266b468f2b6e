/**
 * What an import or an append changes in the memory ledger. Rules: `docs/methods/order.md`, `docs/methods/duplicates.md`.
 * @module
 */
import type { Transaction, Transfer } from '../chain/transaction.ts'
import type { Asset } from '../units/asset.ts'
import { DoubleSpendError } from './checkTransaction.ts'
import { coinOf } from './describeAsset.ts'
import { type Head, mergeHead } from './head.ts'
import {
  type Appended,
  type Covers,
  type FalsePrevout,
  type ImportRow,
  MAX_FALSE_PREVOUTS,
  MOVEMENT_KINDS,
  NONE,
} from './ledger.ts'
import { type Books, bagKey, maxOf, minOf } from './memoryBooks.ts'
import { placeAll } from './memoryPlaces.ts'
import { isNewestFirst, type Tide, turnAround, watchTide } from './order.ts'

/** One movement as a row has it, and its place in the files. */
interface Event {
  readonly listing: string
  readonly row: number
  readonly tx: number
  readonly transfer: Transfer | null
  place: number
}

const UTXO = MOVEMENT_KINDS.indexOf('utxo')

function headOf({ height, index, time }: Transaction): Head {
  return { height: height ?? null, index: index ?? null, time: time ?? null }
}

/**
 * @param base first of the places of these rows, see `fileOrderBase`
 * @throws {DoubleSpendError} before anything is changed
 */
export function mergeRows(
  books: Books,
  rows: readonly ImportRow[],
  given: readonly Asset[],
  covers: Covers,
  base: number,
): Appended & { readonly transactions: number } {
  const { holders, txs, txOf, spends, bags, holderNumber, assetNumber, txNumber } = books

  /** Before anything is changed, so that a conflict leaves the ledger as it was. */
  function assertNoDoubleSpend(): void {
    const spenders = new Map<string, string>()
    for (const { transaction } of rows) {
      const { chain, txid } = transaction
      for (const input of transaction.inputs) {
        const prevout = `${input.txid}:${input.n}`
        const prevTx = txOf.get(`${chain} ${input.txid}`)
        const known = prevTx === undefined ? undefined : spends.get(`${prevTx}:${input.n}`)?.tx
        const first = (known === undefined ? spenders.get(`${chain} ${prevout}`) : txs[known]!.txid) ?? txid
        if (first !== txid) {
          throw new DoubleSpendError({ code: 'LEDGER_DOUBLE_SPEND', chain, prevout, first, second: txid })
        }
        spenders.set(`${chain} ${prevout}`, txid)
      }
    }
  }

  function mergeHeads(): number {
    const heads = new Map<number, Head>()
    for (const { transaction } of rows) {
      const number = txNumber(transaction.chain, transaction.txid)
      const head = heads.get(number)
      if (head === undefined) heads.set(number, headOf(transaction))
      else contradictions += mergeHead(head, headOf(transaction))
    }
    let transactions = 0
    for (const [number, head] of heads) {
      const tx = txs[number]!
      if (!tx.real) transactions++
      tx.real = true
      contradictions += mergeHead(tx, head)
    }
    return transactions
  }

  function mergeOutputs(): void {
    for (const { transaction } of rows) {
      const tx = txs[txNumber(transaction.chain, transaction.txid)]!
      for (const [n, output] of transaction.outputs.entries()) {
        const said = { holder: holderNumber(output.holder), amount: output.amount }
        const lot = tx.outputs[n]
        if (lot === undefined) tx.outputs[n] = said
        else if (isContrary(said, lot)) contradictions++
        else if (lot.holder === NONE) lot.holder = said.holder
      }
    }
  }

  function mergeInputs(): void {
    for (const { transaction } of rows) {
      const number = txNumber(transaction.chain, transaction.txid)
      for (const input of transaction.inputs) {
        const prevTx = txNumber(transaction.chain, input.txid)
        const said = { holder: holderNumber(input.holder), amount: input.amount ?? null }
        const key = `${prevTx}:${input.n}`
        const spend = spends.get(key)?.spend ?? { prevTx, prevN: input.n, ...said }
        if (!spends.has(key)) {
          spends.set(key, { tx: number, spend })
          txs[number]!.inputs.push(spend)
        }
        const lot = txs[prevTx]!.outputs[input.n]
        if (isContrary(said, lot ?? spend)) contradict(number, lot === undefined ? null : prevTx, 'now')
        if (spend.holder === NONE) spend.holder = said.holder
        spend.amount ??= said.amount
      }
    }
  }

  /** @param prevTx null where nothing proves which statement is false */
  function contradict(tx: number, prevTx: number | null, said: FalsePrevout['said']): void {
    contradictions++
    if (prevTx === null || falsePrevouts.length === MAX_FALSE_PREVOUTS) return
    const { chain, txid } = txs[tx]!
    falsePrevouts.push({ chain, txid, prevTxid: txs[prevTx]!.txid, said })
  }

  /** An input is what its prevout is: the output's own statement wins over what the spender's source said. */
  function resolveSpends(): void {
    for (const [number, tx] of txs.entries()) {
      for (const spend of tx.inputs) {
        const lot = txs[spend.prevTx]!.outputs[spend.prevN]
        if (lot === undefined) continue
        spend.amount = lot.amount
        if (lot.holder === NONE) continue
        // Added again by `indexHolders` where it is named elsewhere.
        if (spend.holder !== NONE) holders[spend.holder]!.txs.delete(number)
        spend.holder = lot.holder
      }
    }
  }

  function contradictSpends(): void {
    for (const [number, tx] of txs.entries()) {
      for (const spend of tx.inputs) {
        const lot = txs[spend.prevTx]!.outputs[spend.prevN]
        if (lot !== undefined && isContrary(spend, lot)) contradict(number, spend.prevTx, 'before')
      }
    }
  }

  function eventsOf(): Event[] {
    const events: Event[] = []
    const tides = new Map<string, Tide>()
    for (const { row, listing, transaction } of rows) {
      const tide = tides.get(listing) ?? { lastTime: null, rose: false, fell: false }
      tides.set(listing, tide)
      watchTide(tide, transaction.time ?? null)
      const tx = txNumber(transaction.chain, transaction.txid)
      const add = (transfer: Transfer | null): void => {
        events.push({ listing, row, tx, transfer, place: base + events.length })
      }
      for (const transfer of transaction.transfers) add(transfer)
      if (transaction.inputs.length + transaction.outputs.length > 0) add(null)
    }
    for (const [listing, tide] of tides) {
      if (!isNewestFirst(tide)) continue
      const own = events.filter((event) => event.listing === listing)
      const places = turnAround(
        own.map((event) => event.row),
        own.map((event) => event.place),
      )
      for (const [i, event] of own.entries()) event.place = places[i]!
    }
    return events
  }

  function mergeMovements(events: readonly Event[]): number {
    const before = books.movements
    const listings = new Map<string, Event[]>()
    for (const event of events) {
      const { tx, transfer } = event
      const kind = transfer === null ? UTXO : MOVEMENT_KINDS.indexOf(transfer.kind)
      const asset = assetNumber(transfer?.asset ?? coinOf(txs[tx]!.chain))
      const from = holderNumber(transfer?.from)
      const to = holderNumber(transfer?.to)
      const amount = transfer?.amount ?? 0n
      const identity = bagKey({ tx, kind, asset, from, to, amount })
      const bag = bags.get(identity) ?? []
      bags.set(identity, bag)
      const key = `${identity} ${event.listing}`
      const equals = listings.get(key) ?? []
      listings.set(key, equals)
      // A UTXO transaction is one movement however often it is listed.
      const nth = transfer === null ? 0 : equals.push(event) - 1
      if (bag[nth] === undefined) {
        books.movements++
        bag[nth] = {
          ...{ id: books.nextMovement++, tx, kind, asset, from, to, amount },
          ...{ position: null, fileOrder: Number.MAX_SAFE_INTEGER },
        }
        txs[tx]!.movements.push(bag[nth])
      }
      if (transfer === null) bag[0]!.fileOrder = Math.min(bag[0]!.fileOrder, event.place)
    }
    for (const [key, equals] of listings) {
      const bag = bags.get(key.split(' ', 6).join(' '))!
      equals.sort(
        (a, b) =>
          (a.transfer!.position ?? Infinity) - (b.transfer!.position ?? Infinity) || a.place - b.place || 0,
      )
      for (const [nth, { transfer, place }] of equals.entries()) {
        const movement = bag[nth]!
        movement.position = minOf(movement.position, transfer!.position ?? null)
        movement.fileOrder = Math.min(movement.fileOrder, place)
      }
    }
    return books.movements - before
  }

  function indexHolders(): void {
    for (const [number, tx] of txs.entries()) {
      const own = [...tx.movements.flatMap(({ from, to }) => [from, to]), ...tx.inputs.map((i) => i.holder)]
      for (const holder of [...own, ...tx.outputs.map((lot) => lot?.holder ?? NONE)]) {
        if (holder !== NONE) holders[holder]!.txs.add(number)
      }
    }
  }

  function cover(): void {
    if (covers.kind === 'none') return
    const times = rows.map(({ transaction }) => transaction.time ?? null)
    const from = times.reduce(minOf, null)
    const to = times.reduce(maxOf, null)
    const named = rows.flatMap(({ transaction }) => [
      ...transaction.transfers.flatMap((transfer) => [transfer.from, transfer.to]),
      ...transaction.inputs.map((input) => input.holder ?? null),
      ...transaction.outputs.map((output) => output.holder),
    ])
    for (const name of covers.kind === 'all' ? named : covers.holders) {
      if (name === null) continue
      const holder = holders[holderNumber(name)]!
      holder.whole = true
      holder.from = minOf(holder.from, from)
      holder.to = maxOf(holder.to, to)
    }
  }

  let contradictions = 0
  const falsePrevouts: FalsePrevout[] = []
  assertNoDoubleSpend()
  for (const asset of given) assetNumber(asset.id, asset)
  const transactions = mergeHeads()
  mergeOutputs()
  contradictSpends()
  mergeInputs()
  resolveSpends()
  const events = eventsOf()
  const added = mergeMovements(events)
  indexHolders()
  placeAll(books)
  cover()
  return {
    transactions,
    added,
    duplicates: events.length - added,
    ...{ contradictions, falsePrevouts },
  }
}

/** What is known of an output: NONE and null where it is not. */
interface Said {
  readonly holder: number
  readonly amount: bigint | null
}

function isContrary(one: Said, other: Said): boolean {
  return (
    (one.amount !== null && other.amount !== null && one.amount !== other.amount) ||
    (one.holder !== NONE && other.holder !== NONE && one.holder !== other.holder)
  )
}
