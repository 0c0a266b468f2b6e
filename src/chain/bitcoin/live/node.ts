/**
 * A node as a source: Bitcoin Core (22 or later), btcd, and those made after them (Litecoin Core, Bitcoin Cash Node).
 * It knows blocks and transactions by their ids; who spends an output is found by reading blocks.
 * @module
 */
import { fromScript, toScript } from '../../../address/index.ts'
import { AnswerError, type Door } from '../../../net/index.ts'
import { addressOf, type ChainId, type HolderId } from '../../../units/caip.ts'
import type { BlockRef, HistoryPage, Placed, Source } from '../../source.ts'
import type { BlockNetwork } from '../blockNetwork.ts'
import { type Header, refOf } from './blockHeader.ts'
import { createBlockScan, placedIn } from './blockScan.ts'
import type { SourceOptions } from './esplora.ts'
import { badAnswers, inAnswer } from './inAnswer.ts'
import { createMempool } from './mempool.ts'
import { askAbilities, blindOf } from './nodeAbilities.ts'
import { type ListedBlock, nodeQuestions, PARENTS, type PlacedRaw } from './nodeQuestions.ts'
import { type Place, placedOf, type Reading } from './placed.ts'
import { askNodeHash } from './probe.ts'
import type { RawOutput } from './rawTransaction.ts'
import { createRecent } from './recent.ts'
import { hash160 } from './shownScripts.ts'
import { type Found, isWanted } from './wanted.ts'

/** Unconfirmed transactions that one look at the mempool fetches at most, and how many one call fetches. */
const MEMPOOL_FETCHES = 5000
const MEMPOOL_BATCH = 250
/** Blocks whose ids are held: one answer after another is often of the same. */
const RECENT_BLOCKS = 16
/** Transactions of an address that one call gives (btcd's own default, docs/json_rpc_api.md). */
const PAGE = 100

/**
 * Asks once what the node offers.
 * @throws what {@link Door.ask} throws
 */
export async function createBitcoinNode(
  door: Door,
  network: BlockNetwork,
  options: SourceOptions = {},
): Promise<Source> {
  const { chain } = network
  const reading: Reading = { chain, memoLinks: options.memoLinks ?? (() => []) }
  const abilities = await askAbilities(door, chain)
  const questions = nodeQuestions(network, abilities.genesis)
  const scan = createBlockScan(chain)
  const blocks = createRecent<string, ListedBlock>(RECENT_BLOCKS)
  let newest: Header | undefined

  const bad = (question: string, expected: string, came: string): AnswerError =>
    badAnswers(door, question, expected, came)

  const listed = async (hash: string): Promise<ListedBlock> => {
    const known = blocks.get(hash) ?? (await door.ask(questions.listed(hash)))
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
      for (let at = 0; at < missing.length; at += PARENTS) {
        const txids = missing.slice(at, at + PARENTS)
        const raws = await door.ask(questions.transactions(txids, true))
        for (const raw of raws) if (raw !== null) parents.set(raw.txid, raw.outputs)
      }
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
    const outputs: (RawOutput | null)[] = []
    for (let at = 0; at < missing.length; at += MEMPOOL_BATCH)
      outputs.push(...(await door.ask(questions.unspent(missing.slice(at, at + MEMPOOL_BATCH)))))
    let next = 0
    return spent.map((each) => each.map((known) => known ?? outputs[next++]!))
  }

  const completed = async <T extends Found>(found: readonly T[]): Promise<(T & Completed)[]> => {
    const spent = await prevouts(found)
    return found.map((each, i) => ({ ...each, prevouts: spent[i]! }))
  }

  /** With its place in its block. */
  const placed = async ({ raw, prevouts: spent = [], block }: Found & PlacedRaw): Promise<Placed> => {
    const place = (at: Place): Placed => inAnswer(door, raw.txid, () => placedOf(raw, spent, at, reading))
    if (block === null) return place({ block })
    const { header, txids } = await listed(block.hash)
    const index = txids.indexOf(raw.txid)
    if (index < 0) throw bad(`block ${block.hash}`, `transaction ${raw.txid} in it`, 'none')
    return place({ block: refOf(header), index })
  }

  const mempool = createMempool(
    {
      list: () => door.ask(questions.mempool()),
      async take(txids) {
        const found: Found[] = []
        for (let at = 0; at < txids.length; at += MEMPOOL_BATCH) {
          const raws = await door.ask(questions.transactions(txids.slice(at, at + MEMPOOL_BATCH), false))
          for (const raw of raws) if (raw !== null) found.push({ raw })
        }
        return found
      },
      prevouts: unconfirmedPrevouts,
      most: MEMPOOL_FETCHES,
    },
    reading,
    door,
  )

  async function* history(holder: HolderId): AsyncGenerator<HistoryPage> {
    const interest = { spends: () => false, touches: (each: HolderId) => each === holder }
    const address = searchedAs(holder, chain)
    const seen = new Set<string>()
    for (let skip = 0; ; skip += PAGE) {
      const all = await door.ask(questions.searched(address, skip, PAGE))
      const confirmed = all.filter((each) => each !== null && each.block !== null) as PlacedRaw[]
      for (const { raw } of confirmed) {
        if (seen.has(raw.txid))
          throw bad(`the history of ${holder}`, 'each transaction once', `${raw.txid} again`)
        seen.add(raw.txid)
      }
      const transactions: Placed[] = []
      for (const each of await completed(confirmed))
        if (isWanted(each, interest, chain)) transactions.push(await placed(each))
      if (transactions.length > 0) yield { transactions, assets: [] }
      if (all.length < PAGE) return
    }
  }

  return {
    kind: 'bitcoin',
    chain,
    shown: door.shown,
    blind: blindOf(abilities, chain),
    async tip() {
      const hash = await door.ask(questions.bestHash())
      if (newest?.hash !== hash) newest = await door.ask(questions.header(hash))
      return refOf(newest)
    },
    async blockAt(height) {
      const hash = await door.ask(askNodeHash(height))
      if (hash === null) return null
      const header = await door.ask(questions.header(hash))
      if (header.height !== height)
        throw bad(`the block at height ${height}`, `one at ${height}`, `one at ${header.height}`)
      return refOf(header)
    },
    async transaction(txid) {
      const raw = await door.ask(questions.transaction(txid))
      if (raw === null) return null
      const [found] = await completed([raw])
      return { placed: await placed(found!), assets: [] }
    },
    ...(abilities.addressIndex ? { history } : {}),
    async matches(block: BlockRef, interest) {
      const looksForPayers = interest.lotsOnly !== true && abilities.prevouts
      const spent = looksForPayers ? await door.ask(questions.spentBy(block)) : undefined
      const read = (bytes: Uint8Array): Found[] => scan.find(bytes, block, interest, spent)
      let found = await door.ask(questions.block(block, read))
      const complete = found.every(({ raw, prevouts: given }) => raw.isCoinbase || given?.every(Boolean))
      if (!complete && !abilities.txIndex && abilities.prevouts) {
        const all = spent ?? (await door.ask(questions.spentBy(block)))
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
