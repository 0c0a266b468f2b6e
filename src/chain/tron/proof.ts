/**
 * A Tron transaction against its own hash: the id is the SHA-256 of its bytes, and what it pays is read from them alone.
 * @module
 */
import { createHash } from 'node:crypto'
import { AnswerError } from '../../net/index.ts'
import { readContract } from './contract.ts'
import type { StatedTransaction, TronTransaction } from './wire.ts'

/** @throws {AnswerError} */
export function proveTransaction<T extends StatedTransaction>(stated: T): T & TronTransaction {
  const bytes = Buffer.from(stated.raw_data_hex, 'hex')
  const hash = createHash('sha256').update(bytes).digest('hex')
  if (hash !== stated.txID)
    throw new AnswerError({
      expected: `transaction ${stated.txID} to hash to its id`,
      came: `one that hashes to ${hash}`,
    })
  return { ...stated, contract: readContract(bytes) }
}
