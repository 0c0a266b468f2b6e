/**
 * Where swaps are looked for: transactions in which a followed holder pays (backward, is paid) among other assets' transfers.
 * @module
 */
import { type Ledger, MOVEMENT_KINDS, type Movements, NONE } from '../ledger/ledger.ts'
import type { Asset } from '../units/asset.ts'
import { addTo } from '../units/listMap.ts'
import type { Transfer } from './circles.ts'
import type { Conversion } from './conversion.ts'
import type { TraceRequest } from './request.ts'
import { swapsOf } from './swaps.ts'
import { swapsToOthers } from './swapsToOthers.ts'
import type { Valuer } from './valuer.ts'

/** Finds swaps, and counts what looks like one and is not followed. */
export interface SwapFinder {
  /** @param answer every movement of these holders */
  find(answer: Movements, holders: ReadonlySet<number>): Conversion[]
  /** Transactions with something like a swap that is followed as a payment: docs/methods/swaps.md, definition, 4 to 6. */
  readonly unclear: ReadonlySet<number>
}

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const NATIVE = MOVEMENT_KINDS.indexOf('native')
const FEE = MOVEMENT_KINDS.indexOf('fee')

/** A block of 30 million gas (Ethereum until 2025) holds some thousand transfers: at least 21,000 gas to send, 30,000 for a token. */
const MAX_TRANSFERS = 1_000

/** Swaps of all holders of a trace. Asks the ledger once more about every transaction in which one of them pays (backward, is paid). */
export function createSwapFinder(
  ledger: Ledger,
  valuer: Valuer,
  request: Pick<TraceRequest, 'followSwaps' | 'refuseSwaps' | 'direction'>,
): SwapFinder {
  const unclear = new Set<number>()
  const forward = request.direction === 'forward'
  const refused = new Set(
    request.followSwaps ? request.refuseSwaps.flatMap((txid) => [...ledger.txNumbers(txid)]) : [],
  )
  /** Transaction -> holders, of all that were looked at, whose payments in it are followed instead of a swap. */
  const paying = new Map<number, number[]>()
  const contracts = new Map<number, number>()
  let zeros: ReadonlySet<number> | undefined
  const zeroHolders = (assets: readonly Asset[]): ReadonlySet<number> => {
    const ids = [...new Set(assets.map(({ chain }) => chain))]
      .filter((chain) => chain.startsWith('eip155:'))
      .map((chain) => `${chain}:0x${'0'.repeat(40)}`)
    return new Set(ledger.holderNumbers(ids))
  }
  /** The contract of a token as a holder; NONE for coins, and for contracts that the ledger has not met. */
  const contractOf = (asset: number, assets: readonly Asset[]): number => {
    let contract = contracts.get(asset)
    if (contract === undefined) {
      const { id, chain } = assets[asset]!
      const [, reference] = /\/(?:erc|trc)\d+:([^/]+)/.exec(id) ?? []
      contract = reference === undefined ? NONE : ledger.holderNumbers([`${chain}:${reference}`])[0]!
      contracts.set(asset, contract)
    }
    return contract
  }
  return {
    unclear,
    find(answer, holders): Conversion[] {
      if (!request.followSwaps || ledger.assets().length < 2) return []
      const candidates = candidatesOf(answer, holders, forward)
      for (const tx of refused) candidates.delete(tx)
      if (candidates.size === 0) return []
      const assets = ledger.assets()
      zeros ??= zeroHolders(assets)
      const whole = ledger.ofTransactions(Uint32Array.from(candidates.keys()))
      const isKnown = (asset: number): boolean => assets[asset]!.known
      const contract = (asset: number): number => contractOf(asset, assets)
      const called = calledOf(whole)
      const found: Conversion[] = []
      for (const [tx, transfers] of transfersOf(whole, zeros)) {
        if (transfers.length > MAX_TRANSFERS) {
          unclear.add(tx)
          continue
        }
        const time = whole.time[transfers[0]!.movement]!
        const value = (asset: number, amount: bigint): bigint | null =>
          valuer.cents(amount, assets[asset]!, Number.isNaN(time) ? null : time)
        const own = candidates.get(tx)!
        const payers = new Set(transfers.map(({ payer }) => payer))
        const payees = new Set(transfers.map(({ payee }) => payee))
        const backToOwn = [...own]
          .filter((holder) => payers.has(holder) && payees.has(holder))
          .map((holder) => ({ holder, ...swapsOf(tx, holder, transfers, contract, value, isKnown) }))
        for (const { holder, unclear: some } of backToOwn) if (some) addTo(paying, tx, holder)
        // What is a payment to its payer is none of a swap to its payee: what comes back would seem to be swapped again.
        const isPaying = ({ partners }: Conversion): boolean =>
          paying.get(tx)?.some((holder) => partners.has(holder)) === true
        // Whom the transaction itself calls is a router: where it ends as a receiver, the ledger lacks what it paid on.
        const wanted = (giver: number, receiver: number): boolean =>
          own.has(forward ? giver : receiver) && !called.get(tx)?.has(receiver)
        const toOthers = swapsToOthers(tx, transfers, wanted, contract, value, isKnown)
        if (paying.has(tx) || toOthers.unclear) unclear.add(tx)
        found.push(...backToOwn.flatMap(({ swaps }) => swaps.filter((swap) => !isPaying(swap))))
        found.push(...toOthers.swaps)
      }
      return found
    },
  }
}

/** Holders of the set that pay (backward, are paid) in each transaction. */
function candidatesOf(
  { n, tx, kind, debitStarts, debitHolder, creditStarts, creditHolder, creditAmount }: Movements,
  holders: ReadonlySet<number>,
  forward: boolean,
): Map<number, Set<number>> {
  const candidates = new Map<number, Set<number>>()
  for (let movement = 0; movement < n; movement++) {
    const leg = creditStarts[movement]!
    if (kind[movement] === UTXO || kind[movement] === FEE || creditAmount.narrow[leg] === 0) continue
    const holder = forward ? debitHolder[debitStarts[movement]!]! : creditHolder[leg]!
    if (!holders.has(holder)) continue
    const own = candidates.get(tx[movement]!)
    if (own) own.add(holder)
    else candidates.set(tx[movement]!, new Set([holder]))
  }
  return candidates
}

/** Whom each transaction calls without paying a coin, where the ledger has that. */
function calledOf({
  n,
  tx,
  kind,
  creditStarts,
  creditHolder,
  creditAmount,
}: Movements): Map<number, Set<number>> {
  const called = new Map<number, Set<number>>()
  for (let movement = 0; movement < n; movement++) {
    const leg = creditStarts[movement]!
    if (kind[movement] !== NATIVE || creditAmount.narrow[leg] !== 0) continue
    const own = called.get(tx[movement]!)
    const payee = creditHolder[leg]!
    if (own) own.add(payee)
    else called.set(tx[movement]!, new Set([payee]))
  }
  return called
}

/** Transactions that move several assets, fees aside. */
function mixedOf({ n, tx, kind, creditStarts, creditAsset, creditAmount }: Movements): ReadonlySet<number> {
  const assets = new Map<number, number>()
  const mixed = new Set<number>()
  for (let movement = 0; movement < n; movement++) {
    const leg = creditStarts[movement]!
    if (kind[movement] === UTXO || kind[movement] === FEE || creditAmount.narrow[leg] === 0) continue
    const asset = creditAsset[leg]!
    const first = assets.get(tx[movement]!)
    if (first === undefined) assets.set(tx[movement]!, asset)
    else if (first !== asset) mixed.add(tx[movement]!)
  }
  return mixed
}

/** Transfers that move money, without fees, of each transaction that moves several assets. */
function transfersOf(whole: Movements, zeros: ReadonlySet<number>): Map<number, Transfer[]> {
  const { n, tx, kind, debitStarts, debitHolder, creditStarts, creditHolder, creditAsset, creditAmount } =
    whole
  const mixed = mixedOf(whole)
  const byTx = new Map<number, Transfer[]>()
  const nobody = (holder: number): number => (zeros.has(holder) ? NONE : holder)
  for (let movement = 0; movement < n; movement++) {
    const leg = creditStarts[movement]!
    const narrow = creditAmount.narrow[leg]!
    if (!mixed.has(tx[movement]!)) continue
    if (kind[movement] === UTXO || kind[movement] === FEE || narrow === 0) continue
    const payer = debitHolder[debitStarts[movement]!]!
    const payee = creditHolder[leg]!
    const [from, to] = [nobody(payer), nobody(payee)]
    if (from === to) continue
    const amount = narrow >= 0 ? BigInt(narrow) : creditAmount.wide[-narrow - 1]!
    const outer = kind[movement] === NATIVE
    addTo(byTx, tx[movement]!, {
      ...{ movement, payer, payee, from, to, asset: creditAsset[leg]!, amount, outer },
    })
  }
  return byTx
}
