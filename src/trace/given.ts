/**
 * The payments of a transaction that a crossing takes along. Definition: `docs/methods/crossings.md`.
 * @module
 */
import { type Ledger, MOVEMENT_KINDS, NONE } from '../ledger/ledger.ts'
import type { AssetId } from '../units/caip.ts'
import type { Crossing } from './beyond.ts'
import { amountAt, type Gathered } from './gathered.ts'

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const FEE = MOVEMENT_KINDS.indexOf('fee')

export interface Credit {
  readonly movement: number
  readonly leg: number
  readonly amount: bigint
}

/** Everything that these transactions pay, fees excepted. */
export function creditsOf(gathered: Gathered, txs: ReadonlySet<number>): Map<number, Credit[]> {
  const { tx, kind, creditStarts, creditAmount } = gathered
  const credits = new Map<number, Credit[]>(Array.from(txs, (number) => [number, []]))
  for (let movement = 0; movement < gathered.n && txs.size > 0; movement++) {
    const own = kind.data[movement] === FEE ? undefined : credits.get(tx.data[movement]!)
    if (!own) continue
    for (let leg = creditStarts.data[movement]!; leg < creditStarts.data[movement + 1]!; leg++)
      own.push({ movement, leg, amount: amountAt(gathered, creditAmount.data[leg]!) })
  }
  return credits
}

/**
 * What {@link givenTo} gives; but where none of it is of the amount that the crossing names, a payment of that very amount in
 * the coin where a token is named, or in a token where the coin is: the one wraps the other on the way.
 */
export function givenOrWrapped(
  ledger: Ledger,
  gathered: Gathered,
  { from }: Pick<Crossing, 'from'>,
  credits: readonly Credit[],
  isBridge: (holder: number) => boolean,
): Credit[] {
  const given = givenTo(ledger, gathered, { from }, credits, isBridge)
  if (from.asset === null || from.amount === null || sumOf(given) === from.amount) return given
  const isCoin = isCoinId(from.asset)
  const assets = ledger.assets()
  const others = credits.filter(
    ({ leg, amount }) =>
      amount === from.amount && isCoinId(assets[gathered.creditAsset.data[leg]!]!.id) !== isCoin,
  )
  const wrapped = givenTo(ledger, gathered, { from: { ...from, asset: null } }, others, isBridge)
  return wrapped.length > 0 ? wrapped : given
}

const isCoinId = (asset: AssetId): boolean => asset.includes('/slip44:')

export const sumOf = (credits: readonly Credit[]): bigint =>
  credits.reduce((sum, { amount }) => sum + amount, 0n)

/**
 * The payments that a crossing takes along: of the amount that it names, else to a holder labelled as a bridge, else the
 * only one there is. A payment back to the payer is change, and what nobody pays is minted.
 */
function givenTo(
  ledger: Ledger,
  gathered: Gathered,
  { from }: Pick<Crossing, 'from'>,
  credits: readonly Credit[],
  isBridge: (holder: number) => boolean,
): Credit[] {
  const { debitStarts, debitHolder, kind, creditHolder, creditAsset } = gathered
  const asset = from.asset === null ? null : ledger.assetNumber(from.asset)
  const payer = from.holder === null ? null : ledger.holderNumbers([from.holder])[0]!
  const possible = credits.filter(({ movement, leg, amount }) => {
    if (amount === 0n || (asset !== null && creditAsset.data[leg] !== asset)) return false
    const payers = debitHolder.data.subarray(debitStarts.data[movement]!, debitStarts.data[movement + 1]!)
    if (payers.includes(creditHolder.data[leg]!)) return false
    if (kind.data[movement] === UTXO) return creditHolder.data[leg] !== NONE
    return payer === null ? !payers.includes(NONE) : payers.includes(payer)
  })
  const exact = from.amount === null ? [] : possible.filter(({ amount }) => amount === from.amount)
  if (exact.length > 0) return exact.slice(0, 1)
  const labelled = possible.filter(({ leg }) => isBridge(creditHolder.data[leg]!))
  if (labelled.length > 0) return labelled
  return possible.length === 1 ? possible : []
}
