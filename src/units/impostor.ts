/**
 * Tokens that can be taken for another. Anyone can deploy a token called USDT; see docs/methods/scam-tokens.md.
 * @module
 */
import { type Asset, KNOWN_ASSETS } from './asset.ts'
import type { AssetId } from './caip.ts'

/** A token that presents itself as another, or is an advertisement; see docs/methods/scam-tokens.md. */
export interface Impostor {
  readonly asset: AssetId
  readonly symbol: string
  /** `symbol` or `name` reads like a known asset's; `advert`: it is the address of a web site. */
  readonly sign: 'symbol' | 'name' | 'advert'
  /** The known asset it can be taken for, on the same chain where there is one; null for an advertisement. */
  readonly imitates: AssetId | null
}

/** An asset with the name its contract gives, untrusted. */
export interface NamedAsset {
  readonly asset: Asset
  readonly name: string
}

/** `name()` of the known token contracts and names of the coins, as their issuers write them. */
const NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['BTC', ['Bitcoin']],
  ['ETH', ['Ethereum', 'Ether']],
  ['BNB', ['Binance Coin']],
  ['POL', ['Polygon Ecosystem Token']],
  ['TRX', ['Tron', 'Tronix']],
  ['USDT', ['Tether USD', 'Tether']],
  ['USDC', ['USD Coin']],
  ['DAI', ['Dai Stablecoin']],
  ['WETH', ['Wrapped Ether']],
])

/**
 * Letters drawn like ASCII capitals that Unicode does not decompose to them: the lines of confusables.txt
 * (Unicode Technical Standard 39) for Greek, Cyrillic, Armenian and currency signs that spell our symbols.
 */
const CONFUSABLE: ReadonlyMap<string, string> = new Map(
  Object.entries({
    A: 'ΑАᎪ',
    B: 'ΒВᏴ',
    C: 'СϹᏟ',
    D: 'ᎠⅮ',
    E: 'ΕЕᎬ',
    H: 'ΗНᎻ',
    I: 'ΙІӀ1|LᏞ',
    N: 'Ν',
    O: 'ΟО0Օ',
    R: 'ᎡᏒ',
    S: 'ЅՏᏚ5',
    T: 'ΤТ₮Ꭲ7',
    U: 'ՍՄ',
    W: 'ᎳԜѠ',
    X: 'ΧХ',
  }).flatMap(([letter, alike]) => [...alike].map((c): [string, string] => [c, letter])),
)

/** A symbol longer than this imitates nothing; it bounds the work on hostile names. */
const MAX_LENGTH = 64
/** A host name with a top-level domain, with or without a scheme. */
const DOMAIN = /(?:^|[\s/(])[\p{L}\p{N}-]{1,63}\.\p{L}{2,24}(?:[\s/)]|$)/u

/**
 * What the eye reads: compatibility forms folded (NFKD), unseen and combining characters and punctuation dropped,
 * look-alike letters replaced, case folded; `I`, `l` and `1` are one. Two texts with one skeleton can be taken for each
 * other (UTS 39, section 4).
 *
 * @example
 * skeleton('ＵＳ\u200bDТ') // 'USDT'
 */
export function skeleton(text: string): string {
  let out = ''
  for (const char of text.slice(0, MAX_LENGTH).normalize('NFKD').toUpperCase()) {
    const letter = CONFUSABLE.get(char) ?? char
    if (/^[\p{L}\p{N}]$/u.test(letter)) out += letter
  }
  return out
}

const bySymbol = new Map<string, Asset[]>()
const byName = new Map<string, Asset[]>()
for (const asset of KNOWN_ASSETS) {
  const add = (book: Map<string, Asset[]>, text: string): void => {
    book.set(skeleton(text), [...(book.get(skeleton(text)) ?? []), asset])
  }
  add(bySymbol, asset.symbol)
  for (const name of NAMES.get(asset.symbol) ?? []) add(byName, name)
}

/** Those of the assets that are not known and read like a known one, or like an advertisement. */
export function findImpostors(named: readonly NamedAsset[]): Impostor[] {
  const found: Impostor[] = []
  for (const { asset, name } of named) {
    if (asset.known) continue
    const { id, symbol, chain } = asset
    const add = (sign: Impostor['sign'], known: readonly Asset[]): void => {
      const imitates = known.find((one) => one.chain === chain) ?? known[0]
      found.push({ asset: id, symbol, sign, imitates: imitates?.id ?? null })
    }
    // A chain's own coin is no impostor: ETH on Arbitrum.
    const isCoin = id.includes('/slip44:')
    const symbolAlike = isCoin ? undefined : bySymbol.get(skeleton(symbol))
    const nameAlike = isCoin ? undefined : byName.get(skeleton(name))
    if (symbolAlike !== undefined) add('symbol', symbolAlike)
    else if (nameAlike !== undefined) add('name', nameAlike)
    else if (DOMAIN.test(symbol.slice(0, MAX_LENGTH)) || DOMAIN.test(name.slice(0, MAX_LENGTH)))
      add('advert', [])
  }
  return found
}
