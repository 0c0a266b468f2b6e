/**
 * Rows of Etherscan's account lists (docs.etherscan.io, "Accounts"), checked, as transfers. All numbers come as decimal text.
 * @module
 */
import { z } from 'zod'
import { MAX_AMOUNT } from '../../../units/amount.ts'
import type { Asset } from '../../../units/asset.ts'
import { MAX_SYMBOL } from '../../table/assets.ts'
import type { Transfer } from '../../transaction.ts'
import { amountText } from '../../wire.ts'
import { assertAnswer } from '../assertAnswer.ts'
import type { ChainWords } from '../content.ts'
import { tokenAsset } from '../content.ts'
import { describeToken } from '../metadata.ts'
import type { Payment } from '../payments.ts'

/** A list of an account, and what its rows are. */
export const LISTS = ['txlist', 'txlistinternal', 'tokentx', 'tokennfttx', 'token1155tx'] as const
export type ListName = (typeof LISTS)[number]

/** What one row says of its transaction. */
export interface Row {
  readonly height: number
  readonly txid: string
  /** Block and place in it; internal payments do not say them. */
  readonly blockHash?: string
  readonly index?: number
  /** Unix seconds. */
  readonly time: number
  readonly transfers: readonly Transfer[]
  /** The token of the row; its words are untrusted. */
  readonly asset?: Asset
}

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'an address: 0x and 40 hex digits')
  .toLowerCase()
const maybeAddress = z.union([z.literal(''), address])
const txid = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/, 'a hash: 0x and 64 hex digits')
  .toLowerCase()
const small = z
  .string()
  .regex(/^\d{1,15}$/, 'a whole number below 10^15')
  .transform(Number)
const flag = z.enum(['0', '1'])

const head = { blockNumber: small, timeStamp: small, hash: txid, from: address }
const normal = z.object({
  ...head,
  blockHash: txid.optional(),
  to: maybeAddress,
  contractAddress: maybeAddress,
  value: amountText,
  gasUsed: amountText,
  gasPrice: amountText,
  isError: flag,
  transactionIndex: small,
})
const paid = {
  from: address,
  to: maybeAddress,
  contractAddress: maybeAddress,
  value: amountText,
  isError: flag,
  type: z.string(),
}
const internal = z.object({ ...head, ...paid })
type PaidRow = Pick<z.infer<typeof internal>, keyof typeof paid>
/** A token's words about itself: any other form is none, since its transfers are true whatever it says. */
const said = z.string().catch('')
const moved = {
  ...head,
  blockHash: txid.optional(),
  to: address,
  contractAddress: address,
  tokenSymbol: said,
  transactionIndex: small,
}
const erc20 = z.object({ ...moved, value: amountText, tokenDecimal: said })
const erc721 = z.object({ ...moved, tokenID: amountText })
const erc1155 = z.object({ ...moved, tokenID: amountText, tokenValue: amountText })

/** Calls that run another's code in the caller's own name, or pay nothing. */
const UNPAID = /^(?:delegatecall|staticcall|callcode)$/i

/** Internal payments of one transaction, value > 0n, in the order of the API. */
export const internalSchema: z.ZodType<readonly Payment[]> = z
  .array(z.object(paid).transform((row) => paymentOf(row) ?? []))
  .transform((rows) => rows.flat())

function paymentOf(row: PaidRow): Payment | null {
  const { from, value } = row
  const to = row.to === '' ? row.contractAddress : row.to
  return row.isError === '1' || value === 0n || to === '' || UNPAID.test(row.type)
    ? null
    : { from, to, value }
}

/** EIP-20: a uint8. */
function decimalsOf(places: string): number | null {
  return /^\d{1,3}$/.test(places) && Number(places) <= 255 ? Number(places) : null
}

/** The schema of a list's rows, which gives each as a {@link Row}. */
export function rowSchema(list: ListName, words: ChainWords): z.ZodType<Row> {
  const { coin, holder, chain } = words
  const headOf = (row: {
    blockNumber: number
    timeStamp: number
    hash: string
    blockHash?: string | undefined
  }) => {
    const { blockNumber: height, timeStamp: time, hash: txid, blockHash } = row
    return { height, time, txid, ...(blockHash === undefined ? {} : { blockHash }) }
  }
  const token = (
    row: z.infer<typeof erc721> | z.infer<typeof erc20>,
    standard: string,
    amount: bigint,
    tokenId: bigint | null,
    places: string,
  ): Row => {
    const id = tokenAsset(
      chain,
      standard,
      row.contractAddress,
      tokenId === null ? undefined : String(tokenId),
    )
    const says = { symbol: row.tokenSymbol.slice(0, MAX_SYMBOL), decimals: decimalsOf(places) }
    const transfer: Transfer = {
      from: holder(row.from),
      to: holder(row.to),
      asset: id,
      amount,
      kind: 'token',
    }
    return {
      ...headOf(row),
      index: row.transactionIndex,
      transfers: [transfer],
      asset: describeToken(id, chain, says),
    }
  }
  switch (list) {
    case 'txlist':
      return normal.transform((row) => {
        const from = holder(row.from)
        const fee = row.gasUsed * row.gasPrice
        assertAnswer(fee <= MAX_AMOUNT, 'a fee of at most 2^256 - 1 wei', String(fee))
        const payee = row.to === '' ? row.contractAddress : row.to
        const own: Transfer[] =
          row.isError === '1' || payee === ''
            ? []
            : [
                { from, to: holder(payee), asset: coin, amount: row.value, kind: 'native' },
                ...wrapped(row.from, payee, row.value, words),
              ]
        const paid: Transfer[] = fee === 0n ? [] : [{ from, to: null, asset: coin, amount: fee, kind: 'fee' }]
        const [first, ...others] = own
        return {
          ...headOf(row),
          index: row.transactionIndex,
          transfers: first === undefined ? paid : [first, ...paid, ...others],
        }
      })
    case 'txlistinternal':
      return internal.transform((row) => {
        const found = paymentOf(row)
        if (found === null) return { ...headOf(row), transfers: [] }
        const { from, to, value } = found
        const parties = { from: holder(from), to: holder(to) }
        const payment: Transfer = { ...parties, asset: coin, amount: value, kind: 'internal' }
        return { ...headOf(row), transfers: [payment, ...wrapped(from, to, value, words)] }
      })
    case 'tokentx':
      return erc20.transform((row) => token(row, 'erc20', row.value, null, row.tokenDecimal))
    case 'tokennfttx':
      return erc721.transform((row) => token(row, 'erc721', 1n, row.tokenID, '0'))
    case 'token1155tx':
      return erc1155.transform((row) => token(row, 'erc1155', row.tokenValue, row.tokenID, '0'))
  }
}

/**
 * Etherscan lists `Transfer` events alone, and WETH9 writes none when it mints and burns. But it does so for every coin that
 * it is paid or pays, and for nothing else, so a payment says it.
 */
function wrapped(from: string, to: string, value: bigint, { wraps, holder, chain }: ChainWords): Transfer[] {
  const isMint = wraps(to)
  if (value === 0n || isMint === wraps(from)) return []
  const asset = tokenAsset(chain, 'erc20', isMint ? to : from)
  const parties = isMint ? { from: null, to: holder(from) } : { from: holder(to), to: null }
  return [{ ...parties, asset, amount: value, kind: 'token' }]
}
