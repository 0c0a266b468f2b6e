/**
 * A transaction of Esplora's JSON, verified: its id is the hash of what it states, and everything else agrees with that.
 * @module
 */
import { formatHolder } from '../../../address/index.ts'
import { LootlineError } from '../../../errors.ts'
import { AnswerError, checkJson } from '../../../net/index.ts'
import type { ChainId, HolderId } from '../../../units/caip.ts'
import { fromHex } from '../../../units/hex.ts'
import type { BlockRef, Placed } from '../../source.ts'
import { doubleSha256 } from '../header.ts'
import {
  type EsploraOutput,
  type EsploraStatus,
  type EsploraTransaction,
  TRANSACTION,
} from './esploraJson.ts'
import { placedOf, type Reading } from './placed.ts'
import { NO_OUTPUT, NO_TXID, type RawOutput, type RawTransaction, txidAt } from './rawTransaction.ts'
import { holderOfScript } from './scripts.ts'

export interface ReadTransaction {
  readonly raw: RawTransaction
  /** One an input; none of a coinbase. */
  readonly prevouts: readonly RawOutput[]
  readonly placed: Placed
}

/**
 * What cannot be told from one answer: whether the block holds it, and, for prevouts of taproot, bare keys and scripts
 * without address, whether the output that is spent is as stated.
 *
 * @param txid that was asked for; any where it is undefined
 * @param root place of the value in the answer
 * @throws {AnswerError}
 */
export function readEsploraTransaction(
  value: unknown,
  txid: string | undefined,
  reading: Reading,
  root = '$',
): ReadTransaction {
  const stated = checkJson(TRANSACTION, value, root)
  const bad = (expected: string, path: string, came: string): AnswerError =>
    new AnswerError({ expected, path: `${root}.${path}`, came })
  const hashed = txidAt(doubleSha256(strippedBytes(stated)), 0)
  const expected = txid ?? stated.txid
  if (hashed !== expected || stated.txid !== expected)
    throw bad(`transaction ${expected}`, 'txid', `${stated.txid}, of members whose hash is ${hashed}`)

  const isCoinbase =
    stated.vin.length === 1 && stated.vin[0]!.vout === NO_OUTPUT && stated.vin[0]!.txid === NO_TXID
  const output = (of: EsploraOutput, path: string): RawOutput => {
    const script = fromHex(of.scriptpubkey)
    const own = holderOfScript(script, reading.chain)
    const address = of.scriptpubkey_address
    if (typeof address === 'string' && statedHolder(reading.chain, address) !== own)
      throw bad(own ?? 'no address', `${path}.scriptpubkey_address`, address)
    return { sats: of.value, script }
  }
  const prevouts: RawOutput[] = []
  const inputs = stated.vin.map((input, i) => {
    if (input.is_coinbase !== isCoinbase)
      throw bad(`${isCoinbase}`, `vin[${i}].is_coinbase`, `${!isCoinbase}`)
    if ((input.prevout === null) !== isCoinbase)
      throw bad(
        isCoinbase ? 'null' : 'the output spent',
        `vin[${i}].prevout`,
        isCoinbase ? 'an output' : 'null',
      )
    if (input.prevout !== null) prevouts.push(output(input.prevout, `vin[${i}].prevout`))
    const witness = (input.witness ?? []).map((item) => fromHex(item))
    return { txid: input.txid, n: input.vout, script: fromHex(input.scriptsig), witness }
  })
  const outputs = stated.vout.map((each, i) => output(each, `vout[${i}]`))
  const sum = (all: readonly RawOutput[]): number => all.reduce((total, { sats }) => total + sats, 0)
  const fee = isCoinbase ? 0 : sum(prevouts) - sum(outputs)
  if (stated.fee !== fee) throw bad(`${fee}, what is paid in less what is paid out`, 'fee', `${stated.fee}`)
  const raw: RawTransaction = { txid: expected, isCoinbase, inputs, outputs }
  return { raw, prevouts, placed: placedOf(raw, prevouts, { block: blockOf(stated.status) }, reading) }
}

export function blockOf(status: EsploraStatus): BlockRef | null {
  return status.confirmed
    ? { height: status.block_height, hash: status.block_hash, time: status.block_time }
    : null
}

/** undefined for what is no address of the chain. */
function statedHolder(chain: ChainId, address: string): HolderId | undefined {
  try {
    return formatHolder(chain, address)
  } catch (error) {
    if (error instanceof LootlineError) return undefined
    throw error
  }
}

/** What the id is the double SHA-256 of: all but the witness (developer.bitcoin.org, "Raw transaction format"). */
function strippedBytes({ version, vin, vout, locktime }: EsploraTransaction): Uint8Array {
  const inputs = vin.flatMap(({ txid, vout: n, scriptsig, sequence }) => [
    fromHex(txid).reverse(),
    uint(n, 4),
    ...counted(fromHex(scriptsig)),
    uint(sequence, 4),
  ])
  const outputs = vout.flatMap(({ value, scriptpubkey }) => [
    uint(value, 8),
    ...counted(fromHex(scriptpubkey)),
  ])
  return Buffer.concat([
    uint(version, 4),
    compactSize(vin.length),
    ...inputs,
    compactSize(vout.length),
    ...outputs,
    uint(locktime, 4),
  ])
}

function counted(bytes: Uint8Array): readonly [Uint8Array, Uint8Array] {
  return [compactSize(bytes.length), bytes]
}

/** No count here reaches 2^32: the answer is bounded. */
function compactSize(count: number): Uint8Array {
  if (count < 0xfd) return Uint8Array.of(count)
  return Buffer.concat(
    count < 0x10000 ? [Uint8Array.of(0xfd), uint(count, 2)] : [Uint8Array.of(0xfe), uint(count, 4)],
  )
}

/** Least significant byte first. */
function uint(value: number, width: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true)
  return bytes.subarray(0, width)
}
