import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BadSimulationOptionError, resolveOptions, type SimulateOptions } from './options.ts'

const gave = { chain: 'eip155:1', txid: '0x00', asset: 'eip155:1/slip44:60', amount: 1n }

describe('resolveOptions', () => {
  test('keeps what is given and fills in the rest', () => {
    const settings = resolveOptions({ seed: 1, model: 'utxo', branches: { peel: 9 } })
    expect(settings.branches).toEqual({ peel: 9, mules: 2, mixer: 1, bridge: 1, swap: 1, hold: 1 })
    expect(settings.stolen.native).toBe(250n * 10n ** 8n)
  })

  test.each<[string, Partial<SimulateOptions>]>([
    ['seed', { seed: -1 }],
    ['transactions', { transactions: 1.5 }],
    ['branches.peel', { branches: { peel: -1 } }],
    ['labelledExchanges', { exchanges: 2, labelledExchanges: 3 }],
    ['startTime', { startTime: 1_704_067_201 }],
    ['stolen.native', { stolen: { native: 1n, stable: 0n } }],
    ['arrivals', { arrivals: [{ theft: 'a', amount: 0n, time: 2_000_000_000, gave }] }],
    ['arrivals', { arrivals: [{ theft: 'a', amount: 10n ** 18n, time: 0, gave }] }],
    ['stolen.stable', { stolen: { native: 10n ** 20n, stable: 1n } }],
  ])('names %s when it is wrong', (option, change) => {
    expect(() => resolveOptions({ seed: 1, model: 'account', ...change })).toThrow(
      expect.objectContaining({ code: 'SIMULATE_BAD_OPTION', data: expect.objectContaining({ option }) }),
    )
  })

  test('refuses any other junk by the same error, and nothing else', () => {
    const junk = fc.oneof(fc.integer(), fc.double(), fc.constant(Number.NaN))
    fc.assert(
      fc.property(junk, junk, junk, junk, (seed, transactions, days, thefts) => {
        try {
          resolveOptions({ seed, model: 'account', transactions, days, thefts })
        } catch (error) {
          expect(error).toBeInstanceOf(BadSimulationOptionError)
        }
      }),
      { seed: 1, numRuns: 200 },
    )
  })
})
