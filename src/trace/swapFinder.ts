/**
 * Where swaps are looked for: transactions in which a followed holder pays one asset and receives another.
 * @module
 */
import { type Ledger, MOVEMENT_KINDS, type Movements, NONE } from '../ledger/ledger.ts'
import type { Asset } from '../units/asset.ts'
import { addTo } from '../units/listMap.ts'
import type { Conversion } from './conversion.ts'
import type { TraceRequest } from './request.ts'
import { swapsOf, type Transfer } from './swaps.ts'
import type { Valuer } from './valuer.ts'

/** Finds swaps, and counts what looks like one and is not followed. */
export interface SwapFinder {
  /** @param answer every movement of these holders */
  find(answer: Movements, holders: ReadonlySet<number>): Conversion[]
  /** Transactions in which several assets were paid that are not all priced, or of which the values are far apart. */
  readonly unclear: ReadonlySet<number>
}

const UTXO = MOVEMENT_KINDS.indexOf('utxo')
const FEE = MOVEMENT_KINDS.indexOf('fee')

/** A block of 30 million gas (Ethereum until 2025) holds some thousand transfers: at least 21,000 gas to send, 30,000 for a token. */
const MAX_TRANSFERS = 1_000

/** Swaps of all holders of a trace. Asks the ledger only about transactions in which one of them pays and receives. */
export function createSwapFinder(
  ledger: Ledger,
  valuer: Valuer,
  request: Pick<TraceRequest, 'followSwaps' | 'refuseSwaps'>,
): SwapFinder {
  const unclear = new Set<number>()
  const refused = new Set(
    request.followSwaps ? request.refuseSwaps.flatMap((txid) => [...ledger.txNumbers(txid)]) : [],
  )
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
      const candidates = candidatesOf(answer, holders)
      for (const tx of refused) candidates.delete(tx)
      if (candidates.size === 0) return []
      const assets = ledger.assets()
      zeros ??= zeroHolders(assets)
      const whole = ledger.ofTransactions(Uint32Array.from(candidates.keys()))
      const found: Conversion[] = []
      for (const [tx, transfers] of transfersOf(whole, zeros)) {
        if (transfers.length > MAX_TRANSFERS) {
          unclear.add(tx)
          continue
        }
        const time = whole.time[transfers[0]!.movement]!
        const value = (asset: number, amount: bigint): bigint | null =>
          valuer.cents(amount, assets[asset]!, Number.isNaN(time) ? null : time)
        for (const holder of candidates.get(tx)!) {
          const swaps = swapsOf(tx, holder, transfers, (asset) => contractOf(asset, assets), value)
          if (swaps === null) unclear.add(tx)
          else found.push(...swaps)
        }
      }
      return found
    },
  }
}

/** Transactions in which a holder of the set pays one asset and receives another, and those holders. */
function candidatesOf(answer: Movements, holders: ReadonlySet<number>): Map<number, number[]> {
  const { n, order1, order2, kind, creditStarts, creditAsset } = answer
  const candidates = new Map<number, number[]>()
  // Movements of one transaction are neighbours, or stand among others that nothing but their files' order tells apart.
  for (let start = 0; start < n; ) {
    let end = start
    let asset = NONE
    let mixed = false
    for (; end < n && order1[end] === order1[start] && order2[end] === order2[start]; end++) {
      if (kind[end] === UTXO || kind[end] === FEE) continue
      const own = creditAsset[creditStarts[end]!]!
      if (asset === NONE) asset = own
      else if (own !== asset) mixed = true
    }
    if (mixed) addCandidates(answer, start, end, holders, candidates)
    start = end
  }
  return candidates
}

function addCandidates(
  { tx, kind, debitStarts, debitHolder, creditStarts, creditHolder, creditAsset, creditAmount }: Movements,
  start: number,
  end: number,
  holders: ReadonlySet<number>,
  candidates: Map<number, number[]>,
): void {
  const seen = new Map<string, { tx: number; holder: number; paid: Set<number>; got: Set<number> }>()
  const note = (movement: number, holder: number, side: 'paid' | 'got', asset: number): void => {
    if (!holders.has(holder)) return
    const key = `${tx[movement]} ${holder}`
    const entry = seen.get(key) ?? { tx: tx[movement]!, holder, paid: new Set(), got: new Set() }
    seen.set(key, entry)
    entry[side].add(asset)
  }
  for (let movement = start; movement < end; movement++) {
    const leg = creditStarts[movement]!
    if (kind[movement] === UTXO || kind[movement] === FEE || creditAmount.narrow[leg] === 0) continue
    note(movement, debitHolder[debitStarts[movement]!]!, 'paid', creditAsset[leg]!)
    note(movement, creditHolder[leg]!, 'got', creditAsset[leg]!)
  }
  for (const entry of seen.values()) {
    const { paid, got } = entry
    if (paid.size === 0 || got.size === 0 || new Set([...paid, ...got]).size < 2) continue
    addTo(candidates, entry.tx, entry.holder)
  }
}

/** Transfers of each transaction that move money, without fees. */
function transfersOf(whole: Movements, zeros: ReadonlySet<number>): Map<number, Transfer[]> {
  const { n, tx, kind, debitStarts, debitHolder, creditStarts, creditHolder, creditAsset, creditAmount } =
    whole
  const byTx = new Map<number, Transfer[]>()
  const nobody = (holder: number): number => (zeros.has(holder) ? NONE : holder)
  for (let movement = 0; movement < n; movement++) {
    const leg = creditStarts[movement]!
    const narrow = creditAmount.narrow[leg]!
    if (kind[movement] === UTXO || kind[movement] === FEE || narrow === 0) continue
    const payer = debitHolder[debitStarts[movement]!]!
    const payee = creditHolder[leg]!
    const [from, to] = [nobody(payer), nobody(payee)]
    if (from === to) continue
    const amount = narrow >= 0 ? BigInt(narrow) : creditAmount.wide[-narrow - 1]!
    const list = byTx.get(tx[movement]!) ?? []
    byTx.set(tx[movement]!, list)
    list.push({ movement, payer, payee, from, to, asset: creditAsset[leg]!, amount })
  }
  return byTx
}
