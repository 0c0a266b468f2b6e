/**
 * The script of the heists: who is robbed, how the loot is split, and what becomes of every part.
 * @module
 */
import { createAccountHands } from './accountHands.ts'
import type { Cast } from './cast.ts'
import { assetsOf, chainOfModel, NATIVE, STABLE } from './chains.ts'
import type { Coin } from './coin.ts'
import { type Hands, theftOf } from './hands.ts'
import { mixerSize, withdraw } from './mixer.ts'
import { createNotebook, type Notebook, payOut } from './notebook.ts'
import type { Branches, SimulationSettings } from './options.ts'
import { planPoisonings } from './poisoning.ts'
import { SECONDS_PER_DAY, type SimulatedPrice } from './price.ts'
import { createUtxoHands } from './utxoHands.ts'

export interface Heist {
  readonly book: Notebook
  /** Unix seconds of the last planned transaction; the start where there is none. */
  readonly endTime: number
}

export function planHeist(
  settings: SimulationSettings,
  cast: Cast,
  prices: readonly SimulatedPrice[],
): Heist {
  const book = createNotebook(settings, cast)
  const { draw } = book
  const { model, branches } = settings
  const hands: Hands = model === 'account' ? createAccountHands(book) : createUtxoHands(book)
  const start = settings.startTime + Math.floor((settings.days * SECONDS_PER_DAY) / 5)
  // Half the span for the longest chain of hops, but never over half a day a hop.
  const slowest = Math.floor((settings.days * SECONDS_PER_DAY) / 2 / (settings.peelHops + settings.layers))
  const later = (coin: Coin): number =>
    coin.time + draw.between(600, Math.min(43_200, Math.max(1_200, slowest)))
  const known = cast.exchanges.flatMap((exchange, i) => (exchange.labelled ? [i] : []))
  /** Collectors whose coins go to the one mule that several thefts share, by asset. */
  const meeting: Coin[][] = [[], []]
  const reused = new Map<string, number>()
  const nativePrices = prices.filter(({ symbol }) => symbol === assetsOf(model)[NATIVE]!.priceSymbol)

  const send = (coins: readonly Coin[], to: number, time: number): Coin | null =>
    hands.send(coins, [{ to, amount: null }], time)?.[0] ?? null
  const hop = (coin: Coin): Coin => send([coin], book.wallet(), later(coin)) ?? coin
  const hold = (coin: Coin): void => book.end('held', coin.wallet, coin)

  /** A deposit address: half the time one that this thief has used before. */
  const depositAddress = (theft: number | null): number => {
    const exchange = draw.pick(known)
    const key = `${theft} ${exchange}`
    const before = reused.get(key)
    if (before !== undefined && draw.chance(1, 2)) return before
    const fresh = cast.book.add(cast.exchanges[exchange]!.owner)
    reused.set(key, fresh)
    book.deposits.set(fresh, exchange)
    return fresh
  }
  const cashOut = (coins: readonly Coin[]): void => {
    const to = depositAddress(theftOf(coins[0]!.parts))
    const time = Math.max(...coins.map(later))
    const paid = send(coins, to, time)
    if (paid === null) coins.forEach(hold)
    else book.end('exchange-deposit', to, paid)
  }
  /** Splits into `n` fresh wallets of uneven size. */
  const split = (coin: Coin, n: number): Coin[] => {
    const weights = Array.from({ length: n }, () => BigInt(draw.between(50, 150)))
    const all = weights.reduce((sum, weight) => sum + weight, 0n)
    const targets = weights.map((weight, i) => ({
      to: book.wallet(),
      amount: i === n - 1 ? null : (coin.amount * weight) / all,
    }))
    return hands.send([coin], targets, later(coin)) ?? [coin]
  }

  const peel = (loot: Coin): void => {
    let coin = loot
    for (let left = settings.peelHops; left > 0; left--) {
      const slice = (coin.amount * BigInt(draw.between(50, 150))) / BigInt(100 * (left + 3))
      const to = depositAddress(theftOf(coin.parts))
      const time = later(coin)
      // The UTXO chain's change is a fresh address anyway; on the account chain the rest moves on to one.
      const made =
        model === 'utxo'
          ? hands.pay(coin, to, slice, time)
          : hands.send(
              [coin],
              [
                { to, amount: slice },
                { to: book.wallet(), amount: null },
              ],
              time,
            )
      if (made === null || slice === 0n) break
      book.end('exchange-deposit', to, made[0]!)
      coin = made[1]!
    }
    hold(coin)
  }
  /** A transfer to oneself, then there and back again. */
  const loop = (coin: Coin): Coin => {
    const again = send([coin], coin.wallet, later(coin)) ?? coin
    const away = hop(again)
    return send([away], coin.wallet, later(away)) ?? away
  }
  const mules = (loot: Coin, meet: boolean): void => {
    const coins = split(loot, settings.mules).map((coin, i) => {
      let moved = settings.loops && i === 0 ? loop(coin) : coin
      for (let layer = 1; layer < settings.layers; layer++) moved = hop(moved)
      return moved
    })
    for (let at = 0; at < coins.length; at += settings.fanIn) {
      const group = coins.slice(at, at + settings.fanIn)
      const collected = send(group, book.wallet(), Math.max(...group.map(later)))
      if (collected === null) group.forEach(hold)
      else if (meet && at === 0) meeting[collected.asset]!.push(collected)
      else if (settings.commingle) commingled(collected)
      else cashOut([collected])
    }
  }
  /** The mule has clean money in the same wallet, sends the loot on and keeps its own. */
  const commingled = (coin: Coin): void => {
    const { hot } = cast.exchanges[draw.pick(known)]!
    const own = coin.amount / BigInt(draw.between(2, 5))
    const early = coin.time + (draw.chance(1, 2) ? -300 : 300)
    const clean = payOut(book, hot, coin.wallet, coin.asset, own, early, 'withdrawal', {
      theft: null,
      crossing: null,
    })
    const to = depositAddress(theftOf(coin.parts))
    const made = hands.send(
      [coin, clean],
      [
        { to, amount: coin.amount },
        { to: book.wallet(), amount: null },
      ],
      later(coin),
    )
    if (made === null) {
      hold(coin)
      return
    }
    book.end('exchange-deposit', to, made[0]!)
    hold(made[1]!)
  }
  const mix = (loot: Coin): void => {
    const theft = theftOf(loot.parts)!
    const size = mixerSize(model, loot)
    const deposits: Coin[] = []
    let coin = loot
    for (let i = 0; i < 8 && coin.amount > 2n * size; i++) {
      const made = hands.pay(coin, cast.mixer, size, later(coin), 'mixer-deposit')
      if (made === null) break
      book.end('mixer', cast.mixer, made[0])
      deposits.push(made[0])
      coin = made[1]
    }
    hold(coin)
    for (const deposit of draw.shuffle(deposits)) {
      const wallet = book.wallet()
      const time = coin.time + draw.between(3_600, 3 * SECONDS_PER_DAY)
      const origin = { theft, crossing: book.crossings.length }
      const got = withdraw(book, wallet, deposit.asset, size, time, origin)
      book.cross('mixer', theft, deposit, { ...got, wallet })
      if (draw.chance(1, 2)) cashOut([got])
      else hold(got)
    }
  }
  const overBridge = (loot: Coin): void => {
    const paid = hands.send([loot], [{ to: cast.bridge, amount: null }], later(loot), 'bridge')
    if (paid === null) hold(loot)
    else book.end('bridge', cast.bridge, paid[0]!)
  }
  const swap = (loot: Coin): void => {
    const time = later(loot)
    const day = Math.floor((time - settings.startTime) / SECONDS_PER_DAY)
    const { closeE12 } = nativePrices[Math.min(day, nativePrices.length - 1)]!
    // Price is per 10^18 wei and in 10^-12 USD; the token has six places; 0.3 % is Uniswap v2's fee (its whitepaper, 3.2.1).
    const got = hands.swap(loot, (given) => (given * closeE12 * 997n) / (1_000n * 10n ** 24n), time)
    if (got === null) hold(loot)
    else if (draw.chance(1, 2)) cashOut([got])
    else hold(got)
  }
  const sprinkle = (loot: Coin): Coin => {
    let coin = loot
    const unit = model === 'account' ? 10n ** 12n : 600n
    for (let i = 0; i < settings.dust; i++) {
      const made = hands.pay(coin, draw.pick(cast.users), unit + BigInt(draw.below(400)), later(coin))
      if (made === null) break
      book.end('dust', made[0].wallet, made[0])
      coin = made[1]
    }
    return coin
  }

  const fates: Readonly<Record<keyof Branches, (coin: Coin, meet: boolean) => void>> = {
    peel,
    mules,
    mixer: mix,
    bridge: overBridge,
    swap,
    hold: (coin) => hold(hop(coin)),
  }
  const launder = (coin: Coin): void => {
    const plan = (Object.keys(fates) as (keyof Branches)[])
      .filter((fate) => fate !== 'swap' || (model === 'account' && coin.asset === NATIVE))
      .flatMap((fate) => Array.from({ length: branches[fate] }, (_, i) => ({ fate, first: i === 0 })))
    if (plan.length === 0) {
      hold(coin)
      return
    }
    const meets = settings.collide && settings.thefts > 1
    const loot = coin.asset === NATIVE ? sprinkle(coin) : coin
    for (const [i, part] of split(loot, plan.length).entries()) {
      const { fate, first } = plan[i] ?? { fate: 'hold', first: false }
      fates[fate](part, meets && first)
    }
  }
  const steal = (theft: number): void => {
    const victim = cast.exchanges[theft % cast.exchanges.length]!
    const time = start + theft * SECONDS_PER_DAY
    const take = (asset: number, amount: bigint, delay: number): Coin => {
      const wallet = book.wallet()
      const origin = { theft, crossing: null }
      const coin = payOut(book, victim.hot, wallet, asset, amount, time + delay, 'theft', origin)
      book.thefts.push({
        theft: book.names[theft]!,
        victim: book.holder(victim.hot),
        holder: book.holder(wallet),
        asset: assetsOf(model)[asset]!.id,
        amount,
        txid: coin.txid,
        n: model === 'utxo' ? coin.n : null,
        time: coin.time,
      })
      return coin
    }
    let native = take(NATIVE, settings.stolen.native, 0)
    if (model === 'account') {
      const tank = book.wallet()
      const made = hands.pay(native, tank, settings.stolen.native / 50n, native.time + 120)!
      hands.keepGas(theft, made[0])
      native = made[1]
      if (settings.stolen.stable > 0n) launder(take(STABLE, settings.stolen.stable, 36))
    }
    launder(native)
  }

  for (let theft = 0; theft < settings.thefts; theft++) steal(theft)
  for (const coins of meeting) {
    if (coins.length === 0) continue
    const mule = book.wallet()
    cashOut(coins.map((coin) => send([coin], mule, later(coin)) ?? coin))
  }
  for (const { theft, amount, time, gave } of settings.arrivals) {
    if (!book.names.includes(theft)) book.names.push(theft)
    const origin = { theft: book.names.indexOf(theft), crossing: book.crossings.length }
    const wallet = book.wallet()
    const coin = payOut(book, cast.bridge, wallet, NATIVE, amount, time, 'bridge', origin)
    const got = { chain: chainOfModel(model), txid: coin.txid, asset: assetsOf(model)[NATIVE]!.id, amount }
    book.crossings.push({ kind: 'bridge', theft, gave, got: { ...got, holder: book.holder(wallet) } })
    mules(coin, false)
  }
  for (const { wallet, coin } of hands.leftovers()) book.end('held', wallet, coin)
  if (model === 'account') planPoisonings(book)

  const endTime = book.drafts.reduce((latest, { time }) => Math.max(latest, time), settings.startTime)
  return { book, endTime }
}
