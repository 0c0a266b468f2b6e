/**
 * Hop, from a rollup or side chain: the transfer id of `TransferSent` comes back in the bonder's `WithdrawalBonded`.
 * Source: github.com/hop-protocol/contracts `contracts/bridges/L2_Bridge.sol`, `Bridge.sol`. Transfers from Ethereum
 * (`TransferSentToL2`) carry no id that the other chain repeats, and are not read.
 * @module
 */
import type { ChainId } from '../../units/caip.ts'
import type { CrossLink } from '../crossLink.ts'
import { event, type Log, type Readers, uint } from './event.ts'
import { contractOf, evmChain, evmHolder } from './evm.ts'

const SENT = event(
  'TransferSent(bytes32 indexed transferId, uint256 indexed chainId, address indexed recipient, uint256 amount, bytes32 transferNonce, uint256 bonderFee, uint256 index, uint256 amountOutMin, uint256 deadline)',
)
const BONDED = event('WithdrawalBonded(bytes32 indexed transferId, uint256 amount)')

function sentLink(chain: ChainId, log: Log): CrossLink | null {
  const values = SENT.read(log)
  if (values === null) return null
  const otherChain = evmChain(uint(values['chainId']!))
  return {
    ...{ protocol: 'hop', side: 'out', id: values['transferId']!, holder: null, asset: null },
    // In Hop's own token, which the payer's own was swapped for: the ledger says what left.
    ...{ amount: null, otherChain },
    otherHolder: evmHolder(otherChain, values['recipient']!),
    contract: contractOf(chain, log.address),
  }
}

/** Names no payee: it is whom the other side names. */
function bondedLink(chain: ChainId, log: Log): CrossLink | null {
  const values = BONDED.read(log)
  return values === null
    ? null
    : {
        ...{
          protocol: 'hop',
          side: 'in',
          id: values['transferId']!,
          holder: null,
          asset: null,
          amount: null,
        },
        ...{ otherChain: null, otherHolder: null, contract: contractOf(chain, log.address) },
      }
}

export const HOP: Readers = [
  [SENT, sentLink],
  [BONDED, bondedLink],
]
