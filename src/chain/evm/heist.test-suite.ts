/**
 * A theft on two real EVM chains, acted out: a coin and two tokens, through a wrap and its undoing, a pool, a contract that
 * pays, a token that keeps a part, a token with another's symbol, and a bridge, into deposit addresses of an exchange. What
 * truly ended where is read from the nodes' balances.
 * @module
 */
import type { Address, Hex } from 'viem'
import { formatHolder } from '../../address/index.ts'
import type { AssetId, ChainId, HolderId } from '../../units/caip.ts'
import { type Anvil, type Deployed, startAnvil } from './anvil.test-suite.ts'
import { tokenAsset } from './content.ts'

/** Money that one holder has of one asset, base units > 0n. */
export interface Holding {
  readonly chain: ChainId
  readonly holder: HolderId
  readonly asset: AssetId
  readonly amount: bigint
}

export interface Heist {
  /** Where the theft happens, and where the bridge leads. */
  readonly home: Anvil
  readonly away: Anvil
  readonly homeChain: ChainId
  readonly awayChain: ChainId
  readonly victim: HolderId
  /** What was taken from the victim, as it arrived, with the transaction that took it. */
  readonly thefts: readonly (Holding & { readonly txid: string })[]
  /** The thief's addresses, by what they are for. All are empty before the theft. */
  readonly thieves: Readonly<Record<'taker' | 'unwrapper' | 'seller' | 'splitPayee' | 'receiver', HolderId>>
  /** Deposit addresses of the exchange, one a chain. Empty before the theft. */
  readonly deposits: readonly HolderId[]
  /** By name: `token`, `feeToken`, `other`, `lying`, `away` (what the bridge pays). */
  readonly assets: Readonly<
    Record<'coin' | 'token' | 'feeToken' | 'other' | 'lying' | 'wrapped' | 'away', AssetId>
  >
  /** Contracts that the money goes through. */
  readonly contracts: Readonly<
    Record<'wrapped' | 'pool' | 'lyingPool' | 'splitter' | 'bridge' | 'awayBridge', HolderId>
  >
  /** What the thief's and the exchange's addresses have at the end. */
  readonly ended: readonly Holding[]
  /** Wei that the thief's addresses paid in fees at home. */
  readonly fees: bigint
  /** Of the fee token: what its collector has of the thief's transfers, and what they burnt. */
  readonly kept: { readonly collector: HolderId; readonly amount: bigint; readonly burnt: bigint }
  /** What the thief put into each pool, and what came out. */
  readonly swaps: readonly { readonly txid: string; readonly paid: Holding; readonly got: Holding }[]
  readonly bridged: {
    readonly out: Holding & { readonly txid: string }
    readonly in: Holding & { readonly txid: string }
  }
  stop(): Promise<void>
}

const COIN = 10n ** 18n
const MILLION = 10n ** 6n
const VICTIM = 1
const COLLECTOR = 9
const TAKER = 20
const UNWRAPPER = 21
const SELLER = 22
const SPLIT_PAYEE = 23
const RECEIVER = 24
const DEPOSIT = 25
const AWAY_DEPOSIT = 26

/** @param chainIds of the two nodes */
export async function actHeist(
  chainIds: readonly [home: number, away: number] = [31337, 31338],
): Promise<Heist> {
  const [home, away] = (await Promise.all(chainIds.map((chainId) => startAnvil({ chainId })))) as [
    Anvil,
    Anvil,
  ]
  const [homeChain, awayChain] = chainIds.map((id) => `eip155:${id}`) as [ChainId, ChainId]
  const at = (n: number): Address => home.accounts[n]!.address
  const who = (n: number): HolderId => formatHolder(homeChain, at(n))
  const erc20 = (one: Deployed, chain = homeChain): AssetId =>
    tokenAsset(chain, 'erc20', one.address.toLowerCase())
  const coin = `${homeChain}/slip44:60`

  // Before the theft: contracts, liquidity, and what the victim owns.
  const token = await home.deploy('Token', ['TOK', 18, 1_000_000n * COIN])
  const other = await home.deploy('Token', ['OTH', 6, 1_000_000n * MILLION])
  const lying = await home.deploy('LyingToken', [1_000_000n * MILLION])
  const feeToken = await home.deploy('FeeToken', [10_000n * COIN, at(COLLECTOR)])
  const wrapped = await home.deploy('Wrapped')
  const splitter = await home.deploy('Splitter')
  const bridge = await home.deploy('Bridge')
  const pools: Deployed[] = []
  for (const second of [other, lying]) {
    const pool = await home.deploy('Pool', [token.address, second.address])
    await home.write(0, token, 'transfer', [pool.address, 100_000n * COIN])
    await home.write(0, second, 'transfer', [pool.address, 100_000n * MILLION])
    await home.write(0, pool, 'sync')
    pools.push(pool)
  }
  const [pool, lyingPool] = pools as [Deployed, Deployed]
  await home.write(0, token, 'transfer', [at(VICTIM), 5_000n * COIN])
  await home.write(0, feeToken, 'transfer', [at(VICTIM), 1_000n * COIN])
  const awayToken = await away.deploy('Token', ['TOK', 18, 1_000_000n * COIN])
  const awayBridge = await away.deploy('Bridge')
  await away.write(0, awayToken, 'transfer', [awayBridge.address, 100_000n * COIN])
  const collected = (await home.read(feeToken, 'balanceOf', [at(COLLECTOR)])) as bigint
  const supply = (await home.read(feeToken, 'totalSupply')) as bigint

  // The theft.
  const tookCoin = await home.send(VICTIM, at(TAKER), 100n * COIN)
  const tookToken = await home.write(VICTIM, token, 'transfer', [at(TAKER), 5_000n * COIN])
  const feeTokens = (await home.read(feeToken, 'balanceOf', [at(VICTIM)])) as bigint
  const tookFeeToken = await home.write(VICTIM, feeToken, 'transfer', [at(TAKER), feeTokens])
  const arrived = (await home.read(feeToken, 'balanceOf', [at(TAKER)])) as bigint

  const own: Hex[] = []
  const act = async (hash: Promise<Hex>): Promise<Hex> => {
    own.push(await hash)
    return hash
  }
  const pay = (from: number, to: number, amount: bigint) => act(home.send(from, at(to), amount))
  const give = (from: number, one: Deployed, to: Address, amount: bigint) =>
    act(home.write(from, one, 'transfer', [to, amount]))
  const has = async (one: Deployed, n: number): Promise<bigint> =>
    (await home.read(one, 'balanceOf', [at(n)])) as bigint

  // Coins are wrapped, passed on, partly unwrapped and deposited.
  await act(home.write(TAKER, wrapped, 'deposit', [], 40n * COIN))
  await give(TAKER, wrapped, at(UNWRAPPER), 40n * COIN)
  await pay(TAKER, UNWRAPPER, 2n * COIN)
  await act(home.write(UNWRAPPER, wrapped, 'withdraw', [25n * COIN]))
  await give(UNWRAPPER, wrapped, at(DEPOSIT), 15n * COIN)
  await pay(UNWRAPPER, DEPOSIT, 26n * COIN)

  // Coins go through a contract to two addresses, and on.
  const parts = [
    [at(SELLER), at(SPLIT_PAYEE)],
    [20n * COIN, 10n * COIN],
  ]
  await act(home.write(TAKER, splitter, 'split', parts, 30n * COIN))
  await pay(SELLER, DEPOSIT, 19n * COIN)
  await pay(SPLIT_PAYEE, DEPOSIT, 9n * COIN)

  // Tokens are swapped, one of them for a token that calls itself USDT.
  const swap = async (by: Deployed, bought: Deployed, amount: bigint) => {
    await act(home.write(TAKER, token, 'approve', [by.address, amount]))
    const before = await has(bought, TAKER)
    const txid = await act(home.write(TAKER, by, 'swap', [true, amount, at(TAKER)]))
    const taker = { chain: homeChain, holder: who(TAKER) }
    const got = { ...taker, asset: erc20(bought), amount: (await has(bought, TAKER)) - before }
    return { txid, paid: { ...taker, asset: erc20(token), amount }, got }
  }
  const swaps = [await swap(pool, other, 3_000n * COIN), await swap(lyingPool, lying, 1_000n * COIN)]
  await give(TAKER, other, at(SELLER), await has(other, TAKER))
  await give(SELLER, other, at(DEPOSIT), await has(other, SELLER))
  await give(TAKER, lying, at(DEPOSIT), await has(lying, TAKER))

  // The token that keeps a part.
  await give(TAKER, feeToken, at(DEPOSIT), await has(feeToken, TAKER))

  // The bridge: the operator pays on the other chain, less a fee.
  const [sent, paidOut] = [1_000n * COIN, 999n * COIN]
  await act(home.write(TAKER, token, 'approve', [bridge.address, sent]))
  const crossing = [token.address, sent, paidOut, BigInt(away.chainId), at(RECEIVER)]
  const out = await act(home.write(TAKER, bridge, 'send', crossing))
  const release = [awayToken.address, sent, paidOut, BigInt(home.chainId), 1n, at(TAKER), at(RECEIVER)]
  const into = await away.write(0, awayBridge, 'release', release)
  // Gas on the other chain, from somebody who has nothing to do with it.
  await away.send(0, at(RECEIVER), COIN)
  await away.write(RECEIVER, awayToken, 'transfer', [at(AWAY_DEPOSIT), paidOut])

  const thief = [TAKER, UNWRAPPER, SELLER, SPLIT_PAYEE, RECEIVER, DEPOSIT, AWAY_DEPOSIT]
  const holdings = async (anvil: Anvil, chain: ChainId, tokens: readonly Deployed[]): Promise<Holding[]> => {
    const found: Holding[] = []
    for (const n of thief) {
      const holder = formatHolder(chain, at(n))
      found.push({ chain, holder, asset: `${chain}/slip44:60`, amount: await anvil.balance(at(n)) })
      for (const one of tokens) {
        const amount = (await anvil.read(one, 'balanceOf', [at(n)])) as bigint
        found.push({ chain, holder, asset: erc20(one, chain), amount })
      }
    }
    return found.filter(({ amount }) => amount > 0n)
  }
  const taken = { chain: homeChain, holder: who(TAKER) }
  return {
    ...{ home, away, homeChain, awayChain, swaps },
    victim: who(VICTIM),
    thefts: [
      { ...taken, asset: coin, amount: 100n * COIN, txid: tookCoin },
      { ...taken, asset: erc20(token), amount: 5_000n * COIN, txid: tookToken },
      { ...taken, asset: erc20(feeToken), amount: arrived, txid: tookFeeToken },
    ],
    thieves: {
      taker: who(TAKER),
      unwrapper: who(UNWRAPPER),
      seller: who(SELLER),
      splitPayee: who(SPLIT_PAYEE),
      receiver: formatHolder(awayChain, at(RECEIVER)),
    },
    deposits: [who(DEPOSIT), formatHolder(awayChain, at(AWAY_DEPOSIT))],
    assets: {
      coin,
      ...{ token: erc20(token), feeToken: erc20(feeToken), other: erc20(other) },
      ...{ lying: erc20(lying), wrapped: erc20(wrapped), away: erc20(awayToken, awayChain) },
    },
    contracts: {
      wrapped: formatHolder(homeChain, wrapped.address),
      pool: formatHolder(homeChain, pool.address),
      lyingPool: formatHolder(homeChain, lyingPool.address),
      splitter: formatHolder(homeChain, splitter.address),
      bridge: formatHolder(homeChain, bridge.address),
      awayBridge: formatHolder(awayChain, awayBridge.address),
    },
    ended: [
      ...(await holdings(home, homeChain, [token, feeToken, other, lying, wrapped])),
      ...(await holdings(away, awayChain, [awayToken])),
    ],
    fees: await feesOf(home, own),
    kept: {
      collector: who(COLLECTOR),
      amount: ((await home.read(feeToken, 'balanceOf', [at(COLLECTOR)])) as bigint) - collected,
      burnt: supply - ((await home.read(feeToken, 'totalSupply')) as bigint),
    },
    bridged: {
      out: { ...taken, asset: erc20(token), amount: sent, txid: out },
      in: {
        ...{ chain: awayChain, holder: formatHolder(awayChain, at(RECEIVER)) },
        ...{ asset: erc20(awayToken, awayChain), amount: paidOut, txid: into },
      },
    },
    stop: async () => {
      await Promise.all([home.stop(), away.stop()])
    },
  }
}

async function feesOf(anvil: Anvil, txids: readonly Hex[]): Promise<bigint> {
  let wei = 0n
  for (const txid of txids) {
    const receipt = (await anvil.rpc('eth_getTransactionReceipt', [txid])) as Record<
      'gasUsed' | 'effectiveGasPrice',
      Hex
    >
    wei += BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice)
  }
  return wei
}
