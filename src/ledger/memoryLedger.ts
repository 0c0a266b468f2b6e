/**
 * The ledger in plain maps: for tests, demonstrations and small cases, and the reference that the SQLite ledger is
 * compared with.
 * @module
 */
import type { Transfer } from '../chain/transaction.ts'
import type { Asset } from '../units/asset.ts'
import { checkTransaction } from './checkTransaction.ts'
import { ImportBusyError, SessionEndedError } from './importError.ts'
import {
  type AppendOptions,
  type ImportHeader,
  type ImportResult,
  type ImportRow,
  type ImportSession,
  type Ledger,
  MOVEMENT_KINDS,
  type Movements,
  NONE,
} from './ledger.ts'
import { createBooks, type Movement, maxOf, minOf } from './memoryBooks.ts'
import { forgetTransactions } from './memoryForget.ts'
import { mergeRows } from './memoryMerge.ts'
import { createMovementBuffer, type MovementBuffer } from './movementBuffer.ts'
import { fileOrderBase, order1Of, order2Of, order3Of } from './order.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')

/** Nothing is kept on disk; `close` only ends an open session, whose staged rows stay until it is begun again. */
export function createMemoryLedger(): Ledger {
  const books = createBooks()
  const { holders, assets, txs, holderOf, assetOf, spends, chains } = books
  const results: ImportResult[] = []
  const staged = new Map<string, { layout: string; rows: ImportRow[]; assets: Asset[] }>()
  let openSession: { name: string } | undefined
  let appended = 0

  function addMovement(buffer: MovementBuffer, movement: Movement): void {
    const { id, tx, kind, asset, from, to, amount, position, fileOrder } = movement
    const head = txs[tx]!
    const { rank, byTime } = chains.get(head.chain)!
    buffer.add(
      ...([id, tx, kind, head.time ?? Number.NaN, rank] as const),
      order1Of(byTime, head.time, head.height),
      order2Of(head),
      order3Of(head, position, kind, fileOrder),
    )
    if (kind !== UTXO) {
      buffer.debit(from, asset, NONE, NONE, amount)
      buffer.credit(to, asset, 0, amount)
      return
    }
    for (const { prevTx, prevN, holder, amount: drawn } of head.inputs) {
      buffer.debit(holder, asset, txs[prevTx]!.real ? prevTx : NONE, prevN, drawn ?? 0n)
    }
    for (const [n, lot] of head.outputs.entries()) {
      if (lot !== undefined) buffer.credit(lot.holder, asset, n, lot.amount)
    }
  }

  function movementsOf(numbers: Iterable<number>, wanted: (movement: Movement) => boolean): Movements {
    const buffer = createMovementBuffer()
    for (const number of new Set(numbers)) {
      for (const movement of txs[number]!.movements) {
        if (wanted(movement)) addMovement(buffer, movement)
      }
    }
    return buffer.finish()
  }
  function session(header: ImportHeader): ImportSession {
    const kept = staged.get(header.sha256)
    const own = kept?.layout === header.layout ? kept : { layout: header.layout, rows: [], assets: [] }
    staged.set(header.sha256, own)
    const token = { name: header.name }
    openSession = token
    const assertOpen = (): void => {
      if (openSession !== token) {
        throw new SessionEndedError({ code: 'LEDGER_SESSION_ENDED', name: header.name })
      }
    }
    const end = (): void => {
      staged.delete(header.sha256)
      openSession = undefined
    }
    return {
      stagedRows: own.rows.length,
      add(rows): void {
        assertOpen()
        for (const { transaction } of rows) checkTransaction(transaction)
        own.rows.push(...rows)
      },
      addAssets(given): void {
        assertOpen()
        own.assets.push(...given)
      },
      commit(covers, counts): ImportResult {
        assertOpen()
        const { transactions, added, duplicates, contradictions } = mergeRows(
          ...([books, own.rows, own.assets, covers, fileOrderBase(header.sha256)] as const),
        )
        end()
        const source = {
          ...{ id: results.length, ...header, importedTime: Math.floor(Date.now() / 1000) },
          ...{ rows: counts.rows, added, duplicates, rejected: counts.rejected },
        }
        const result = { source, transactions, added, duplicates, contradictions, already: false }
        results.push(result)
        return result
      },
      abort(): void {
        if (openSession === token) end()
      },
    }
  }
  const ledger: Ledger = {
    kind: 'memory',
    beginImport(header) {
      const earlier = results.find(({ source }) => source.sha256 === header.sha256)
      if (earlier !== undefined) return { ...earlier, already: true }
      if (openSession !== undefined) {
        throw new ImportBusyError({ code: 'STORE_BUSY', name: openSession.name })
      }
      return session(header)
    },
    append(transactions, options: AppendOptions = {}) {
      const { covers = { kind: 'none' }, assets: met = [] } = options
      for (const transaction of transactions) checkTransaction(transaction)
      const rows = transactions.map((transaction, i) => ({ row: i + 1, listing: '', transaction }))
      const { transactions: _, ...merged } = mergeRows(books, rows, met, covers, appended)
      appended += merged.added + merged.duplicates
      return merged
    },
    forget: (numbers, uncovered = new Uint32Array()) => forgetTransactions(books, numbers, uncovered),
    assets: () => [...assets],
    sources: () => results.map((result) => result.source),
    size: () => ({
      transactions: txs.filter((tx) => tx.real).length,
      movements: books.movements,
      holders: holders.length,
    }),
    holderNumbers: (names) => Uint32Array.from(names, (name) => holderOf.get(name) ?? NONE),
    holderIds: (numbers) => Array.from(numbers, (number) => holders[number]!.name),
    txNumbers(txid) {
      const numbers = [...chains.keys()].flatMap((chain) => books.txOf.get(`${chain} ${txid}`) ?? [])
      return Uint32Array.from(numbers.filter((tx) => txs[tx]!.real)).sort()
    },
    heads: (numbers) => ({
      txid: Array.from(numbers, (number) => txs[number]!.txid),
      chain: Array.from(numbers, (number) => txs[number]!.chain),
      height: Float64Array.from(numbers, (number) => txs[number]!.height ?? Number.NaN),
      index: Float64Array.from(numbers, (number) => txs[number]!.index ?? Number.NaN),
      time: Float64Array.from(numbers, (number) => txs[number]!.time ?? Number.NaN),
    }),
    between: (from, to, limit) =>
      Uint32Array.from(
        [...txs.keys()]
          .filter((tx) => txs[tx]!.real && (txs[tx]!.time ?? -1) >= from && txs[tx]!.time! <= to)
          .slice(0, limit),
      ),
    ofHolders(numbers) {
      const wanted = new Set(numbers)
      const own = Array.from(wanted).flatMap((holder) => [...(holders[holder]?.txs ?? [])])
      return movementsOf(own, ({ tx, kind, from, to }) => {
        if (kind !== UTXO) return wanted.has(from) || wanted.has(to)
        const { inputs, outputs } = txs[tx]!
        return [...inputs, ...outputs].some((leg) => leg !== undefined && wanted.has(leg.holder))
      })
    },
    ofTransactions: (numbers) => movementsOf(numbers, () => true),
    spenders: (lotTx, lotN) => Uint32Array.from(lotTx, (tx, i) => spends.get(`${tx}:${lotN[i]}`)?.tx ?? NONE),
    counts: (numbers, limit) =>
      Float64Array.from(numbers, (holder) => Math.min(limit, holders[holder]?.txs.size ?? 0)),
    coverage: (numbers) =>
      Array.from(numbers, (number) => {
        const { txs: own, whole, from, to } = holders[number]!
        const times = Array.from(own, (tx) => txs[tx]!.time)
        return {
          transactions: own.size,
          firstTime: times.reduce(minOf, null),
          lastTime: times.reduce(maxOf, null),
          known: whole ? 'whole' : 'partial',
          ...(whole ? { from, to } : { from: null, to: null }),
        }
      }),
    isWhole: (numbers) => Uint8Array.from(numbers, (number) => (holders[number]!.whole ? 1 : 0)),
    transactions: (numbers) =>
      Array.from(numbers, (number) => {
        const { chain, txid, height, index, time, inputs, outputs } = txs[number]!
        const nameOf = (holder: number): string | null => (holder === NONE ? null : holders[holder]!.name)
        const order = new Map(txs[number]!.movements.map((movement) => [movement.id, movement]))
        const transfers = Array.from(ledger.ofTransactions(Uint32Array.of(number)).id, (id) => order.get(id)!)
          .filter(({ kind }) => kind !== UTXO)
          .map(({ from, to, asset, amount, kind, position }) => ({
            ...{ from: nameOf(from), to: nameOf(to), asset: assets[asset]!.id, amount },
            kind: MOVEMENT_KINDS[kind] as Transfer['kind'],
            ...(position === null ? {} : { position }),
          }))
        return {
          ...{ chain, txid },
          ...(height === null ? {} : { height }),
          ...(index === null ? {} : { index }),
          ...(time === null ? {} : { time }),
          transfers,
          inputs: inputs.map(({ prevTx, prevN, holder, amount }) => ({
            ...{ txid: txs[prevTx]!.txid, n: prevN },
            ...(holder === NONE ? {} : { holder: nameOf(holder)! }),
            ...(amount === null ? {} : { amount }),
          })),
          outputs: Array.from(outputs, (lot) => ({
            holder: nameOf(lot?.holder ?? NONE),
            amount: lot?.amount ?? 0n,
          })),
        }
      }),
    assetNumber: (asset) => assetOf.get(asset) ?? NONE,
    close(): void {
      openSession = undefined
    },
  }
  return ledger
}
