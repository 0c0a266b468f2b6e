/**
 * Coins of services that are set aside for payouts the plan has promised.
 * @module
 */
import type { Utxo } from './draft.ts'

export interface Vaults {
  put(coin: Utxo): void
  /** The smallest coin of an address above `amount`: then every promised payout finds one. */
  take(address: number, amount: bigint): Utxo
}

export function createVaults(): Vaults {
  const byAddress = new Map<number, Utxo[]>()
  return {
    put(coin) {
      const coins = byAddress.get(coin.to)
      if (coins === undefined) byAddress.set(coin.to, [coin])
      else coins.push(coin)
    },
    take(address, amount) {
      const coins = byAddress.get(address)!
      const coin = coins
        .filter((other) => other.amount > amount)
        .reduce((least, other) => (other.amount < least.amount ? other : least))
      coins.splice(coins.indexOf(coin), 1)
      return coin
    },
  }
}
