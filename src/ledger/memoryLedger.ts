/**
 * The ledger in plain maps: for tests, demonstrations and small cases, and the reference that the SQLite ledger is
 * compared with. Rules: `docs/methods/order.md`, `docs/methods/duplicates.md`.
 * @module
 */
import type { Transaction, Transfer } from '../chain/transaction.ts'
import type { Asset } from '../units/asset.ts'
import { checkTransaction, DoubleSpendError } from './checkTransaction.ts'
import { coinOf, describeAsset } from './describeAsset.ts'
import { ImportBusyError, SessionEndedError } from './importError.ts'
import {
  type Covers,
  type ImportHeader,
  type ImportResult,
  type ImportRow,
  type ImportSession,
  type Ledger,
  MOVEMENT_KINDS,
  type Movements,
  NONE,
} from './ledger.ts'
import { createMovementBuffer, type MovementBuffer } from './movementBuffer.ts'
import {
  fileOrderBase,
  isNewestFirst,
  order1Of,
  order2Of,
  order3Of,
  spendDepths,
  type Tide,
  turnAround,
  watchTide,
} from './order.ts'

interface Spend {
  readonly prevTx: number
  readonly prevN: number
  holder: number
  amount: bigint | null
}

interface Lot {
  holder: number
  readonly amount: bigint
}

interface Head {
  height: number | null
  index: number | null
  time: number | null
}

interface Tx extends Head {
  readonly chain: string
  readonly txid: string
  /** False while it is only known as the transaction of somebody's prevout. */
  real: boolean
  depth: number
  readonly movements: Movement[]
  readonly inputs: Spend[]
  readonly outputs: (Lot | undefined)[]
}

interface Movement {
  readonly id: number
  readonly tx: number
  readonly kind: number
  readonly asset: number
  readonly from: number
  readonly to: number
  readonly amount: bigint
  position: number | null
  fileOrder: number
}

interface HolderRecord {
  readonly name: string
  readonly txs: Set<number>
  whole: boolean
  from: number | null
  to: number | null
}

/** One movement as a row has it, and its place in the files. */
interface Event {
  readonly listing: string
  readonly row: number
  readonly tx: number
  readonly transfer: Transfer | null
  place: number
}

const UTXO = MOVEMENT_KINDS.indexOf('utxo')

function minOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

function maxOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

/** Fills in what was unknown; returns how many statements contradict. */
function mergeHead(into: Head, from: Head): number {
  let contradictions = 0
  for (const field of ['height', 'index', 'time'] as const) {
    if (into[field] === null) into[field] = from[field]
    else if (from[field] !== null && from[field] !== into[field]) contradictions++
  }
  return contradictions
}

function headOf({ height, index, time }: Transaction): Head {
  return { height: height ?? null, index: index ?? null, time: time ?? null }
}

/** Nothing is kept on disk; `close` only ends an open session, whose staged rows stay until it is begun again. */
export function createMemoryLedger(): Ledger {
  const holderOf = new Map<string, number>()
  const holders: HolderRecord[] = []
  const assetOf = new Map<string, number>()
  const assets: Asset[] = []
  const txOf = new Map<string, number>()
  const txs: Tx[] = []
  /** By prevout, `number of its transaction:n`. */
  const spends = new Map<string, { readonly tx: number; readonly spend: Spend }>()
  /** In the order in which answers list them, and whether order is by time. */
  const chains = new Map<string, { rank: number; byTime: boolean }>()
  const bags = new Map<string, Movement[]>()
  const results: ImportResult[] = []
  const staged = new Map<string, { layout: string; rows: ImportRow[]; assets: Asset[] }>()
  let openSession: { name: string } | undefined
  let movements = 0
  let appended = 0

  function holderNumber(name: string | null | undefined): number {
    if (name === null || name === undefined) return NONE
    let number = holderOf.get(name)
    if (number === undefined) {
      number = holders.push({ name, txs: new Set(), whole: false, from: null, to: null }) - 1
      holderOf.set(name, number)
    }
    return number
  }

  function assetNumberOf(id: string, given?: Asset): number {
    let number = assetOf.get(id)
    if (number === undefined) {
      number = assets.push(describeAsset(id, given)) - 1
      assetOf.set(id, number)
    } else if (assets[number]!.symbol === '') assets[number] = describeAsset(id, given)
    return number
  }

  function txNumber(chain: string, txid: string): number {
    const key = `${chain} ${txid}`
    let number = txOf.get(key)
    if (number === undefined) {
      number =
        txs.push({
          ...{ chain, txid, real: false, depth: 0, height: null, index: null, time: null },
          ...{ movements: [], inputs: [], outputs: [] },
        }) - 1
      txOf.set(key, number)
    }
    return number
  }

  /** Before anything is changed, so that a conflict leaves the ledger as it was. */
  function assertNoDoubleSpend(rows: readonly ImportRow[]): void {
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

  function mergeHeads(rows: readonly ImportRow[]): { transactions: number; contradictions: number } {
    let contradictions = 0
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
    return { transactions, contradictions }
  }

  function mergeLots(rows: readonly ImportRow[]): number {
    let contradictions = 0
    for (const { transaction } of rows) {
      const number = txNumber(transaction.chain, transaction.txid)
      const tx = txs[number]!
      for (const input of transaction.inputs) {
        const prevTx = txNumber(transaction.chain, input.txid)
        const key = `${prevTx}:${input.n}`
        const known = spends.get(key)?.spend
        const spend = known ?? { prevTx, prevN: input.n, holder: NONE, amount: null }
        if (known === undefined) {
          spends.set(key, { tx: number, spend })
          tx.inputs.push(spend)
        }
        if (spend.holder === NONE) spend.holder = holderNumber(input.holder)
        spend.amount ??= input.amount ?? null
      }
      for (const [n, output] of transaction.outputs.entries()) {
        const holder = holderNumber(output.holder)
        const lot = tx.outputs[n]
        if (lot === undefined) tx.outputs[n] = { holder, amount: output.amount }
        else if (
          lot.amount !== output.amount ||
          (lot.holder !== NONE && holder !== NONE && lot.holder !== holder)
        ) {
          contradictions++
        } else if (lot.holder === NONE) lot.holder = holder
      }
    }
    return contradictions
  }

  /** An input is what its prevout is: the output's own statement wins over what the spender's source said. */
  function resolveSpends(): void {
    for (const tx of txs) {
      for (const spend of tx.inputs) {
        const lot = txs[spend.prevTx]!.outputs[spend.prevN]
        if (lot === undefined) continue
        spend.amount = lot.amount
        if (lot.holder !== NONE) spend.holder = lot.holder
      }
    }
    const edges: [number, number][] = []
    for (const [number, tx] of txs.entries()) {
      tx.depth = 0
      for (const { prevTx } of tx.inputs) {
        const parent = txs[prevTx]!
        const oneBlock =
          tx.height === parent.height && (tx.height !== null || (tx.time !== null && tx.time === parent.time))
        if (parent.real && oneBlock && tx.index === null && parent.index === null)
          edges.push([number, prevTx])
      }
    }
    for (const [number, depth] of spendDepths(edges)) txs[number]!.depth = depth
  }

  function eventsOf(rows: readonly ImportRow[], base: number): Event[] {
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
    const before = movements
    const listings = new Map<string, Event[]>()
    for (const event of events) {
      const { tx, transfer } = event
      const kind = transfer === null ? UTXO : MOVEMENT_KINDS.indexOf(transfer.kind)
      const asset = assetNumberOf(transfer?.asset ?? coinOf(txs[tx]!.chain))
      const from = holderNumber(transfer?.from)
      const to = holderNumber(transfer?.to)
      const identity = [tx, kind, asset, from, to, transfer?.amount ?? 0n].join(' ')
      const bag = bags.get(identity) ?? []
      bags.set(identity, bag)
      const key = `${identity} ${event.listing}`
      const equals = listings.get(key) ?? []
      listings.set(key, equals)
      // A UTXO transaction is one movement however often it is listed.
      const nth = transfer === null ? 0 : equals.push(event) - 1
      if (bag[nth] === undefined) {
        const amount = transfer?.amount ?? 0n
        bag[nth] = {
          ...{ id: movements++, tx, kind, asset, from, to, amount },
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
    return movements - before
  }

  function indexHolders(): void {
    for (const [number, tx] of txs.entries()) {
      const own = [...tx.movements.flatMap(({ from, to }) => [from, to]), ...tx.inputs.map((i) => i.holder)]
      for (const holder of [...own, ...tx.outputs.map((lot) => lot?.holder ?? NONE)]) {
        if (holder !== NONE) holders[holder]!.txs.add(number)
      }
    }
  }

  function cover(rows: readonly ImportRow[], covers: Covers): void {
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

  function apply(
    rows: readonly ImportRow[],
    given: readonly Asset[],
    covers: Covers,
    base: number,
  ): { transactions: number; added: number; duplicates: number; contradictions: number } {
    assertNoDoubleSpend(rows)
    for (const asset of given) assetNumberOf(asset.id, asset)
    const { transactions, contradictions } = mergeHeads(rows)
    const lotContradictions = mergeLots(rows)
    resolveSpends()
    const events = eventsOf(rows, base)
    const added = mergeMovements(events)
    indexHolders()
    placeChains()
    cover(rows, covers)
    return {
      transactions,
      added,
      duplicates: events.length - added,
      contradictions: contradictions + lotContradictions,
    }
  }

  function placeChains(): void {
    for (const [rank, name] of [...new Set(txs.map((tx) => tx.chain))].sort().entries()) {
      chains.set(name, { rank, byTime: false })
    }
    for (const { chain, real, height } of txs) {
      if (real && height === null) chains.get(chain)!.byTime = true
    }
  }

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
        const { transactions, added, duplicates, contradictions } = apply(
          ...([own.rows, own.assets, covers, fileOrderBase(header.sha256)] as const),
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
    append(transactions, covers = { kind: 'none' }) {
      for (const transaction of transactions) checkTransaction(transaction)
      const rows = transactions.map((transaction, i) => ({ row: i + 1, listing: '', transaction }))
      const { added, duplicates } = apply(rows, [], covers, appended)
      appended += added + duplicates
      return { added, duplicates }
    },
    assets: () => [...assets],
    sources: () => results.map((result) => result.source),
    size: () => ({
      transactions: txs.filter((tx) => tx.real).length,
      movements,
      holders: holders.length,
    }),
    holderNumbers: (names) => Uint32Array.from(names, (name) => holderOf.get(name) ?? NONE),
    holderIds: (numbers) => Array.from(numbers, (number) => holders[number]!.name),
    txNumbers: (txid) =>
      Uint32Array.from([...txs.keys()].filter((tx) => txs[tx]!.real && txs[tx]!.txid === txid)),
    heads: (numbers) => ({
      txid: Array.from(numbers, (number) => txs[number]!.txid),
      chain: Array.from(numbers, (number) => txs[number]!.chain),
      height: Float64Array.from(numbers, (number) => txs[number]!.height ?? Number.NaN),
      index: Float64Array.from(numbers, (number) => txs[number]!.index ?? Number.NaN),
      time: Float64Array.from(numbers, (number) => txs[number]!.time ?? Number.NaN),
    }),
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
