/**
 * One transaction as the protocol has it: what its id is the hash of, and the witness beside it.
 * @module
 */
import { AnswerError } from '../../../net/index.ts'
import { fromHex, toHex } from '../../../units/hex.ts'
import type { BlockColumns } from '../block.ts'
import { BlockError } from '../blockError.ts'
import { compactSizeLength, wideCompactSize } from '../compactSize.ts'
import { blockColumns, decodeBlock, HEADER_BYTES } from '../decodeBlock.ts'
import { doubleSha256 } from '../header.ts'

export interface RawOutput {
  readonly sats: number
  readonly script: Uint8Array
}

export interface RawInput {
  /** Prevout. */
  readonly txid: string
  readonly n: number
  readonly script: Uint8Array
  readonly witness: readonly Uint8Array[]
}

export interface RawTransaction {
  readonly txid: string
  /** Makes coins: its one input spends nothing. */
  readonly isCoinbase: boolean
  readonly inputs: readonly RawInput[]
  readonly outputs: readonly RawOutput[]
}

/** Output number that a coinbase claims to spend, of a transaction whose id is zeros. */
export const NO_OUTPUT = 0xffffffff
export const NO_TXID: string = '0'.repeat(64)
/** In the flags of BIP-144: a MWEB part follows (LIP-0003). */
const FLAG_MWEB = 8

/** 32 bytes as explorers print them: the other way round. */
export function txidAt(bytes: Uint8Array, start: number): string {
  return toHex(bytes.slice(start, start + 32).reverse())
}

/** Transaction `t` of a decoded block whose txids are filled. Copies what it needs. */
export function transactionAt(columns: BlockColumns, t: number): RawTransaction {
  const { bytes, inputStarts, outputStarts, prevTxids, prevNs, sats, txids } = columns
  const { inputScripts, inputScriptLengths, outputScripts, outputScriptLengths } = columns
  const part = (start: number, length: number): Uint8Array => bytes.slice(start, start + length)
  let witnessAt = columns.witnessStarts[t]!
  const count = (): number => {
    const first = bytes[witnessAt]!
    const value = first < 0xfd ? first : wideCompactSize(bytes, witnessAt)
    witnessAt += compactSizeLength(value)
    return value
  }
  // Litecoin's HogEx has flags but no witness.
  const hasWitness = columns.segwit[t] === 1 && (bytes[columns.txStarts[t]! + 5]! & 1) === 1
  const inputs: RawInput[] = []
  for (let i = inputStarts[t]!; i < inputStarts[t + 1]!; i++) {
    const witness: Uint8Array[] = []
    for (let items = hasWitness ? count() : 0; items > 0; items--) {
      const length = count()
      witness.push(part(witnessAt, length))
      witnessAt += length
    }
    const script = part(inputScripts[i]!, inputScriptLengths[i]!)
    inputs.push({ txid: txidAt(bytes, prevTxids[i]!), n: prevNs[i]!, script, witness })
  }
  const outputs: RawOutput[] = []
  for (let o = outputStarts[t]!; o < outputStarts[t + 1]!; o++)
    outputs.push({ sats: sats[o]!, script: part(outputScripts[o]!, outputScriptLengths[o]!) })
  const [first] = inputs
  const isCoinbase = inputs.length === 1 && first!.n === NO_OUTPUT && first!.txid === NO_TXID
  return { txid: txidAt(txids, 32 * t), isCoinbase, inputs, outputs }
}

/**
 * A transaction from the hex digits that nodes give; null for one of Litecoin that moves coins in or out of MWEB, whose
 * form is another.
 *
 * @param txid that was asked for
 * @throws {AnswerError} where the bytes are no transaction, or another
 */
export function readTransaction(hex: string, txid: string, path = '$'): RawTransaction | null {
  const raw = fromHex(hex)
  // A block of one, whose header nobody reads.
  const bytes = new Uint8Array(HEADER_BYTES + 1 + raw.length)
  bytes[HEADER_BYTES] = 1
  bytes.set(raw, HEADER_BYTES + 1)
  const columns = blockColumns()
  try {
    decodeBlock(columns, bytes, 0, bytes.length, { file: 'transaction', offset: 0 })
  } catch (error) {
    if (raw[4] === 0 && (raw[5]! & FLAG_MWEB) !== 0) return null
    throw asAnswerError(error, path)
  }
  const { txStarts, witnessStarts, segwit } = columns
  const start = txStarts[0]! + (segwit[0] === 1 ? 6 : 4)
  const stripped = [bytes.subarray(81, 85), bytes.subarray(start, witnessStarts[0]!), bytes.subarray(-4)]
  columns.txids.set(doubleSha256(Buffer.concat(stripped)))
  const transaction = transactionAt(columns, 0)
  if (transaction.txid !== txid)
    throw new AnswerError({
      expected: `transaction ${txid}`,
      path,
      came: `bytes whose hash is ${transaction.txid}`,
    })
  return transaction
}

/** What is wrong with bytes, as what is wrong with an answer; any other failure as it is. */
export function asAnswerError(error: unknown, path: string): unknown {
  if (!(error instanceof BlockError)) return error
  const { reason, byteOffset } = error.data
  return new AnswerError({ expected: 'bytes of the chain', path, came: `${reason} (byte ${byteOffset})` })
}
