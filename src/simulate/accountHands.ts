/**
 * A thief's hands on the account chain: one transaction a payee, gas from the loot's own native coins.
 * @module
 */
import { NATIVE, STABLE } from './chains.ts'
import { type Coin, joinParts, type Part, pour } from './coin.ts'
import { type Activity, accountDraft, GAS, gasFee, NOBODY } from './draft.ts'
import { type Hands, type Target, theftOf } from './hands.ts'
import { type Notebook, restOf } from './notebook.ts'

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n)
}

/** Coins of one wallet, so that a wallet's balance is spent as the one pool it is. */
function byWallet(coins: readonly Coin[]): Coin[][] {
  const groups = new Map<number, Coin[]>()
  for (const coin of coins) {
    const group = groups.get(coin.wallet)
    if (group === undefined) groups.set(coin.wallet, [coin])
    else group.push(coin)
  }
  return [...groups.values()]
}

export function createAccountHands(book: Notebook): Hands {
  const { draw } = book
  /** By theft: the wallet that gas is paid from. By wallet: gas that is there. */
  const tanks = new Map<number, Coin>()
  const gas = new Map<number, Coin>()

  const emit = (
    from: number,
    to: number,
    asset: number,
    amount: bigint,
    fee: bigint,
    time: number,
    activity: Activity,
  ): string => {
    const txid = book.txid()
    book.drafts.push(
      accountDraft(txid, time, activity, [
        { from, to, asset, amount, kind: asset === NATIVE ? 'native' : 'token' },
        { from, to: NOBODY, asset: NATIVE, amount: fee, kind: 'fee' },
      ]),
    )
    if (asset === STABLE && from !== to) book.sightings.push({ from, to, amount, time })
    return txid
  }

  /** Native coins for the fees of a wallet of tokens, topped up from the theft's tank half a minute before. */
  const takeGas = (wallet: number, theft: number, fees: readonly bigint[], time: number): Part[][] | null => {
    const need = sum(fees)
    let here = gas.get(wallet)
    if (here === undefined || here.amount < need) {
      const tank = tanks.get(theft)
      if (tank === undefined) return null
      const fee = gasFee(GAS.native, draw.u32())
      const amount = need + BigInt(draw.below(1_000_000)) * 1_000_000_000n
      const left = restOf(tank.amount, [amount, fee])
      if (left === undefined) return null
      const [sent, paid, kept] = pour(tank.parts, [amount, fee, left])
      const when = time - 30
      const txid = emit(tank.wallet, wallet, NATIVE, amount, fee, when, 'laundering')
      tanks.set(theft, { ...tank, amount: left, parts: kept! })
      book.end('fee', tank.wallet, { asset: NATIVE, parts: paid!, txid, time: when })
      const base = { wallet, asset: NATIVE, time: when, txid, n: 0 }
      here = {
        ...base,
        amount: amount + (here?.amount ?? 0n),
        parts: joinParts([{ parts: sent! }, ...(here === undefined ? [] : [here])]),
      }
    }
    const left = here.amount - need
    const poured = pour(here.parts, [...fees, left])
    gas.set(wallet, { ...here, amount: left, parts: poured[fees.length]! })
    return poured.slice(0, fees.length)
  }

  /** All transfers of one wallet. `keep` leaves the last target's amount where it is, without a transaction. */
  const spend = (
    coins: readonly Coin[],
    targets: readonly Target[],
    keep: boolean,
    time: number,
    activity: Activity,
  ): Coin[] | null => {
    const { wallet, asset } = coins[0]!
    const parts = joinParts(coins)
    const sends = keep ? targets.length - 1 : targets.length
    const fees = Array.from({ length: sends }, () =>
      gasFee(asset === NATIVE ? GAS.native : GAS.token, draw.u32()),
    )
    const given = targets.map(({ amount }) => amount).filter((amount) => amount !== null)
    const rest = restOf(sum(parts.map(({ amount }) => amount)), [...given, ...(asset === NATIVE ? fees : [])])
    if (rest === undefined) return null
    const amounts = targets.map(({ amount }) => amount ?? rest)
    let sent: Part[][]
    let paid: Part[][]
    if (asset === NATIVE) {
      // In the order of the ledger: transfer, fee, transfer, fee.
      const flow = amounts.flatMap((amount, i) => (i < sends ? [amount, fees[i]!] : [amount]))
      const poured = pour(parts, flow)
      sent = amounts.map((_, i) => poured[2 * i]!)
      paid = fees.map((_, i) => poured[2 * i + 1]!)
    } else {
      const taken = takeGas(wallet, theftOf(parts) ?? 0, fees, time)
      if (taken === null) return null
      sent = pour(parts, amounts)
      paid = taken
    }
    return targets.map(({ to }, i) => {
      const when = time + i * 24
      if (i >= sends) return { ...coins[0]!, amount: amounts[i]!, parts: sent[i]!, time: when }
      const txid = emit(wallet, to, asset, amounts[i]!, fees[i]!, when, activity)
      book.end('fee', wallet, { asset: NATIVE, parts: paid[i]!, txid, time: when })
      return { wallet: to, asset, amount: amounts[i]!, parts: sent[i]!, time: when, txid, n: 0 }
    })
  }

  return {
    send(coins, targets, time, activity = 'laundering') {
      const groups = byWallet(coins)
      if (groups.length === 1) return spend(coins, targets, false, time, activity)
      const arrived: Coin[] = []
      for (const [i, group] of groups.entries()) {
        const made = spend(group, targets, false, time + i * 60, activity)
        // Plans give every wallet enough for one transfer of all it has.
        if (made === null) throw new RangeError(`wallet ${group[0]!.wallet} cannot pay for one transfer`)
        arrived.push(made[0]!)
      }
      const last = arrived[arrived.length - 1]!
      return [{ ...last, amount: sum(arrived.map(({ amount }) => amount)), parts: joinParts(arrived) }]
    },
    pay(coin, to, amount, time, activity = 'laundering') {
      const made = spend(
        [coin],
        [
          { to, amount },
          { to: coin.wallet, amount: null },
        ],
        true,
        time,
        activity,
      )
      return made === null ? null : [made[0]!, made[1]!]
    },
    swap(coin, rate, time) {
      const { wallet } = coin
      const theft = theftOf(coin.parts)
      const fee = gasFee(GAS.swap, draw.u32())
      const reserve = gasFee(3n * GAS.token, 0xffffffff)
      const given = restOf(coin.amount, [fee, reserve])
      if (given === undefined || theft === null) return null
      const got = rate(given)
      const txid = book.txid()
      const { dex } = book.cast
      book.drafts.push(
        accountDraft(txid, time, 'swap', [
          { from: wallet, to: dex, asset: NATIVE, amount: given, kind: 'native' },
          { from: dex, to: wallet, asset: STABLE, amount: got, kind: 'token' },
          { from: wallet, to: NOBODY, asset: NATIVE, amount: fee, kind: 'fee' },
        ]),
      )
      book.needs.push({ to: dex, asset: STABLE, amount: got })
      const [swapped, paid, kept] = pour(coin.parts, [given, fee, reserve])
      book.end('swap', dex, { asset: NATIVE, parts: swapped!, txid, time })
      book.end('fee', wallet, { asset: NATIVE, parts: paid!, txid, time })
      gas.set(wallet, { ...coin, amount: reserve, parts: kept! })
      const crossing = book.cross(
        'swap',
        theft,
        { txid, asset: NATIVE, amount: given },
        {
          txid,
          asset: STABLE,
          amount: got,
          wallet,
        },
      )
      const parts = [{ theft, crossing, amount: got, mixed: false }]
      return { wallet, asset: STABLE, amount: got, parts, time, txid, n: 0 }
    },
    keepGas(theft, coin) {
      tanks.set(theft, coin)
    },
    leftovers: () => [...tanks.values(), ...gas.values()].map((coin) => ({ wallet: coin.wallet, coin })),
  }
}
