/**
 * A Tron transaction against its own hash: the id is the SHA-256 of its bytes, and what it says it pays must stand in them.
 * @module
 */
import { createHash } from 'node:crypto'
import { AnswerError } from '../../net/index.ts'
import type { TronTransaction } from './wire.ts'

/**
 * Bytes are a protocol buffer (java-tron `Tron.proto` and `core/contract/*.proto`): owner, payee and amount of a transfer or
 * call are fields 1 to 3, one after the other, and a zero is left out.
 * @throws {AnswerError}
 */
export function proveTransaction({ txID, raw_data_hex, raw_data }: TronTransaction): void {
  const hash = createHash('sha256').update(Buffer.from(raw_data_hex, 'hex')).digest('hex')
  if (hash !== txID)
    throw new AnswerError({
      expected: `transaction ${txID} to hash to its id`,
      came: `one that hashes to ${hash}`,
    })
  const { type, parameter } = raw_data.contract[0]!
  const { owner_address: owner, to_address, contract_address, amount, call_value } = parameter.value
  const isTransfer = type === 'TransferContract'
  if (!isTransfer && type !== 'TriggerSmartContract') return
  const payee = isTransfer ? to_address : contract_address
  const sun = (isTransfer ? amount : call_value) ?? 0n
  const stated = `0a15${owner}1215${payee}${sun === 0n ? '' : `18${varint(sun)}`}`
  if (!raw_data_hex.includes(stated))
    throw new AnswerError({ expected: `${txID} to pay what its bytes say`, came: `another ${type}` })
}

/** Protocol buffers, "Base 128 Varints". */
function varint(value: bigint): string {
  let hex = ''
  for (let rest = value; ; rest >>= 7n) {
    const isLast = rest < 128n
    hex += ((rest & 127n) | (isLast ? 0n : 128n)).toString(16).padStart(2, '0')
    if (isLast) return hex
  }
}
