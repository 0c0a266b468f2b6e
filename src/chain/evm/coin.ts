import { type Asset, nativeAsset } from '../../units/asset.ts'
import { BASE, BSC, type ChainId, ETHEREUM, OP_MAINNET, POLYGON } from '../../units/caip.ts'

/**
 * The coin of an EVM chain. Outside our table it has SLIP-44's number of ether, which wallets use for every EVM chain, no
 * symbol, and cannot be valued.
 */
export function evmCoinOf(chain: ChainId): Asset {
  return (
    nativeAsset(chain) ?? {
      id: `${chain}/slip44:60`,
      chain,
      symbol: 'coin',
      decimals: 18,
      known: false,
    }
  )
}

/**
 * Contracts that wrap a chain's coin one to one as WETH9 does: paid coins are minted to the payer, burnt tokens paid out,
 * and neither is written as a `Transfer`.
 */
const WRAPPERS: Readonly<Record<ChainId, string>> = {
  // etherscan.io, verified source "WETH9"
  [ETHEREUM]: '0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2',
  // bscscan.com, verified source "WBNB"
  [BSC]: '0xbb4cdb9cbd36b01bd1cbaebf2de08d9173bc095c',
  // polygonscan.com, verified source "WMATIC"
  [POLYGON]: '0x0d500b1d8e8ef31e21c99d1db9a6444d3adf1270',
  // Optimism specification, "Predeploys": WETH9
  [OP_MAINNET]: '0x4200000000000000000000000000000000000006',
  [BASE]: '0x4200000000000000000000000000000000000006',
}

/** Whether a lower-case address is a known wrapper of the chain's coin. `more`: others that the caller vouches for. */
export function wrapperTest(chain: ChainId, more: readonly string[] = []): (contract: string) => boolean {
  const known = new Set([...more.map((address) => address.toLowerCase()), WRAPPERS[chain] ?? ''])
  return (contract) => known.has(contract)
}
