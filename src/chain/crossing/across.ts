/**
 * Across: deposits and fills of spoke pools, V2, V3 and the later events with bytes32 addresses.
 * Source: github.com/across-protocol/contracts `contracts/SpokePool.sol`, `contracts/interfaces/V3SpokePoolInterface.sol`;
 * Origin chain and deposit id identify a deposit.
 * @module
 */
import type { ChainId } from '../../units/caip.ts'
import type { CrossLink } from '../crossLink.ts'
import { event, type Log, type Readers, uint } from './event.ts'
import { contractOf, evmAsset, evmChain, evmHolder } from './evm.ts'

const DEPOSITS = [
  event(
    'FundsDeposited(uint256 inputAmount, uint256 originChainId, uint256 indexed destinationChainId, int64 relayerFeePct, uint32 indexed depositId, uint32 quoteTimestamp, address inputToken, address recipient, address indexed depositor, bytes message)',
  ),
  event(
    'V3FundsDeposited(address inputToken, address outputToken, uint256 inputAmount, uint256 outputAmount, uint256 indexed destinationChainId, uint32 indexed depositId, uint32 quoteTimestamp, uint32 fillDeadline, uint32 exclusivityDeadline, address indexed depositor, address recipient, address exclusiveRelayer, bytes message)',
  ),
  event(
    'FundsDeposited(bytes32 inputToken, bytes32 outputToken, uint256 inputAmount, uint256 outputAmount, uint256 indexed destinationChainId, uint256 indexed depositId, uint32 quoteTimestamp, uint32 fillDeadline, uint32 exclusivityDeadline, bytes32 indexed depositor, bytes32 recipient, bytes32 exclusiveRelayer, bytes message)',
  ),
]

/** V2 relayed in parts: `fillAmount` is one part of what the recipient gets, before fees. */
const FILL_V2 = event(
  'FilledRelay(uint256 amount, uint256 totalFilledAmount, uint256 fillAmount, uint256 repaymentChainId, uint256 indexed originChainId, uint256 destinationChainId, int64 relayerFeePct, int64 realizedLpFeePct, uint32 indexed depositId, address outputToken, address relayer, address indexed depositor, address recipient, bytes message, (address recipient, bytes message, int64 relayerFeePct, bool isSlowRelay, int256 payoutAdjustmentPct) updatableRelayData)',
)
const FILLS = [
  FILL_V2,
  event(
    'FilledV3Relay(address inputToken, address outputToken, uint256 inputAmount, uint256 outputAmount, uint256 repaymentChainId, uint256 indexed originChainId, uint32 indexed depositId, uint32 fillDeadline, uint32 exclusivityDeadline, address exclusiveRelayer, address indexed relayer, address depositor, address recipient, bytes message, (address updatedRecipient, bytes updatedMessage, uint256 updatedOutputAmount, uint8 fillType) relayExecutionInfo)',
  ),
  event(
    'FilledRelay(bytes32 inputToken, bytes32 outputToken, uint256 inputAmount, uint256 outputAmount, uint256 repaymentChainId, uint256 indexed originChainId, uint256 indexed depositId, uint32 fillDeadline, uint32 exclusivityDeadline, bytes32 exclusiveRelayer, bytes32 indexed relayer, bytes32 depositor, bytes32 recipient, bytes32 messageHash, (bytes32 updatedRecipient, bytes32 updatedMessageHash, uint256 updatedOutputAmount, uint8 fillType) relayExecutionInfo)',
  ),
]

function depositLink(chain: ChainId, log: Log): CrossLink | null {
  const values = DEPOSITS.find(({ topic }) => topic === log.topics[0])?.read(log)
  if (values == null) return null
  const otherChain = evmChain(uint(values['destinationChainId']!))
  return {
    ...{ protocol: 'across', side: 'out' },
    id: `${chain.slice('eip155:'.length)}:${uint(values['depositId']!)}`,
    holder: evmHolder(chain, values['depositor']!),
    asset: evmAsset(chain, values['inputToken']!),
    amount: uint(values['inputAmount']!),
    otherChain,
    otherHolder: evmHolder(otherChain, values['recipient']!),
    contract: contractOf(chain, log.address),
  }
}

function fillLink(chain: ChainId, log: Log): CrossLink | null {
  const values = FILLS.find(({ topic }) => topic === log.topics[0])?.read(log)
  if (values == null) return null
  const origin = uint(values['originChainId']!)
  const otherChain = evmChain(origin)
  return {
    ...{ protocol: 'across', side: 'in' },
    id: `${origin}:${uint(values['depositId']!)}`,
    holder: evmHolder(chain, values['recipient']!),
    asset: evmAsset(chain, values['outputToken']!),
    // A depositor may agree to less (`updatedOutputAmount`), and V2 takes fees: the ledger says what came.
    amount: null,
    otherChain,
    otherHolder: evmHolder(otherChain, values['depositor']!),
    contract: contractOf(chain, log.address),
  }
}

export const ACROSS: Readers = [
  ...DEPOSITS.map((shape) => [shape, depositLink] as const),
  ...FILLS.map((shape) => [shape, fillLink] as const),
]
