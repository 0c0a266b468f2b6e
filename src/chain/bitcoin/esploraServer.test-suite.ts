/**
 * A server that speaks Esplora's HTTP API over blocks that it is given: parsed by bitcoinjs-lib, so that it shares no code
 * with what is tested. Counts what it was asked.
 * @module
 */
import { createHash } from 'node:crypto'
import { Block, Transaction } from 'bitcoinjs-lib'
import { fromScript, toScript } from '../../address/index.ts'
import {
  type FaultyOptions,
  type FaultyServer,
  startFaultyServer,
} from '../../net/faultyServer.test-suite.ts'
import type { ChainId } from '../../units/caip.ts'
import { toHex } from '../../units/hex.ts'

export interface EsploraChain {
  readonly chain: ChainId
  /** From the first on. */
  readonly blocks: readonly Uint8Array[]
  readonly mempool?: readonly Uint8Array[]
  /** Transactions on a page of a history; default 25, as the API has it. */
  readonly pageSize?: number
}

export interface EsploraAnswer {
  readonly status: number
  readonly body: string | Uint8Array
}

/** Answers a path, query excluded. */
export type EsploraAnswers = (path: string) => EsploraAnswer

export interface EsploraServer extends FaultyServer {
  /** Another state of the chain and its mempool from now on. */
  set(chain: EsploraChain): void
  /** What to answer to a path instead; undefined: as before. */
  instead(path: string, answer: EsploraAnswer | undefined): void
}

/** Counts requests by `GET /path`, see {@link FaultyServer}. */
export async function serveEsplora(first: EsploraChain, options?: FaultyOptions): Promise<EsploraServer> {
  let answers = esploraAnswers(first)
  const others = new Map<string, EsploraAnswer>()
  const server = await startFaultyServer(({ path }) => others.get(path) ?? answers(path), options)
  return {
    ...server,
    set(chain) {
      answers = esploraAnswers(chain)
    },
    instead(path, answer) {
      if (answer === undefined) others.delete(path)
      else others.set(path, answer)
    },
  }
}

interface Known {
  readonly tx: Transaction
  readonly txid: string
  /** undefined in the mempool. */
  readonly height?: number
}

interface KnownBlock {
  readonly bytes: Uint8Array
  readonly block: Block
  readonly hash: string
  readonly txids: readonly string[]
}

const NOT_FOUND: EsploraAnswer = { status: 404, body: 'not found' }

/** The answers alone, to be served by others. Cost: everything is parsed once, here. */
export function esploraAnswers({ chain, blocks, mempool = [], pageSize = 25 }: EsploraChain): EsploraAnswers {
  const known = new Map<string, Known>()
  const spenders = new Map<string, { readonly txid: string; readonly vin: number }>()
  /** By SHA-256 of the script: ids in chain order, unconfirmed ones last. */
  const touching = new Map<string, Set<string>>()
  const heights = new Map<string, number>()
  const all: KnownBlock[] = []

  const touch = (script: Uint8Array, txid: string): void => {
    const hash = sha256(script)
    const ids = touching.get(hash) ?? new Set()
    touching.set(hash, ids.add(txid))
  }
  const add = (tx: Transaction, height?: number): string => {
    const txid = tx.getId()
    known.set(txid, { tx, txid, ...(height === undefined ? {} : { height }) })
    for (const { script } of tx.outs) touch(script, txid)
    return txid
  }
  /** After all of a block are added: one may spend another of the same. */
  const addSpends = (tx: Transaction): void => {
    if (tx.isCoinbase()) return
    for (const [vin, { hash, index }] of tx.ins.entries()) {
      spenders.set(`${reversed(hash)}:${index}`, { txid: tx.getId(), vin })
      touch(known.get(reversed(hash))!.tx.outs[index]!.script, tx.getId())
    }
  }
  for (const [height, bytes] of blocks.entries()) {
    const block = Block.fromBuffer(bytes)
    const txids = block.transactions!.map((tx) => add(tx, height))
    for (const tx of block.transactions!) addSpends(tx)
    heights.set(block.getId(), height)
    all.push({ bytes, block, hash: block.getId(), txids })
  }
  const pool = mempool.map((bytes) => Transaction.fromBuffer(bytes))
  for (const tx of pool) add(tx)
  for (const tx of pool) addSpends(tx)

  const status = (height: number | undefined): unknown =>
    height === undefined
      ? { confirmed: false }
      : {
          ...{ confirmed: true, block_height: height, block_hash: all[height]!.hash },
          block_time: all[height]!.block.timestamp,
        }
  const output = ({ script, value }: { script: Uint8Array; value: bigint }): unknown => {
    const address = fromScript(script, chain)
    const shown = address === null || address.startsWith('p2pk-') ? {} : { scriptpubkey_address: address }
    return { scriptpubkey: toHex(script), scriptpubkey_asm: '', ...shown, value: Number(value) }
  }
  const json = ({ tx, txid, height }: Known): unknown => {
    const isCoinbase = tx.isCoinbase()
    const spent = tx.ins.map(({ hash, index }) => known.get(reversed(hash))?.tx.outs[index])
    const paidIn = spent.reduce((sum, each) => sum + (each?.value ?? 0n), 0n)
    const paidOut = tx.outs.reduce((sum, { value }) => sum + value, 0n)
    return {
      txid,
      version: tx.version,
      locktime: tx.locktime,
      vin: tx.ins.map(({ hash, index, script, sequence, witness }, i) => ({
        txid: reversed(hash),
        vout: index,
        prevout: isCoinbase ? null : output(spent[i]!),
        scriptsig: toHex(script),
        scriptsig_asm: '',
        ...(witness.length === 0 ? {} : { witness: witness.map(toHex) }),
        is_coinbase: isCoinbase,
        sequence,
      })),
      vout: tx.outs.map(output),
      size: tx.byteLength(),
      weight: tx.weight(),
      fee: isCoinbase ? 0 : Number(paidIn - paidOut),
      status: status(height),
    }
  }
  const stats = (hash: string): unknown => {
    const ids = [...(touching.get(hash) ?? [])]
    const confirmed = ids.filter((txid) => known.get(txid)!.height !== undefined).length
    return { chain_stats: { tx_count: confirmed }, mempool_stats: { tx_count: ids.length - confirmed } }
  }
  const history = (hash: string, [kind, last]: readonly string[]): EsploraAnswer => {
    const newestFirst = [...(touching.get(hash) ?? [])].reverse()
    const ids = newestFirst.filter((txid) => (known.get(txid)!.height === undefined) === (kind === 'mempool'))
    if (kind === 'mempool') return ok(ids.slice(0, 50).map((txid) => json(known.get(txid)!)))
    const from = last === undefined ? 0 : ids.indexOf(last) + 1
    if (last !== undefined && from === 0) return NOT_FOUND
    return ok(ids.slice(from, from + pageSize).map((txid) => json(known.get(txid)!)))
  }
  const ofScript = (hash: string, name: string, value: string, rest: readonly string[]): EsploraAnswer => {
    if (rest.length === 0) return ok({ [name]: value, ...(stats(hash) as object) })
    return rest[0] === 'txs' && ['chain', 'mempool'].includes(rest[1]!)
      ? history(hash, rest.slice(1))
      : NOT_FOUND
  }
  const ofBlock = (height: number, [what]: readonly string[]): EsploraAnswer => {
    const { bytes, block, hash, txids } = all[height]!
    if (what === 'raw') return { status: 200, body: bytes }
    if (what === 'header') return { status: 200, body: toHex(bytes.subarray(0, 80)) }
    if (what === 'txids') return ok(txids)
    if (what !== undefined) return NOT_FOUND
    return ok({
      ...{ id: hash, height, version: block.version, timestamp: block.timestamp, bits: block.bits },
      ...{ nonce: block.nonce, merkle_root: reversed(block.merkleRoot!), tx_count: txids.length },
      ...{ size: bytes.length, previousblockhash: height === 0 ? null : reversed(block.prevHash!) },
    })
  }
  const ofTransaction = (found: Known, [what]: readonly string[]): EsploraAnswer => {
    if (what === undefined) return ok(json(found))
    if (what === 'hex') return { status: 200, body: found.tx.toHex() }
    if (what !== 'outspends') return NOT_FOUND
    const spends = found.tx.outs.map((_, n) => {
      const by = spenders.get(`${found.txid}:${n}`)
      return by === undefined
        ? { spent: false }
        : { spent: true, ...by, status: status(known.get(by.txid)!.height) }
    })
    return ok(spends)
  }

  return (path) => {
    const [, kind, value = '', ...rest] = path.split('/')
    switch (kind) {
      case 'blocks':
        if (path === '/blocks/tip/height') return { status: 200, body: String(all.length - 1) }
        return path === '/blocks/tip/hash' ? { status: 200, body: all.at(-1)!.hash } : NOT_FOUND
      case 'block-height': {
        const found = all[Number(value)]
        return found === undefined ? NOT_FOUND : { status: 200, body: found.hash }
      }
      case 'block': {
        const height = heights.get(value)
        return height === undefined ? NOT_FOUND : ofBlock(height, rest)
      }
      case 'tx': {
        const found = known.get(value)
        return found === undefined ? NOT_FOUND : ofTransaction(found, rest)
      }
      case 'address':
        return ofScript(sha256(toScript(value, chain)), 'address', value, rest)
      case 'scripthash':
        return ofScript(value, 'scripthash', value, rest)
      case 'mempool':
        return value === 'txids' ? ok(pool.map((tx) => tx.getId())) : NOT_FOUND
      default:
        return NOT_FOUND
    }
  }
}

function ok(body: unknown): EsploraAnswer {
  return { status: 200, body: JSON.stringify(body) }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function reversed(hash: Uint8Array): string {
  return toHex(Uint8Array.from(hash).reverse())
}
