/**
 * Addresses, chains and transactions as people type them.
 * @module
 */
import {
  assertChainId,
  chainByName,
  formatHolder,
  parseAddress,
  parseHolder,
  recognise,
} from '../address/index.ts'
import { type Ledger, NONE } from '../ledger/index.ts'
import { type ChainId, chainOf, type HolderId, holderOf } from '../units/caip.ts'
import { type Option, value } from './command.ts'

/** `--chain <chain>`: by name or CAIP-2 id. */
export function chainOption(
  help = 'Chain of the address, by name (ethereum) or CAIP-2 id (eip155:1).',
): Option<ChainId | undefined> {
  return value('--chain <chain>', help, parseChain)
}

/** @throws {BadIdError} where it is neither a name we know nor a CAIP-2 id */
function parseChain(typed: string): ChainId {
  const known = chainByName(typed)
  if (known === undefined) assertChainId(typed)
  return known ?? typed
}

/** 32 bytes of hex, as every chain here names transactions. */
const TXID = /^(?:0x)?[0-9a-f]{64}$/i

/** A transaction as typed: its id as ledgers have it in either spelling, and an output number behind a colon. */
export function typedTransaction(
  typed: string,
): { readonly txids: readonly string[]; readonly n?: number } | null {
  const [id, n, ...rest] = typed.split(':') as [string, string?, ...string[]]
  if (!TXID.test(id) || rest.length > 0 || (n !== undefined && !/^\d{1,9}$/.test(n))) return null
  const hex = id.toLowerCase().replace(/^0x/, '')
  // EVM chains write 0x, the others do not: what was typed is tried first.
  const txids = id.toLowerCase().startsWith('0x') ? [`0x${hex}`, hex] : [hex, `0x${hex}`]
  return n === undefined ? { txids } : { txids, n: Number(n) }
}

/**
 * The holders that a typed address stands for: one where the chain is known, otherwise one for each chain of the ledger
 * that has it, else for each of `liveChains` that it can be of, else for each chain that it can be of.
 *
 * @throws {BadAddressError} with what is wrong with it
 */
export function typedHolders(
  typed: string,
  chain: ChainId | undefined,
  ledger: Ledger | null,
  liveChains: ReadonlySet<ChainId> = new Set(),
): HolderId[] {
  if (/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}:/.test(typed)) return [parseHolder(typed)]
  if (chain !== undefined) return [formatHolder(chain, typed)]
  const found = recognise(typed).filter(({ caseless }) => caseless !== true)
  const [first] = found
  // Says what is wrong with it.
  if (first === undefined) return [formatHolder(parseAddress(typed).chain, typed)]
  const holders = new Set(found.map((one) => holderOf(one.chain, one.address)))
  if (ledger === null) return [...holders]
  if (first.anyEvm === true)
    for (const other of [...ledger.assets().map((asset) => asset.chain), ...liveChains])
      if (other.startsWith('eip155:')) holders.add(holderOf(other, first.address))
  const list = [...holders]
  const numbers = ledger.holderNumbers(list)
  const held = list.filter((_, i) => numbers[i] !== NONE)
  if (held.length > 0) return held
  const live = list.filter((holder) => liveChains.has(chainOf(holder)))
  return live.length > 0 ? live : list
}
