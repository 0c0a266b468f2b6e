/**
 * LayerZero V2: tokens of the OFT standard and Stargate's pools. The endpoint's packet has a guid that both sides know.
 * Sources: github.com/LayerZero-Labs/LayerZero-v2 `EndpointV2.sol`, `PacketV1Codec.sol`, `GUID.sol`, `IOFT.sol`;
 * endpoint ids: docs.layerzero.network, "Deployed contracts".
 * @module
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { ChainId } from '../../units/caip.ts'
import { fromHex, toHex } from '../../units/hex.ts'
import type { CrossLink } from '../crossLink.ts'
import { isAmong, LAYER_ZERO_ENDPOINTS } from './contracts.ts'
import { event, type Log, type Readers, small, uint } from './event.ts'
import { contractOf, evmHolder } from './evm.ts'

const CHAINS: ReadonlyMap<number, ChainId> = new Map([
  [30101, 'eip155:1'],
  [30102, 'eip155:56'],
  [30106, 'eip155:43114'],
  [30109, 'eip155:137'],
  [30110, 'eip155:42161'],
  [30111, 'eip155:10'],
  [30183, 'eip155:59144'],
  [30184, 'eip155:8453'],
])
const EIDS: ReadonlyMap<ChainId, number> = new Map([...CHAINS].map(([eid, chain]) => [chain, eid]))

const OFT_SENT = event(
  'OFTSent(bytes32 indexed guid, uint32 dstEid, address indexed fromAddress, uint256 amountSentLD, uint256 amountReceivedLD)',
)
const OFT_RECEIVED = event(
  'OFTReceived(bytes32 indexed guid, uint32 srcEid, address indexed toAddress, uint256 amountReceivedLD)',
)
const PACKET_SENT = event('PacketSent(bytes encodedPayload, bytes options, address sendLibrary)')
const PACKET_DELIVERED = event(
  'PacketDelivered((uint32 srcEid, bytes32 sender, uint64 nonce) origin, address receiver)',
)

/**
 * A token's contract says what it sends. Where the endpoint has a packet of this guid from that very contract in the same
 * transaction, the link's contract is the endpoint: then the message is proved, and the amounts are the token's word.
 */
function sentLink(chain: ChainId, log: Log, logs: readonly Log[]): CrossLink | null {
  const values = OFT_SENT.read(log)
  if (values === null) return null
  const guid = values['guid']!
  const endpoint = logs.find((other) => {
    const packet = isEndpoint(chain, other) ? PACKET_SENT.read(other)?.['encodedPayload'] : undefined
    // PacketV1: version, nonce (8 bytes), source, sender, destination, receiver, guid, message.
    return packet?.slice(162, 226) === guid && packet.slice(26, 90).endsWith(log.address.slice(2))
  })
  return {
    ...{ protocol: 'layerzero', side: 'out', id: guid },
    holder: evmHolder(chain, values['fromAddress']!),
    // Which token an adapter or a pool holds is not in the log.
    asset: null,
    amount: uint(values['amountSentLD']!),
    otherChain: CHAINS.get(small(values['dstEid']!)!) ?? null,
    otherHolder: null,
    contract: contractOf(chain, (endpoint ?? log).address),
  }
}

function receivedLink(chain: ChainId, log: Log, logs: readonly Log[]): CrossLink | null {
  const values = OFT_RECEIVED.read(log)
  if (values === null) return null
  const endpoint = logs.find((other) => {
    const packet = isEndpoint(chain, other) ? PACKET_DELIVERED.read(other) : null
    if (packet === null || packet['receiver']!.slice(24) !== log.address.slice(2)) return false
    const { srcEid, sender, nonce, receiver } = packet as Record<string, string>
    return guidOf(nonce!, srcEid!, sender!, EIDS.get(chain), receiver!) === values['guid']
  })
  return {
    ...{ protocol: 'layerzero', side: 'in', id: values['guid']! },
    holder: evmHolder(chain, values['toAddress']!),
    ...{ asset: null, amount: uint(values['amountReceivedLD']!) },
    otherChain: CHAINS.get(small(values['srcEid']!)!) ?? null,
    otherHolder: null,
    contract: contractOf(chain, (endpoint ?? log).address),
  }
}

function isEndpoint(chain: ChainId, log: Log): boolean {
  return (
    (log.topics[0] === PACKET_SENT.topic || log.topics[0] === PACKET_DELIVERED.topic) &&
    isAmong([LAYER_ZERO_ENDPOINTS], contractOf(chain, log.address))
  )
}

/** keccak-256 of nonce (u64), source (u32), sender, destination (u32) and receiver, packed. */
function guidOf(
  nonce: string,
  source: string,
  from: string,
  here: number | undefined,
  to: string,
): string | null {
  if (here === undefined) return null
  const packed = nonce.slice(48) + source.slice(56) + from + here.toString(16).padStart(8, '0') + to
  return toHex(keccak_256(fromHex(packed)))
}

export const LAYER_ZERO: Readers = [
  [OFT_SENT, sentLink],
  [OFT_RECEIVED, receivedLink],
]
