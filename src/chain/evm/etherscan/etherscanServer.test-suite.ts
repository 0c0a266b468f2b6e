/**
 * A server that answers as Etherscan's API v2 does, about a node's chain: it reads the chain by `debug_traceTransaction` and
 * shapes its rows after the API's documentation, with none of the code under test.
 * @module
 */
import {
  type FaultyOptions,
  type FaultyServer,
  startFaultyServer,
} from '../../../net/faultyServer.test-suite.ts'
import type { Anvil } from '../anvil.test-suite.ts'

export type Row = Readonly<Record<string, string>>
type Json = Record<string, unknown>

/** What an answer of a list holds at most, whatever the page. */
const WINDOW = 10_000
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
const SINGLE = '0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62'
const BATCH = '0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb'

export interface EtherscanServer extends FaultyServer {
  /** Rows by list, oldest first. */
  readonly lists: Readonly<Record<string, readonly Row[]>>
}

type Options = FaultyOptions & { readonly key?: string }

/** @param key what `apikey` must be, where one is wanted */
export async function startEtherscanServer(anvil: Anvil, options: Options = {}): Promise<EtherscanServer> {
  return serveLists(anvil.chainId, await listsOf(anvil), (query) => proxied(anvil, query), options)
}

/** @param proxied what the node behind it answers to calls of the module `proxy` */
export async function serveLists(
  chainId: number,
  lists: Readonly<Record<string, readonly Row[]>>,
  proxied: (query: URLSearchParams) => Promise<Json>,
  options: Options = {},
): Promise<EtherscanServer> {
  const server = await startFaultyServer(async ({ path }) => {
    const query = new URL(path, 'http://127.0.0.1').searchParams
    if (options.key !== undefined && query.get('apikey') !== options.key)
      return { body: { status: '0', message: 'NOTOK', result: 'Invalid API Key' } }
    if (query.get('chainid') !== String(chainId))
      return { body: { status: '0', message: 'NOTOK', result: 'Missing or unsupported chainid parameter' } }
    if (query.get('module') === 'proxy') return { body: await proxied(query) }
    return { body: page(lists[query.get('action') ?? ''] ?? [], query) }
  }, options)
  return Object.assign(server, { lists })
}

function page(all: readonly Row[], query: URLSearchParams): Json {
  const number = (name: string, absent: number): number => Number(query.get(name) ?? absent)
  const [pageNumber, offset] = [number('page', 1), number('offset', WINDOW)]
  if (pageNumber * offset > WINDOW)
    return {
      status: '0',
      message: 'Result window is too large, PageNo x Offset size must be less than or equal to 10000',
      result: null,
    }
  const who = query.get('address')?.toLowerCase()
  const rows = all.filter((row) => {
    if (query.has('txhash')) return row['hash'] === query.get('txhash')
    const height = Number(row['blockNumber'])
    const isTheirs = [row['from'], row['to'], row['to'] === '' ? row['contractAddress'] : ''].includes(
      who ?? '',
    )
    return (
      isTheirs && height >= number('startblock', 0) && height <= number('endblock', Number.MAX_SAFE_INTEGER)
    )
  })
  const some = rows.slice((pageNumber - 1) * offset, pageNumber * offset)
  if (some.length === 0) return { status: '0', message: 'No transactions found', result: [] }
  // By transaction, the API leaves the hash out.
  const shown = query.has('txhash') ? some.map(({ hash: _, ...row }) => row) : some
  return { status: '1', message: 'OK', result: shown }
}

async function proxied(anvil: Anvil, query: URLSearchParams): Promise<Json> {
  const get = (name: string): string => query.get(name) ?? ''
  const action = get('action')
  const params =
    action === 'eth_getBlockByNumber'
      ? [get('tag'), get('boolean') === 'true']
      : action === 'eth_call'
        ? [{ to: get('to'), data: get('data'), gas: get('gas') }, get('tag')]
        : action === 'eth_getTransactionCount'
          ? [get('address'), get('tag')]
          : [get('txhash')]
  try {
    return { jsonrpc: '2.0', id: 1, result: await anvil.rpc(action, params) }
  } catch {
    return { jsonrpc: '2.0', id: 1, error: { code: 3, message: 'execution reverted' } }
  }
}

interface Frame {
  readonly type: string
  readonly from: string
  readonly to?: string
  readonly value?: string
  readonly error?: string
  readonly calls?: readonly Frame[]
}

async function listsOf(anvil: Anvil): Promise<Record<string, Row[]>> {
  const lists: Record<string, Row[]> = {
    txlist: [],
    txlistinternal: [],
    tokentx: [],
    tokennfttx: [],
    token1155tx: [],
  }
  const tip = Number(await anvil.rpc('eth_blockNumber'))
  for (let height = 1; height <= tip; height++) {
    const block = (await anvil.rpc('eth_getBlockByNumber', [`0x${height.toString(16)}`, true])) as Json
    for (const sent of block['transactions'] as Record<string, string>[]) {
      const receipt = (await anvil.rpc('eth_getTransactionReceipt', [sent['hash']])) as Json
      const top = (await anvil.rpc('debug_traceTransaction', [
        sent['hash'],
        { tracer: 'callTracer' },
      ])) as Frame
      const base = {
        blockNumber: String(height),
        timeStamp: String(Number(block['timestamp'])),
        hash: sent['hash']!,
      }
      const placed = {
        ...base,
        blockHash: String(block['hash']),
        transactionIndex: String(Number(sent['transactionIndex'])),
      }
      const failed = receipt['status'] === '0x0'
      lists['txlist']!.push({
        ...placed,
        from: sent['from']!,
        to: sent['to'] ?? '',
        contractAddress: (receipt['contractAddress'] as string | null) ?? '',
        value: String(BigInt(sent['value']!)),
        gasUsed: String(Number(receipt['gasUsed'])),
        gasPrice: String(Number(receipt['effectiveGasPrice'])),
        isError: failed ? '1' : '0',
      })
      internals(top, failed, (frame, undone) =>
        lists['txlistinternal']!.push({
          ...base,
          from: frame.from,
          to: frame.type.startsWith('CREATE') ? '' : frame.to!,
          contractAddress: frame.type.startsWith('CREATE') ? (frame.to ?? '') : '',
          value: String(BigInt(frame.value ?? 0)),
          type: frame.type.toLowerCase(),
          isError: undone ? '1' : '0',
        }),
      )
      for (const log of receipt['logs'] as { address: string; topics: string[]; data: string }[])
        await addToken(anvil, lists, placed, log)
    }
  }
  return lists
}

function internals(frame: Frame, undone: boolean, add: (frame: Frame, undone: boolean) => void): void {
  for (const call of frame.calls ?? []) {
    const isUndone = undone || call.error !== undefined
    if (BigInt(call.value ?? 0) > 0n) add(call, isUndone)
    internals(call, isUndone, add)
  }
}

async function addToken(
  anvil: Anvil,
  lists: Record<string, Row[]>,
  placed: Row,
  { address, topics, data }: { address: string; topics: string[]; data: string },
): Promise<void> {
  const party = (topic: string | undefined): string => `0x${topic!.slice(26)}`
  const words = data.slice(2).match(/.{64}/g) ?? []
  const units = (word: string | undefined): string => String(BigInt(`0x${word}`))
  const token = async (): Promise<Row> => {
    return { ...placed, contractAddress: address, tokenSymbol: await symbolOf(anvil, address) }
  }
  if (topics[0] === TRANSFER && topics.length === 3) {
    const parties = { from: party(topics[1]), to: party(topics[2]), value: units(words[0]) }
    lists['tokentx']!.push({ ...(await token()), ...parties, tokenDecimal: await decimalsOf(anvil, address) })
  }
  if (topics[0] === TRANSFER && topics.length === 4) {
    const parties = { from: party(topics[1]), to: party(topics[2]), tokenID: String(BigInt(topics[3]!)) }
    lists['tokennfttx']!.push({ ...(await token()), ...parties, tokenDecimal: '0' })
  }
  const parties = { from: party(topics[2] ?? topics[1]), to: party(topics[3] ?? topics[1]) }
  if (topics[0] === SINGLE) {
    const piece = { tokenID: units(words[0]), tokenValue: units(words[1]) }
    lists['token1155tx']!.push({ ...(await token()), ...parties, ...piece })
  }
  if (topics[0] === BATCH) {
    const count = Number(units(words[2]))
    for (let i = 0; i < count; i++) {
      const piece = { tokenID: units(words[3 + i]), tokenValue: units(words[4 + count + i]) }
      lists['token1155tx']!.push({ ...(await token()), ...parties, ...piece })
    }
  }
}

async function symbolOf(anvil: Anvil, to: string): Promise<string> {
  const hex = await ask(anvil, to, '0x95d89b41')
  const bytes = Buffer.from(hex.slice(2), 'hex')
  const text = bytes.length > 64 ? bytes.subarray(64, 64 + Number(bytes.readBigUInt64BE(56))) : bytes
  return text.toString().replaceAll('\0', '')
}

async function decimalsOf(anvil: Anvil, to: string): Promise<string> {
  const answer = await ask(anvil, to, '0x313ce567')
  return answer === '0x' ? '' : String(Number(answer))
}

async function ask(anvil: Anvil, to: string, data: string): Promise<string> {
  try {
    return (await anvil.rpc('eth_call', [{ to, data }, 'latest'])) as string
  } catch {
    return '0x'
  }
}
