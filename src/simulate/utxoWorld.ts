/**
 * Innocent traffic on the UTXO chain: payments with change, exchanges with deposit addresses, batch withdrawals and
 * consolidating sweeps, CoinJoins, a mixer, a bridge, mined coins.
 * @module
 */
import { toHex } from './address.ts'
import type { Book } from './book.ts'
import { type Activity, type Draft, DUST_SATS, NOBODY, type Pay, type Utxo, virtualBytes } from './draft.ts'
import type { Heist } from './heist.ts'
import { type Random, random } from './random.ts'
import { MODEL_STREAM, STREAM } from './stream.ts'
import { createVaults } from './vaults.ts'
import { createCrowd, createZipf, drawWeighted, sometimesRound, type World } from './world.ts'

const BTC = 100_000_000n

const ISSUE_OUTPUTS = 100
/** An exchange sweeps when so many deposits wait, or the first has waited so long; at most so many at once. */
const SWEEP_COUNT = 20
const SWEEP_SECONDS = 43_200
const SWEEP_MOST = 50
/** Pool sizes of Whirlpool (Samourai's documentation): 0.01 and 0.05 BTC. */
const COINJOIN_POOLS = [1_000_000n, 5_000_000n]
const MIXER_SIZE = 10_000_000n

/** Share of each activity; chosen, not measured. CoinJoins come on top, see `coinjoinPerThousand`. */
const WEIGHTS = [
  ['payment', 500],
  ['deposit', 180],
  ['withdrawal', 180],
  ['consolidation', 30],
  ['mixer-deposit', 15],
  ['mixer-withdrawal', 15],
  ['bridge', 30],
  ['issue', 50],
] as const satisfies readonly (readonly [Activity, number])[]

export function createUtxoWorld(heist: Heist, book: Book): World {
  const { settings, cast, needs, deposits } = heist.book
  const stream = MODEL_STREAM.utxo
  const draw: Random = random(settings.seed, STREAM.world, stream)
  const hashes = random(settings.seed, STREAM.worldTxid, stream)
  const crowd = createCrowd(draw)
  const someExchange = createZipf(draw, cast.exchanges.length)
  let owners = cast.nextOwner

  /** Unspent coins and latest address, by owner. The thieves' coins are the planner's business. */
  const coins: Utxo[][] = []
  const latest: number[] = []
  const coinsOf = (owner: number): Utxo[] => {
    coins[owner] ??= []
    return coins[owner]
  }
  for (const user of cast.users) {
    crowd.join(book.owner(user))
    latest[book.owner(user)] = user
  }
  const vaults = createVaults()
  const waiting: { coin: Utxo; time: number }[][] = cast.exchanges.map(() => [])
  const exchangeOf = new Map(deposits)
  const depositOf = new Map<number, number>()

  const txid = (): string => toHex(hashes.bytes(32))
  /** Puts the outputs where they belong. */
  const settle = (draft: Draft): Draft => {
    for (const [n, { to, amount }] of draft.outputs.entries()) {
      const owner = book.owner(to)
      if (owner === cast.gang) continue
      const coin = { txid: draft.txid, n, to, amount }
      const exchange = exchangeOf.get(to)
      if (exchange === undefined) coinsOf(owner).push(coin)
      else waiting[exchange]!.push({ coin, time: draft.time })
    }
    return draft
  }
  const make = (
    time: number,
    activity: Activity,
    inputs: readonly Utxo[],
    outputs: readonly Pay[],
    change: number | null = null,
  ): Draft => settle({ txid: txid(), time, activity, legs: [], inputs, outputs, payer: NOBODY, change })
  const total = (inputs: readonly { amount: bigint }[]): bigint =>
    inputs.reduce((sum, { amount }) => sum + amount, 0n)
  const feeOf = (inputs: number, outputs: number): bigint =>
    virtualBytes(inputs, outputs) * BigInt(draw.between(1, 50))
  /** Takes up to `most` random coins of an owner, until they are worth `enough`. */
  const take = (owner: number, most: number, enough: bigint): Utxo[] => {
    const from = coinsOf(owner)
    const taken: Utxo[] = []
    let sum = 0n
    while (taken.length < most && sum < enough && from.length > 0) {
      const at = draw.below(from.length)
      const coin = from[at]!
      from[at] = from[from.length - 1]!
      from.pop()
      taken.push(coin)
      sum += coin.amount
    }
    return taken
  }
  const giveBack = (inputs: readonly Utxo[]): undefined => {
    for (const coin of inputs) coinsOf(book.owner(coin.to)).push(coin)
  }
  const newUser = (): number => {
    const user = owners++
    crowd.join(user)
    return user
  }
  /** Where a person is paid: mostly fresh, sometimes reused. */
  const receiving = (owner: number): number => {
    const before = latest[owner]
    if (before !== undefined && draw.chance(1, 4)) return before
    const fresh = book.add(owner)
    latest[owner] = fresh
    return fresh
  }
  const depositAddress = (user: number, exchange: number): number => {
    const key = user * cast.exchanges.length + exchange
    const before = depositOf.get(key)
    if (before !== undefined) return before
    const fresh = book.add(cast.exchanges[exchange]!.owner)
    depositOf.set(key, fresh)
    exchangeOf.set(fresh, exchange)
    return fresh
  }
  /** Pays `wished`, or all there is, and shuffles the change in. `where` is called only when the payment can be made. */
  const spend = (
    time: number,
    activity: Activity,
    inputs: readonly Utxo[],
    wished: bigint,
    where: () => number,
  ): Draft | undefined => {
    const sum = total(inputs)
    const fee = feeOf(inputs.length, 2)
    if (sum <= fee + 1_000n) return giveBack(inputs)
    const change = sum - fee - wished
    if (change <= 1_000n) return make(time, activity, inputs, [{ to: where(), amount: sum - fee }])
    const payer = inputs[0]!.to
    const back = draw.chance(1, 8) ? payer : book.add(book.owner(payer))
    const outputs = draw.shuffle([
      { to: where(), amount: wished },
      { to: back, amount: change },
    ])
    return make(
      time,
      activity,
      inputs,
      outputs,
      outputs.findIndex(({ to }) => to === back),
    )
  }
  const pay = (
    time: number,
    activity: Activity,
    wished: bigint,
    where: (payer: number) => number,
  ): Draft | undefined => {
    const payer = crowd.busy()
    const inputs = take(payer, 3, wished)
    if (inputs.length === 0) return undefined
    const draft = spend(time, activity, inputs, wished, () => where(payer))
    if (draft !== undefined) crowd.meet(payer)
    return draft
  }
  const reward = (time: number): Draft =>
    // 3.125 coins: Bitcoin's subsidy since block 840,000. Who mines is a person of the crowd; fees are left unclaimed.
    make(time, 'issue', [], [{ to: receiving(crowd.anybody()), amount: 312_500_000n }])

  const withdrawal = (time: number): Draft => {
    const { hot, owner } = cast.exchanges[someExchange()]!
    // One payee in half the cases, up to twelve in a batch.
    const payees = draw.chance(1, 2) ? 1 : draw.between(2, 12)
    const outputs: Pay[] = []
    for (let i = 0; i < payees; i++) {
      const person = draw.chance(1, 4) ? newUser() : crowd.busy()
      crowd.meet(person)
      outputs.push({ to: receiving(person), amount: 1_000n + sometimesRound(draw, draw.spread(BTC / 50n)) })
    }
    const sum = total(outputs)
    const inputs = take(owner, 10, sum + BTC)
    const left = total(inputs) - sum - feeOf(inputs.length, payees + 1)
    if (left > DUST_SATS)
      return make(time, 'withdrawal', inputs, [...outputs, { to: hot, amount: left }], payees)
    giveBack(inputs)
    return make(time, 'issue', [], [{ to: hot, amount: 100n * BTC }])
  }
  const consolidation = (time: number): Draft | undefined => {
    const inputs = take(crowd.busy(), 12, 21_000_000n * BTC)
    const owner = inputs.length < 2 ? undefined : book.owner(inputs[0]!.to)
    const left = total(inputs) - feeOf(inputs.length, 1)
    if (owner === undefined || left <= DUST_SATS) return giveBack(inputs)
    return make(time, 'consolidation', inputs, [{ to: receiving(owner), amount: left }])
  }
  const coinjoin = (time: number): Draft | undefined => {
    const size = draw.pick(COINJOIN_POOLS)
    const wanted = draw.between(5, 8)
    const joined = new Map<number, Utxo>()
    for (let attempt = 0; attempt < 60 && joined.size < wanted; attempt++) {
      const owner = crowd.busy()
      if (joined.has(owner)) continue
      const [coin] = take(owner, 1, 1n)
      if (coin === undefined) continue
      if (coin.amount < size + 10_000n) giveBack([coin])
      else joined.set(owner, coin)
    }
    const inputs = draw.shuffle([...joined.values()])
    if (joined.size < 5) return giveBack(inputs)
    const share = feeOf(inputs.length, 2 * inputs.length) / BigInt(inputs.length)
    const outputs = inputs.flatMap(({ to, amount }): Pay[] => {
      const owner = book.owner(to)
      const left = amount - size - share
      const own = [{ to: book.add(owner), amount: size }]
      return left > 1_000n ? [...own, { to: book.add(owner), amount: left }] : own
    })
    const paid = total(inputs) - total(outputs)
    return paid > 0n ? make(time, 'coinjoin', inputs, draw.shuffle(outputs)) : giveBack(inputs)
  }
  const mixerWithdrawal = (time: number): Draft | undefined => {
    const inputs = take(book.owner(cast.mixer), 2, MIXER_SIZE)
    const wished = MIXER_SIZE - MIXER_SIZE / 250n
    const left = total(inputs) - wished - feeOf(inputs.length, 2)
    if (left <= DUST_SATS) return giveBack(inputs)
    return make(
      time,
      'mixer-withdrawal',
      inputs,
      [
        { to: book.add(newUser()), amount: wished },
        { to: cast.mixer, amount: left },
      ],
      1,
    )
  }
  const act = (time: number): Draft | undefined => {
    if (draw.chance(settings.coinjoinPerThousand, 1_000)) return coinjoin(time)
    const activity = drawWeighted(draw, WEIGHTS)
    const wished = 1_000n + sometimesRound(draw, draw.spread(BTC / 100n))
    switch (activity) {
      case 'withdrawal':
        return undefined
      case 'issue':
        return reward(time)
      case 'consolidation':
        return consolidation(time)
      case 'mixer-withdrawal':
        return mixerWithdrawal(time)
      case 'mixer-deposit': {
        const inputs = take(crowd.busy(), 3, MIXER_SIZE + 20_000n)
        if (total(inputs) < MIXER_SIZE + 20_000n) return giveBack(inputs)
        return spend(time, activity, inputs, MIXER_SIZE, () => cast.mixer)
      }
      case 'bridge':
        return pay(time, activity, wished, () => cast.bridge)
      case 'deposit':
        return pay(time, activity, wished, (payer) => depositAddress(payer, someExchange()))
      default:
        return pay(time, activity, wished, () => {
          const person = draw.chance(1, 6) ? newUser() : crowd.busy()
          crowd.meet(person)
          return receiving(person)
        })
    }
  }
  const sweepTimeOf = (queue: readonly { time: number }[]): number => {
    if (queue.length === 0) return Number.POSITIVE_INFINITY
    return queue.length >= SWEEP_COUNT ? queue[SWEEP_COUNT - 1]!.time : queue[0]!.time + SWEEP_SECONDS
  }

  return {
    genesis(time) {
      const grants: { to: number; amount: bigint; vault: boolean }[] = []
      const grant = (to: number, amount: bigint, vault = false): void => {
        grants.push({ to, amount, vault })
      }
      for (const { hot } of cast.exchanges) for (let i = 0; i < 50; i++) grant(hot, draw.spread(10n * BTC))
      for (let i = 0; i < 20; i++) grant(cast.mixer, 2n * MIXER_SIZE)
      for (const user of cast.users)
        for (let i = draw.between(1, 3); i > 0; i--) grant(user, draw.spread(BTC / 5n))
      // Half as much again at most, so that a robbed wallet's change says nothing.
      for (const { to, amount } of needs)
        grant(to, amount + BTC / 100n + draw.bigBelow(amount / 2n + 1n), true)
      const drafts: Draft[] = []
      for (let at = 0; at < grants.length; at += ISSUE_OUTPUTS) {
        const some = grants.slice(at, at + ISSUE_OUTPUTS)
        const draft: Draft = {
          txid: txid(),
          time,
          activity: 'issue',
          legs: [],
          inputs: [],
          outputs: some.map(({ to, amount }) => ({ to, amount })),
          payer: NOBODY,
          change: null,
        }
        for (const [n, { to, amount, vault }] of some.entries()) {
          const coin = { txid: draft.txid, n, to, amount }
          if (!vault) coinsOf(book.owner(to)).push(coin)
          else vaults.put(coin)
        }
        drafts.push(draft)
      }
      return drafts
    },
    step: (time) => act(time) ?? withdrawal(time),
    sweepTime: () =>
      waiting.reduce((soonest, queue) => Math.min(soonest, sweepTimeOf(queue)), Number.POSITIVE_INFINITY),
    sweep(time) {
      const exchange = waiting.findIndex((queue) => sweepTimeOf(queue) <= time)
      if (exchange < 0) return null
      const inputs = waiting[exchange]!.splice(0, SWEEP_MOST).map(({ coin }) => coin)
      const left = total(inputs) - feeOf(inputs.length, 1)
      return left <= DUST_SATS
        ? null
        : make(time, 'sweep', inputs, [{ to: cast.exchanges[exchange]!.hot, amount: left }])
    },
    perform(draft) {
      if (draft.payer === NOBODY) return settle(draft)
      const need = total(draft.outputs) + feeOf(1, draft.outputs.length + 1)
      const coin = vaults.take(draft.payer, need + DUST_SATS)
      const outputs = [...draft.outputs, { to: draft.payer, amount: coin.amount - need }]
      return settle({ ...draft, inputs: [coin], outputs })
    },
  }
}
