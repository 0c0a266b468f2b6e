import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { follow, ORDERS, type Whereabouts } from './follow.ref.ts'
import type { SimulateOptions } from './options.ts'
import { type Simulation, simulate } from './simulate.ts'
import { truthBalance } from './truth.ts'

/** Stops of an investigator who knows every service and deposit address, and lets go what strangers got as dust. */
function stopsOf({ truth, labels }: Simulation): Set<string> {
  return new Set([
    ...labels.map(({ holder }) => holder),
    ...truth.deposits.map(({ holder }) => holder),
    ...truth.ends.filter(({ kind }) => kind === 'dust').map(({ holder }) => holder),
  ])
}

/** The truth of the stolen assets, in the tracer's form. `byTheft` false sums over thefts. */
function expected({ truth }: Simulation, byTheft: boolean): Whereabouts {
  const sums: Whereabouts = new Map()
  for (const { theft, kind, holder, asset, amount, crossing } of truth.ends) {
    if (crossing !== null) continue
    const key = `${byTheft ? theft : 'all'} ${asset} ${kind === 'fee' ? 'fee' : holder}`
    sums.set(key, (sums.get(key) ?? 0n) + amount)
  }
  return sums
}

function summed(found: Whereabouts): Whereabouts {
  const sums: Whereabouts = new Map()
  for (const [key, amount] of found) {
    const all = `all ${key.slice(key.indexOf(' ') + 1)}`
    sums.set(all, (sums.get(all) ?? 0n) + amount)
  }
  return sums
}

function sorted(found: Whereabouts): [string, bigint][] {
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1))
}

const small = fc.integer({ min: 0, max: 2 })
const anyOptions: fc.Arbitrary<SimulateOptions> = fc.record({
  seed: fc.integer({ min: 0, max: 0xffffffff }),
  model: fc.constantFrom('account' as const, 'utxo' as const),
  transactions: fc.integer({ min: 1, max: 300 }),
  thefts: fc.integer({ min: 1, max: 3 }),
  days: fc.integer({ min: 1, max: 40 }),
  branches: fc.record({ peel: small, mules: small, mixer: small, bridge: small, swap: small, hold: small }),
  peelHops: fc.integer({ min: 1, max: 12 }),
  mules: fc.integer({ min: 1, max: 5 }),
  fanIn: fc.integer({ min: 1, max: 4 }),
  layers: fc.integer({ min: 1, max: 4 }),
  dust: fc.integer({ min: 0, max: 5 }),
  loops: fc.boolean(),
})

describe('truth', () => {
  test('balances per theft, asset and trail, whatever is asked for', () => {
    fc.assert(
      fc.property(anyOptions, fc.boolean(), fc.boolean(), (options, collide, commingle) => {
        const { truth } = simulate({ ...options, collide, commingle })
        for (const { theft, asset, crossing, into, ended } of truthBalance(truth))
          expect(ended, `${theft} ${asset} ${crossing}`).toBe(into)
      }),
      { seed: 1, numRuns: 60 },
    )
  })

  test('is what every order of drawing finds in the ledger, where thieves’ wallets hold only loot', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const simulation = simulate({ ...options, collide: false })
        const stops = stopsOf(simulation)
        for (const order of ORDERS)
          expect(sorted(follow(simulation.ledger, simulation.seeds, stops, order)), order).toEqual(
            sorted(expected(simulation, true)),
          )
        expect(simulation.truth.ends.some(({ mixed }) => mixed)).toBe(false)
      }),
      { seed: 2, numRuns: 30 },
    )
  })

  test('holds in sum over thefts that meet in one mule, and per theft up to what is marked mixed', () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const simulation = simulate({ ...options, thefts: 2, branches: { ...options.branches, mules: 1 } })
        const { truth, ledger, seeds } = simulation
        const whole = sorted(expected(simulation, false))
        const mixed = new Set(
          truth.ends
            .filter((end) => end.mixed)
            .map(({ asset, holder, kind }) => `${asset} ${kind === 'fee' ? 'fee' : holder}`),
        )
        const sure = (found: Whereabouts): [string, bigint][] =>
          sorted(found).filter(([key]) => !mixed.has(key.slice(key.indexOf(' ') + 1)))
        for (const order of ORDERS) {
          const found = follow(ledger, seeds, stopsOf(simulation), order)
          expect(sorted(summed(found)), order).toEqual(whole)
          expect(sure(found), order).toEqual(sure(expected(simulation, true)))
        }
      }),
      { seed: 3, numRuns: 20 },
    )
  })

  test('is not found by every order where mules commingle: that is what the option is for', () => {
    const simulation = simulate({ seed: 5, model: 'account', commingle: true, dust: 0 })
    const truth = JSON.stringify(sorted(expected(simulation, true)).map(String))
    const agrees = ORDERS.filter((order) => {
      const found = follow(simulation.ledger, simulation.seeds, stopsOf(simulation), order)
      return JSON.stringify(sorted(found).map(String)) === truth
    })
    expect(agrees).toContain('stolen')
    expect(agrees).not.toContain('clean')
  })
})
