/**
 * What a node offers: Bitcoin Core's RPC and those made after it. By RPC it is asked in one call, when a source is made.
 * @module
 */
import { z } from 'zod'
import { fromScript } from '../../../address/index.ts'
import { checkJson, type Door, type RpcCall, rpcBatch } from '../../../net/index.ts'
import {
  BITCOIN_CASH,
  type ChainId,
  LITECOIN,
  LITECOIN_REGTEST,
  LITECOIN_TESTNET,
} from '../../../units/caip.ts'
import { HASH } from './esploraJson.ts'
import { NO_TXID } from './rawTransaction.ts'

export interface Abilities {
  /** Hash of the first block. */
  readonly genesis: string
  /** `getrawtransaction` finds confirmed transactions (-txindex). */
  readonly txIndex: boolean
  /** `gettxspendingprevout` finds confirmed spenders, which `getrawtransaction` then finds too (-txospenderindex, Core 31). */
  readonly spenderIndex: boolean
  /** `searchrawtransactions` is there (btcd, --addrindex). */
  readonly addressIndex: boolean
  /** `getblock` gives what a block spends (verbosity 3). */
  readonly prevouts: boolean
  readonly pruned: boolean
}

/** `getblock` gives prevouts from 23.0 on (Bitcoin Core, release notes of 23.0, "Updated RPCs"). */
const PREVOUTS_SINCE = 230_000
/** Litecoin Core and Bitcoin Cash Node count versions of their own. */
const OTHER_VERSIONS: readonly ChainId[] = [LITECOIN, LITECOIN_TESTNET, LITECOIN_REGTEST, BITCOIN_CASH]

/** Whether the chain's nodes give blocks with what they spend, if they are new enough. */
export function givesPrevouts(chain: ChainId): boolean {
  return !OTHER_VERSIONS.includes(chain)
}

const CHAIN = z.object({ pruned: z.boolean().optional() })
const INDEX = z.object({ synced: z.boolean() }).optional()
const INDEXES = z.object({ txindex: INDEX, txospenderindex: INDEX })
const NETWORK = z.object({ version: z.int().min(0) })

/** Remembered until the user asks for fresh answers: an index that is switched on later is then seen. */
export async function askAbilities(door: Door, chain: ChainId): Promise<Abilities> {
  const call = (
    method: string,
    params: readonly unknown[],
    read: (result: unknown) => unknown,
    refused: (code: number, message: string) => unknown = () => null,
  ): RpcCall<unknown> => ({ method, params, read, refused, keep: () => 'refresh' })
  // Nobody's address and nobody's transaction: only whether the question is understood matters.
  const nobody = fromScript(Uint8Array.of(0x76, 0xa9, 20, ...new Uint8Array(20), 0x88, 0xac), chain)
  // btcd says -5 where it has the index and finds nothing, -1 where it has none (rpcserver.go).
  const offered = (code: number): boolean => code === -5
  const [genesis, info, indexes, network, addressIndex, txIndex] = await door.ask(
    rpcBatch(
      [
        call(
          'getblockhash',
          [0],
          (hash) => checkJson(HASH, hash),
          () => undefined,
        ),
        call('getblockchaininfo', [], (result) => checkJson(CHAIN, result)),
        call('getindexinfo', [], (result) => checkJson(INDEXES, result)),
        call('getnetworkinfo', [], (result) => checkJson(NETWORK, result)),
        call('searchrawtransactions', [nobody, 0, 0, 1], () => true, offered),
        // Core and btcd name the missing option, each in its own words.
        call(
          'getrawtransaction',
          [NO_TXID, 0],
          () => true,
          (_code, message) => !/-txindex/.test(message),
        ),
      ],
      { keep: () => 'refresh' },
    ),
  )
  const version = (network as z.infer<typeof NETWORK> | null)?.version ?? 0
  const named = indexes as z.infer<typeof INDEXES> | null
  const hasTxIndex = named === null ? txIndex === true : named.txindex?.synced === true
  return {
    genesis: genesis as string,
    txIndex: hasTxIndex,
    spenderIndex: hasTxIndex && named?.txospenderindex?.synced === true,
    addressIndex: addressIndex === true,
    prevouts: version >= PREVOUTS_SINCE && givesPrevouts(chain),
    pruned: (info as z.infer<typeof CHAIN> | null)?.pruned === true,
  }
}

/** What a node of these abilities cannot see, in words. */
export function blindOf({ txIndex, addressIndex, prevouts, pruned }: Abilities, chain: ChainId): string[] {
  const says: readonly (readonly [boolean, string])[] = [
    [
      !addressIndex,
      'This node has no address index: what an address had before is found only by reading every block.',
    ],
    [!txIndex, 'This node has no transaction index: transactions are found only in blocks that are read.'],
    [
      !txIndex && !prevouts,
      'This node does not say what inputs spend: their payers and amounts are known only from transactions already fetched.',
    ],
    [
      !prevouts,
      'This node does not give blocks with what they spend: payments from taproot and bare keys are found by the outputs that are looked for, not by who pays.',
    ],
    [pruned, 'This node has deleted old blocks: what is in them cannot be read.'],
    [
      [LITECOIN, LITECOIN_TESTNET, LITECOIN_REGTEST].includes(chain),
      'What moves inside MWEB is confidential, and unconfirmed transactions into and out of it are not read.',
    ],
  ]
  return says.filter(([is]) => is).map(([, sentence]) => sentence)
}
