/**
 * How a thief spends, alike on both chains: coins in, targets out, fees paid from the loot.
 * @module
 */
import type { Coin, Part } from './coin.ts'
import type { Activity } from './draft.ts'

/** One payee. Exactly the last target may have amount null: it gets the rest. */
export interface Target {
  readonly to: number
  readonly amount: bigint | null
}

export interface Hands {
  /**
   * Spends coins whole. Several coins go to a single target. The result has one coin a target, in order; null where
   * the coins cannot pay the targets and the fees, and then nothing was spent.
   */
  send(coins: readonly Coin[], targets: readonly Target[], time: number, activity?: Activity): Coin[] | null
  /** Pays `amount` and keeps the rest: in the same wallet on the account chain, as change to a fresh one on the UTXO chain. */
  pay(coin: Coin, to: number, amount: bigint, time: number, activity?: Activity): readonly [Coin, Coin] | null
  /**
   * Changes a native coin into `got` units of the stable token in one transaction, keeping gas for what follows; null
   * on the UTXO chain, or where the coin is too small. `rate` says what is got for what is given.
   */
  swap(coin: Coin, rate: (given: bigint) => bigint, time: number): Coin | null
  /** Sets aside native coins that pay the gas of this theft's wallets (account chain). */
  keepGas(theft: number, coin: Coin): void
  /** The parts of what is set aside or left over for gas, each with its wallet. */
  leftovers(): readonly { readonly wallet: number; readonly coin: Coin }[]
}

/** The theft that the first stolen part is of; null for clean money. */
export function theftOf(parts: readonly Part[]): number | null {
  return parts.find(({ theft }) => theft !== null)?.theft ?? null
}
