/**
 * What the planner writes down while it plans: drafts for the ledger on one side, the truth on the other.
 * @module
 */
import type { AssetId, HolderId } from '../units/caip.ts'
import { toHex } from './address.ts'
import type { Cast } from './cast.ts'
import { assetsOf, chainOfModel, NATIVE } from './chains.ts'
import type { Coin, Part } from './coin.ts'
import { type Activity, accountDraft, type Draft, GAS, gasFee, NOBODY } from './draft.ts'
import type { SimulationSettings } from './options.ts'
import { type Random, random } from './random.ts'
import { MODEL_STREAM, STREAM } from './stream.ts'
import type { EndKind, TruthCrossing, TruthEnd, TruthLookAlike, TruthTheft } from './truth.ts'

/** Money that a service must have by the time a planned payout comes. */
export interface Need {
  readonly to: number
  readonly asset: number
  readonly amount: bigint
}

/** A thief's transfer, as the bots that poison addresses see it. */
export interface Sighting {
  readonly from: number
  readonly to: number
  readonly amount: bigint
  readonly time: number
}

export interface Notebook {
  readonly settings: SimulationSettings
  readonly cast: Cast
  readonly draw: Random
  readonly names: string[]
  readonly drafts: Draft[]
  readonly needs: Need[]
  readonly thefts: TruthTheft[]
  readonly ends: TruthEnd[]
  readonly crossings: TruthCrossing[]
  readonly change: { txid: string; n: number }[]
  readonly lookAlikes: TruthLookAlike[]
  readonly sightings: Sighting[]
  /** Address numbers. */
  readonly controlled: Set<number>
  /** Deposit address number to exchange number. */
  readonly deposits: Map<number, number>
  txid(): string
  holder(number: number): HolderId
  /** A fresh address of the thieves. */
  wallet(): number
  /** Writes a crossing on this chain down and gives its number. */
  cross(
    kind: 'swap' | 'mixer',
    theft: number,
    gave: { readonly txid: string; readonly asset: number; readonly amount: bigint },
    got: { readonly txid: string; readonly asset: number; readonly amount: bigint; readonly wallet: number },
  ): number
  end(kind: EndKind, where: number, coin: Pick<Coin, 'asset' | 'parts' | 'txid' | 'time'>): void
}

export function createNotebook(settings: SimulationSettings, cast: Cast): Notebook {
  const { model, seed } = settings
  const hashes = random(seed, STREAM.planTxid, MODEL_STREAM[model])
  const assets = assetsOf(model)
  const names = Array.from({ length: settings.thefts }, (_, i) => `theft-${i + 1}`)
  const ends: TruthEnd[] = []
  const crossings: TruthCrossing[] = []
  const chain = chainOfModel(model)
  const controlled = new Set<number>()
  return {
    settings,
    cast,
    draw: random(seed, STREAM.plan, MODEL_STREAM[model]),
    names,
    drafts: [],
    needs: [],
    thefts: [],
    ends,
    crossings,
    change: [],
    lookAlikes: [],
    sightings: [],
    controlled,
    deposits: new Map(),
    txid: () => (model === 'account' ? '0x' : '') + toHex(hashes.bytes(32)),
    holder: (number) => cast.book.holder(number),
    wallet() {
      const number = cast.book.add(cast.gang)
      controlled.add(number)
      return number
    },
    cross(kind, theft, gave, got) {
      const assetId = (number: number): AssetId => assets[number]!.id
      return (
        crossings.push({
          kind,
          theft: names[theft]!,
          gave: { chain, txid: gave.txid, asset: assetId(gave.asset), amount: gave.amount },
          got: {
            chain,
            txid: got.txid,
            asset: assetId(got.asset),
            amount: got.amount,
            holder: cast.book.holder(got.wallet),
          },
        }) - 1
      )
    },
    end(kind, where, { asset, parts, txid, time }) {
      for (const { theft, crossing, amount, mixed } of parts) {
        if (theft === null || amount === 0n) continue
        ends.push({
          theft: names[theft]!,
          kind,
          holder: cast.book.holder(where),
          asset: assets[asset]!.id,
          amount,
          txid,
          time,
          crossing,
          mixed,
        })
      }
    },
  }
}

/**
 * A service pays an address: a robbed hot wallet, a withdrawal, a bridge exit. On the UTXO chain the service's coins
 * are chosen when the time comes; either way they are set aside from the start.
 */
export function payOut(
  book: Notebook,
  service: number,
  to: number,
  asset: number,
  amount: bigint,
  time: number,
  activity: Activity,
  origin: Omit<Part, 'amount' | 'mixed'>,
): Coin {
  const txid = book.txid()
  book.needs.push({ to: service, asset, amount })
  if (book.settings.model === 'account') {
    const fee = gasFee(asset === NATIVE ? GAS.native : GAS.token, book.draw.u32())
    book.needs.push({ to: service, asset: NATIVE, amount: fee })
    book.drafts.push(
      accountDraft(txid, time, activity, [
        { from: service, to, asset, amount, kind: asset === NATIVE ? 'native' : 'token' },
        { from: service, to: NOBODY, asset: NATIVE, amount: fee, kind: 'fee' },
      ]),
    )
  } else {
    const outputs = [{ to, amount }]
    book.drafts.push({ txid, time, activity, legs: [], inputs: [], outputs, payer: service, change: 1 })
  }
  return { wallet: to, asset, amount, parts: [{ ...origin, amount, mixed: false }], time, txid, n: 0 }
}

/** What is left to the last target when the others and the fees are paid; undefined where it does not suffice. */
export function restOf(total: bigint, others: readonly bigint[]): bigint | undefined {
  const rest = others.reduce((left, amount) => left - amount, total)
  return rest > 0n ? rest : undefined
}
