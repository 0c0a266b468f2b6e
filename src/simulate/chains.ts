/**
 * The two chains that simulated ledgers are on. Neither can be mistaken for a real one: the account chain is
 * `eip155:1337`, the id development nodes use by default (geth --dev, Ganache; chainlist calls it "Geth Testnet"),
 * and the UTXO chain is Bitcoin's regtest, whose addresses begin with `bcrt1` (BIP-173 section "Segwit address format"
 * fixes `bc` and `tb`; Bitcoin Core's chainparams.cpp adds `bcrt`).
 * @module
 */
import { type Asset, KNOWN_ASSETS } from '../units/asset.ts'
import { BITCOIN_REGTEST, type ChainId } from '../units/caip.ts'

export type Model = 'account' | 'utxo'

export const SIMULATED_EVM: ChainId = 'eip155:1337'

/** Seconds between blocks. Account: SECONDS_PER_SLOT of Ethereum's consensus specification. UTXO: Bitcoin's target. */
export const BLOCK_SECONDS: Readonly<Record<Model, number>> = { account: 12, utxo: 600 }

/** Asset numbers used inside the simulator. */
export const NATIVE = 0
export const STABLE = 1
export const COUNTERFEIT_USDT = 2
export const COUNTERFEIT_STABLE = 3

/** The coins and the stablecoin are in the table of known assets, so that imported simulations can be valued. */
function known(symbol: string, chain: ChainId): Asset {
  return KNOWN_ASSETS.find((asset) => asset.chain === chain && asset.symbol === symbol)!
}

/** A poisoner's token with a borrowed symbol. */
function counterfeit(contract: string, symbol: string): Asset {
  const id = `${SIMULATED_EVM}/erc20:${contract}`
  return { id, chain: SIMULATED_EVM, symbol, decimals: 6, known: false }
}

const ASSETS: Readonly<Record<Model, readonly Asset[]>> = {
  account: [
    known('SIM', SIMULATED_EVM),
    known('SIMUSD', SIMULATED_EVM),
    counterfeit('0xc15E5dA03Ca177Cd1dB559c7D709a7bc5ee70ECC', 'USDT'),
    counterfeit('0x6dAb2F179DDc5E565D58FD0d92c2248E8C1DA6ca', 'SIMUSD'),
  ],
  utxo: [known('rBTC', BITCOIN_REGTEST)],
}

/** Assets by number. */
export function assetsOf(model: Model): readonly Asset[] {
  return ASSETS[model]
}

export function chainOfModel(model: Model): ChainId {
  return model === 'account' ? SIMULATED_EVM : BITCOIN_REGTEST
}
