import { describe, expect, test } from 'vitest'
import { simulate } from './simulate.ts'

/** Gini coefficient of counts: 0 where all are equal, towards 1 where one has everything. */
function gini(counts: readonly number[]): number {
  const sorted = [...counts].sort((a, b) => a - b)
  const total = sorted.reduce((sum, count) => sum + count, 0)
  const weighted = sorted.reduce((sum, count, i) => sum + count * (i + 1), 0)
  return (2 * weighted) / (sorted.length * total) - (sorted.length + 1) / sorted.length
}

describe.each(['account', 'utxo'] as const)('simulate at 100,000 transactions (%s)', (model) => {
  test('streams them, and their holders are as unequal as a chain’s', () => {
    const { ledger, labels } = simulate({ seed: 9, model, transactions: 100_000 })
    const counts = new Map<string, number>()
    let made = 0
    for (const { transfers, inputs, outputs } of ledger) {
      made++
      const holders = new Set<string | null | undefined>()
      for (const { from, to } of transfers) holders.add(from).add(to)
      for (const { holder } of inputs) holders.add(holder)
      for (const { holder } of outputs) holders.add(holder)
      for (const holder of holders) if (holder != null) counts.set(holder, (counts.get(holder) ?? 0) + 1)
    }
    expect(made).toBeGreaterThanOrEqual(100_000)
    expect(made).toBeLessThan(101_000)
    const ranked = [...counts.values()].sort((a, b) => b - a)
    // A hundredth of the holders takes part in a third of all participations; one in ten on the UTXO chain, whose
    // people use many addresses.
    const total = ranked.reduce((sum, count) => sum + count, 0)
    const top = ranked.slice(0, Math.ceil(ranked.length / 100)).reduce((sum, count) => sum + count, 0)
    expect(top / total).toBeGreaterThan(model === 'account' ? 0.33 : 0.1)
    expect(gini(ranked)).toBeGreaterThan(model === 'account' ? 0.6 : 0.2)
    // The busiest of all is an exchange that everybody knows.
    const busiest = [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most))[0]
    expect(labels.find(({ holder }) => holder === busiest)?.category).toBe('exchange')
  })
})
