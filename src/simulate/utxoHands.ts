/**
 * A thief's hands on the UTXO chain.
 * @module
 */
import { NATIVE } from './chains.ts'
import { type Coin, joinParts, pour } from './coin.ts'
import { type Activity, DUST_SATS, NOBODY, virtualBytes } from './draft.ts'
import type { Hands, Target } from './hands.ts'
import { type Notebook, restOf } from './notebook.ts'

export function createUtxoHands(book: Notebook): Hands {
  const { draw } = book

  /** One transaction; `changeAt` is the target that goes back to the payer. */
  const spend = (
    coins: readonly Coin[],
    targets: readonly Target[],
    changeAt: number | null,
    time: number,
    activity: Activity,
  ): Coin[] | null => {
    const fee = virtualBytes(coins.length, targets.length) * BigInt(draw.between(1, 50))
    const given = targets.map(({ amount }) => amount).filter((amount) => amount !== null)
    const total = coins.reduce((sum, { amount }) => sum + amount, 0n)
    const rest = restOf(total, [...given, fee])
    if (rest === undefined || rest <= DUST_SATS) return null
    const amounts = targets.map(({ amount }) => amount ?? rest)
    const poured = pour(joinParts(coins), [...amounts, fee])
    const txid = book.txid()
    // Real wallets place change anywhere; a fixed place would give the answer away.
    const places = draw.shuffle(targets.map((_, i) => i))
    const outputs = places.map((i) => ({ to: targets[i]!.to, amount: amounts[i]! }))
    const change = changeAt === null ? null : places.indexOf(changeAt)
    if (change !== null) book.change.push({ txid, n: change })
    book.drafts.push({
      txid,
      time,
      activity,
      legs: [],
      inputs: coins.map(({ txid, n, wallet, amount }) => ({ txid, n, to: wallet, amount })),
      outputs,
      payer: NOBODY,
      change,
    })
    book.end('fee', coins[0]!.wallet, { asset: NATIVE, parts: poured[targets.length]!, txid, time })
    return targets.map(({ to }, i) => ({
      wallet: to,
      asset: NATIVE,
      amount: amounts[i]!,
      parts: poured[i]!,
      time,
      txid,
      n: places.indexOf(i),
    }))
  }

  return {
    send: (coins, targets, time, activity = 'laundering') => spend(coins, targets, null, time, activity),
    pay(coin, to, amount, time, activity = 'laundering') {
      const wallet = book.wallet()
      const made = spend(
        [coin],
        [
          { to, amount },
          { to: wallet, amount: null },
        ],
        1,
        time,
        activity,
      )
      if (made !== null) return [made[0]!, made[1]!]
      book.controlled.delete(wallet)
      return null
    },
    swap: () => null,
    keepGas() {},
    leftovers: () => [],
  }
}
