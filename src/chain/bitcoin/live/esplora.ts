/**
 * Esplora's HTTP API as a source: Blockstream's electrs, mempool.space, or one's own.
 * Paths are those of API.md in Blockstream/esplora.
 * @module
 */
import { AnswerError, checkJson, type Door, type Keep, type Question, readJson } from '../../../net/index.ts'
import type { BlockRef, Source, SpentBy } from '../../source.ts'
import type { BlockNetwork } from '../blockNetwork.ts'
import { assertMerkleRoot, type Header, refOf, verifiedHeader } from './blockHeader.ts'
import { createBlockScan, maxBlockBytes, placedIn } from './blockScan.ts'
import { createEsploraHistory } from './esploraHistory.ts'
import { BLOCK, HASH, OUTSPENDS, TXIDS } from './esploraJson.ts'
import { blockOf, type ReadTransaction, readEsploraTransaction } from './esploraTransaction.ts'
import { badAnswers, inAnswer } from './inAnswer.ts'
import { createMempool } from './mempool.ts'
import type { MemoLinks, Reading } from './placed.ts'
import { askEsploraHash } from './probe.ts'
import { createRecent } from './recent.ts'
import { isUnspendable } from './scripts.ts'
import type { Found } from './wanted.ts'

export interface SourceOptions {
  /** Default: no statements are read. */
  readonly memoLinks?: MemoLinks
}

/** Unconfirmed transactions that one look at the mempool fetches at most: each is a call. */
const MEMPOOL_FETCHES = 100
/** Fetched transactions of which it is remembered which outputs can be spent. */
const RECENT = 10_000

const BLIND = [
  'Spends of outputs paid to taproot or bare keys are found in blocks where the output itself is looked for, not by who is paid from them.',
  'That an output is unspent, and how many transactions an address has, is the word of this source.',
]

/** Asks nothing before it is used. */
export function createEsplora(door: Door, network: BlockNetwork, options: SourceOptions = {}): Source {
  const { chain } = network
  const reading: Reading = { chain, memoLinks: options.memoLinks ?? (() => []) }
  const outputs = createRecent<string, readonly boolean[]>(RECENT)
  const scan = createBlockScan(chain)
  let newest: Header | undefined

  const remember = ({ raw }: ReadTransaction): void =>
    outputs.set(
      raw.txid,
      raw.outputs.map(({ script }) => !isUnspendable(script)),
    )

  const transaction = async (txid: string): Promise<ReadTransaction | null> => {
    const read = await door.ask({
      ...get(`/tx/${txid}`),
      expected: [404],
      read: (answer) => (answer.status === 404 ? null : readEsploraTransaction(answer.json(), txid, reading)),
      keep: (answer: ReadTransaction | null) => keepOf(answer?.placed.block ?? null),
    })
    if (read !== null) remember(read)
    return read
  }

  const header = (hash: string): Promise<Header> =>
    door.ask({
      ...get(`/block/${hash}`),
      read: (answer) => {
        const { id, height, version, timestamp, ...rest } = checkJson(BLOCK, answer.json())
        const { previousblockhash: previous, merkle_root: merkleRoot, bits, nonce } = rest
        const stated = { hash: id, height, version, previous, merkleRoot, time: timestamp, bits, nonce }
        return verifiedHeader(stated, hash, network)
      },
      keep: ({ height }) => ({ height, hash }),
    })

  const spends = (txid: string): Promise<readonly (SpentBy | null)[]> => {
    const spendable = outputs.get(txid)
    return door.ask({
      ...get(`/tx/${txid}/outspends`),
      read: (answer) => {
        const stated = checkJson(OUTSPENDS, answer.json())
        if (spendable !== undefined && stated.length !== spendable.length)
          throw new AnswerError({ expected: `${spendable.length} outputs`, came: `${stated.length}` })
        return stated.map((each) => (each.spent ? { txid: each.txid, block: blockOf(each.status) } : null))
      },
      keep: (answer) => keepOfSpends(answer, spendable),
    })
  }

  /** A transaction that was found in a block's bytes. */
  const complete = async (txid: string): Promise<ReadTransaction> => {
    const read = await transaction(txid)
    if (read === null) throw badAnswers(door, `GET /tx/${txid}`, 'a transaction of a block', 'none')
    return read
  }

  const mempool = createMempool(
    {
      list: () => door.ask({ ...get('/mempool/txids'), read: readJson(TXIDS), keep: () => 'never' }),
      take: async (txids) => (await Promise.all(txids.map(transaction))).filter((read) => read !== null),
      prevouts: async () => [],
      most: MEMPOOL_FETCHES,
    },
    reading,
    door,
  )

  return {
    kind: 'esplora',
    chain,
    shown: door.shown,
    blind: BLIND,
    async tip() {
      const path = '/blocks/tip/hash'
      const hash = await door.ask({
        ...get(path),
        read: (answer) => checkJson(HASH, answer.text().trim()),
        keep: () => 'never',
      })
      if (newest?.hash !== hash) newest = await header(hash)
      return refOf(newest)
    },
    async blockAt(height) {
      const hash = await door.ask(askEsploraHash(height))
      if (hash === null) return null
      const found = await header(hash)
      if (found.height !== height)
        throw badAnswers(
          door,
          `GET /block/${hash}`,
          `the block at height ${height}`,
          `one at ${found.height}`,
        )
      return refOf(found)
    },
    async transaction(txid) {
      const read = await transaction(txid)
      return read === null ? null : { placed: read.placed, assets: [] }
    },
    spends,
    ...createEsploraHistory(door, reading, remember),
    async txids({ hash, height }) {
      const { merkleRoot } = await header(hash)
      return door.ask({
        ...get(`/block/${hash}/txids`),
        read: (answer) => {
          const txids = checkJson(TXIDS, answer.json())
          assertMerkleRoot(txids, merkleRoot)
          return txids
        },
        keep: () => ({ height, hash }),
      })
    },
    async matches(block, interest) {
      const maybe = await door.ask({
        ...get(`/block/${block.hash}/raw`),
        maxBytes: maxBlockBytes(chain),
        read: ({ bytes }) => scan.find(bytes, block, interest),
        keep: () => ({ height: block.height, hash: block.hash, passing: true }),
      })
      const found = await Promise.all(
        maybe.map(async ({ raw, index }): Promise<Found> => {
          const { prevouts } = await complete(raw.txid)
          return { raw, prevouts, ...(index === undefined ? {} : { index }) }
        }),
      )
      const transactions = inAnswer(door, `block ${block.hash}`, () =>
        placedIn(block, found, interest, reading),
      )
      return { block, transactions, assets: [] }
    },
    mempool,
  }
}

function get(path: string): Pick<Question<unknown>, 'name' | 'path'> {
  return { name: `GET ${path}`, path }
}

/** Unconfirmed, or not there: of this moment. */
function keepOf(block: BlockRef | null): Keep {
  return block === null ? 'never' : { height: block.height, hash: block.hash }
}

/** An unconfirmed spend is of this moment. Once all outputs that can be spent are spent in blocks, only a reorganisation can make it untrue. */
function keepOfSpends(spends: readonly (SpentBy | null)[], spendable: readonly boolean[] | undefined): Keep {
  if (spends.some((spend) => spend?.block === null)) return 'never'
  let last: BlockRef | null = null
  for (const [n, spend] of spends.entries()) {
    if (spendable?.[n] === false) continue
    if (!spend?.block) return 'refresh'
    if (last === null || spend.block.height > last.height) last = spend.block
  }
  return last === null ? 'refresh' : keepOf(last)
}
