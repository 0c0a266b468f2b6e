/**
 * Synapse's FastBridge (RFQ): a request and the relayer's answer carry one transaction id.
 * Source: github.com/synapsecns/sanguine `packages/contracts-rfq/contracts/interfaces/IFastBridge.sol`.
 * The older SynapseBridge is not read: how its `kappa` is made of the source transaction is not in its contracts.
 * @module
 */
import type { ChainId } from '../../units/caip.ts'
import type { CrossLink } from '../crossLink.ts'
import { event, type Log, type Readers, uint } from './event.ts'
import { contractOf, evmAsset, evmChain, evmHolder } from './evm.ts'

const REQUESTED = event(
  'BridgeRequested(bytes32 indexed transactionId, address indexed sender, bytes request, uint32 destChainId, address originToken, address destToken, uint256 originAmount, uint256 destAmount, bool sendChainGas)',
)
const RELAYED = event(
  'BridgeRelayed(bytes32 indexed transactionId, address indexed relayer, address indexed to, uint32 originChainId, address originToken, address destToken, uint256 originAmount, uint256 destAmount, uint256 chainGasAmount)',
)

/** `0xEeee…` stands for the chain's coin: left to the ledger. */
function requestedLink(chain: ChainId, log: Log): CrossLink | null {
  const values = REQUESTED.read(log)
  return values === null
    ? null
    : {
        ...{ protocol: 'synapse-rfq', side: 'out', id: values['transactionId']! },
        holder: evmHolder(chain, values['sender']!),
        ...tokenOf(chain, values['originToken']!, values['originAmount']!),
        otherChain: evmChain(uint(values['destChainId']!)),
        // Inside the request's bytes, whose layout differs between versions.
        otherHolder: null,
        contract: contractOf(chain, log.address),
      }
}

function relayedLink(chain: ChainId, log: Log): CrossLink | null {
  const values = RELAYED.read(log)
  return values === null
    ? null
    : {
        ...{ protocol: 'synapse-rfq', side: 'in', id: values['transactionId']! },
        holder: evmHolder(chain, values['to']!),
        ...tokenOf(chain, values['destToken']!, values['destAmount']!),
        ...{ otherChain: evmChain(uint(values['originChainId']!)), otherHolder: null },
        contract: contractOf(chain, log.address),
      }
}

function tokenOf(chain: ChainId, token: string, amount: string): Pick<CrossLink, 'asset' | 'amount'> {
  const asset = token.endsWith('e'.repeat(40)) ? null : evmAsset(chain, token)
  return { asset, amount: asset === null ? null : uint(amount) }
}

export const SYNAPSE_RFQ: Readers = [
  [REQUESTED, requestedLink],
  [RELAYED, relayedLink],
]
