/**
 * Memos of THORChain and its forks (Maya): what a transaction to or from a vault says of a swap.
 *
 * Grammar and abbreviations: dev.thorchain.org/concepts/memos.html and .../asset-notation.html; the words for each
 * function are those of `stringToTxTypeMap` in thornode `x/thorchain/memo/memo.go`, compared without case. Maya's
 * letters: docs.mayaprotocol.com, "Transaction Memos".
 * @module
 */
import {
  ARBITRUM,
  AVALANCHE,
  BASE,
  BITCOIN,
  BITCOIN_CASH,
  BSC,
  type ChainId,
  ETHEREUM,
  LITECOIN,
  POLYGON,
  TRON,
} from '../../units/caip.ts'

export type Memo =
  | {
      readonly kind: 'swap'
      /** Where the swapped money is to go; null where several chains share the letter, or we do not know the chain. */
      readonly chain: ChainId | null
      /** An address as written, unchecked, or a THORName; empty where the memo leaves it out. */
      readonly destination: string
    }
  /** Money that leaves a vault: what was swapped, or what is sent back; with the id of the transaction that came in. */
  | { readonly kind: 'out' | 'refund'; readonly txid: string }

/** Which grammar the vault's router belongs to; memos alone do not say. */
export type Dialect = 'thorchain' | 'maya' | null

/** "THORChain has a memo size limit of 250 bytes" (dev.thorchain.org/concepts/memos.html). */
const MAX_BYTES = 250

const SWAPS = new Set(['swap', 's', '=', '=<', 'limito', 'lo'])

export const THORCHAIN: ChainId = 'cosmos:thorchain-1'
export const MAYACHAIN: ChainId = 'cosmos:mayachain-mainnet-v1'
/** CAIP-2 namespace `bip122`: first 32 hex digits of the genesis block's hash. */
const DOGECOIN: ChainId = 'bip122:1a91e3dace36e2be3bf030a65679fe82'
const DASH: ChainId = 'bip122:00000ffd590b1485b3caadc19b22e637'
const ZCASH: ChainId = 'bip122:00040fe8ec8471911baa1db1266ea15d'
const COSMOS_HUB: ChainId = 'cosmos:cosmoshub-4'
const KUJIRA: ChainId = 'cosmos:kaiyo-1'
const XRP_LEDGER: ChainId = 'xrpl:0'

/** The part of an asset before its first separator. */
const CHAINS: ReadonlyMap<string, ChainId> = new Map([
  ['BTC', BITCOIN],
  ['ETH', ETHEREUM],
  ['BSC', BSC],
  ['AVAX', AVALANCHE],
  ['BASE', BASE],
  ['ARB', ARBITRUM],
  ['POL', POLYGON],
  ['LTC', LITECOIN],
  ['BCH', BITCOIN_CASH],
  ['DOGE', DOGECOIN],
  ['DASH', DASH],
  ['ZEC', ZCASH],
  ['GAIA', COSMOS_HUB],
  ['KUJI', KUJIRA],
  ['XRP', XRP_LEDGER],
  ['TRON', TRON],
  ['THOR', THORCHAIN],
  ['MAYA', MAYACHAIN],
])

/** One or two letters for a chain's coin, by dialect. */
const LETTERS: Readonly<Record<'thorchain' | 'maya', ReadonlyMap<string, ChainId | null>>> = {
  thorchain: new Map<string, ChainId | null>([
    ['a', AVALANCHE],
    ['b', BITCOIN],
    ['c', BITCOIN_CASH],
    ['d', DOGECOIN],
    ['e', ETHEREUM],
    ['f', BASE],
    ['g', COSMOS_HUB],
    ['l', LITECOIN],
    ['p', POLYGON],
    ['r', THORCHAIN],
    ['s', BSC],
    ['tr', TRON],
    ['x', XRP_LEDGER],
  ]),
  maya: new Map<string, ChainId | null>([
    ['a', ARBITRUM],
    ['b', BITCOIN],
    ['d', DASH],
    ['e', ETHEREUM],
    ['k', KUJIRA],
    ['m', MAYACHAIN],
    ['r', THORCHAIN],
    // Radix, which has no CAIP-2 id that we know.
    ['x', null],
    ['z', ZCASH],
  ]),
}

/**
 * Reads a memo; null where it is none that moves money across chains. Never throws; cost bounded by 250 bytes.
 *
 * @example
 * readMemo('=:b:bc1qcross:0/1/0:t:30', null) // { kind: 'swap', chain: BITCOIN, destination: 'bc1qcross' }
 */
export function readMemo(text: string, dialect: Dialect): Memo | null {
  if (text.length > MAX_BYTES) return null
  const [word, first = '', second = ''] = text.trim().split(':')
  const kind = word!.toLowerCase()
  if (kind === 'out' || kind === 'refund') {
    // 32 bytes; EVM ids are written without 0x, and read with it too.
    const txid = first.toLowerCase().replace(/^0x/, '')
    return /^[0-9a-f]{64}$/.test(txid) ? { kind, txid } : null
  }
  if (!SWAPS.has(kind) || first === '') return null
  const [destination] = second.split('/')
  return { kind: 'swap', chain: chainOfAsset(first, destination!, dialect), destination: destination! }
}

/** Memos are ASCII; anything else in an OP_RETURN or in calldata is no memo. */
export function memoText(bytes: Uint8Array): string | null {
  if (bytes.length === 0 || bytes.length > MAX_BYTES) return null
  for (const byte of bytes) if (byte < 0x20 || byte > 0x7e) return null
  return String.fromCharCode(...bytes)
}

/** `BTC.BTC`, `ETH.USDT-0xdac1…`, `b`; a synthetic (`/`), trade (`~`) or secured (`-`) asset stays on the protocol's own chain. */
function chainOfAsset(asset: string, destination: string, dialect: Dialect): ChainId | null {
  const separator = /[.~/-]/.exec(asset)?.[0]
  if (separator === '.') return CHAINS.get(asset.slice(0, asset.indexOf('.')).toUpperCase()) ?? null
  if (separator !== undefined) {
    if (destination.startsWith('thor1')) return THORCHAIN
    return destination.startsWith('maya1') ? MAYACHAIN : null
  }
  const letter = asset.toLowerCase()
  if (dialect !== null) return LETTERS[dialect].get(letter) ?? null
  const [thorchain, maya] = [LETTERS.thorchain.get(letter), LETTERS.maya.get(letter)]
  if (thorchain === undefined || maya === undefined) return thorchain ?? maya ?? null
  if (thorchain === maya) return thorchain
  // `d` and `x` are told apart by the address: Dogecoin's begin with D, 9 or A, XRP's with r (base58 versions 30, 22; 0).
  if (letter === 'd') return destination.startsWith('X') ? DASH : /^[DA9]/.test(destination) ? DOGECOIN : null
  return letter === 'x' && destination.startsWith('r') ? XRP_LEDGER : null
}
