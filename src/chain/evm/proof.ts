/**
 * What an EVM node says, held against its own hashes: a block's hash covers its header, the header the roots of its
 * transactions and receipts (Ethereum yellow paper, section 4.3; Merkle Patricia tries in its appendix D).
 * @module
 */
import type { Hex, RpcTransaction as ViemTransaction } from 'viem'
import type { RpcHeader, RpcReceipt, RpcTransaction, RpcWithdrawal } from './wire.ts'

/** viem, loaded when an EVM source is opened: it takes 0.2 s. */
export type Viem = typeof import('viem')

/** Header fields in hashing order; those from `baseFeePerGas` on were added by EIP-1559, 4895, 4844, 4844, 4788 and 7685. */
const HEADER = [
  ...['parentHash', 'sha3Uncles', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom'],
  ...['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp', 'extraData', 'mixHash', 'nonce'],
  ...[
    'baseFeePerGas',
    'withdrawalsRoot',
    'blobGasUsed',
    'excessBlobGas',
    'parentBeaconBlockRoot',
    'requestsHash',
  ],
] as const
const QUANTITIES: ReadonlySet<string> = new Set([
  ...[
    'difficulty',
    'number',
    'gasLimit',
    'gasUsed',
    'timestamp',
    'baseFeePerGas',
    'blobGasUsed',
    'excessBlobGas',
  ],
])
/** Fields that every header has had since the first block. */
const FIRST_FIELDS = 15

/** The hash that a header's fields have; null where one of the fields is missing or no hex. */
export function headerHash({ keccak256, toRlp }: Viem, header: RpcHeader): Hex | null {
  const fields: Hex[] = []
  for (const [i, name] of HEADER.entries()) {
    const value = header[name]
    if (value === undefined || value === null) {
      if (i < FIRST_FIELDS) return null
      break
    }
    if (typeof value !== 'string' || !/^0x[0-9a-fA-F]*$/.test(value)) return null
    fields.push(QUANTITIES.has(name) ? scalar(value) : (value as Hex))
  }
  return fields.every((field) => field.length % 2 === 0) ? keccak256(toRlp(fields)) : null
}

/** A number in RLP: big-endian without leading zeros (yellow paper, appendix B). */
function scalar(quantity: string): Hex {
  const digits = quantity.slice(2).replace(/^0+/, '')
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`
}

/** Types of transactions up to here are Ethereum's: legacy, EIP-2930, EIP-1559, EIP-4844, EIP-7702. Other chains begin at 0x64. */
const LAST_TYPE = 4

export function isKnownType({ type }: RpcTransaction): boolean {
  return Number(type ?? 0) <= LAST_TYPE
}

/** The bytes whose hash is the transaction's id; null where it has no such form. @param raw of a known type */
export function signedBytes(
  { formatTransaction, serializeTransaction }: Viem,
  raw: RpcTransaction,
): Hex | null {
  try {
    const transaction = formatTransaction(raw as unknown as ViemTransaction)
    const { r, s, v, yParity } = transaction
    const fields = { ...transaction, data: transaction.input }
    const parity = { ...(v === undefined ? {} : { v }), ...(yParity === undefined ? {} : { yParity }) }
    type Serialize = typeof serializeTransaction
    return serializeTransaction(
      fields as unknown as Parameters<Serialize>[0],
      { r, s, ...parity } as Parameters<Serialize>[1],
    )
  } catch {
    // viem refuses what no signer may sign, and fields of another type.
    return null
  }
}

/** A receipt as its trie has it (EIP-2718, EIP-658); null where it tells no outcome. */
export function receiptBytes({ concatHex, toRlp }: Viem, receipt: RpcReceipt): Hex | null {
  const { status, root, cumulativeGasUsed, logsBloom, type } = receipt
  const outcome = root ? (root as Hex) : status ? scalar(status) : null
  if (outcome === null) return null
  const logs = receipt.logs.map(({ address, topics, data }) => [address as Hex, topics as Hex[], data as Hex])
  const body = toRlp([outcome, scalar(cumulativeGasUsed), logsBloom as Hex, logs])
  const kind = Number(type ?? 0)
  return kind === 0 ? body : concatHex([`0x${kind.toString(16).padStart(2, '0')}`, body])
}

/** A withdrawal as its trie has it (EIP-4895). */
export function withdrawalBytes(
  { toRlp }: Viem,
  { index, validatorIndex, address, amount }: RpcWithdrawal,
): Hex {
  return toRlp([scalar(index), scalar(validatorIndex), address as Hex, scalar(amount)])
}

type Rlp = Hex | readonly Rlp[]

/**
 * Root of the trie that holds each value under the RLP of its number. Cost: about two Keccak-256 a value.
 * @param values in block order
 */
export function listRoot({ keccak256, toHex, toRlp }: Viem, values: readonly Hex[]): Hex {
  const entries = values.map((value, i) => ({
    path: toRlp(i === 0 ? '0x' : scalar(toHex(i))).slice(2),
    value,
  }))
  return keccak256(toRlp(node(entries, 0)))

  function node(under: readonly { path: string; value: Hex }[], depth: number): Rlp {
    if (under.length === 0) return '0x'
    const [first] = under
    if (under.length === 1) return [packed(first!.path.slice(depth), true), first!.value]
    let shared = depth
    while (under.every(({ path }) => path[shared] === first!.path[shared])) shared++
    if (shared > depth)
      return [packed(first!.path.slice(depth, shared), false), reference(node(under, shared))]
    // Paths are of whole bytes and none begins another, so no branch has a value of its own.
    const branches = Array.from({ length: 16 }, (_, digit) =>
      reference(
        node(
          under.filter(({ path }) => path[depth] === digit.toString(16)),
          depth + 1,
        ),
      ),
    )
    return [...branches, '0x']
  }

  function reference(child: Rlp): Rlp {
    if (child === '0x') return child
    const bytes = toRlp(child as Hex[])
    return bytes.length < 2 + 64 ? child : keccak256(bytes)
  }
}

/** Hex-prefix encoding of a path (yellow paper, appendix C). */
function packed(path: string, isLeaf: boolean): Hex {
  const isOdd = path.length % 2 === 1
  const flag = (isLeaf ? 2 : 0) + (isOdd ? 1 : 0)
  return `0x${flag.toString(16)}${isOdd ? '' : '0'}${path}`
}
