/**
 * A node asked by Bitcoin Core's REST interface (`-rest=1`; doc/REST-interface.md, src/rest.cpp), each answer checked
 * against its own hash.
 * @module
 */
import { z } from 'zod'
import { type Answer, AnswerError, checkJson, type Door, listOf, type Question } from '../../../net/index.ts'
import { chunks } from '../../../units/chunks.ts'
import { toHex } from '../../../units/hex.ts'
import type { BlockNetwork } from '../blockNetwork.ts'
import type { Header } from './blockHeader.ts'
import { maxBlockBytes } from './blockScan.ts'
import { HASH, TXIDS } from './esploraJson.ts'
import { type Abilities, givesPrevouts } from './nodeAbilities.ts'
import type { NodeCalls } from './nodeCalls.ts'
import { HEX, JSON_TIMES, nodeHeader, nodeListed, nodeOutput, nodeSpent, OUTPUT } from './nodeJson.ts'
import { askRestHash } from './probe.ts'
import { type RawOutput, type RawTransaction, readTransaction } from './rawTransaction.ts'

const PLACED = z.object({ hex: HEX, blockhash: HASH.optional() })
const UTXOS = z.object({ bitmap: z.string().regex(/^[01]*$/, 'zeros and ones'), utxos: listOf(OUTPUT) })
const CHAIN = z.object({ bestblockhash: HASH })
/** Ids alone where the node knows `verbose=false` (25.0 and later), else an object of details under ids. */
const DETAILS = z.looseObject({})

/** `MAX_GETUTXOS_OUTPOINTS` */
const OUTPOINTS = 15
/** Room for what JSON has around a block's or transaction's hex digits. */
const AROUND = 100_000

/** Only what `Door.ask` needs beside `read` and `keep`; a question that may find nothing expects 404. */
function get(path: string, none?: 'may be none'): Pick<Question<unknown>, 'name' | 'path' | 'expected'> {
  return { name: `GET ${path}`, path, ...(none === undefined ? {} : { expected: [404] }) }
}

const orNone =
  <T>(read: (answer: Answer) => T) =>
  (answer: Answer): T | null =>
    answer.status === 404 ? null : read(answer)

/** @param genesis hash of the first block: what a hash itself proves stays true as long as that is in the chain */
export function restNode(door: Door, network: BlockNetwork, genesis: string): NodeCalls {
  const most = maxBlockBytes(network.chain)

  /** null for a block that is not in the best chain: then none is listed. */
  const headerOrNone = (hash: string): Promise<Header | null> =>
    door.ask({
      ...get(`/rest/headers/1/${hash}.json`, 'may be none'),
      read: orNone((answer) => {
        const [stated] = checkJson(listOf(z.unknown(), { max: 1 }), answer.json())
        return stated === undefined ? null : nodeHeader(stated, hash, network)
      }),
      keep: (header) => (header === null ? 'never' : { height: header.height, hash }),
    })
  const rawTransaction = (txid: string, keepForever: boolean): Promise<RawTransaction | null> =>
    door.ask({
      ...get(`/rest/tx/${txid}.bin`, 'may be none'),
      read: orNone(({ bytes }) => readTransaction(toHex(bytes), txid)),
      keep: (raw) => (keepForever && raw !== null ? { height: 0, hash: genesis } : 'never'),
      maxBytes: most,
    })

  return {
    bestHash: () =>
      door.ask({
        ...get('/rest/chaininfo.json'),
        read: (answer) => checkJson(CHAIN, answer.json()).bestblockhash,
        keep: () => 'never',
      }),
    hashAt: (height) => door.ask(askRestHash(height)),
    async header(hash) {
      const header = await headerOrNone(hash)
      if (header === null)
        throw new AnswerError(
          { expected: `block ${hash} of the best chain`, came: 'none' },
          { source: door.shown, question: `GET /rest/headers/1/${hash}.json`, attempts: 1 },
        )
      return header
    },
    listed: (hash) =>
      door.ask({
        ...get(`/rest/block/notxdetails/${hash}.json`),
        read: (answer) => nodeListed(answer.json(), hash, network),
        keep: ({ header: { height } }) => ({ height, hash }),
      }),
    block: ({ hash, height }, read) =>
      door.ask({
        ...get(`/rest/block/${hash}.bin`),
        read: ({ bytes }) => read(bytes),
        keep: () => ({ height, hash, passing: true }),
        maxBytes: most,
      }),
    spentBy: ({ hash, height }) =>
      door.ask({
        ...get(`/rest/block/${hash}.json`),
        read: (answer) => nodeSpent(answer.json(), true),
        keep: () => ({ height, hash, passing: true }),
        maxBytes: JSON_TIMES * most,
      }),
    async transaction(txid) {
      const found = await door.ask({
        ...get(`/rest/tx/${txid}.json`, 'may be none'),
        read: orNone((answer) => {
          const { hex, blockhash = null } = checkJson(PLACED, answer.json())
          const raw = readTransaction(hex, txid)
          return raw === null ? null : { raw, blockHash: blockhash }
        }),
        // It names a block without saying whether that is still in the chain.
        keep: () => 'never',
        maxBytes: JSON_TIMES * most,
      })
      if (found === null || found.blockHash === null) return found
      return (await headerOrNone(found.blockHash)) === null ? { ...found, blockHash: null } : found
    },
    async transactions(txids, of) {
      const all = await Promise.all(txids.map((txid) => rawTransaction(txid, of === 'blocks')))
      return all.filter((raw) => raw !== null)
    },
    async unspent(outpoints) {
      const outputs: (RawOutput | null)[] = []
      for (const part of chunks(outpoints, OUTPOINTS)) {
        const named = part.map(({ txid, n }) => `${txid}-${n}`).join('/')
        outputs.push(
          ...(await door.ask({
            ...get(`/rest/getutxos/${named}.json`),
            read: (answer) => utxosOf(answer.json(), part.length),
            keep: () => 'never' as const,
            maxBytes: OUTPOINTS * AROUND,
          })),
        )
      }
      return outputs
    },
    mempool: () =>
      door.ask({
        ...get('/rest/mempool/contents.json?verbose=false'),
        read: (answer) => {
          const stated = answer.json()
          return checkJson(TXIDS, Array.isArray(stated) ? stated : Object.keys(checkJson(DETAILS, stated)))
        },
        keep: () => 'never',
      }),
    mempoolFetches: 500,
  }
}

/**
 * Asks what the node offers, by its second block: the first block's transaction is in no index, and a pruned node no longer
 * has the second.
 */
export async function restAbilities(door: Door, network: BlockNetwork): Promise<Abilities> {
  const genesis = await door.ask(askRestHash(0))
  const second = await door.ask(askRestHash(1))
  const listed =
    second === null
      ? null
      : await door.ask({
          ...get(`/rest/block/notxdetails/${second}.json`, 'may be none'),
          read: orNone((answer) => nodeListed(answer.json(), second, network)),
          keep: () => 'refresh',
        })
  const txIndex =
    listed !== null &&
    (await door.ask({
      ...get(`/rest/tx/${listed.txids[0]}.bin`, 'may be none'),
      read: ({ status }) => status !== 404,
      keep: () => 'refresh',
    }))
  const pruned = second !== null && listed === null
  const offers = { txIndex, spenderIndex: false, addressIndex: false, prevouts: givesPrevouts(network.chain) }
  return { genesis: genesis!, ...offers, pruned }
}

/** One for each that was asked about: the bitmap says which are there, and the list has only those. */
function utxosOf(stated: unknown, count: number): (RawOutput | null)[] {
  const { bitmap, utxos } = checkJson(UTXOS, stated)
  const there = bitmap.replaceAll('0', '').length
  if (bitmap.length !== count || utxos.length !== there)
    throw new AnswerError({
      expected: `a bitmap of ${count}, and as many outputs as it has ones`,
      came: `${bitmap.length}, with ${there} ones and ${utxos.length} outputs`,
    })
  let next = 0
  return [...bitmap].map((bit) => (bit === '1' ? nodeOutput(utxos[next++]!) : null))
}
