/**
 * A node as a source: Bitcoin Core (22 or later) by RPC or REST, btcd, and those made after them (Litecoin Core, Bitcoin
 * Cash Node).
 * It knows blocks and transactions by their ids; who spends an output is found by reading blocks.
 * @module
 */
import { fromScript, toScript } from '../../../address/index.ts'
import { AnswerError, type Door } from '../../../net/index.ts'
import { addressOf, type ChainId, type HolderId } from '../../../units/caip.ts'
import type { BlockRef, HistoryPage, Placed, Source, SpentBy } from '../../source.ts'
import type { BlockNetwork } from '../blockNetwork.ts'
import { type Header, refOf } from './blockHeader.ts'
import { createBlockScan, placedIn } from './blockScan.ts'
import type { SourceOptions } from './esplora.ts'
import { badAnswers, inAnswer } from './inAnswer.ts'
import { createMempool } from './mempool.ts'
import { type Abilities, askAbilities, blindOf } from './nodeAbilities.ts'
import type { ListedBlock, NodeCalls, PlacedRaw } from './nodeCalls.ts'
import { type Place, placedOf, type Reading } from './placed.ts'
import type { RawOutput } from './rawTransaction.ts'
import { createRecent } from './recent.ts'
import { restAbilities, restNode } from './restNode.ts'
import { rpcNode } from './rpcNode.ts'
import { isUnspendable } from './scripts.ts'
import { hash160 } from './shownScripts.ts'
import { type Found, isWanted } from './wanted.ts'

/** Blocks whose ids are held: one answer after another is often of the same. */
const RECENT_BLOCKS = 16

/**
 * By JSON-RPC. Asks once what the node offers.
 * @throws what {@link Door.ask} throws
 */
export async function createBitcoinNode(
  door: Door,
  network: BlockNetwork,
  options: SourceOptions = {},
): Promise<Source> {
  const abilities = await askAbilities(door, network.chain)
  return nodeSource('bitcoin', door, network, rpcNode(door, network, abilities.genesis), abilities, options)
}

/**
 * By REST. Asks once what the node offers.
 * @throws what {@link Door.ask} throws
 */
export async function createBitcoinRest(
  door: Door,
  network: BlockNetwork,
  options: SourceOptions = {},
): Promise<Source> {
  const abilities = await restAbilities(door, network)
  return nodeSource(
    'bitcoin-rest',
    door,
    network,
    restNode(door, network, abilities.genesis),
    abilities,
    options,
  )
}

function nodeSource(
  kind: 'bitcoin' | 'bitcoin-rest',
  door: Door,
  network: BlockNetwork,
  node: NodeCalls,
  abilities: Abilities,
  options: SourceOptions,
): Source {
  const { chain } = network
  const reading: Reading = { chain, memoLinks: options.memoLinks ?? (() => []) }
  const scan = createBlockScan(chain)
  const blocks = createRecent<string, ListedBlock>(RECENT_BLOCKS)
  let newest: Header | undefined

  const bad = (question: string, expected: string, came: string): AnswerError =>
    badAnswers(door, question, expected, came)

  const listed = async (hash: string): Promise<ListedBlock> => {
    const known = blocks.get(hash) ?? (await node.listed(hash))
    blocks.set(hash, known)
    return known
  }

  /** What transactions spend, each parent asked for once; null where the node does not have it. */
  const prevouts = async (
    found: readonly Found[],
    asksParents: boolean = abilities.txIndex,
  ): Promise<(RawOutput | null)[][]> => {
    const own = new Map(found.map(({ raw }) => [raw.txid, raw.outputs]))
    const lacking = (each: Found): string[] =>
      each.raw.isCoinbase ? [] : each.raw.inputs.flatMap(({ txid }, i) => (each.prevouts?.[i] ? [] : [txid]))
    const parents = new Map<string, readonly RawOutput[]>(own)
    if (asksParents) {
      const missing = [...new Set(found.flatMap(lacking))].filter((txid) => !own.has(txid))
      for (const raw of await node.transactions(missing, 'blocks')) parents.set(raw.txid, raw.outputs)
    }
    return inAnswer(door, 'transactions', () =>
      found.map((each) =>
        each.raw.isCoinbase
          ? []
          : each.raw.inputs.map(({ txid, n }, i) => each.prevouts?.[i] ?? outputAt(parents, txid, n)),
      ),
    )
  }

  /** Unconfirmed parents are found without an index, and outputs of the chain are unspent in it until then. */
  const unconfirmedPrevouts = async (found: readonly Found[]): Promise<(RawOutput | null)[][]> => {
    const spent = await prevouts(found, true)
    const missing = found.flatMap(({ raw }, t) => raw.inputs.filter((_, i) => spent[t]![i] === null))
    const outputs = await node.unspent(missing)
    let next = 0
    return spent.map((each) => each.map((known) => known ?? outputs[next++]!))
  }

  const completed = async <T extends Found>(found: readonly T[]): Promise<(T & Completed)[]> => {
    const spent = await prevouts(found)
    return found.map((each, i) => ({ ...each, prevouts: spent[i]! }))
  }

  /** With its place in its block. */
  const placed = async ({ raw, prevouts: spent = [], blockHash }: Found & PlacedRaw): Promise<Placed> => {
    const place = (at: Place): Placed => inAnswer(door, raw.txid, () => placedOf(raw, spent, at, reading))
    if (blockHash === null) return place({ block: null })
    const { header, txids } = await listed(blockHash)
    const index = txids.indexOf(raw.txid)
    if (index < 0) throw bad(`block ${blockHash}`, `transaction ${raw.txid} in it`, 'none')
    return place({ block: refOf(header), index })
  }

  const spends = async (txid: string): Promise<readonly (SpentBy | null)[]> => {
    const own = await node.transaction(txid)
    if (own === null) throw bad(`who spends ${txid}`, 'that transaction', 'none')
    const outpoints = own.raw.outputs.flatMap(({ script }, n) => (isUnspendable(script) ? [] : [{ txid, n }]))
    const spenders = await node.spenders!(outpoints)
    const all: (SpentBy | null)[] = own.raw.outputs.map(() => null)
    for (const [i, { n }] of outpoints.entries()) {
      const { txid: by, blockHash } = spenders[i] ?? {}
      if (by === undefined) continue
      const block = blockHash == null ? null : refOf(await node.header(blockHash))
      all[n] = { txid: by, block }
    }
    return all
  }

  const mempool = createMempool(
    {
      list: () => node.mempool(),
      take: async (txids) => (await node.transactions(txids, 'mempool')).map((raw) => ({ raw })),
      prevouts: unconfirmedPrevouts,
      most: node.mempoolFetches,
    },
    reading,
    door,
  )

  async function* historyOf(
    holder: HolderId,
    pages: AsyncIterable<readonly (PlacedRaw | null)[]>,
  ): AsyncGenerator<HistoryPage> {
    const interest = { spends: () => false, touches: (each: HolderId) => each === holder }
    const seen = new Set<string>()
    for await (const all of pages) {
      const confirmed = all.filter((each) => each !== null && each.blockHash !== null) as PlacedRaw[]
      for (const { raw } of confirmed) {
        if (seen.has(raw.txid))
          throw bad(`the history of ${holder}`, 'each transaction once', `${raw.txid} again`)
        seen.add(raw.txid)
      }
      const transactions: Placed[] = []
      for (const each of await completed(confirmed))
        if (isWanted(each, interest, chain)) transactions.push(await placed(each))
      if (transactions.length > 0) yield { transactions, assets: [] }
    }
  }

  const { searched } = node
  const history =
    searched === undefined || !abilities.addressIndex
      ? {}
      : { history: (holder: HolderId) => historyOf(holder, searched(searchedAs(holder, chain))) }

  return {
    kind,
    chain,
    shown: door.shown,
    blind: blindOf(abilities, chain),
    lacksTransactions: !abilities.txIndex,
    async tip() {
      const hash = await node.bestHash()
      if (newest?.hash !== hash) newest = await node.header(hash)
      return refOf(newest)
    },
    async blockAt(height) {
      const hash = await node.hashAt(height)
      if (hash === null) return null
      const header = await node.header(hash)
      if (header.height !== height)
        throw bad(`the block at height ${height}`, `one at ${height}`, `one at ${header.height}`)
      return refOf(header)
    },
    async transaction(txid) {
      const raw = await node.transaction(txid)
      if (raw === null) return null
      const [found] = await completed([raw])
      return { placed: await placed(found!), assets: [] }
    },
    ...history,
    ...(node.spenders === undefined || !abilities.spenderIndex ? {} : { spends }),
    async matches(block: BlockRef, interest) {
      const looksForPayers = interest.lotsOnly !== true && abilities.prevouts
      const spent = looksForPayers ? await node.spentBy(block) : undefined
      const read = (bytes: Uint8Array): Found[] => scan.find(bytes, block, interest, spent)
      let found = await node.block(block, read)
      const complete = found.every(({ raw, prevouts: given }) => raw.isCoinbase || given?.every(Boolean))
      if (!complete && !abilities.txIndex && abilities.prevouts) {
        const all = spent ?? (await node.spentBy(block))
        found = found.map((each) => ({ ...each, prevouts: all.get(each.raw.txid) ?? [] }))
      }
      const known = await completed(found)
      const transactions = inAnswer(door, `block ${block.hash}`, () =>
        placedIn(block, known, interest, reading),
      )
      return { block, transactions, assets: [] }
    },
    mempool,
  }
}

interface Completed {
  readonly prevouts: readonly (RawOutput | null)[]
}

/** @throws {AnswerError} where the transaction is known and has no such output */
function outputAt(
  parents: ReadonlyMap<string, readonly RawOutput[]>,
  txid: string,
  n: number,
): RawOutput | null {
  const outputs = parents.get(txid)
  if (outputs === undefined) return null
  const output = outputs[n]
  if (output === undefined) throw new AnswerError({ expected: `output ${n} of ${txid}`, came: 'none' })
  return output
}

/** btcd finds bare keys under the address of their hash (blockchain/indexers/addrindex.go). */
function searchedAs(holder: HolderId, chain: ChainId): string {
  const address = addressOf(holder)
  if (!address.startsWith('p2pk-')) return address
  const script = toScript(address, chain)
  const hash = hash160(script.subarray(1, -1))
  return fromScript(Uint8Array.of(0x76, 0xa9, 20, ...hash, 0x88, 0xac), chain)!
}
