/**
 * What one Tron transaction moved, as transfers: TRX, TRC-10 and TRC-20 tokens, fees.
 * @module
 */
import { base58 } from '@scure/base'
import { formatHolder } from '../../address/index.ts'
import { AnswerError } from '../../net/index.ts'
import type { Asset } from '../../units/asset.ts'
import { nativeAsset } from '../../units/asset.ts'
import { type AssetId, addressOf, type HolderId, TRON } from '../../units/caip.ts'
import { toHex } from '../../units/hex.ts'
import { tokenMoves } from '../evm/tokens.ts'
import type { Transfer } from '../transaction.ts'
import type { TronContract } from './contract.ts'
import type { InternalRow, TronInternal, TronResult, TronTransaction } from './wire.ts'

export const TRX: Asset = nativeAsset(TRON)!

/** Wrapped TRX, which mints and burns as WETH9 does (tronscan.org, verified contract "WTRX"). */
const WTRX: HolderId = `${TRON}:TNUC9Qb1rRpS5CbWLmNMxXBjyFoydXjWFR`

/** 20 zero bytes, which mint and burn, as the lists and the logs write them. */
const ZERO: HolderId = `${TRON}:T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb`

/** @returns null for the zero address. Cost: two SHA-256. */
export function holderOfTron(address: string): HolderId | null {
  const holder = formatHolder(TRON, address)
  return holder === ZERO ? null : holder
}

/** The hex form of a canonical address. */
export function hexOfTron(address: string): string {
  return toHex(base58.decode(address).subarray(0, 21))
}

/** CASA `tron/caip19.md`. */
function tokenId(standard: 'trc10' | 'trc20' | 'trc721' | 'trc1155', reference: string): AssetId {
  return `${TRON}/${standard}:${reference}`
}

/** `trc20` asset of a contract in Base58. */
export function trc20(contract: string): AssetId {
  return tokenId('trc20', addressOf(formatHolder(TRON, contract)))
}

type Payment = Omit<Transfer, 'kind' | 'position'>

/** What a transaction does not say itself. */
export interface Outcome {
  /** Sun. */
  readonly fee: bigint
  /** Contract that it made, hex. */
  readonly created: string | null
  /** Sun that a withdrawn reward came to. */
  readonly withdrawn: bigint
}
export const NO_OUTCOME: Outcome = { fee: 0n, created: null, withdrawn: 0n }

/** Absent in early blocks, which have only what succeeded. */
export function isDone({ ret }: TronTransaction): boolean {
  return (ret?.[0]?.contractRet ?? 'SUCCESS') === 'SUCCESS'
}

/** The transaction's own payments and its fee. */
export function ownTransfers(sent: TronTransaction, { fee, created, withdrawn }: Outcome): Transfer[] {
  const { owner, ...contract } = sent.contract
  if (owner === null) return []
  const from = holderOfTron(owner)
  const paid = isDone(sent) ? paymentsOf(contract, from, created, withdrawn) : []
  const own = paid.map((payment): Transfer => ({ ...payment, kind: 'native', position: 0 }))
  if (fee > 0n) own.push({ from, to: null, asset: TRX.id, amount: fee, kind: 'fee', position: 0 })
  return [...own, ...wrapsOf(own)]
}

function paymentsOf(
  { to, sun = 0n, token, creates, withdraws }: Omit<TronContract, 'owner'>,
  from: HolderId | null,
  created: string | null,
  withdrawn: bigint,
): Payment[] {
  // The chain issues a reward.
  if (withdraws) return withdrawn > 0n ? [{ from: null, to: from, asset: TRX.id, amount: withdrawn }] : []
  const payee = creates ? created : to
  if (!payee) return []
  const pay = (asset: AssetId, amount: bigint): Payment => ({ from, to: holderOfTron(payee), asset, amount })
  return [
    ...(sun > 0n ? [pay(TRX.id, sun)] : []),
    ...(token !== undefined && token.amount > 0n ? [pay(trc10(token.name), token.amount)] : []),
  ]
}

/** java-tron `TransactionUtil.validAssetName`. */
const MAX_NAME_BYTES = 32

/** Of TRC-10 tokens; they begin at 1,000,001 (java-tron `DynamicPropertiesStore`, `TOKEN_ID_NUM`). */
const NUMBER = /^[1-9]\d{6,18}$/

/**
 * A TRC-10 token by its number, or by its name, which was all it had before it had a number: what CAIP-19 does not allow is
 * percent-encoded, and the first of digits alone, lest they be taken for a number.
 */
function trc10(bytes: Uint8Array): AssetId {
  const name = Buffer.from(bytes).toString('latin1')
  if (name === '' || name.length > MAX_NAME_BYTES)
    throw new AnswerError({ expected: 'a TRC-10 token of 1 to 32 bytes', came: `${name.length}` })
  if (NUMBER.test(name)) return tokenId('trc10', name)
  const escaped = (letter: string): string => `%${toHex(Buffer.from(letter, 'latin1')).toUpperCase()}`
  return tokenId('trc10', name.replace(/[^-.A-Za-z0-9]|^\d(?=\d*$)/g, escaped))
}

/** What contracts move has a number; nodes write it plain or as the hex of its digits. */
function numberOf(token: string): Buffer {
  const plain = /^(?:3\d){7,19}$/.test(token) ? Buffer.from(token, 'hex').toString() : token
  if (!NUMBER.test(plain)) throw new AnswerError({ expected: 'the number of a TRC-10 token', came: token })
  return Buffer.from(plain)
}

/** `call`, `create` and `suicide`, plain and in hex; other notes are of stakes and votes, which change no owner. */
const MOVING = new Set(['call', 'create', 'suicide', '63616c6c', '637265617465', '73756963696465'])

/** What contracts paid; rejected ones are undone. */
export function internalTransfers(internals: readonly (TronInternal | InternalRow)[]): Transfer[] {
  const paid = internals.flatMap((one): Payment[] => {
    const { from, to, values, note, rejected } = internalOf(one)
    if (rejected || !MOVING.has(note)) return []
    return values.flatMap(([token, amount]) => {
      if (amount === 0n) return []
      const asset = token === '_' || token === '' ? TRX.id : trc10(numberOf(token))
      return [{ from: holderOfTron(from), to: holderOfTron(to), asset, amount }]
    })
  })
  const transfers = paid.map((one, i): Transfer => ({ ...one, kind: 'internal', position: i + 1 }))
  return [...transfers, ...wrapsOf(transfers)]
}

function internalOf(one: TronInternal | InternalRow) {
  if ('caller_address' in one) {
    const values = one.callValueInfo.map(
      ({ callValue, tokenId: token }) => [token ?? '', callValue ?? 0n] as const,
    )
    return {
      from: one.caller_address,
      to: one.transferTo_address,
      values,
      note: one.note,
      rejected: one.rejected,
    }
  }
  const { note, rejected, call_value } = one.data
  return {
    from: one.from_address,
    to: one.to_address,
    values: Object.entries(call_value ?? {}),
    note,
    rejected,
  }
}

/** What wrapped TRX mints for what it is paid, and burns for what it pays. */
function wrapsOf(payments: readonly Transfer[]): Transfer[] {
  return payments.flatMap(({ from, to, asset, amount, kind }): Transfer[] => {
    if (asset !== TRX.id || amount === 0n || kind === 'fee' || (from === WTRX) === (to === WTRX)) return []
    const parties = to === WTRX ? { from: null, to: from } : { from: to, to: null }
    return [{ ...parties, asset: trc20(addressOf(WTRX)), amount, kind: 'token' }]
  })
}

/** Tokens that the logs of a transaction state; each `position` is the number of the log. */
export function tokenTransfers({ log }: TronResult): Transfer[] {
  const logs = (log ?? []).map(({ address, topics, data }) => ({
    address: `0x${address}`,
    topics: topics.map((topic) => `0x${topic}`),
    data: `0x${data ?? ''}`,
  }))
  const tron = (evm: string): string => `41${evm.slice(2)}`
  const canonical = (evm: string): string => addressOf(formatHolder(TRON, tron(evm)))
  return tokenMoves(logs).map(({ standard, contract, tokenId: piece, from, to, amount, log: position }) => {
    const id = tokenId(`trc${standard.slice(3)}` as 'trc20', canonical(contract))
    const asset = piece === undefined ? id : `${id}/${piece}`
    return {
      from: holderOfTron(tron(from)),
      to: holderOfTron(tron(to)),
      asset,
      amount,
      kind: 'token',
      position,
    }
  })
}
