/**
 * What a simulation may be asked for, its defaults and where they come from.
 * @module
 */
import { LootlineError } from '../errors.ts'
import type { Model } from './chains.ts'

/** How many ways the loot of one theft and asset is split, by what becomes of each part. */
export interface Branches {
  /** Long chains of hops, each peeling a slice to a deposit address. */
  readonly peel: number
  /** Fan-out to mules, some hops, fan-in to collectors, deposit. */
  readonly mules: number
  readonly mixer: number
  readonly bridge: number
  /** To another asset in one transaction; account chain, native asset only. */
  readonly swap: number
  /** One hop, then nothing. */
  readonly hold: number
}

/** A payout of the bridge on this chain for a deposit on another. */
export interface Arrival {
  readonly theft: string
  /** Base units of the native asset. */
  readonly amount: bigint
  /** Unix seconds. */
  readonly time: number
  readonly gave: {
    readonly chain: string
    readonly txid: string
    readonly asset: string
    readonly amount: bigint
  }
}

export interface SimulationSettings {
  readonly seed: number
  readonly model: Model
  /** Transactions in the whole ledger, near enough: thefts, poisoning and last sweeps are finished beyond it. */
  readonly transactions: number
  /** Least span of the ledger in days; stretched where the laundering takes longer. */
  readonly days: number
  /** Unix seconds, midnight UTC. */
  readonly startTime: number
  /** Innocent holders at the start; more join. */
  readonly users: number
  readonly exchanges: number
  /** Exchanges whose hot wallet the investigator knows. Thieves cash out only there. */
  readonly labelledExchanges: number
  readonly thefts: number
  /** Stolen in each theft, base units; 0n takes none of that asset. `stable` is ignored on the UTXO chain. */
  readonly stolen: { readonly native: bigint; readonly stable: bigint }
  readonly branches: Branches
  readonly peelHops: number
  /** Mules per mule branch, and how many of them pay into one collector. */
  readonly mules: number
  readonly fanIn: number
  /** Hops between splitting and merging. */
  readonly layers: number
  /** Strangers sprinkled with dust from the loot, per theft. */
  readonly dust: number
  /** Address-poisoning attempts (account chain). */
  readonly poisonings: number
  /** Adds self-transfers and there-and-back cycles to the mules' hops. */
  readonly loops: boolean
  /** Two or more thefts meet in one mule. */
  readonly collide: boolean
  /** Mules keep clean money of their own in the same wallets, so that rules differ. */
  readonly commingle: boolean
  /** Innocent transactions of each thousand that are CoinJoins (UTXO chain). */
  readonly coinjoinPerThousand: number
  /** Drops the first seconds of the ledger, so that money of unknown origin appears. */
  readonly dropSeconds: number
  readonly arrivals: readonly Arrival[]
}

/** Only `seed` and `model` are required. */
export type SimulateOptions = Pick<SimulationSettings, 'seed' | 'model'> &
  Partial<Omit<SimulationSettings, 'seed' | 'model' | 'branches'>> & { readonly branches?: Partial<Branches> }

/**
 * Peel chains: Meiklejohn et al., "A Fistful of Bitcoins" (IMC 2013), section 5, followed three of 100 hops each; 30 is
 * a short one. Layers and mules: the laundering of the Harmony theft of 2022 is nine hops deep over 469 addresses in
 * the LaunderNet data. Nothing else here is measured: they are choices, meant to be varied.
 */
function defaults(model: Model): Omit<SimulationSettings, 'seed' | 'model'> {
  return {
    transactions: 1_000,
    days: 30,
    startTime: 1_704_067_200,
    users: 50,
    exchanges: 4,
    labelledExchanges: 3,
    thefts: 1,
    stolen:
      model === 'account'
        ? { native: 4_000n * 10n ** 18n, stable: 8_000_000n * 10n ** 6n }
        : { native: 250n * 10n ** 8n, stable: 0n },
    branches: { peel: 1, mules: 2, mixer: 1, bridge: 1, swap: 1, hold: 1 },
    peelHops: 30,
    mules: 6,
    fanIn: 3,
    layers: 3,
    dust: 0,
    poisonings: 12,
    loops: true,
    collide: true,
    commingle: false,
    coinjoinPerThousand: 20,
    dropSeconds: 0,
    arrivals: [],
  }
}

/** Least and greatest value of each count. The ceilings keep memory and the plan within one ordinary machine. */
const RANGES = {
  seed: [0, 0xffffffff],
  transactions: [1, 50_000_000],
  days: [1, 3_650],
  startTime: [0, 4_102_444_800],
  users: [20, 1_000_000],
  exchanges: [1, 50],
  labelledExchanges: [1, 50],
  thefts: [0, 100],
  peelHops: [1, 10_000],
  mules: [1, 1_000],
  fanIn: [1, 1_000],
  layers: [1, 100],
  dust: [0, 1_000],
  poisonings: [0, 10_000],
  coinjoinPerThousand: [0, 1_000],
  dropSeconds: [0, 315_360_000],
} as const

function checkRange(option: string, value: number, low: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high)
    throw new BadSimulationOptionError(option, String(value), `a whole number from ${low} to ${high}`)
}

/** Defaults filled in, everything checked. @throws BadSimulationOptionError */
export function resolveOptions(options: SimulateOptions): SimulationSettings {
  if (options.model !== 'account' && options.model !== 'utxo')
    throw new BadSimulationOptionError('model', String(options.model), '`account` or `utxo`')
  const base = defaults(options.model)
  const settings: SimulationSettings = {
    ...base,
    users: Math.min(20_000, Math.max(50, Math.floor((options.transactions ?? base.transactions) / 20))),
    ...options,
    branches: { ...base.branches, ...options.branches },
  }
  for (const [option, [low, high]] of Object.entries(RANGES))
    checkRange(option, settings[option as keyof typeof RANGES], low, high)
  for (const [branch, count] of Object.entries(settings.branches))
    checkRange(`branches.${branch}`, count, 0, 1_000)
  if (settings.labelledExchanges > settings.exchanges)
    throw new BadSimulationOptionError(
      'labelledExchanges',
      String(settings.labelledExchanges),
      `at most the ${settings.exchanges} exchanges there are`,
    )
  if (settings.startTime % 86_400 !== 0)
    throw new BadSimulationOptionError(
      'startTime',
      String(settings.startTime),
      'midnight UTC in Unix seconds',
    )
  const least = options.model === 'account' ? 10n ** 18n : 10n ** 8n
  if (settings.stolen.native < least * 50n || settings.stolen.native > least * 10n ** 6n)
    throw new BadSimulationOptionError(
      'stolen.native',
      String(settings.stolen.native),
      `between 50 and 1,000,000 whole coins in base units, since every hop's fee is paid from it`,
    )
  if (
    settings.stolen.stable !== 0n &&
    (settings.stolen.stable < 10n ** 10n || settings.stolen.stable > 10n ** 16n)
  )
    throw new BadSimulationOptionError(
      'stolen.stable',
      String(settings.stolen.stable),
      '0, or 10,000 to 10,000,000,000 whole units in base units',
    )
  for (const { amount, time } of settings.arrivals) {
    if (amount < least / 1_000n)
      throw new BadSimulationOptionError(
        'arrivals',
        String(amount),
        'a thousandth of a coin or more, in base units',
      )
    if (!Number.isInteger(time) || time < settings.startTime)
      throw new BadSimulationOptionError('arrivals', String(time), 'at a whole second not before startTime')
  }
  return settings
}

export class BadSimulationOptionError extends LootlineError<{
  code: 'SIMULATE_BAD_OPTION'
  option: string
  value: string
  expected: string
}> {
  override readonly name = 'BadSimulationOptionError'
  constructor(option: string, value: string, expected: string) {
    super(
      { code: 'SIMULATE_BAD_OPTION', option, value, expected },
      `simulation option ${option} is ${value}, not ${expected}`,
      `Give ${option} as ${expected}.`,
    )
  }
}
