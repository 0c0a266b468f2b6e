import { MAX_AMOUNT } from '../../units/amount.ts'
import type { Asset } from '../../units/asset.ts'
import type { ChainId, HolderId } from '../../units/caip.ts'
import type { Transfer } from '../transaction.ts'
import { evmCoin } from './assets.ts'
import { CellProblem } from './checks.ts'
import { type Columns, defineLayout, type Layout, type LayoutContext, type RowReader } from './layout.ts'
import { accountTransaction, exportCovers, type RowHead } from './transactionOf.ts'

/** Etherscan's page of downloads and its API documentation: a CSV has at most 5,000 rows, an answer 10,000. */
export const CSV_ROWS = 5000
const API_ROWS = 10_000

const HASH = ['transaction hash', 'txhash', 'hash']
const HEIGHT = ['blockno', 'blocknumber']
const VALUE_IN = /^value_in\(\w{2,10}\)$/
const VALUE_OUT = /^value_out\(\w{2,10}\)$/
const FEE = /^txnfee\((?!usd\))\w{2,10}\)$/

type Field = 'txid' | 'height' | 'time' | 'from' | 'to' | 'created'
interface Movement {
  readonly amount: bigint
  readonly fee: bigint
  readonly failed: boolean
  readonly index?: number
}

/** Normal transactions, as CSV of Etherscan, BscScan, PolygonScan, Arbiscan … */
export const etherscanTransactions: Layout = defineLayout({
  id: 'etherscan-transactions',
  title: 'Etherscan transactions (CSV)',
  required: {
    txid: HASH,
    time: ['unixtimestamp'],
    from: ['from'],
    to: ['to'],
    valueIn: [VALUE_IN],
    valueOut: [VALUE_OUT],
    fee: [FEE],
  },
  optional: { height: HEIGHT, created: ['contractaddress'], status: ['status'], error: ['errcode'] },
  open: (at, context) => {
    const { chain, coin } = evmCoin(symbolIn(context.header[at.valueIn]!), context)
    return coinReader(at, context, chain, coin, 'native', CSV_ROWS, (cells) => ({
      amount: oneOf(cells, at.valueIn, at.valueOut, coin, context),
      fee: context.checks.amount(cells, at.fee, coin.decimals, true),
      failed: isFailure(cells, at.status) || (cells[at.error] ?? '').trim() !== '',
    }))
  },
})

/** Internal transactions (calls between contracts), as CSV. */
export const etherscanInternal: Layout = defineLayout({
  id: 'etherscan-internal',
  title: 'Etherscan internal transactions (CSV)',
  required: {
    txid: HASH,
    time: ['unixtimestamp'],
    parent: ['parenttxfrom'],
    from: ['from'],
    to: ['txto'],
    valueIn: [VALUE_IN],
    valueOut: [VALUE_OUT],
  },
  optional: { height: HEIGHT, created: ['contractaddress'], status: ['status'], error: ['errcode'] },
  open: (at, context) => {
    const { chain, coin } = evmCoin(symbolIn(context.header[at.valueIn]!), context)
    return coinReader(at, context, chain, coin, 'internal', CSV_ROWS, (cells) => ({
      amount: oneOf(cells, at.valueIn, at.valueOut, coin, context),
      fee: 0n,
      failed: isFailure(cells, at.status) || (cells[at.error] ?? '').trim() !== '',
    }))
  },
})

/** `module=account&action=txlist`, exact: base units and gas. */
export const etherscanTxlist: Layout = defineLayout({
  id: 'etherscan-api-txlist',
  title: 'Etherscan API txlist (JSON)',
  required: {
    txid: ['hash'],
    height: ['blocknumber'],
    time: ['timestamp'],
    from: ['from'],
    to: ['to'],
    value: ['value'],
    gasUsed: ['gasused'],
    gasPrice: ['gasprice'],
    failed: ['iserror'],
    created: ['contractaddress'],
  },
  optional: { index: ['transactionindex'] },
  excludes: ['tokendecimal', 'tokenid'],
  open: (at, context) => {
    const { checks } = context
    const { chain, coin } = evmCoin('', context)
    return coinReader(at, context, chain, coin, 'native', API_ROWS, (cells) => ({
      amount: checks.amount(cells, at.value, 0),
      fee: feeOf(cells, at, context),
      failed: isFailure(cells, at.failed),
      ...(at.index < 0 ? {} : { index: checks.whole(cells, at.index) }),
    }))
  },
})

/** `module=account&action=txlistinternal`. */
export const etherscanTxlistinternal: Layout = defineLayout({
  id: 'etherscan-api-txlistinternal',
  title: 'Etherscan API txlistinternal (JSON)',
  required: {
    txid: ['hash'],
    height: ['blocknumber'],
    time: ['timestamp'],
    from: ['from'],
    to: ['to'],
    value: ['value'],
    trace: ['traceid'],
    failed: ['iserror'],
    created: ['contractaddress'],
  },
  optional: {},
  open: (at, context) => {
    const { chain, coin } = evmCoin('', context)
    return coinReader(at, context, chain, coin, 'internal', API_ROWS, (cells) => ({
      amount: context.checks.amount(cells, at.value, 0),
      fee: 0n,
      failed: isFailure(cells, at.failed),
    }))
  },
})

/** Rows that move a chain's own coin. A failed transaction moves nothing, and its sender still pays the fee. */
function coinReader(
  at: Columns<Field>,
  { checks, tally }: LayoutContext,
  chain: ChainId,
  coin: Asset,
  kind: 'native' | 'internal',
  limit: number,
  movementOf: (cells: readonly string[]) => Movement,
): RowReader {
  return {
    read: ({ cells }, row, out) => {
      const txid = checks.txid(cells, at.txid, chain)
      const time = checks.time(cells, at.time, chain)
      const from = checks.holder(cells, at.from, chain)
      const isCreation = (cells[at.to] ?? '').trim() === '' && (cells[at.created] ?? '').trim() !== ''
      const to = checks.holder(cells, isCreation ? at.created : at.to, chain)
      const { amount, fee, failed, index } = movementOf(cells)
      tally.parties(from, to)
      tally.time(time)
      if (failed)
        tally.skip(kind === 'native' ? 'failed transaction (its fee is kept)' : 'failed internal call')
      const transfers: Transfer[] = []
      const add = (payee: HolderId | null, units: bigint, what: Transfer['kind']): void => {
        transfers.push({ from, to: payee, asset: coin.id, amount: units, kind: what })
      }
      if (!failed) add(to, amount, kind)
      if (fee > 0n) add(null, fee, 'fee')
      if (transfers.length === 0) return
      const head: RowHead = {
        chain,
        txid,
        ...((cells[at.height] ?? '') === '' ? {} : { height: checks.whole(cells, at.height) }),
        ...(index === undefined ? {} : { index }),
        time,
      }
      out.push({ row, listing: '', transaction: accountTransaction(head, transfers) })
    },
    covers: () => coversOf(tally, limit),
  }
}

/** No history is whole where the site may have cut the export off at its limit. */
export function coversOf(tally: LayoutContext['tally'], limit: number): ReturnType<RowReader['covers']> {
  const covers = exportCovers(tally)
  if (tally.rows() < limit) return covers
  tally.note(
    `The file has ${tally.rows()} rows and such exports stop at ${limit}: rows may be missing, and no history is taken as whole. Export shorter spans of time.`,
  )
  return { kind: 'none' }
}

function symbolIn(column: string): string {
  return /\((\w+)\)/.exec(column)![1]!.toUpperCase()
}

/** Value in or value out, as seen from the exported address; both, and equal, where it pays itself. */
function oneOf(
  cells: readonly string[],
  columnIn: number,
  columnOut: number,
  coin: Asset,
  { checks }: LayoutContext,
): bigint {
  const into = checks.amount(cells, columnIn, coin.decimals, true)
  const out = checks.amount(cells, columnOut, coin.decimals, true)
  if (into !== 0n && out !== 0n && into !== out) throw new CellProblem(columnOut, 'differs from the value in')
  return into === 0n ? out : into
}

/** Gas used times its price, wei (Ethereum yellow paper, section 6). */
function feeOf(
  cells: readonly string[],
  at: Columns<'gasUsed' | 'gasPrice'>,
  { checks }: LayoutContext,
): bigint {
  const fee = checks.amount(cells, at.gasUsed, 0) * checks.amount(cells, at.gasPrice, 0)
  if (fee > MAX_AMOUNT) throw new CellProblem(at.gasPrice, 'times the gas used is more than 2^256 - 1')
  return fee
}

/** CSV: '' or 0 is success, `Error(0)` or 1 is failure; API: 0 and 1. Anything else is not guessed at. */
function isFailure(cells: readonly string[], column: number): boolean {
  const status = (cells[column] ?? '').trim().toLowerCase()
  if (status === '' || status === '0' || status === 'success') return false
  if (status === '1' || /^(?:error|fail)/.test(status)) return true
  throw new CellProblem(column, 'neither success nor failure')
}
