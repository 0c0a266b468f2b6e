/**
 * What the memory ledger knows, in plain maps and arrays. A number is the place in its array.
 * @module
 */
import type { Asset } from '../units/asset.ts'
import { describeAsset } from './describeAsset.ts'
import type { Head } from './head.ts'
import { NONE } from './ledger.ts'

interface Spend {
  readonly prevTx: number
  readonly prevN: number
  holder: number
  amount: bigint | null
}

interface Lot {
  holder: number
  readonly amount: bigint
}

interface Tx extends Head {
  readonly chain: string
  readonly txid: string
  /** False while it is only known as the transaction of somebody's prevout. */
  real: boolean
  depth: number
  readonly movements: Movement[]
  readonly inputs: Spend[]
  readonly outputs: (Lot | undefined)[]
}

export interface Movement {
  readonly id: number
  readonly tx: number
  readonly kind: number
  readonly asset: number
  readonly from: number
  readonly to: number
  readonly amount: bigint
  position: number | null
  fileOrder: number
}

interface HolderRecord {
  readonly name: string
  readonly txs: Set<number>
  whole: boolean
  from: number | null
  to: number | null
}

export function minOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}

export function maxOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

/** What equal transfers of one transaction have in common. */
export function bagKey({
  tx,
  kind,
  asset,
  from,
  to,
  amount,
}: Omit<Movement, 'id' | 'position' | 'fileOrder'>): string {
  return [tx, kind, asset, from, to, amount].join(' ')
}

export interface Books {
  readonly holders: HolderRecord[]
  readonly assets: Asset[]
  readonly txs: Tx[]
  readonly holderOf: ReadonlyMap<string, number>
  readonly assetOf: ReadonlyMap<string, number>
  /** By `chain txid`. */
  readonly txOf: ReadonlyMap<string, number>
  /** By prevout, `number of its transaction:n`. */
  readonly spends: Map<string, { readonly tx: number; readonly spend: Spend }>
  /** In the order in which answers list them, and whether order is by time. */
  readonly chains: Map<string, { rank: number; byTime: boolean }>
  /** Equal transfers, by {@link bagKey}. */
  readonly bags: Map<string, Movement[]>
  movements: number
  /** Number of the next movement; those of forgotten ones are not given again. */
  nextMovement: number
  /** These three number a name when they first see it. */
  holderNumber(name: string | null | undefined): number
  assetNumber(id: string, given?: Asset): number
  txNumber(chain: string, txid: string): number
}

export function createBooks(): Books {
  const holderOf = new Map<string, number>()
  const holders: HolderRecord[] = []
  const assetOf = new Map<string, number>()
  const assets: Asset[] = []
  const txOf = new Map<string, number>()
  const txs: Tx[] = []

  function holderNumber(name: string | null | undefined): number {
    if (name === null || name === undefined) return NONE
    let number = holderOf.get(name)
    if (number === undefined) {
      number = holders.push({ name, txs: new Set(), whole: false, from: null, to: null }) - 1
      holderOf.set(name, number)
    }
    return number
  }

  function assetNumber(id: string, given?: Asset): number {
    let number = assetOf.get(id)
    if (number === undefined) {
      number = assets.push(describeAsset(id, given)) - 1
      assetOf.set(id, number)
    } else if (assets[number]!.symbol === '') assets[number] = describeAsset(id, given)
    return number
  }

  function txNumber(chain: string, txid: string): number {
    const key = `${chain} ${txid}`
    let number = txOf.get(key)
    if (number === undefined) {
      number =
        txs.push({
          ...{ chain, txid, real: false, depth: 0, height: null, index: null, time: null },
          ...{ movements: [], inputs: [], outputs: [] },
        }) - 1
      txOf.set(key, number)
    }
    return number
  }

  return {
    ...{ holders, assets, txs, holderOf, assetOf, txOf },
    ...{ spends: new Map(), chains: new Map(), bags: new Map(), movements: 0, nextMovement: 0 },
    ...{ holderNumber, assetNumber, txNumber },
  }
}
