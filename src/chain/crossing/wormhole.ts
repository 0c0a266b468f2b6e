/**
 * Wormhole's token bridge: a message published by the core contract for the bridge, and its redemption.
 * Sources: wormhole.com/docs/products/token-bridge/concepts/payload-structure (payloads 1 and 3), .../reference/chain-ids,
 * github.com/wormhole-foundation/wormhole `ethereum/contracts/Implementation.sol` and `bridge/Bridge.sol`.
 * (emitter chain, emitter address, sequence) identifies a message.
 * @module
 */
import type { ChainId } from '../../units/caip.ts'
import type { CrossLink } from '../crossLink.ts'
import { isAmong, WORMHOLE_TOKEN_BRIDGES } from './contracts.ts'
import { event, type Log, type Readers, small, uint } from './event.ts'
import { contractOf, evmAsset, evmHolder } from './evm.ts'

/** Wormhole's own numbers of EVM chains. */
const CHAINS: ReadonlyMap<number, ChainId> = new Map([
  [2, 'eip155:1'],
  [4, 'eip155:56'],
  [5, 'eip155:137'],
  [6, 'eip155:43114'],
  [10, 'eip155:250'],
  [14, 'eip155:42220'],
  [16, 'eip155:1284'],
  [23, 'eip155:42161'],
  [24, 'eip155:10'],
  [30, 'eip155:8453'],
])
const NUMBERS: ReadonlyMap<ChainId, number> = new Map([...CHAINS].map(([number, chain]) => [chain, number]))

const PUBLISHED = event(
  'LogMessagePublished(address indexed sender, uint64 sequence, uint32 nonce, bytes payload, uint8 consistencyLevel)',
)
const REDEEMED = event(
  'TransferRedeemed(uint16 indexed emitterChainId, bytes32 indexed emitterAddress, uint64 indexed sequence)',
)

/** Amounts in payloads are cut to eight decimals: the ledger says what left. Anybody may publish: the sender must be a token bridge. */
function publishedLink(chain: ChainId, log: Log): CrossLink | null {
  const values = PUBLISHED.read(log)
  const number = NUMBERS.get(chain)
  if (values === null || number === undefined) return null
  const payload = values['payload']!
  const type = payload.slice(0, 2)
  // Transfer and TransferWithPayload: id, amount, token, token chain, to, to chain, then a fee or a sender (one word).
  if ((type !== '01' && type !== '03') || payload.length < 2 + 4 * 64 + 8) return null
  if (!isAmong([WORMHOLE_TOKEN_BRIDGES], evmHolder(chain, values['sender']!))) return null
  const tokenChain = Number.parseInt(payload.slice(130, 134), 16)
  const otherChain = CHAINS.get(Number.parseInt(payload.slice(198, 202), 16)) ?? null
  return {
    ...{ protocol: 'wormhole', side: 'out', id: idOf(number, values['sender']!, values['sequence']!) },
    ...{ holder: null, amount: null },
    asset: tokenChain === number ? evmAsset(chain, payload.slice(66, 130)) : null,
    otherChain,
    otherHolder: evmHolder(otherChain, payload.slice(134, 198)),
    contract: contractOf(chain, log.address),
  }
}

function redeemedLink(chain: ChainId, log: Log): CrossLink | null {
  const values = REDEEMED.read(log)
  if (values === null) return null
  const number = small(values['emitterChainId']!)!
  return {
    ...{ protocol: 'wormhole', side: 'in', id: idOf(number, values['emitterAddress']!, values['sequence']!) },
    ...{ holder: null, asset: null, amount: null },
    otherChain: CHAINS.get(number) ?? null,
    otherHolder: null,
    contract: contractOf(chain, log.address),
  }
}

function idOf(chain: number, emitter: string, sequence: string): string {
  return `${chain}/${emitter}/${uint(sequence)}`
}

export const WORMHOLE: Readers = [
  [PUBLISHED, publishedLink],
  [REDEEMED, redeemedLink],
]
