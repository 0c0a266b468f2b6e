import { afterEach, describe, expect, test } from 'vitest'
import { openChainReader } from './chainReader.ts'
import { clean, index, made, temporary, transactionsIn } from './made.test-suite.ts'
import { feesOf, scanTransactions, totalFees } from './scanTransactions.ts'

afterEach(clean)

describe('scanTransactions', () => {
  test('fees of every transaction are those of its inputs and outputs, in any number of segments', async () => {
    const blocks = made(130)
    const transactions = transactionsIn(blocks)
    const outputs = new Map(transactions.map((transaction) => [transaction.txid, transaction.outputs]))
    const expected = transactions.map(({ inputs, outputs: own }) => {
      const paid = own.reduce((sum, { amount }) => sum + amount, 0n)
      return inputs.length === 0
        ? 0n
        : inputs.reduce((sum, { txid, n }) => sum + outputs.get(txid)![n]!.amount, 0n) - paid
    })
    for (const memory of [2 ** 15, 2 ** 26]) {
      const store = temporary()
      await index(store, blocks, memory)
      const reader = openChainReader(store)
      const found: bigint[] = []
      const fees = new Float64Array(transactions.length)
      for (const stretch of scanTransactions(reader)) {
        expect(stretch.firstTx).toBe(found.length)
        feesOf(stretch, fees)
        found.push(...Array.from(fees.subarray(0, stretch.n), BigInt))
      }
      expect(found).toEqual(expected)
      const sum = expected.reduce((total, fee) => total + fee, 0n)
      expect(sum).toBeGreaterThan(0n)
      expect(totalFees(reader)).toEqual({ transactions: transactions.length, unknown: 0, fees: sum })
      reader.close()
    }
  })
})
