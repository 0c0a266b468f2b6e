/**
 * A node of any EVM chain as a source, by JSON-RPC. What is asked, what is verified and what stays unknown:
 * docs/formats/evm-rpc.md.
 * @module
 */

import { z } from 'zod'
import { chainName } from '../../address/index.ts'
import type { Door } from '../../net/index.ts'
import { addressOf } from '../../units/caip.ts'
import { type Interest, NO_INTERNALS, type Source } from '../source.ts'
import { assertAnswer, namingErrors } from './assertAnswer.ts'
import { balanceCall } from './balance.ts'
import { checkTraced, contentOfBlock, keepOf, payoutsOf, refOf } from './blockContent.ts'
import { evmCoinOf, wrapperTest } from './coin.ts'
import { type ChainWords, contentOf } from './content.ts'
import { createHolders } from './holders.ts'
import { type ContractCall, createMetadata } from './metadata.ts'
import { createNodeCalls, findTraceMethod } from './nodeCalls.ts'
import { pendingTransfers, turnOf } from './pending.ts'
import { createPlacer } from './placing.ts'
import { headerHash } from './proof.ts'
import { createProver, type Prover } from './prover.ts'
import { ask, askUnless, isForbidden, isOffered, isPruned } from './rpc.ts'
import { blockSchema, bytes, pendingSchema, quantity } from './wire.ts'

export interface EvmNodeOptions {
  /** false: traces are not asked for, even where they are offered. */
  readonly traces?: boolean
}

const UNSEEN = 'What is said to be held may have gone by them.'
const NO_TRACES = `${NO_INTERNALS}: this node offers neither trace_block nor debug_traceBlockByNumber. ${UNSEEN}`
const TRACES_OFF = `${NO_INTERNALS}: the trace methods were not asked. ${UNSEEN}`
const prunedWords = (height: number): string =>
  `${NO_INTERNALS} in blocks whose state this node no longer has, block ${height} for one. ${UNSEEN}`

/**
 * Asks the node for its chain id, a block and what it offers; what it answers is remembered until fresh answers are asked for.
 * @throws whatever {@link Door.ask} throws
 */
export async function createEvmNode(door: Door, options: EvmNodeOptions = {}): Promise<Source> {
  // viem takes 0.2 s to load, which commands without EVM sources do not pay.
  const [viem, chainId] = await Promise.all([
    import('viem'),
    ask(door, { method: 'eth_chainId', params: [], schema: quantity, keep: 'refresh' }),
  ])
  const chain = `eip155:${BigInt(chainId)}`
  const coin = evmCoinOf(chain)
  const holder = createHolders(chain)
  const words: ChainWords = { chain, coin: coin.id, holder, wraps: wrapperTest(chain) }
  // Whatever error a contract's code ends in, the token has no such words.
  const callContract: ContractCall = (to, data, gas) =>
    askUnless(
      door,
      { method: 'eth_call', params: [{ to, data, gas }, 'latest'], schema: bytes, keep: 'refresh' },
      () => true,
    )
  const placer = createPlacer(words, coin, createMetadata(viem, callContract))

  // Whole, so that it is not the question for the tip, whose answer is never remembered.
  const recent = await ask(door, {
    method: 'eth_getBlockByNumber',
    params: ['latest', true],
    schema: blockSchema,
    keep: 'refresh',
  })
  const prover: Prover = createProver(viem, chain, {
    provesHeaders: headerHash(viem, recent) === recent.hash,
    isDevelopment: chainName(chain) === chain && (await isDevelopmentNode(door)),
  })
  const traceMethod = options.traces === false ? null : await findTraceMethod(door)
  const blind = [
    ...(options.traces === false ? [TRACES_OFF] : traceMethod === null ? [NO_TRACES] : []),
    ...prover.blind,
  ]
  let isPrunedSaid = false
  const calls = createNodeCalls(door, prover, traceMethod, (height) => {
    if (!isPrunedSaid) blind.push(prunedWords(height))
    isPrunedSaid = true
  })
  const hasPending = await isOffered(door, {
    method: 'eth_getBlockByNumber',
    params: ['pending', false],
    // Some clients answer null: they make no pending block.
    schema: z.looseObject({}).nullable(),
    keep: 'refresh',
  })

  const touches = (
    transfers: readonly { from: string | null; to: string | null }[],
    interest: Interest,
  ): boolean =>
    transfers.some(
      ({ from, to }) => (from !== null && interest.touches(from)) || (to !== null && interest.touches(to)),
    )

  const source: Source = {
    kind: 'evm',
    chain,
    shown: door.shown,
    blind,

    async tip() {
      const header = await calls.headerAt('latest')
      assertAnswer(header !== null, 'the latest block', 'nothing')
      return refOf(header)
    },

    async blockAt(height) {
      const header = await calls.headerAt(height)
      return header === null ? null : refOf(header)
    },

    async transaction(txid) {
      const sent = await calls.transaction(txid)
      if (sent === null) return null
      const { blockHash, blockNumber } = sent
      if (!blockHash || !blockNumber) {
        await prover.signer(sent)
        const { time } = await source.tip()
        const pending = { ...pendingTransfers(sent, words), time }
        return { placed: { transaction: pending, block: null, links: [] }, assets: [coin] }
      }
      // Its block is read whole: the roots prove that it is there, and its receipt, which by itself nothing does.
      const block = await calls.block({ height: Number(blockNumber), hash: blockHash })
      const i = block.transactions.findIndex(({ hash }) => hash === txid)
      assertAnswer(i >= 0, `${txid} in block ${blockHash}`, 'a block without it')
      const [own, receipt] = [block.transactions[i]!, (await calls.receipts(block))[i]!]
      await prover.signer(own)
      const keep = keepOf(blockNumber, blockHash)
      const traced = await calls.tracesOf(own, keep, (found) => checkTraced(own, receipt, found))
      const found = { transaction: own, receipt, drafts: contentOf(own, receipt, traced, words) }
      const { placed: list, assets } = await placer.place(block, [found])
      return { placed: list[0]!, assets }
    },

    async matches(ref, interest) {
      const block = await calls.block(ref)
      const receipts = await calls.receipts(block)
      const { traced, rewards } = await calls.traces(block, receipts)
      const content = contentOfBlock(block, receipts, traced, words)
      const found = content.filter(({ drafts }) =>
        touches(
          drafts.map(({ transfer }) => transfer),
          interest,
        ),
      )
      await Promise.all(found.map(({ transaction }) => prover.signer(transaction)))
      const { placed: list, assets } = await placer.place(block, found)
      const at = refOf(block)
      const payouts = payoutsOf(block, rewards, words)
      if (payouts === null || !touches(payouts.transfers, interest))
        return { block: at, transactions: list, assets: list.length > 0 ? assets : [] }
      return { block: at, transactions: [...list, { transaction: payouts, block: at, links: [] }], assets }
    },

    async balance(who, asset, height) {
      const at = `0x${height.toString(16)}`
      const account = addressOf(who)
      if (asset === coin.id) {
        const wei = await askUnless(
          door,
          { method: 'eth_getBalance', params: [account, at], schema: quantity, keep: 'refresh' },
          (code, message) => isPruned(code, message) || /not found/i.test(message),
        )
        return wei === null ? null : BigInt(wei)
      }
      const call = balanceCall(viem, asset, account)
      if (call === null) return null
      const params = [{ to: call.to, data: call.data }, at]
      const answer = await askUnless(
        door,
        { method: 'eth_call', params, schema: bytes, keep: 'refresh' },
        () => true,
      )
      return answer === null ? null : call.read(answer)
    },
  }

  if (!hasPending) return namingErrors(source)
  return namingErrors({
    ...source,
    async mempool(interest) {
      const pending = await ask(door, {
        method: 'eth_getBlockByNumber',
        params: ['pending', true],
        schema: pendingSchema.nullable(),
        keep: 'never',
      })
      if (pending === null) return []
      const time = Number(pending.timestamp)
      return pending.transactions
        .map((sent) => ({
          transaction: { ...pendingTransfers(sent, words), time },
          ...{ block: null, links: [], ...turnOf(sent, words) },
        }))
        .filter(({ transaction: { transfers } }) => touches(transfers, interest))
    },
  })
}

/** By what it calls itself: anvil, Hardhat and Ganache let anybody send for anybody. */
async function isDevelopmentNode(door: Door): Promise<boolean> {
  const schema = z.string().max(1000)
  const call = { method: 'web3_clientVersion', params: [], schema, keep: 'refresh' } as const
  try {
    const client = await askUnless(door, call, () => true)
    return /^(?:anvil|hardhat|ganache|ethereumjs testrpc)/i.test(client ?? '')
  } catch (error) {
    if (isForbidden(error)) return false
    throw error
  }
}
