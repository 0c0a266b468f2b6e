import { type ChainId, ETHEREUM, TRON } from '../../units/caip.ts'
import { createTokens } from './assets.ts'
import { CSV_ROWS, coversOf } from './etherscanCoins.ts'
import { type Columns, defineLayout, type Layout, type LayoutContext, type RowReader } from './layout.ts'
import { accountTransaction, type RowHead } from './transactionOf.ts'

const API_ROWS = 10_000
/** An EVM address has 42 characters, a Tron one 34. */
const MAX_CONTRACT = 42

/** ERC-20 transfers as CSV. Amounts are decimal text with commas between thousands; decimals are not in the file. */
export const etherscanTokens: Layout = defineLayout({
  id: 'etherscan-tokens',
  title: 'Etherscan ERC-20 token transfers (CSV)',
  required: {
    txid: ['transaction hash', 'txhash'],
    time: ['unixtimestamp'],
    from: ['from'],
    to: ['to'],
    amount: ['tokenvalue', 'value'],
    contract: ['contractaddress'],
    symbol: ['tokensymbol'],
  },
  optional: { height: ['blockno'], name: ['tokenname'] },
  excludes: ['tokenid', 'token id'],
  open: (at, context) => derivedReader(at, context, () => evmChain(context)),
})

/** Token transfers as OKLink and exporters for Tron write them: the addresses say which chain. */
export const oklinkTokens: Layout = defineLayout({
  id: 'oklink-tokens',
  title: 'OKLink token transfers (CSV)',
  required: {
    txid: ['tx hash'],
    height: ['blockheight'],
    time: ['blocktime(utc)'],
    from: ['from'],
    to: ['to'],
    amount: ['value'],
    symbol: ['symbol'],
    contract: ['tokenaddress'],
  },
  optional: { name: ['tokenname'] },
  open: (at, context) =>
    derivedReader(at, context, (cells) =>
      (cells[at.contract] ?? '').startsWith('0x') ? evmChain(context) : TRON,
    ),
})

/** `module=account&action=tokentx`: exact base units. */
export const etherscanTokentx: Layout = defineLayout({
  id: 'etherscan-api-tokentx',
  title: 'Etherscan API tokentx (JSON)',
  required: {
    txid: ['hash'],
    height: ['blocknumber'],
    time: ['timestamp'],
    from: ['from'],
    to: ['to'],
    amount: ['value'],
    contract: ['contractaddress'],
    decimals: ['tokendecimal'],
    symbol: ['tokensymbol'],
  },
  optional: { name: ['tokenname'], index: ['transactionindex'] },
  excludes: ['tokenid'],
  open: (at, context) => {
    const chain = evmChain(context)
    const tokenOf = createTokens(context)
    return {
      read: ({ cells }, row, out) => {
        const head = {
          ...headOf(cells, at, chain, context),
          ...(at.index < 0 ? {} : { index: context.checks.whole(cells, at.index) }),
        }
        const token = tokenOf({ cells, chain, ...at })
        const amount = context.checks.amount(cells, at.amount, 0)
        out.push({ row, listing: '', transaction: transferOf(cells, at, head, token.id, amount, context) })
      },
      covers: () => coversOf(context.tally, API_ROWS),
    }
  },
})

type Field = 'txid' | 'height' | 'time' | 'from' | 'to' | 'amount' | 'contract' | 'symbol' | 'name'

/** Rows whose token decimals are not in the file: a first pass finds the most that any row of a contract shows. */
function derivedReader(
  at: Columns<Field>,
  context: LayoutContext,
  chainOf: (cells: readonly string[]) => ChainId,
): RowReader {
  const derived = new Map<string, number>()
  const tokenOf = createTokens(context, derived)
  return {
    survey: ({ cells }) => {
      const contract = (cells[at.contract] ?? '').trim().toLowerCase()
      const fraction = /^[\d,]*\.(\d{1,255})$/.exec((cells[at.amount] ?? '').trim())?.[1] ?? ''
      const places = fraction.replace(/0+$/, '').length
      if (contract.length <= MAX_CONTRACT && places >= (derived.get(contract) ?? 0))
        derived.set(contract, places)
    },
    read: ({ cells }, row, out) => {
      const chain = chainOf(cells)
      const head = headOf(cells, at, chain, context)
      const token = tokenOf({ cells, chain, ...at, decimals: -1 })
      const amount = context.checks.amount(cells, at.amount, token.decimals, true)
      out.push({ row, listing: '', transaction: transferOf(cells, at, head, token.id, amount, context) })
    },
    covers: () => coversOf(context.tally, CSV_ROWS),
  }
}

function headOf(
  cells: readonly string[],
  at: Columns<'txid' | 'height' | 'time'>,
  chain: ChainId,
  { checks }: LayoutContext,
): RowHead {
  const height = (cells[at.height] ?? '') === '' ? {} : { height: checks.whole(cells, at.height) }
  return {
    chain,
    txid: checks.txid(cells, at.txid, chain),
    ...height,
    time: checks.time(cells, at.time, chain),
  }
}

function transferOf(
  cells: readonly string[],
  at: Columns<'from' | 'to'>,
  head: RowHead,
  asset: string,
  amount: bigint,
  { checks, tally }: LayoutContext,
): ReturnType<typeof accountTransaction> {
  const from = checks.holder(cells, at.from, head.chain)
  const to = checks.holder(cells, at.to, head.chain)
  tally.parties(from, to)
  if (head.time !== undefined) tally.time(head.time)
  return accountTransaction(head, [{ from, to, asset, amount, kind: 'token' }])
}

function evmChain({ options, tally }: LayoutContext): ChainId {
  if (options.chain !== undefined) return options.chain
  tally.note(`The file does not say its chain: read as ${ETHEREUM}. Another is stated with --chain.`)
  return ETHEREUM
}
