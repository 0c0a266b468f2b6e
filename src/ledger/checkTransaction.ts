import type { Transaction } from '../chain/transaction.ts'
import { LootlineError } from '../errors.ts'
import { NONE } from './ledger.ts'
import { MAX_HEIGHT, MAX_INDEX } from './order.ts'

/** uint256 is the widest amount of any chain we read: ERC-20 (EIP-20). */
const MAX_AMOUNT = 2n ** 256n - 1n

/**
 * Refuses what the ledger cannot keep exactly: readers check their input, and this is the last gate.
 *
 * @throws {BadTransactionError} LEDGER_BAD_TRANSACTION
 */
export function checkTransaction(transaction: Transaction): void {
  const { height, index, time } = transaction
  const bad = (field: string, value: unknown): never => {
    const txid = String(transaction.txid)
    throw new BadTransactionError({ code: 'LEDGER_BAD_TRANSACTION', txid, field, value: String(value) })
  }
  const checkInteger = (field: string, value: number | undefined, max: number): void => {
    if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= max)) bad(field, value)
  }
  const checkAmount = (field: string, value: bigint | undefined): void => {
    if (value !== undefined && !(value >= 0n && value <= MAX_AMOUNT)) bad(field, value)
  }
  if (transaction.txid === '') bad('txid', '')
  if (height === undefined && time === undefined) bad('height and time', 'missing')
  checkInteger('height', height, MAX_HEIGHT)
  checkInteger('index', index, MAX_INDEX)
  // ECMA-262, "Time Values": ±8.64e15 milliseconds; later times cannot be printed.
  checkInteger('time', time, 8.64e12)
  for (const transfer of transaction.transfers) {
    checkAmount('transfer amount', transfer.amount)
    checkInteger('position', transfer.position, NONE - 1)
    if (!transfer.asset.startsWith(`${transaction.chain}/`)) bad('asset', transfer.asset)
  }
  for (const input of transaction.inputs) {
    checkInteger('prevout number', input.n, NONE - 1)
    checkAmount('input amount', input.amount)
  }
  for (const output of transaction.outputs) checkAmount('output amount', output.amount)
}

/** Hostile text, shortened and without control characters. */
function shown(text: string): string {
  return text.slice(0, 80).replace(/\p{Cc}/gu, '?')
}

export class BadTransactionError extends LootlineError<{
  readonly code: 'LEDGER_BAD_TRANSACTION'
  readonly txid: string
  readonly field: string
  readonly value: string
}> {
  override readonly name = 'BadTransactionError'
  constructor(data: {
    readonly code: 'LEDGER_BAD_TRANSACTION'
    readonly txid: string
    readonly field: string
    readonly value: string
  }) {
    super(
      { ...data, txid: shown(data.txid), value: shown(data.value) },
      `transaction ${shown(data.txid)}: ${data.field} is ${shown(data.value)}`,
      'Mend or leave out this transaction in the source file, then import it again.',
    )
  }
}

type DoubleSpend = {
  readonly code: 'LEDGER_DOUBLE_SPEND'
  readonly chain: string
  /** The output spent twice, `txid:n`. */
  readonly prevout: string
  readonly first: string
  readonly second: string
}

export class DoubleSpendError extends LootlineError<DoubleSpend> {
  override readonly name = 'DoubleSpendError'
  constructor(data: DoubleSpend) {
    super(
      data,
      `output ${shown(data.prevout)} is spent by ${shown(data.first)} and by ${shown(data.second)}`,
      'Only one of the two can be in the chain (the other was replaced, or its block was): leave it out and import again.',
    )
  }
}
