import { describe, expect, test } from 'vitest'
import { randomLedger } from './randomLedger.ts'

const MANY = Array.from({ length: 40 }, (_, seed) => seed)

describe('randomLedger', () => {
  test('repeats itself', () => {
    for (const model of ['account', 'utxo'] as const)
      expect(randomLedger(1, { model })).toEqual(randomLedger(1, { model }))
  })

  test('has on accounts every nasty thing it promises', () => {
    const ledgers = MANY.map((seed) => randomLedger(seed, { model: 'account' }))
    const transfers = ledgers.flatMap(({ transactions }) =>
      transactions.flatMap(({ transfers }) => transfers),
    )
    expect(transfers.some(({ from, to }) => from !== null && from === to)).toBe(true)
    expect(transfers.some(({ amount }) => amount === 0n)).toBe(true)
    expect(transfers.some(({ amount }) => amount > 2n ** 64n)).toBe(true)
    expect(transfers.some(({ from }) => from === null)).toBe(true)
    expect(transfers.some(({ to }) => to === null)).toBe(true)
    expect(new Set(transfers.map(({ asset }) => asset)).size).toBe(2)
    const short = ledgers.some(({ transactions }) => {
      const held = new Map<string, bigint>()
      return transactions.some(({ transfers }) =>
        transfers.some(({ from, to, asset, amount }) => {
          const left = (held.get(`${from} ${asset}`) ?? 0n) - amount
          held.set(`${from} ${asset}`, left)
          held.set(`${to} ${asset}`, (held.get(`${to} ${asset}`) ?? 0n) + amount)
          return from !== null && left < 0n
        }),
      )
    })
    expect(short).toBe(true)
  })

  test('has on UTXO chains chains within a block, unknown prevouts and outputs without address; outputs are covered', () => {
    let [inBlock, unknown, unaddressed] = [0, 0, 0]
    for (const seed of MANY) {
      const { transactions } = randomLedger(seed, { model: 'utxo' })
      const heights = new Map(transactions.map(({ txid, height }) => [txid, height]))
      for (const { inputs, outputs, height, txid } of transactions) {
        for (const { txid: from, amount } of inputs) {
          if (heights.get(from) === height) inBlock++
          if (amount === undefined) unknown++
        }
        if (outputs.some(({ holder }) => holder === null)) unaddressed++
        const paid = outputs.reduce((sum, { amount }) => sum + amount, 0n)
        const had = inputs.reduce((sum, { amount }) => sum + (amount ?? 0n), 0n)
        if (inputs.length > 0) expect(paid <= had, txid).toBe(true)
      }
    }
    expect([inBlock > 0, unknown > 0, unaddressed > 0]).toEqual([true, true, true])
  })

  test('is tame where asked', () => {
    for (const seed of MANY) {
      const { transactions } = randomLedger(seed, { model: 'account', wide: false, shortfalls: false })
      const held = new Map<string, bigint>()
      for (const { txid, transfers } of transactions) {
        for (const { from, to, asset, amount } of transfers) {
          const left = (held.get(`${from} ${asset}`) ?? 0n) - amount
          if (from !== null) {
            expect(left >= 0n, txid).toBe(true)
            held.set(`${from} ${asset}`, left)
          }
          held.set(`${to} ${asset}`, (held.get(`${to} ${asset}`) ?? 0n) + amount)
        }
      }
    }
  })

  test('seeds credits that are in the ledger', () => {
    for (const model of ['account', 'utxo'] as const) {
      const { transactions, seeds } = randomLedger(5, { model, thefts: 3 })
      expect(seeds.map(({ theft }) => theft)).toEqual(['theft-1', 'theft-2', 'theft-3'])
      for (const { txid, holder, amount, n } of seeds) {
        const found = transactions.find((transaction) => transaction.txid === txid)!
        const credits =
          n === null ? found.transfers.map(({ to, amount }) => ({ holder: to, amount })) : [found.outputs[n]!]
        expect(credits).toContainEqual({ holder, amount })
      }
    }
  })
})
