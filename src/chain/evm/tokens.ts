/**
 * Token movements as contracts state them in their logs. A log is its contract's own word: a contract may lie about its
 * own token, and never about another's, since the asset is named by the contract that wrote the log.
 * @module
 */
/** What is read of a log: hex that was checked, topics and address in lower case. */
export interface EventLog {
  readonly address: string
  readonly topics: readonly string[]
  readonly data: string
}

/** Addresses in lower case; the zero address mints and burns. */
export interface TokenMove {
  readonly standard: 'erc20' | 'erc721' | 'erc1155'
  readonly contract: string
  /** Decimal digits; absent for ERC-20. */
  readonly tokenId?: string
  readonly from: string
  readonly to: string
  readonly amount: bigint
  /** Number of the log within its transaction. */
  readonly log: number
}

/** A deposit of the chain's coin for a token (mint) or the way back (burn), as WETH9 states it. */
export interface WrapMove {
  readonly side: 'mint' | 'burn'
  readonly contract: string
  readonly holder: string
  readonly amount: bigint
  readonly log: number
}

/** keccak-256 of each signature; held against it in a test. */
export const TOPICS = {
  /** `Transfer(address,address,uint256)`: EIP-20 (value not indexed), EIP-721 (token id indexed). */
  transfer: '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
  /** `TransferSingle(address,address,address,uint256,uint256)`: EIP-1155. */
  single: '0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62',
  /** `TransferBatch(address,address,address,uint256[],uint256[])`: EIP-1155. */
  batch: '0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb',
  /** `Deposit(address,uint256)` and `Withdrawal(address,uint256)`: WETH9, verified source at 0xC02a…6Cc2. */
  deposit: '0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c',
  withdrawal: '0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65',
} as const

const ZERO = `0x${'0'.repeat(40)}`

/** Every token movement that the logs of one transaction state. Logs of another shape move nothing. */
export function tokenMoves(logs: readonly EventLog[]): TokenMove[] {
  return logs.flatMap((log, i) => movesOf(log, i))
}

function movesOf({ address: contract, topics, data }: EventLog, log: number): TokenMove[] {
  const [topic, a, b, c] = topics
  if (topic === TOPICS.transfer && topics.length === 3) {
    const from = addressIn(a!)
    const to = addressIn(b!)
    // 32 bytes of value; some contracts append more, which decoders of the event leave unread.
    const amount = words(data)[0]
    if (from === null || to === null || amount === undefined) return []
    return [{ standard: 'erc20', contract, from, to, amount, log }]
  }
  if (topic === TOPICS.transfer && topics.length === 4) {
    const from = addressIn(a!)
    const to = addressIn(b!)
    if (from === null || to === null) return []
    return [{ standard: 'erc721', contract, tokenId: String(BigInt(c!)), from, to, amount: 1n, log }]
  }
  if (topics.length !== 4) return []
  const from = addressIn(b!)
  const to = addressIn(c!)
  if (from === null || to === null) return []
  const piece = (tokenId: bigint, amount: bigint): TokenMove => {
    return { standard: 'erc1155', contract, tokenId: String(tokenId), from, to, amount, log }
  }
  const list = words(data)
  if (topic === TOPICS.single && list.length >= 2) return [piece(list[0]!, list[1]!)]
  if (topic === TOPICS.batch) {
    const ids = arrayAt(list, 0)
    const amounts = arrayAt(list, 1)
    if (ids === null || amounts === null || ids.length !== amounts.length) return []
    return ids.map((id, i) => piece(id, amounts[i]!))
  }
  return []
}

/** Deposits and withdrawals in these logs that no `Transfer` from or to the zero address of the same contract states too. */
export function wrapMoves(logs: readonly EventLog[]): WrapMove[] {
  const found: WrapMove[] = []
  for (const [i, { address: contract, topics, data }] of logs.entries()) {
    const side = topics[0] === TOPICS.deposit ? 'mint' : topics[0] === TOPICS.withdrawal ? 'burn' : null
    if (side === null || topics.length !== 2) continue
    const holder = addressIn(topics[1]!)
    const list = words(data)
    if (holder === null || holder === ZERO || list.length !== 1) continue
    found.push({ side, contract, holder, amount: list[0]!, log: i })
  }
  if (found.length === 0) return found
  const stated = new Map<string, number>()
  const keyOf = (contract: string, from: string, to: string, amount: bigint): string =>
    `${contract} ${from} ${to} ${amount}`
  for (const { standard, contract, from, to, amount } of tokenMoves(logs)) {
    if (standard !== 'erc20') continue
    const key = keyOf(contract, from, to, amount)
    stated.set(key, (stated.get(key) ?? 0) + 1)
  }
  return found.filter(({ side, contract, holder, amount }) => {
    const key =
      side === 'mint' ? keyOf(contract, ZERO, holder, amount) : keyOf(contract, holder, ZERO, amount)
    const left = stated.get(key) ?? 0
    stated.set(key, left - 1)
    return left <= 0
  })
}

/** An address in a topic: 12 zero bytes and 20 of the address (Solidity ABI specification, "Formal specification"). */
function addressIn(topic: string): string | null {
  return topic.startsWith(`0x${'0'.repeat(24)}`) ? `0x${topic.slice(26)}` : null
}

/** The whole 32-byte words of ABI data. */
function words(data: string): bigint[] {
  const list: bigint[] = []
  for (let at = 2; at + 64 <= data.length; at += 64) list.push(BigInt(`0x${data.slice(at, at + 64)}`))
  return list
}

/** The array whose offset stands in word `n`; null where it does not lie within the data. */
function arrayAt(list: readonly bigint[], n: number): bigint[] | null {
  const offset = list[n]
  if (offset === undefined || offset % 32n !== 0n || offset / 32n >= BigInt(list.length)) return null
  const start = Number(offset / 32n)
  const length = list[start]!
  if (length > BigInt(list.length - start - 1)) return null
  return list.slice(start + 1, start + 1 + Number(length))
}
