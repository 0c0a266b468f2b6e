/**
 * The chain a stated currency means. Label files name currencies, not chains, and do so loosely.
 * @module
 */
import { BITCOIN, BITCOIN_CASH, type ChainId, LITECOIN, TRON } from '../units/caip.ts'

/** Currencies whose addresses are of one chain we can check. OFAC writes XBT; OMNI assets live at Bitcoin addresses. */
const CHAINS: ReadonlyMap<string, ChainId> = new Map([
  ['BTC', BITCOIN],
  ['XBT', BITCOIN],
  ['OMNI', BITCOIN],
  ['LTC', LITECOIN],
  ['BCH', BITCOIN_CASH],
  ['TRX', TRON],
])

/** Currencies whose addresses are EVM accounts, with EIP-55 as checksum. */
const EVM: ReadonlySet<string> = new Set(
  'ETH ETC BSC BNB BEP20 MATIC AVAX ARB OP FTM WETH DAI KCS'.split(' '),
)

/** Tokens issued on several chains: the form of the address tells which. */
const MANY_CHAINS: ReadonlySet<string> = new Set(['USDT', 'USDC'])

/**
 * `'evm'` for an account of any EVM chain; `'form'` where the form of the address must tell (no currency, or one issued on many chains), null where the currency
 * has a chain we do not know: a Dogecoin or BSV address must not be taken for another chain's.
 *
 * @example chainOfCurrency('XBT') // 'bip122:000000000019d6689c085ae165831e93'
 */
export function chainOfCurrency(currency: string | null): ChainId | 'evm' | 'form' | null {
  if (currency === null) return 'form'
  const symbol = currency.toUpperCase()
  if (EVM.has(symbol)) return 'evm'
  return MANY_CHAINS.has(symbol) ? 'form' : (CHAINS.get(symbol) ?? null)
}
