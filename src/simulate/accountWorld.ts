/**
 * Innocent traffic on the account chain: payments, exchanges with deposit addresses and gas-funded sweeps, swaps, a
 * mixer, a bridge.
 * @module
 */
import { toHex } from './address.ts'
import type { Book } from './book.ts'
import { NATIVE, STABLE } from './chains.ts'
import { type Activity, accountDraft, type Draft, GAS, gasFee, type Leg, NOBODY } from './draft.ts'
import type { Heist } from './heist.ts'
import { type Random, random } from './random.ts'
import { MODEL_STREAM, STREAM } from './stream.ts'
import { createCrowd, createZipf, drawWeighted, sometimesRound, type World } from './world.ts'

const SIM = 10n ** 18n
const USD = 10n ** 6n

/** Legs of one issuing transaction. */
const ISSUE_LEGS = 100
/** Seconds that a deposit waits for its sweep, and that a sweep waits for its gas. */
const SWEEP_WAIT = 1_800
const GAS_WAIT = 120
/** Dearest gas this chain knows, for endowments and reserves. */
const DEAR_TOKEN_FEE = gasFee(GAS.token, 0xffffffff)

/** Share of each activity; chosen, not measured. */
const WEIGHTS = [
  ['payment', 460],
  ['deposit', 190],
  ['withdrawal', 220],
  ['swap', 70],
  ['mixer-deposit', 15],
  ['mixer-withdrawal', 15],
  ['bridge', 30],
] as const satisfies readonly (readonly [Activity, number])[]

interface Waiting {
  readonly deposit: number
  readonly asset: number
  readonly due: number
}

/** First in, first out, in constant time per item. */
function createQueue(): { push(item: Waiting): void; head(): Waiting | undefined; shift(): void } {
  let items: Waiting[] = []
  let at = 0
  return {
    push: (item) => void items.push(item),
    head: () => items[at],
    shift() {
      at++
      if (at < 4_096) return
      items = items.slice(at)
      at = 0
    },
  }
}

export function createAccountWorld(heist: Heist, book: Book, nativePrice: (time: number) => bigint): World {
  const { settings, cast, needs, deposits } = heist.book
  const stream = MODEL_STREAM.account
  const draw: Random = random(settings.seed, STREAM.world, stream)
  const hashes = random(settings.seed, STREAM.worldTxid, stream)
  const crowd = createCrowd(draw)
  for (const user of cast.users) crowd.join(user)
  const someExchange = createZipf(draw, cast.exchanges.length)
  let owners = cast.nextOwner

  const balances: bigint[][] = [[], []]
  const balance = (who: number, asset: number): bigint => balances[asset]![who] ?? 0n
  /** What a service must keep for planned payouts, by address * 2 + asset. */
  const reserves = new Map<number, bigint>()
  for (const { to, asset, amount } of needs)
    reserves.set(to * 2 + asset, (reserves.get(to * 2 + asset) ?? 0n) + amount)
  const spare = (who: number, asset: number): bigint =>
    balance(who, asset) - (reserves.get(who * 2 + asset) ?? 0n)

  const exchangeOf = new Map(deposits)
  const depositOf = new Map<number, number>()
  const arrived = createQueue()
  const gassed = createQueue()
  const queued = new Set<number>()
  const inMixer: number[] = []

  const apply = (draft: Draft, planned: boolean): Draft => {
    for (const { from, to, asset, amount } of draft.legs) {
      if (asset > STABLE) continue
      if (from !== NOBODY) {
        const left = balance(from, asset) - amount
        if (left < 0n) throw new RangeError(`${book.holder(from)} would owe ${-left} in ${draft.txid}`)
        balances[asset]![from] = left
        const key = from * 2 + asset
        const reserve = planned ? reserves.get(key) : undefined
        if (reserve !== undefined) reserves.set(key, reserve - amount)
      }
      if (to === NOBODY) continue
      balances[asset]![to] = balance(to, asset) + amount
      if (!exchangeOf.has(to) || draft.activity === 'gas' || queued.has(to * 2 + asset)) continue
      queued.add(to * 2 + asset)
      arrived.push({ deposit: to, asset, due: draft.time + SWEEP_WAIT })
    }
    return draft
  }
  const make = (time: number, activity: Activity, legs: readonly Leg[]): Draft =>
    apply(accountDraft(`0x${toHex(hashes.bytes(32))}`, time, activity, legs), false)

  const kindOf = (asset: number): 'native' | 'token' => (asset === NATIVE ? 'native' : 'token')
  const feeLeg = (from: number, amount: bigint): Leg => ({
    from,
    to: NOBODY,
    asset: NATIVE,
    amount,
    kind: 'fee',
  })
  const fee = (asset: number): bigint => gasFee(asset === NATIVE ? GAS.native : GAS.token, draw.u32())
  const newUser = (): number => {
    const user = book.add(owners++)
    crowd.join(user)
    return user
  }
  /** Somebody's deposit address at an exchange: the same one each time. */
  const depositAddress = (user: number, exchange: number): number => {
    const key = user * cast.exchanges.length + exchange
    const before = depositOf.get(key)
    if (before !== undefined) return before
    const fresh = book.add(cast.exchanges[exchange]!.owner)
    depositOf.set(key, fresh)
    exchangeOf.set(fresh, exchange)
    return fresh
  }

  /** Someone who can pay some of an asset and the fee: payer, asset, amount, fee. */
  const spender = (median: readonly bigint[], gasFees: (asset: number) => bigint) => {
    for (let attempt = 0; attempt < 6; attempt++) {
      const from = crowd.busy()
      const asset = draw.chance(1, 2) ? NATIVE : STABLE
      const paid = gasFees(asset)
      const most = asset === NATIVE ? (balance(from, NATIVE) - paid) / 2n : balance(from, STABLE)
      if (most <= 0n || balance(from, NATIVE) < paid) continue
      const wished = sometimesRound(draw, draw.spread(median[asset]!))
      return { from, asset, amount: wished < most ? wished : most, paid }
    }
    return undefined
  }
  const transfer = (
    time: number,
    activity: Activity,
    { from, asset, amount, paid }: { from: number; asset: number; amount: bigint; paid: bigint },
    to: number,
  ): Draft => make(time, activity, [{ from, to, asset, amount, kind: kindOf(asset) }, feeLeg(from, paid)])
  const issue = (time: number, to: number, asset: number, amount: bigint): Draft =>
    make(time, 'issue', [{ from: NOBODY, to, asset, amount, kind: kindOf(asset) }])

  const withdrawal = (time: number): Draft => {
    const { hot } = cast.exchanges[someExchange()]!
    const to = draw.chance(1, 3) ? newUser() : crowd.busy()
    const asset = draw.chance(1, 2) ? NATIVE : STABLE
    const paid = fee(asset)
    const amount = sometimesRound(draw, draw.spread(asset === NATIVE ? SIM / 2n : 400n * USD))
    if (spare(hot, NATIVE) < paid + SIM) return issue(time, hot, NATIVE, 1_000n * SIM)
    if (spare(hot, asset) < amount + (asset === NATIVE ? paid : 0n))
      return issue(time, hot, asset, amount + (asset === NATIVE ? 1_000n * SIM : 1_000_000n * USD))
    crowd.meet(to)
    return transfer(time, 'withdrawal', { from: hot, asset, amount, paid }, to)
  }
  const swap = (time: number): Draft | undefined => {
    const found = spender([SIM, 1_000n * USD], () => gasFee(GAS.swap, draw.u32()))
    if (found === undefined) return undefined
    const { from, asset, amount, paid } = found
    const price = nativePrice(time)
    const got =
      asset === NATIVE
        ? (amount * price * 997n) / (1_000n * 10n ** 24n)
        : (amount * 10n ** 24n * 997n) / (price * 1_000n)
    const back = asset === NATIVE ? STABLE : NATIVE
    if (got === 0n || spare(cast.dex, back) < got) return undefined
    return make(time, 'swap', [
      { from, to: cast.dex, asset, amount, kind: kindOf(asset) },
      { from: cast.dex, to: from, asset: back, amount: got, kind: back === NATIVE ? 'internal' : 'token' },
      feeLeg(from, paid),
    ])
  }
  const mixerDeposit = (time: number): Draft | undefined => {
    const from = crowd.busy()
    const size = draw.chance(1, 2) ? SIM : SIM / 10n
    const paid = fee(NATIVE)
    if (balance(from, NATIVE) < size + paid) return undefined
    inMixer.push(Number(size / (SIM / 10n)))
    return transfer(time, 'mixer-deposit', { from, asset: NATIVE, amount: size, paid }, cast.mixer)
  }
  const mixerWithdrawal = (time: number): Draft | undefined => {
    const paid = gasFee(GAS.swap, draw.u32())
    if (inMixer.length < 3 || spare(cast.relayer, NATIVE) < paid) return undefined
    const at = draw.below(inMixer.length)
    const size = BigInt(inMixer[at]!) * (SIM / 10n)
    inMixer[at] = inMixer[inMixer.length - 1]!
    inMixer.pop()
    const cut = size / 250n
    const legs = [
      { from: cast.mixer, to: newUser(), asset: NATIVE, amount: size - cut, kind: 'internal' },
      { from: cast.mixer, to: cast.relayer, asset: NATIVE, amount: cut, kind: 'internal' },
    ] as const
    return make(time, 'mixer-withdrawal', [...legs, feeLeg(cast.relayer, paid)])
  }
  const act = (time: number): Draft | undefined => {
    const activity = drawWeighted(draw, WEIGHTS)
    if (activity === 'withdrawal') return undefined
    if (activity === 'swap') return swap(time)
    if (activity === 'mixer-deposit') return mixerDeposit(time)
    if (activity === 'mixer-withdrawal') return mixerWithdrawal(time)
    const found = spender([SIM / 5n, 150n * USD], fee)
    if (found === undefined) return undefined
    crowd.meet(found.from)
    if (activity === 'bridge') return transfer(time, 'bridge', found, cast.bridge)
    if (activity === 'deposit') {
      const exchange = someExchange()
      return transfer(time, 'deposit', found, depositAddress(found.from, exchange))
    }
    const to = draw.chance(1, 6) ? newUser() : crowd.busy()
    crowd.meet(to)
    return transfer(time, 'payment', found, to)
  }

  const takeWaiting = (): { item: Waiting; withGas: boolean } | undefined => {
    const [first, second] = [arrived.head(), gassed.head()]
    if (second !== undefined && (first === undefined || second.due <= first.due))
      return { item: second, withGas: true }
    return first === undefined ? undefined : { item: first, withGas: false }
  }

  return {
    genesis(time) {
      const traffic = BigInt(settings.transactions)
      const grants: Leg[] = []
      const grant = (to: number, asset: number, amount: bigint): void => {
        grants.push({
          from: NOBODY,
          to,
          asset,
          amount: amount + (reserves.get(to * 2 + asset) ?? 0n),
          kind: kindOf(asset),
        })
      }
      for (const { hot, gas } of cast.exchanges) {
        grant(hot, NATIVE, 10_000n * SIM + draw.spread(10_000n * SIM))
        grant(hot, STABLE, 20_000_000n * USD + draw.spread(20_000_000n * USD))
        grant(gas, NATIVE, 10n * SIM + traffic * 2n * DEAR_TOKEN_FEE)
      }
      grant(cast.dex, NATIVE, 100_000n * SIM)
      grant(cast.dex, STABLE, 300_000_000n * USD)
      grant(cast.relayer, NATIVE, 50n * SIM)
      grant(cast.poisoner, NATIVE, 10n * SIM)
      grant(cast.poisoner, STABLE, 100n * USD)
      for (const user of cast.users) {
        grant(user, NATIVE, draw.spread(3n * SIM))
        grant(user, STABLE, draw.spread(2_000n * USD))
      }
      const drafts: Draft[] = []
      for (let at = 0; at < grants.length; at += ISSUE_LEGS)
        drafts.push(make(time, 'issue', grants.slice(at, at + ISSUE_LEGS)))
      return drafts
    },
    step: (time) => act(time) ?? withdrawal(time),
    sweepTime: () => takeWaiting()?.item.due ?? Number.POSITIVE_INFINITY,
    sweep(time) {
      const next = takeWaiting()
      if (next === undefined) return null
      const { deposit, asset } = next.item
      const { hot, gas } = cast.exchanges[exchangeOf.get(deposit)!]!
      if (next.withGas) gassed.shift()
      else arrived.shift()
      const paid = fee(asset)
      if (asset === STABLE && balance(deposit, NATIVE) < paid) {
        // Not from the thieves' or the customer's pocket: exchanges pay for the sweeping of tokens.
        const amount = DEAR_TOKEN_FEE
        gassed.push({ deposit, asset, due: time + GAS_WAIT })
        return transfer(time, 'gas', { from: gas, asset: NATIVE, amount, paid: fee(NATIVE) }, deposit)
      }
      queued.delete(deposit * 2 + asset)
      const amount = asset === NATIVE ? balance(deposit, NATIVE) - paid : balance(deposit, STABLE)
      return amount <= 0n ? null : transfer(time, 'sweep', { from: deposit, asset, amount, paid }, hot)
    },
    perform: (draft) => apply(draft, true),
  }
}
