/**
 * Small ledgers and books for the tests of this room.
 * @module
 */
import type { Transaction, Transfer } from '../chain/transaction.ts'
import type { Label, LabelBook, LabelMatch, StopKind } from '../label/label.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import type { Covers, Ledger } from '../ledger/ledger.ts'
import type { PriceBook } from '../price/price.ts'
import { BITCOIN_REGTEST, ETHEREUM, type HolderId } from '../units/caip.ts'
import { plainRequest, type TraceBooks, type TraceRequest } from './request.ts'

/** US dollars in cents: amounts of these tests read as they are. */
export const USD: string = `${ETHEREUM}/iso4217:USD`
export const RBTC: string = `${BITCOIN_REGTEST}/slip44:1`
export const START = 1_600_000_000

/** A made-up account, by a short name: `0x…` with the name's bytes at its end. */
export function account(name: string): HolderId {
  return `${ETHEREUM}:0x${Buffer.from(name).toString('hex').padStart(40, '0')}`
}

export function nameOf(holder: HolderId): string {
  const hex = holder.slice(holder.indexOf('0x') + 2).replace(/^(00)+/, '')
  return Buffer.from(hex, 'hex').toString()
}

export function txidOf(n: number): string {
  return `0x${n.toString(16).padStart(64, '0')}`
}

/** `[from, to, amount]`, a transaction a row, ten seconds and one block apart; an amount may be `fee`. */
export type Row = readonly [
  from: string | null,
  to: string | null,
  amount: number | bigint,
  kind?: Transfer['kind'],
]

export function accountTransactions(rows: readonly Row[], asset: string = USD): Transaction[] {
  return rows.map(([from, to, amount, kind], i) => ({
    chain: ETHEREUM,
    txid: txidOf(i + 1),
    height: 1000 + i,
    index: 0,
    time: START + i * 10,
    transfers: [
      {
        from: from === null ? null : account(from),
        to: to === null ? null : account(to),
        asset,
        amount: BigInt(amount),
        kind: kind ?? 'token',
      },
    ],
    inputs: [],
    outputs: [],
  }))
}

/** A UTXO transaction: inputs `[txid number, n]`, outputs `[holder, sats]`. */
export function utxo(
  n: number,
  inputs: readonly (
    | readonly [tx: number, n: number]
    | readonly [tx: number, n: number, holder: string, sats: bigint]
  )[],
  outputs: readonly (readonly [string | null, bigint])[],
): Transaction {
  return {
    chain: BITCOIN_REGTEST,
    txid: n.toString(16).padStart(64, '0'),
    height: n,
    index: 0,
    time: START + n * 600,
    transfers: [],
    inputs: inputs.map(([tx, index, holder, sats]) => ({
      txid: tx.toString(16).padStart(64, '0'),
      n: index,
      ...(holder === undefined ? {} : { holder: coin(holder) }),
      ...(sats === undefined ? {} : { amount: sats }),
    })),
    outputs: outputs.map(([holder, amount]) => ({ holder: holder === null ? null : coin(holder), amount })),
  }
}

/** A made-up holder on the UTXO chain. */
export function coin(name: string): HolderId {
  return `${BITCOIN_REGTEST}:${name}`
}

export function ledgerOf(transactions: readonly Transaction[], covers: Covers = { kind: 'all' }): Ledger {
  const ledger = createMemoryLedger()
  ledger.append(transactions, { covers })
  return ledger
}

export function label(name: string, stop: StopKind | null, level = 50): Label {
  return {
    address: '',
    chain: null,
    name,
    entity: name.toLowerCase(),
    category: stop === 'service' ? 'exchange' : stop,
    abuse: null,
    stop,
    confidence: { id: 'service_data', level },
    file: 'labels.csv',
    sha256: '00',
    pack: null,
    source: null,
    date: '2024-01-01',
    currency: null,
    definesCluster: false,
    caseless: false,
  }
}

export function books(
  ledger: Ledger,
  labels: Readonly<Record<HolderId, Label>> = {},
  usdE12?: bigint,
): TraceBooks {
  const book: LabelBook = {
    of: (holders) =>
      new Map(
        holders.flatMap((holder): [HolderId, LabelMatch[]][] => {
          const found = labels[holder]
          return found ? [[holder, [{ label: found, caseInsensitive: false }]]] : []
        }),
      ),
    isEmpty: () => false,
    sources: () => [],
  }
  const prices: PriceBook = {
    at: (symbol, unixSeconds) =>
      usdE12 === undefined
        ? null
        : {
            symbol,
            from: unixSeconds - (unixSeconds % 86_400),
            to: unixSeconds - (unixSeconds % 86_400) + 86_400,
            usdE12,
            lowE12: null,
            highE12: null,
            source: 'test.csv',
            disputedBy: [],
          },
    sources: () => [],
  }
  return { ledger, labels: book, prices, version: '0.0.0-test' }
}

export const request: typeof plainRequest = plainRequest

export function from(...names: string[]): TraceRequest['seeds'] {
  return [{ theft: 'theft', of: { kind: 'holders', holders: names.map(account) } }]
}

/** Known assets of Ethereum, and one that nobody knows; `TOK` has its contract at {@link TOKEN_CONTRACT}. */
export const ETH: string = `${ETHEREUM}/slip44:60`
export const USDT: string = `${ETHEREUM}/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7`
export const WETH: string = `${ETHEREUM}/erc20:0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2`
export const WETH_CONTRACT: HolderId = `${ETHEREUM}:0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2`
export const TOKEN_CONTRACT: HolderId = account('token')
export const TOK: string = `${ETHEREUM}/erc20:${TOKEN_CONTRACT.slice(ETHEREUM.length + 1)}`

/** A transfer within a transaction: payer and payee by short name or as they are, null for nobody. */
export type Part = readonly [
  from: string | null,
  to: string | null,
  amount: number | bigint,
  asset: string,
  kind?: Transfer['kind'],
]

/** The n-th transaction, of several transfers in the order given, at 600 seconds a number. */
export function atomic(n: number, parts: readonly Part[]): Transaction {
  const holder = (name: string | null): HolderId | null =>
    name === null || name.startsWith(ETHEREUM) ? name : account(name)
  return {
    chain: ETHEREUM,
    txid: txidOf(n),
    height: n,
    index: 0,
    time: START + n * 600,
    transfers: parts.map(([from, to, amount, asset, kind], position) => ({
      from: holder(from),
      to: holder(to),
      asset,
      amount: BigInt(amount),
      kind: kind ?? (asset === ETH ? 'native' : 'token'),
      position,
    })),
    inputs: [],
    outputs: [],
  }
}

/** Books whose prices are US dollars a whole unit by symbol, at any moment. */
export function pricedBooks(
  ledger: Ledger,
  dollars: Readonly<Record<string, number>>,
  labels: Readonly<Record<HolderId, Label>> = {},
): TraceBooks {
  const plain = books(ledger, labels, 1n)
  const at: PriceBook['at'] = (symbol, unixSeconds) => {
    const bar = plain.prices.at(symbol, unixSeconds)
    const price = dollars[symbol]
    return bar === null || price === undefined ? null : { ...bar, usdE12: BigInt(price * 1e6) * 1_000_000n }
  }
  return { ...plain, prices: { ...plain.prices, at } }
}
