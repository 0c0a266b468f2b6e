import type { Transfer } from '../transaction.ts'
import { CellProblem } from './checks.ts'
import { type Columns, defineLayout, type Layout, type LayoutContext, type RowReader } from './layout.ts'
import type { TextRecord } from './splitCsv.ts'
import { createStatedAssets, type StatedAsset } from './statedAsset.ts'
import type { TableRow } from './table.ts'
import { accountTransaction, type RowHead } from './transactionOf.ts'
import { createUtxoGroup } from './utxoGroup.ts'

const REQUIRED = {
  txid: ['txid'],
  when: ['time', 'height'],
  from: ['from'],
  to: ['to'],
  anyAmount: ['amount', 'amount_decimal'],
} as const
const OPTIONAL = {
  chain: ['chain'],
  height: ['height'],
  index: ['index'],
  time: ['time'],
  asset: ['asset'],
  amount: ['amount'],
  amountDecimal: ['amount_decimal'],
  kind: ['kind'],
  position: ['position'],
  decimals: ['decimals'],
  symbol: ['symbol'],
  wallet: ['wallet'],
  n: ['n'],
  prevTxid: ['prev_txid'],
  prevN: ['prev_n'],
} as const
type At = Columns<keyof typeof REQUIRED | keyof typeof OPTIONAL>

/** The columns a mapping may name. */
export const LOOTLINE_FIELDS: readonly string[] = [
  ...new Set([...Object.values(REQUIRED), ...Object.values(OPTIONAL)].flat()),
]

const TRANSFER_KINDS: readonly Transfer['kind'][] = ['native', 'internal', 'token', 'fee']

/** Our own layout, one row a transfer, input or output; see docs/formats/lootline-csv.md. */
export const lootlineTable: Layout = defineLayout({
  id: 'lootline',
  title: 'Lootline table',
  required: REQUIRED,
  optional: OPTIONAL,
  open: (at, context) => createReader(at, context),
})

function createReader(at: At, context: LayoutContext): RowReader {
  const { checks, tally, options } = context
  const assetOf = createStatedAssets(at, context)
  const group = createUtxoGroup()
  /** A row whose transaction is not known was refused: the transaction that follows may lack it. */
  let spoilNext = false
  let coversAll = false

  const close = (out: TableRow[]): void => {
    const taken = group.take()
    if (taken === null) return
    if ('transaction' in taken) out.push(taken)
    else for (const record of taken.records) context.reject(record, taken.problem)
  }

  const headOf = (cells: readonly string[]): RowHead => {
    const chain = isEmpty(cells, at.chain) ? options.chain : checks.chain(cells, at.chain)
    if (chain === undefined) throw new CellProblem(at.chain, 'no chain: give the column or --chain')
    const head: RowHead = {
      chain,
      txid: checks.txid(cells, at.txid, chain),
      ...(isEmpty(cells, at.height) ? {} : { height: checks.whole(cells, at.height) }),
      ...(isEmpty(cells, at.index) ? {} : { index: checks.whole(cells, at.index) }),
      ...(isEmpty(cells, at.time) ? {} : { time: checks.time(cells, at.time, chain) }),
    }
    if (head.height === undefined && head.time === undefined)
      throw new CellProblem(at.when, 'neither time nor height')
    if (head.time !== undefined) tally.time(head.time)
    return head
  }

  const amountOf = (cells: readonly string[], { decimals }: StatedAsset): bigint => {
    const units = isEmpty(cells, at.amount) ? null : checks.amount(cells, at.amount, 0)
    if (isEmpty(cells, at.amountDecimal)) {
      if (units === null) throw new CellProblem(at.anyAmount, 'no amount')
      return units
    }
    if (decimals === null) throw new CellProblem(at.amountDecimal, 'the decimals of the asset are not known')
    const exact = checks.amount(cells, at.amountDecimal, decimals)
    if (units !== null && units !== exact)
      throw new CellProblem(at.amountDecimal, 'differs from the amount in base units')
    return exact
  }

  const readUtxo = (record: TextRecord, head: RowHead, kind: 'input' | 'output', row: number): void => {
    const { cells } = record
    const { chain } = head
    group.open(head, row)
    if (spoilNext) group.spoil()
    spoilNext = false
    const side = kind === 'input' ? at.from : at.to
    const holder = isEmpty(cells, side) ? null : checks.holder(cells, side, chain)
    const known = !isEmpty(cells, at.amount) || !isEmpty(cells, at.amountDecimal)
    const asset = assetOf(cells, chain, 'native')
    if (kind === 'output') {
      const n = checks.whole(cells, at.n, 0xffffffff)
      group.add(record, head, { n, output: { holder, amount: amountOf(cells, asset) } })
    } else {
      const input = {
        txid: checks.txid(cells, at.prevTxid, chain),
        n: checks.whole(cells, at.prevN, 0xffffffff),
        ...(holder === null ? {} : { holder }),
        ...(known ? { amount: amountOf(cells, asset) } : {}),
      }
      group.add(record, head, { input })
    }
  }

  const readTransfer = (cells: readonly string[], head: RowHead, kindText: string, row: number): TableRow => {
    const { chain } = head
    const stated = assetOf(cells, chain, undefined)
    const kind = TRANSFER_KINDS.find((one) => one === kindText)
    if (kind === undefined && kindText !== '') {
      throw new CellProblem(at.kind, `not one of ${TRANSFER_KINDS.join(', ')}, input, output`)
    }
    const from = isEmpty(cells, at.from) ? null : checks.holder(cells, at.from, chain)
    const to = isEmpty(cells, at.to) ? null : checks.holder(cells, at.to, chain)
    const transfer: Transfer = {
      from,
      to,
      asset: stated.asset.id,
      amount: amountOf(cells, stated),
      kind: kind ?? (stated.asset.id.includes('/slip44:') ? 'native' : 'token'),
      ...(isEmpty(cells, at.position) ? {} : { position: checks.whole(cells, at.position) }),
    }
    return { row, listing: listingOf(cells, head), transaction: accountTransaction(head, [transfer]) }
  }

  const listingOf = (cells: readonly string[], { chain }: RowHead): string => {
    if (isEmpty(cells, at.wallet)) return ''
    if (cells[at.wallet]!.trim() === '*') {
      coversAll = true
      return ''
    }
    const wallet = checks.holder(cells, at.wallet, chain)
    if (wallet === null) throw new CellProblem(at.wallet, 'the zero address has no export')
    tally.wallet(wallet)
    return wallet
  }

  if (options.map?.has('amount') === true) {
    const column = context.header[at.amount] ?? ''
    tally.note(
      `Column "${column}" was read as whole numbers of the smallest unit; if it holds whole coins or tokens, map it as amount_decimal.`,
    )
  }

  return {
    read: (record, row, out) => {
      const kind = (record.cells[at.kind] ?? '').trim().toLowerCase()
      let head: RowHead
      try {
        head = headOf(record.cells)
      } catch (error) {
        if (kind === 'input' || kind === 'output') {
          group.spoil()
          spoilNext = true
        }
        throw error
      }
      if (!group.isOf(head)) close(out)
      if (kind !== 'input' && kind !== 'output') {
        out.push(readTransfer(record.cells, head, kind, row))
        return
      }
      try {
        readUtxo(record, head, kind, row)
        if (at.wallet >= 0) listingOf(record.cells, head)
      } catch (error) {
        group.spoil()
        throw error
      }
    },
    end: close,
    covers: () => {
      const holders = tally.wallets()
      if (coversAll) return { kind: 'all' }
      return holders.length === 0 ? { kind: 'none' } : { kind: 'holders', holders }
    },
  }
}

function isEmpty(cells: readonly string[], column: number): boolean {
  return (cells[column] ?? '').trim() === ''
}
