/**
 * Which chain a source is of: asked before it is trusted with anything.
 * @module
 */
import { z } from 'zod'
import { LootlineError } from '../../../errors.ts'
import {
  AnswerError,
  checkJson,
  type Door,
  type Keep,
  type Question,
  rpcQuestion,
} from '../../../net/index.ts'
import { BITCOIN, BITCOIN_CASH, type ChainId } from '../../../units/caip.ts'
import type { SourceKind } from '../../source.ts'
import { networkOfChain } from '../blockNetwork.ts'
import { HASH } from './esploraJson.ts'

/**
 * The first block of Bitcoin Cash after the fork, whose hash names that chain (CASA namespace `bip122`). It shares all
 * blocks before with Bitcoin.
 */
const FORK_HEIGHT = 478_559

/** Kinds of source of the Bitcoin family. */
export type BitcoinKind = Extract<SourceKind, 'esplora' | 'bitcoin' | 'bitcoin-rest'>

/** Asks for the hash of the best chain's block at a height; null above the tip. */
export type AskHash = (height: number) => Question<string | null>

/**
 * The chain of a source, by its first block, and where that is Bitcoin's by block 478,559. One call, or two. Before that
 * block both chains are one, and it is the one that is wanted.
 *
 * @throws {UnknownGenesisError} for a chain that is none of ours, or one that ends before it can be told from another
 * @throws what {@link Door.ask} throws
 */
export async function probeBitcoin(
  door: Door,
  kind: BitcoinKind,
  wanted: ChainId | null = null,
): Promise<ChainId> {
  const askHash = ASK_HASH[kind]
  const genesis = await door.ask(askHash(0))
  const chain = `bip122:${(genesis ?? '').slice(0, 32)}`
  if (networkOfChain(chain) === undefined) throw new UnknownGenesisError(door.shown, genesis ?? 'none')
  if (chain !== BITCOIN) return chain
  const forked = await door.ask(askHash(FORK_HEIGHT))
  if (forked === null && (wanted === BITCOIN || wanted === BITCOIN_CASH)) return wanted
  if (forked === null) throw new UnknownGenesisError(door.shown, `${genesis}, and none at ${FORK_HEIGHT}`)
  return `bip122:${forked.slice(0, 32)}` === BITCOIN_CASH ? BITCOIN_CASH : BITCOIN
}

/** What stands at a height stands there as long as it is in the chain. */
const keepOf =
  (height: number) =>
  (hash: string | null): Keep =>
    hash === null ? 'never' : { height, hash }

/** `GET /block-height/:height` */
export const askEsploraHash: AskHash = (height) => ({
  name: `GET /block-height/${height}`,
  path: `/block-height/${height}`,
  expected: [404],
  read: (answer) => (answer.status === 404 ? null : checkJson(HASH, answer.text().trim())),
  keep: keepOf(height),
})

/** Bitcoin Core says -8 (RPC_INVALID_PARAMETER) above the tip, btcd -1 (ErrRPCOutOfRange). */
const ABOVE_TIP = [-8, -1]

export const askNodeHash: AskHash = (height) =>
  rpcQuestion<string | null>({
    method: 'getblockhash',
    params: [height],
    read: (hash) => checkJson(HASH, hash),
    refused: (code) => (ABOVE_TIP.includes(code) ? null : undefined),
    keep: keepOf(height),
  })

/** `GET /rest/blockhashbyheight/:height`; Bitcoin Core says 404 above the tip, and for all paths without -rest. */
export const askRestHash: AskHash = (height) => ({
  name: `GET /rest/blockhashbyheight/${height}`,
  path: `/rest/blockhashbyheight/${height}.json`,
  expected: [404],
  read(answer) {
    if (answer.status !== 404) return checkJson(z.object({ blockhash: HASH }), answer.json()).blockhash
    if (height === 0)
      throw new AnswerError({ expected: 'the first block, from a node with -rest=1', came: '404' })
    return null
  },
  keep: keepOf(height),
})

const ASK_HASH: Readonly<Record<BitcoinKind, AskHash>> = {
  esplora: askEsploraHash,
  bitcoin: askNodeHash,
  'bitcoin-rest': askRestHash,
}

/** The source is of a chain that cannot be read, or not yet be told. */
export class UnknownGenesisError extends LootlineError<{
  readonly code: 'BITCOIN_UNKNOWN_GENESIS'
  readonly source: string
  readonly genesis: string
}> {
  override readonly name = 'UnknownGenesisError'
  constructor(source: string, genesis: string) {
    super(
      { code: 'BITCOIN_UNKNOWN_GENESIS', source, genesis },
      `The chain of ${source} is not one that can be read here: its first block is ${genesis}.`,
      'Name a source of Bitcoin, Litecoin or Bitcoin Cash; of a chain that ends before block 478,559 say which it is, with --chain.',
    )
  }
}
