/**
 * Circle's Cross-Chain Transfer Protocol: burned on one chain, minted on another.
 * Sources: github.com/circlefin/evm-cctp-contracts (`TokenMessenger.sol`, `MessageTransmitter.sol`, `BurnMessage.sol` and
 * their `v2`), developers.circle.com/cctp/v1/message-format and /cctp/technical-guide.
 *
 * V1 numbers a source domain's messages: (domain, nonce) is the identifier. V2's nonce is made off-chain and stands in no
 * source transaction; what both sides repeat is the burn message (token, recipient, amount, sender, highest fee, hook).
 * Its hash is the identifier here: two equal burns have the same one, and whoever pairs them must see that.
 * @module
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { ChainId } from '../../units/caip.ts'
import { fromHex, toHex } from '../../units/hex.ts'
import type { CrossLink } from '../crossLink.ts'
import { event, type Log, type Readers, small, uint, type Values } from './event.ts'
import { contractOf, evmAsset, evmHolder } from './evm.ts'

/** developers.circle.com/cctp/concepts/supported-chains-and-domains: EVM chains, by domain. */
const DOMAINS: ReadonlyMap<number, ChainId> = new Map([
  [0, 'eip155:1'],
  [1, 'eip155:43114'],
  [2, 'eip155:10'],
  [3, 'eip155:42161'],
  [6, 'eip155:8453'],
  [7, 'eip155:137'],
  [10, 'eip155:130'],
  [11, 'eip155:59144'],
  [14, 'eip155:480'],
])
const DOMAIN_OF: ReadonlyMap<ChainId, number> = new Map(
  [...DOMAINS].map(([domain, chain]) => [chain, domain]),
)

const BURN_V1 = event(
  'DepositForBurn(uint64 indexed nonce, address indexed burnToken, uint256 amount, address indexed depositor, bytes32 mintRecipient, uint32 destinationDomain, bytes32 destinationTokenMessenger, bytes32 destinationCaller)',
)
const BURN_V2 = event(
  'DepositForBurn(address indexed burnToken, uint256 amount, address indexed depositor, bytes32 mintRecipient, uint32 destinationDomain, bytes32 destinationTokenMessenger, bytes32 destinationCaller, uint256 maxFee, uint32 indexed minFinalityThreshold, bytes hookData)',
)
const RECEIVED_V1 = event(
  'MessageReceived(address indexed caller, uint32 sourceDomain, uint64 indexed nonce, bytes32 sender, bytes messageBody)',
)
const RECEIVED_V2 = event(
  'MessageReceived(address indexed caller, uint32 sourceDomain, bytes32 indexed nonce, bytes32 sender, uint32 indexed finalityThresholdExecuted, bytes messageBody)',
)
const MINT_V1 = event(
  'MintAndWithdraw(address indexed mintRecipient, uint256 amount, address indexed mintToken)',
)
const MINT_V2 = event(
  'MintAndWithdraw(address indexed mintRecipient, uint256 amount, address indexed mintToken, uint256 feeCollected)',
)

function burnLink(chain: ChainId, log: Log): CrossLink | null {
  const v1 = BURN_V1.read(log)
  const values = v1 ?? BURN_V2.read(log)
  const domain = DOMAIN_OF.get(chain)
  if (values === null || domain === undefined) return null
  const to = small(values['destinationDomain']!)!
  const otherChain = DOMAINS.get(to) ?? null
  return {
    ...{ protocol: 'cctp', side: 'out' },
    id:
      v1 === null
        ? contentId(domain, to, { ...values, messageSender: values['depositor']! })
        : numberedId(domain, values['nonce']!),
    holder: evmHolder(chain, values['depositor']!),
    asset: evmAsset(chain, values['burnToken']!),
    amount: uint(values['amount']!),
    otherChain,
    otherHolder: evmHolder(otherChain, values['mintRecipient']!),
    contract: contractOf(chain, log.address),
  }
}

/** The mint that belongs to a message stands before it in the same transaction. */
function receivedLink(chain: ChainId, log: Log, logs: readonly Log[]): CrossLink | null {
  const v1 = RECEIVED_V1.read(log)
  const values = v1 ?? RECEIVED_V2.read(log)
  const here = DOMAIN_OF.get(chain)
  const body = values === null ? null : bodyOf(values['messageBody']!)
  // A message may carry anything; only burn messages move money.
  if (values === null || body === null || here === undefined || (v1 === null) !== (body['version'] === '1'))
    return null
  const from = small(values['sourceDomain']!)!
  const otherChain = DOMAINS.get(from) ?? null
  const mint = mintOf(chain, body['mintRecipient']!, logs.slice(0, logs.indexOf(log)))
  return {
    ...{ protocol: 'cctp', side: 'in' },
    id: v1 === null ? contentId(from, here, body) : numberedId(from, values['nonce']!),
    holder: evmHolder(chain, body['mintRecipient']!),
    asset: mint === null ? null : evmAsset(chain, mint['mintToken']!),
    amount: mint === null ? null : uint(mint['amount']!),
    otherChain,
    otherHolder: evmHolder(otherChain, body['messageSender']!),
    contract: contractOf(chain, log.address),
  }
}

function numberedId(domain: number, nonce: string): string {
  return `1:${domain}:${uint(nonce)}`
}

/** keccak-256 of what Circle's attestation does not change, by the fields' order in the burn message. */
function contentId(from: number, to: number, values: Values): string {
  const content = ['burnToken', 'mintRecipient', 'amount', 'messageSender', 'maxFee', 'hookData']
    .map((name) => values[name]!)
    .join('')
  return `2:${from}:${to}:${toHex(keccak_256(fromHex(content)))}`
}

/** BurnMessage: version uint32, then words; V2 adds highest fee, fee taken, expiry block, and the hook's bytes. */
function bodyOf(body: string): Values | null {
  const version = Number.parseInt(body.slice(0, 8), 16)
  const word = (i: number): string => body.slice(8 + 64 * i, 72 + 64 * i)
  const length = 8 + 64 * (version === 0 ? 4 : 7)
  if (!(version === 0 ? body.length === length : version === 1 && body.length >= length)) return null
  const values = {
    ...{ version: String(version), burnToken: word(0), mintRecipient: word(1), amount: word(2) },
    messageSender: word(3),
  }
  return version === 0 ? values : { ...values, maxFee: word(4), hookData: body.slice(length) }
}

/** The nearest mint for a recipient among logs that stand before the message. */
function mintOf(chain: ChainId, recipient: string, before: readonly Log[]): Values | null {
  for (const log of before.toReversed()) {
    if (log.topics[0] !== MINT_V1.topic && log.topics[0] !== MINT_V2.topic) continue
    const values = MINT_V1.read(log) ?? MINT_V2.read(log)
    if (values !== null && evmHolder(chain, values['mintRecipient']!) === evmHolder(chain, recipient))
      return values
  }
  return null
}

export const CCTP: Readers = [
  [BURN_V1, burnLink],
  [BURN_V2, burnLink],
  [RECEIVED_V1, receivedLink],
  [RECEIVED_V2, receivedLink],
]
