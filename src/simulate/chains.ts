/**
 * The two chains that simulated ledgers are on. Neither can be mistaken for a real one: the account chain is
 * `eip155:1337`, the id development nodes use by default (geth --dev, Ganache; chainlist calls it "Geth Testnet"),
 * and the UTXO chain is Bitcoin's regtest, whose addresses begin with `bcrt1` (BIP-173 section "Segwit address format"
 * fixes `bc` and `tb`; Bitcoin Core's chainparams.cpp adds `bcrt`).
 * @module
 */
import type { Asset } from '../units/asset.ts'
import { type AssetId, BITCOIN_REGTEST, type ChainId } from '../units/caip.ts'
import { evmAddress } from './address.ts'
import { random } from './random.ts'

export type Model = 'account' | 'utxo'

export const SIMULATED_EVM: ChainId = 'eip155:1337'

/** Seconds between blocks. Account: SECONDS_PER_SLOT of Ethereum's consensus specification. UTXO: Bitcoin's target. */
export const BLOCK_SECONDS: Readonly<Record<Model, number>> = { account: 12, utxo: 600 }

/** Asset numbers used inside the simulator. */
export const NATIVE = 0
export const STABLE = 1
export const COUNTERFEIT_USDT = 2
export const COUNTERFEIT_STABLE = 3

/** Token contracts need addresses; these come from the generator itself, with stream numbers no simulation uses. */
function contract(number: number): AssetId {
  return `${SIMULATED_EVM}/erc20:${evmAddress(random(0, 0x746f6b65, number).bytes(20))}`
}

function evmAsset(id: AssetId, symbol: string, decimals: number, known: boolean): Asset {
  const base = { id, chain: SIMULATED_EVM, symbol, decimals, known }
  return known ? { ...base, priceSymbol: symbol } : base
}

/** Coin type 1 is "Testnet (all coins)" in SLIP-44. The last two are poisoners' tokens with borrowed symbols. */
const ACCOUNT_ASSETS: readonly Asset[] = [
  evmAsset(`${SIMULATED_EVM}/slip44:1`, 'SIM', 18, true),
  evmAsset(contract(0), 'SIMUSD', 6, true),
  evmAsset(contract(1), 'USDT', 6, false),
  evmAsset(contract(2), 'SIMUSD', 6, false),
]

const UTXO_ASSETS: readonly Asset[] = [
  {
    id: `${BITCOIN_REGTEST}/slip44:1`,
    chain: BITCOIN_REGTEST,
    symbol: 'rBTC',
    decimals: 8,
    known: true,
    priceSymbol: 'RBTC',
  },
]

/** Assets by number. */
export function assetsOf(model: Model): readonly Asset[] {
  return model === 'account' ? ACCOUNT_ASSETS : UTXO_ASSETS
}

export function chainOfModel(model: Model): ChainId {
  return model === 'account' ? SIMULATED_EVM : BITCOIN_REGTEST
}
