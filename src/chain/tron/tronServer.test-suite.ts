/**
 * A server that answers as TronGrid does about a small made-up chain. Transactions are encoded and hashed by tronweb.
 * @module
 */
import { TronWeb, utils } from 'tronweb'
import {
  type Asked,
  type FaultyOptions,
  type FaultyServer,
  startFaultyServer,
} from '../../net/faultyServer.test-suite.ts'

type Json = Record<string, unknown>

/** A payment by a contract. */
export interface Internal {
  readonly from: string
  readonly to: string
  readonly sun: number
  readonly note?: string
  readonly rejected?: boolean
}

/** A TRC-20 event. */
export interface TokenEvent {
  readonly contract: string
  readonly from: string
  readonly to: string
  readonly amount: bigint
}

/** One transaction as a test states it; addresses in Base58. */
export interface Made {
  readonly type: string
  /** Parameters of the contract, addresses in hex as tronweb wants them. */
  readonly value: Json
  readonly fee?: number
  readonly outcome?: string
  readonly internals?: readonly Internal[]
  readonly tokens?: readonly TokenEvent[]
}

export interface Token {
  readonly symbol: string
  readonly decimals: number
}

export interface TronServer extends FaultyServer {
  /** In the order of the chain. */
  readonly txids: readonly string[]
}

export const hex = (base58: string): string => TronWeb.address.toHex(base58)
const START = 1_700_000_000_000
const PAGE = 200
/** Of the main chain; its last four bytes name the chain (CASA, namespace `tron`). */
export const FIRST_BLOCK: string = '00000000000000001ebf88508a03865c71d452e25f4d51194196a1d22b6653dc'
const TRANSFER = 'ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

/** @param blocks transactions of each block, from block 1 on */
export async function startTronServer(
  blocks: readonly (readonly Made[])[],
  tokens: Readonly<Record<string, Token>>,
  options: FaultyOptions & {
    readonly change?: (asked: Asked, answer: Json) => unknown
    /** Newest blocks that can still be undone: no list has them. */
    readonly unsettled?: number
  } = {},
): Promise<TronServer> {
  const chain = blocks.map((list, i) => list.map((made, n) => placed(made, i + 1, n)))
  const all = chain.flat()
  const { change = (_, answer) => answer, unsettled = 0 } = options
  const server = await startFaultyServer((asked) => {
    const answer = answerOf(asked)
    return { body: change(asked, answer) }
  }, options)

  function answerOf({ path, body }: Asked): Json {
    const { pathname, searchParams } = new URL(path, 'http://127.0.0.1')
    const asked = (body === '' ? {} : JSON.parse(body)) as Record<string, string>
    if (pathname === '/wallet/getnowblock') return blockJson(chain.length)
    if (pathname === '/walletsolidity/getnowblock') return blockJson(chain.length - unsettled)
    if (pathname === '/wallet/getblockbynum') {
      const height = Number(asked['num'])
      return height > chain.length ? {} : blockJson(height)
    }
    if (pathname === '/wallet/gettransactionbyid')
      return all.find(({ txID }) => txID === asked['value'])?.sent ?? {}
    if (/^\/wallet(?:solidity)?\/gettransactioninfobyid$/.test(pathname))
      return all.find(({ txID }) => txID === asked['value'])?.result ?? {}
    if (pathname === '/wallet/triggerconstantcontract') {
      const token = Object.entries(tokens).find(
        ([contract]) => hex(contract) === asked['contract_address'],
      )?.[1]
      if (token === undefined) return { result: { code: 'CONTRACT_VALIDATE_ERROR' } }
      return {
        constant_result: [
          wordOf(asked['function_selector'] === 'decimals()' ? token.decimals : token.symbol),
        ],
      }
    }
    const [, account, list] = /^\/v1\/accounts\/(\w+)\/transactions(\/trc20)?$/.exec(pathname) ?? []
    if (account === undefined) return { Error: 'no such path' }
    const [least, most] = [['min_timestamp', 0] as const, ['max_timestamp', Infinity] as const].map(
      ([name, absent]) => Number(searchParams.get(name) ?? absent),
    ) as [number, number]
    const listed = all.filter(({ height }) => {
      const time = timeOf(height)
      return height <= chain.length - unsettled && time >= least && time <= most
    })
    const rows =
      list === undefined
        ? listed.flatMap((one) => accountRows(one, account))
        : listed.flatMap((one) => tokenRows(one, account))
    if (searchParams.get('order_by') === 'block_timestamp,desc') rows.reverse()
    const start = Number(searchParams.get('fingerprint') ?? 0)
    const end = start + Number(searchParams.get('limit') ?? 20)
    const fingerprint = end < rows.length ? { fingerprint: String(end) } : {}
    return {
      success: true,
      data: rows.slice(start, end),
      meta: { at: START, page_size: PAGE, ...fingerprint },
    }
  }

  function blockJson(height: number): Json {
    const idOf = (number: number): string =>
      number === 0 ? FIRST_BLOCK : number.toString(16).padStart(16, '0') + 'ab'.repeat(24)
    const raw = { number: height, timestamp: timeOf(height), parentHash: idOf(height - 1) }
    return {
      blockID: idOf(height),
      block_header: { raw_data: raw },
      transactions: (chain[height - 1] ?? []).map(({ txID }) => ({ txID })),
    }
  }

  function tokenRows({ txID, height, made }: Placed, account: string): Json[] {
    const own = (made.tokens ?? []).filter(({ from, to }) => from === account || to === account)
    return own.map(({ contract, from, to, amount }) => ({
      transaction_id: txID,
      token_info: { ...tokens[contract], address: contract, name: '' },
      block_timestamp: timeOf(height),
      ...{ from, to, type: 'Transfer', value: String(amount) },
    }))
  }

  return Object.assign(server, { txids: all.map(({ txID }) => txID) })
}

interface Placed {
  readonly made: Made
  readonly txID: string
  readonly height: number
  readonly sent: Json
  readonly result: Json
}

const timeOf = (height: number): number => START + 3000 * height

function placed(made: Made, height: number, n: number): Placed {
  const type_url = `type.googleapis.com/protocol.${made.type}`
  const contract = [{ parameter: { value: made.value, type_url }, type: made.type }]
  const times = { expiration: timeOf(height) + 60_000, timestamp: timeOf(height) - 1000 - n }
  const raw_data = { contract, ref_block_bytes: '0001', ref_block_hash: '0123456789abcdef', ...times }
  const pb = utils.transaction.txJsonToPb({ raw_data })
  const txID = utils.transaction.txPbToTxID(pb).replace(/^0x/, '')
  const fee = made.fee ?? 0
  const result = {
    ...{ id: txID, fee, blockNumber: height, blockTimeStamp: timeOf(height) },
    log: (made.tokens ?? []).map(({ contract, from, to, amount }) => ({
      address: hex(contract).slice(2),
      topics: [TRANSFER, wordOf(hex(from).slice(2)), wordOf(hex(to).slice(2))],
      data: amount.toString(16).padStart(64, '0'),
    })),
    internal_transactions: (made.internals ?? []).map(
      ({ from, to, sun, note = 'call', rejected = false }) => ({
        ...{ hash: txID, caller_address: hex(from), transferTo_address: hex(to), rejected },
        ...{
          callValueInfo: sun === 0 ? [{}] : [{ callValue: sun }],
          note: Buffer.from(note).toString('hex'),
        },
      }),
    ),
  }
  const sent = {
    ret: [{ contractRet: made.outcome ?? 'SUCCESS', fee }],
    signature: [],
    ...{ txID, raw_data, raw_data_hex: utils.transaction.txPbToRawDataHex(pb).replace(/^0x/, '') },
  }
  return { made, txID, height, sent, result }
}

/** A word of a contract's answer or a topic. */
function wordOf(value: string | number): string {
  if (typeof value === 'number') return value.toString(16).padStart(64, '0')
  if (/^[0-9a-f]{40}$/i.test(value)) return value.toLowerCase().padStart(64, '0')
  const text = Buffer.from(value).toString('hex')
  const padded = text.padEnd(Math.ceil(text.length / 64) * 64, '0')
  return `${'20'.padStart(64, '0')}${(text.length / 2).toString(16).padStart(64, '0')}${padded}`
}

function accountRows({ made, sent, txID, height }: Placed, account: string): Json[] {
  const internals = (made.internals ?? []).map(({ from, to, sun, note = 'call', rejected = false }, i) => ({
    ...{ internal_tx_id: `${txID}${i}`, from_address: hex(from), to_address: hex(to) },
    data: {
      note: Buffer.from(note).toString('hex'),
      rejected,
      ...(sun === 0 ? {} : { call_value: { _: sun } }),
    },
  }))
  const parties = ['owner_address', 'to_address', 'contract_address'].map((name) => made.value[name])
  const own = parties.includes(hex(account))
    ? [{ ...sent, blockNumber: height, block_timestamp: timeOf(height), internal_transactions: internals }]
    : []
  const paid = internals
    .filter(({ from_address, to_address }) => [from_address, to_address].includes(hex(account)))
    .map((one) => ({ ...one, tx_id: txID, block_timestamp: timeOf(height) }))
  return [...own, ...paid]
}
