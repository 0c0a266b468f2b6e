/**
 * Small and nasty ledgers for property tests: what no honest simulation has, and real exports do.
 * @module
 */
import type { Input, Output, Transaction, Transfer } from '../chain/transaction.ts'
import type { Asset } from '../units/asset.ts'
import type { HolderId } from '../units/caip.ts'
import { toHex } from './address.ts'
import { createBook } from './book.ts'
import { assetsOf, chainOfModel, type Model } from './chains.ts'
import { random } from './random.ts'
import type { SimulatedSeed } from './simulate.ts'
import { MODEL_STREAM, STREAM } from './stream.ts'

export interface RandomLedgerOptions {
  readonly model: Model
  /** Default 40. */
  readonly transactions?: number
  /** Default 6: few, so that they meet again and again. */
  readonly holders?: number
  /** Default 2. */
  readonly thefts?: number
  /** Some amounts beyond 2^53. Default true. */
  readonly wide?: boolean
  /** Account chain: spends that the ledger does not cover. UTXO chain: inputs whose prevout is not in it. Default true. */
  readonly shortfalls?: boolean
}

export interface RandomLedger {
  /** In chain order. */
  readonly transactions: readonly Transaction[]
  readonly assets: readonly Asset[]
  readonly seeds: readonly SimulatedSeed[]
}

/**
 * Self-transfers, cycles, amounts of zero, chains within one block, equal times, several transfers in a transaction,
 * fees, burns, issuance, outputs without address, partial spends, and two thefts that may claim the same credit.
 *
 * @example
 * randomLedger(1, { model: 'utxo' }).transactions.length // 40
 */
export function randomLedger(seed: number, options: RandomLedgerOptions): RandomLedger {
  const { model, transactions: count = 40, holders = 6, thefts = 2, wide = true, shortfalls = true } = options
  const draw = random(seed, STREAM.randomLedger, MODEL_STREAM[model])
  const book = createBook(seed, model)
  const people = Array.from({ length: holders }, (_, i) => book.holder(book.add(i)))
  const assets = assetsOf(model).filter(({ known }) => known)
  const chain = chainOfModel(model)
  const amount = (): bigint => {
    if (draw.chance(1, 10)) return 0n
    if (wide && draw.chance(1, 6)) return draw.bigBelow(1n << 90n)
    return draw.bigBelow(draw.chance(1, 3) ? 4n : 1_000n)
  }
  const balances = new Map<string, bigint>()
  const unspent: { txid: string; n: number; holder: HolderId | null; amount: bigint }[] = []

  const transferOf = (position: number): Transfer => {
    const { id } = draw.pick(assets)
    const burn = draw.chance(1, 12)
    const to = burn ? null : draw.pick(people)
    const payer = draw.chance(1, 5) ? null : draw.pick(people)
    const had = balances.get(`${payer} ${id}`) ?? 0n
    const covered = payer === null || (shortfalls && draw.chance(1, 6))
    const value = covered ? amount() : draw.chance(1, 3) ? had : draw.bigBelow(had + 1n)
    if (payer !== null) balances.set(`${payer} ${id}`, had > value ? had - value : 0n)
    if (to !== null) balances.set(`${to} ${id}`, (balances.get(`${to} ${id}`) ?? 0n) + value)
    const kind = id === assets[0]!.id ? (burn ? 'fee' : draw.pick(['native', 'internal'] as const)) : 'token'
    return { from: payer, to, asset: id, amount: value, kind, position }
  }
  const utxoSides = (): { inputs: Input[]; outputs: Output[] } => {
    const inputs: Input[] = []
    let total = 0n
    for (let i = draw.chance(1, 4) ? 0 : draw.between(1, 3); i > 0 && unspent.length > 0; i--) {
      const { txid, n, holder, amount } = unspent.splice(draw.below(unspent.length), 1)[0]!
      inputs.push({ txid, n, amount, ...(holder === null ? {} : { holder }) })
      total += amount
    }
    if (shortfalls && draw.chance(1, 10)) inputs.push({ txid: toHex(draw.bytes(32)), n: draw.below(3) })
    const coinbase = inputs.length === 0
    let left = coinbase ? amount() : total
    const outputs = Array.from({ length: draw.between(1, 4) }, (_, i): Output => {
      const value = i === 0 && draw.chance(1, 2) ? left : draw.bigBelow(left + 1n)
      left -= value
      return { holder: draw.chance(1, 15) ? null : draw.pick(people), amount: value }
    })
    return { inputs, outputs }
  }

  const transactions: Transaction[] = []
  const credits: SimulatedSeed[] = []
  let height = 0
  let index = -1
  for (let i = 0; i < count; i++) {
    // Half of the blocks hold one transaction; times stand still across blocks now and then.
    if (draw.chance(1, 2)) [height, index] = [height + draw.between(1, 2), -1]
    index++
    const time = 1_704_067_200 + Math.floor(height / 3) * 600
    const txid = (model === 'account' ? '0x' : '') + toHex(draw.bytes(32))
    const head = { chain, txid, height, index, time }
    if (model === 'account') {
      const transfers = Array.from({ length: draw.between(1, 3) }, (_, position) => transferOf(position))
      transactions.push({ ...head, transfers, inputs: [], outputs: [] })
      for (const { to, asset, amount } of transfers)
        if (to !== null) credits.push({ theft: '', chain, holder: to, txid, n: null, asset, amount, time })
    } else {
      const { inputs, outputs } = utxoSides()
      transactions.push({ ...head, transfers: [], inputs, outputs })
      for (const [n, { holder, amount }] of outputs.entries()) {
        unspent.push({ txid, n, holder, amount })
        if (holder !== null)
          credits.push({ theft: '', chain, holder, txid, n, asset: assets[0]!.id, amount, time })
      }
    }
  }
  const seeds = Array.from({ length: credits.length === 0 ? 0 : thefts }, (_, i) => ({
    ...draw.pick(credits),
    theft: `theft-${i + 1}`,
  }))
  return { transactions, assets, seeds }
}
