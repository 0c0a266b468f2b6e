/**
 * Ready-made simulations, by name.
 * @module
 */
import { assetsOf, NATIVE, SIMULATED_EVM } from './chains.ts'
import type { Arrival } from './options.ts'
import { type Simulation, simulate } from './simulate.ts'

export const SCENARIOS = ['demo', 'peel', 'mixer', 'skew', 'bench'] as const
export type ScenarioName = (typeof SCENARIOS)[number]

/** Nothing but one way of laundering. */
const NOTHING = { peel: 0, mules: 0, mixer: 0, bridge: 0, swap: 0, hold: 0 } as const

/**
 * - `demo`: two exchanges are robbed on the account chain; peel chain, mules, two exchanges, a mixer, a swap, a bridge,
 *   dust, and one mule who serves both thefts; what crosses the bridge goes on over the UTXO chain. Two simulations.
 * - `peel`: a peel chain of 100 hops on the UTXO chain.
 * - `mixer`: the loot goes through equal deposits, on the account chain.
 * - `skew`: 50,000 innocent transactions around one small theft, on the account chain: hubs and a long tail.
 * - `bench`: 200,000 transactions with ten thefts on each chain. Two simulations.
 */
export function scenario(name: ScenarioName, seed = 1): Simulation[] {
  switch (name) {
    case 'demo':
      return demo(seed)
    case 'peel':
      return [simulate({ seed, model: 'utxo', branches: { ...NOTHING, peel: 1 }, peelHops: 100 })]
    case 'mixer':
      return [simulate({ seed, model: 'account', branches: { ...NOTHING, mixer: 2 } })]
    case 'skew':
      return [simulate({ seed, model: 'account', transactions: 50_000 })]
    case 'bench':
      return (['account', 'utxo'] as const).map((model) =>
        simulate({ seed, model, transactions: 200_000, thefts: 10, dust: 5 }),
      )
  }
}

/** Small enough to read, and the dust is small enough to be told from the rest. */
const DEMO = { transactions: 420, days: 21, peelHops: 8, mules: 4, fanIn: 2, layers: 2 } as const

function demo(seed: number): Simulation[] {
  const account = simulate({
    ...DEMO,
    seed,
    model: 'account',
    thefts: 2,
    branches: { mules: 1 },
    dust: 4,
    poisonings: 8,
  })
  return [
    account,
    simulate({
      ...DEMO,
      seed,
      model: 'utxo',
      transactions: 260,
      thefts: 0,
      layers: 3,
      arrivals: arrivalsOf(account),
    }),
  ]
}

/** What the bridge pays out on the other chain for native coins deposited here: at the day's prices, less 0.1 %. */
function arrivalsOf({ truth, prices, settings }: Simulation): Arrival[] {
  const [from, to] = [assetsOf('account')[NATIVE]!, assetsOf('utxo')[NATIVE]!]
  const rate = simulate({
    seed: settings.seed,
    model: 'utxo',
    thefts: 0,
    startTime: settings.startTime,
  }).prices
  return truth.ends
    .filter(({ kind, asset }) => kind === 'bridge' && asset === from.id)
    .map(({ theft, txid, asset, amount, time }) => {
      const day = new Date(time * 1_000).toISOString().slice(0, 10)
      const priceOf = (list: typeof prices, symbol: string | undefined): bigint =>
        list.find((bar) => bar.symbol === symbol && bar.day === day)!.closeE12
      const sats =
        (amount * priceOf(prices, from.priceSymbol) * 999n) /
        (priceOf(rate, to.priceSymbol) * 1_000n * 10n ** BigInt(from.decimals - to.decimals))
      return { theft, amount: sats, time: time + 900, gave: { chain: SIMULATED_EVM, txid, asset, amount } }
    })
}
