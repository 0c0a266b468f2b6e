/**
 * A scripted theft on a regtest chain: peeled over 60 hops, some of them within one block, merged, sent through a
 * CoinJoin-shaped transaction and paid to a service.
 * @module
 */
import type { Transaction } from 'bitcoinjs-lib'
import { fromScript } from '../../address/index.ts'
import { BITCOIN_REGTEST, type HolderId, holderOf } from '../../units/caip.ts'
import {
  type Coin,
  coinOf,
  MATURITY,
  type Payment,
  type RegtestChain,
  regtestChain,
  signed,
  type TestKey,
  testKey,
} from './regtestChain.test-suite.ts'

export interface BitcoinHeist {
  readonly chain: RegtestChain
  /** The theft's transaction; its output 0 is what was stolen. */
  readonly txid: string
  /** The thief's first address, which no other money came to. */
  readonly thief: HolderId
  /** Where the money ends, labelled. */
  readonly service: HolderId
}

const PEEL_HOPS = 60

function holderOfKey({ p2wpkh }: TestKey): HolderId {
  return holderOf(BITCOIN_REGTEST, fromScript(p2wpkh, BITCOIN_REGTEST)!)
}

export async function bitcoinHeist(): Promise<BitcoinHeist> {
  const chain = regtestChain()
  const [miner, victim, service, thief] = [1, 2, 3, 4].map(testKey) as [TestKey, TestKey, TestKey, TestKey]
  const joiners = [5, 6, 7, 8].map(testKey)
  const coinbases = [victim, ...joiners].map((key) => ({ key, coinbase: chain.mine(key.p2wpkh) }))
  for (let i = 0; i < MATURITY; i++) chain.mine(miner.p2wpkh)
  const mine = (...transactions: Transaction[]): void => void chain.mine(miner.p2wpkh, transactions)

  const theft = await pay(
    coinbases.slice(0, 1).map(({ key, coinbase }) => coinOf(coinbase, 0, key)),
    [to(thief, 40_0000_0000), to(victim, 9_9999_0000)],
  )
  mine(theft)

  const peeled: Coin[] = []
  let rest = coinOf(theft, 0, thief)
  let block: Transaction[] = []
  for (let hop = 0; hop < PEEL_HOPS; hop++) {
    const [slice, next] = [testKey(100 + hop), testKey(200 + hop)]
    const peel = await pay([rest], [to(slice, 3000_0000 + hop), to(next, rest.sats - 3000_1000 - hop)])
    peeled.push(coinOf(peel, 0, slice))
    rest = coinOf(peel, 1, next)
    block.push(peel)
    // Every fourth hop follows the one before in the same block.
    if (hop % 4 !== 2) {
      mine(...block)
      block = []
    }
    if (hop % 7 === 0) mine()
  }
  const merger = testKey(300)
  const merged = await pay(peeled.slice(0, 10), [to(merger, sum(peeled.slice(0, 10)) - 1000)])
  mine(merged)

  const joined: Coin[] = [
    coinOf(merged, 0, merger),
    ...coinbases.slice(1).map(({ key, coinbase }) => coinOf(coinbase, 0, key)),
  ]
  const equal = [301, 302, 303, 304, 305].map(testKey)
  const change = [311, 312, 313, 314, 315].map(testKey)
  const join = await pay(joined, [
    ...equal.map((key) => to(key, 1_0000_0000)),
    ...joined.map(({ sats }, i) => to(change[i]!, sats - 1_0000_2000)),
  ])
  mine(join)
  const deposit = await pay(
    [coinOf(join, 0, equal[0]!), coinOf(join, 5, change[0]!), ...peeled.slice(10, 20), rest],
    [to(service, 1_0000_0000 + joined[0]!.sats + sum(peeled.slice(10, 20)) + rest.sats - 2_0000_0000)],
  )
  mine(deposit)
  // The service goes on; nobody follows it.
  mine(await pay([coinOf(deposit, 0, service)], [to(miner, Number(deposit.outs[0]!.value) - 1000)]))
  mine()
  return { chain, txid: theft.getId(), thief: holderOfKey(thief), service: holderOfKey(service) }
}

const to = ({ p2wpkh }: TestKey, sats: number): Payment => ({ script: p2wpkh, sats })
const sum = (coins: readonly Coin[]): number => coins.reduce((total, { sats }) => total + sats, 0)
const pay = (coins: readonly Coin[], payments: readonly Payment[]): Promise<Transaction> =>
  signed(coins, payments)
