/**
 * Celer's cBridge: pools, and tokens pegged to what a vault on another chain holds.
 * Source: github.com/celer-network/sgn-v2-contracts `contracts/liquidity-bridge/Bridge.sol` (Send, Relay),
 * `contracts/pegged-bridge/` (Deposited, Withdrawn, Burn, Mint). A relay repeats the id of what it answers. A withdrawal
 * or mint with no account on the other side is a refund or a fee.
 * @module
 */
import type { ChainId } from '../../units/caip.ts'
import type { CrossLink } from '../crossLink.ts'
import { event, type Log, type Readers, uint, type Values } from './event.ts'
import { contractOf, evmAsset, evmChain, evmHolder } from './evm.ts'

/** Parameters under one set of names: id, payer, payee, token, amount, toChain. */
const OUT = [
  event(
    'Send(bytes32 id, address payer, address payee, address token, uint256 amount, uint64 toChain, uint64 nonce, uint32 maxSlippage)',
  ),
  event('Deposited(bytes32 id, address payer, address token, uint256 amount, uint64 toChain, address payee)'),
  event(
    'Deposited(bytes32 id, address payer, address token, uint256 amount, uint64 toChain, address payee, uint64 nonce)',
  ),
  event('Burn(bytes32 id, address token, address payer, uint256 amount, address payee)'),
  event(
    'Burn(bytes32 id, address token, address payer, uint256 amount, uint64 toChain, address payee, uint64 nonce)',
  ),
]

/** Parameters under one set of names: own, payee, token, amount, fromChain, id, payer. */
const IN = [
  event(
    'Relay(bytes32 own, address payer, address payee, address token, uint256 amount, uint64 fromChain, bytes32 id)',
  ),
  event(
    'Withdrawn(bytes32 own, address payee, address token, uint256 amount, uint64 fromChain, bytes32 id, address payer)',
  ),
  event(
    'Mint(bytes32 own, address token, address payee, uint256 amount, uint64 fromChain, bytes32 id, address payer)',
  ),
]

function outLink(chain: ChainId, log: Log): CrossLink | null {
  const values = OUT.find(({ topic }) => topic === log.topics[0])?.read(log)
  if (values == null) return null
  // The first pegged bridge does not say where its token is redeemed.
  const otherChain = values['toChain'] === undefined ? null : evmChain(uint(values['toChain']))
  return {
    ...{ side: 'out', ...common(chain, log, values) },
    holder: evmHolder(chain, values['payer']!),
    otherChain,
    otherHolder: evmHolder(otherChain, values['payee']!),
  }
}

function inLink(chain: ChainId, log: Log): CrossLink | null {
  const values = IN.find(({ topic }) => topic === log.topics[0])?.read(log)
  if (values == null || uint(values['payer']!) === 0n) return null
  const otherChain = evmChain(uint(values['fromChain']!))
  return {
    ...{ side: 'in', ...common(chain, log, values) },
    holder: evmHolder(chain, values['payee']!),
    otherChain,
    otherHolder: evmHolder(otherChain, values['payer']!),
  }
}

function common(
  chain: ChainId,
  log: Log,
  values: Values,
): Pick<CrossLink, 'protocol' | 'id' | 'asset' | 'amount' | 'contract'> {
  return {
    ...{ protocol: 'celer', id: values['id']!, asset: evmAsset(chain, values['token']!) },
    ...{ amount: uint(values['amount']!), contract: contractOf(chain, log.address) },
  }
}

export const CELER: Readers = [
  ...OUT.map((shape) => [shape, outLink] as const),
  ...IN.map((shape) => [shape, inLink] as const),
]
