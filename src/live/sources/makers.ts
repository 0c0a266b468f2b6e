/**
 * How each kind of source is made, and asked who it is.
 * @module
 */
import { z } from 'zod'
import { type BlockNetwork, networkOfChain } from '../../chain/bitcoin/blockNetwork.ts'
import type { Source, SourceKind } from '../../chain/source.ts'
import { LootlineError } from '../../errors.ts'
import { checkJson, type Door, type Keep, type Question, readJson, rpcQuestion } from '../../net/index.ts'
import type { ChainId } from '../../units/caip.ts'
import { printable } from '../../units/text.ts'

export interface SourceMaker {
  /** Which chain it serves. `wanted` is what the user says: where it serves several, one must be said. */
  probe(door: Door, wanted: ChainId | null): Promise<ChainId>
  open(door: Door, chain: ChainId): Promise<Source>
}

export type SourceMakers = Readonly<Record<SourceKind, SourceMaker>>

/** EIP-695: eth_chainId, a hex quantity. EIP-2294 bounds it to what JavaScript holds exactly. */
const CHAIN_ID = z
  .string()
  .regex(/^0x(?:0|[1-9a-f][0-9a-f]{0,13})$/i, 'a hex number below 2^53')
  .transform(Number)
  .refine(Number.isSafeInteger, 'a hex number below 2^53')

/** CASA namespace `tron`: the last four bytes of the first block's hash, as a decimal number. */
const TRON_GENESIS: Question<ChainId> = {
  name: 'POST /wallet/getblockbynum, the first block',
  ...{ method: 'POST', path: '/wallet/getblockbynum', body: '{"num":0}' },
  read(answer) {
    const { blockID } = readJson(z.object({ blockID: z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits') }))(
      answer,
    )
    return `tron:${Number.parseInt(blockID.slice(-8), 16)}`
  },
  keep: () => 'never',
}

/** Readers are loaded when a source of their kind is opened: most commands need none. */
export const MAKERS: SourceMakers = {
  esplora: ofBitcoin('esplora', 'createEsplora'),
  bitcoin: ofBitcoin('bitcoin', 'createBitcoinNode'),
  'bitcoin-rest': ofBitcoin('bitcoin-rest', 'createBitcoinRest'),
  evm: {
    async probe(door) {
      const read = (id: unknown): number => checkJson(CHAIN_ID, id)
      const keep = (): Keep => 'never'
      return `eip155:${await door.ask(rpcQuestion({ method: 'eth_chainId', params: [], read, keep }))}`
    },
    async open(door) {
      const { createEvmNode } = await import('../../chain/evm/createEvmNode.ts')
      return createEvmNode(door)
    },
  },
  etherscan: {
    // It answers for the chain it is asked about, or says that it does not know it.
    async probe(door, wanted) {
      if (wanted === null) throw new ChainUnsaidError('etherscan')
      const { createEtherscan } = await import('../../chain/evm/etherscan/createEtherscan.ts')
      await createEtherscan(door, evmNumber(wanted)).tip()
      return wanted
    },
    async open(door, chain) {
      const { createEtherscan } = await import('../../chain/evm/etherscan/createEtherscan.ts')
      return createEtherscan(door, evmNumber(chain))
    },
  },
  trongrid: {
    probe: (door) => door.ask(TRON_GENESIS),
    async open(door) {
      const { createTronGrid } = await import('../../chain/tron/createTronGrid.ts')
      return createTronGrid(door)
    },
  },
}

function ofBitcoin(
  kind: 'esplora' | 'bitcoin' | 'bitcoin-rest',
  create: 'createEsplora' | 'createBitcoinNode' | 'createBitcoinRest',
): SourceMaker {
  const live = () => import('../../chain/bitcoin/live/index.ts')
  return {
    probe: async (door, wanted) => (await live()).probeBitcoin(door, kind, wanted),
    async open(door, chain) {
      const { memoLinks } = await import('../../chain/crossing/index.ts')
      return (await live())[create](door, networkOf(chain), { memoLinks })
    },
  }
}

/** EIP-155's number of a chain. @throws {ChainKindError} */
function evmNumber(chain: ChainId): number {
  const number = /^eip155:(\d{1,15})$/.exec(chain)?.[1]
  if (number === undefined) throw new ChainKindError('etherscan', chain)
  return Number(number)
}

/** The network of a chain that `probeBitcoin` has told. */
function networkOf(chain: ChainId): BlockNetwork {
  const network = networkOfChain(chain)
  if (network === undefined) throw new RangeError(`no network of the Bitcoin family: ${chain}`)
  return network
}

/** A source of several chains. */
export class ChainUnsaidError extends LootlineError<{
  readonly code: 'LIVE_CHAIN_UNSAID'
  readonly kind: SourceKind
}> {
  override readonly name = 'ChainUnsaidError'
  constructor(kind: SourceKind) {
    super(
      { code: 'LIVE_CHAIN_UNSAID', kind },
      `A source of kind ${kind} serves several chains.`,
      'Say which one with --chain.',
    )
  }
}

/** A chain that no source of a kind can serve. */
export class ChainKindError extends LootlineError<{
  readonly code: 'LIVE_CHAIN_KIND'
  readonly kind: SourceKind
  readonly chain: ChainId
}> {
  override readonly name = 'ChainKindError'
  constructor(kind: SourceKind, chain: ChainId) {
    super(
      { code: 'LIVE_CHAIN_KIND', kind, chain },
      `No source of kind ${kind} serves ${printable(chain, 100)}.`,
      'Name another chain, or another kind of source.',
    )
  }
}
