/**
 * Addresses of every chain we know, told apart, verified and brought to one canonical form each.
 * @module
 */
import { BITCOIN, BITCOIN_CASH, type ChainId, ETHEREUM, LITECOIN, TRON } from '../units/caip.ts'
import { chainName } from './chainName.ts'
import { decodeBase58Check, isBase58, oneCaseAway } from './codec/base58.ts'
import { decodeCashAddress } from './codec/cashAddress.ts'
import { checksummedEvm, looksEvm } from './codec/evm.ts'
import { decodePublicKey } from './codec/publicKey.ts'
import { decodeSegwit } from './codec/segwit.ts'
import { decodeTron } from './codec/tron.ts'
import { type AddressForm, addressFor, type Destination, formOf } from './destination.ts'
import { BadAddressError } from './error.ts'
import { NETWORKS, type Network } from './network.ts'

/** One chain that an address can belong to. */
export interface Recognised {
  readonly chain: ChainId
  /** Canonical: EIP-55, base58 as it is (Litecoin P2SH as `M…`), bech32 in small letters, CashAddr without prefix. */
  readonly address: string
  readonly form: AddressForm
  /** Base58 that lost its capitals: unverifiable, and to be matched without case only. Never a holder of a ledger. */
  readonly caseless?: true
  /** An account of every EVM chain; Ethereum is named because it is the most usual. */
  readonly anyEvm?: true
}

export interface ParsedAddress extends Recognised {
  /** Further chains where this spelling is an address; only where no chain was given, and there are any. */
  readonly others?: readonly ChainId[]
}

/** Longest CAIP-10 address (128), and two to spare: longer text is refused unread. */
const MAX_LENGTH = 130
const EIP155 = 'eip155:'
/** Human-readable parts of {@link NETWORKS}. */
const SEGWIT = /^(?:bc|tb|bcrt|ltc|tltc|rltc)1/i
/** Base58 may begin so too: `TB1…` of Tron, and without its capitals `ltc1…` of Litecoin. */
const PERHAPS_BASE58 = /^[tl].{33}$/i
/** 20 and 32 bytes of hash make 42 and 61 characters; q and p, z and r are the types 0 to 3. */
const CASH = /^bitcoincash:|^[qpzr](?:[02-9ac-hj-np-z]{41}|[02-9ac-hj-np-z]{60})$/i
/** Small letters where base58 of the main networks may have stood; `l` may have been `L`. */
const CASELESS = /^(?:1[1-9a-z]{25,33}|[3mlt][1-9a-z]{33})$/

/**
 * Every chain that a bare address can belong to, the most usual first; empty where it is no address.
 *
 * @example
 * recognise('1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu').map((r) => chainName(r.chain)) // ['Bitcoin', 'Bitcoin Cash']
 */
export function recognise(text: string): Recognised[] {
  const found = read(text)
  return typeof found === 'string' ? [] : found
}

/**
 * The canonical address, of the chain given or else of the most usual one; then `others` says which it also fits.
 * Check `caseless` before using the result as a holder.
 * @throws BadAddressError, with what is wrong: a failed checksum, another chain's address, an unknown form.
 */
export function parseAddress(text: string, hint?: ChainId): ParsedAddress {
  if (hint?.startsWith(EIP155)) return { chain: hint, address: canonicalEvm(text), form: 'evm' }
  const found = read(text)
  if (typeof found === 'string') throw new BadAddressError(text, found)
  const [first, ...others] = found
  if (hint === undefined) {
    return others.length === 0 ? first! : { ...first!, others: others.map(({ chain }) => chain) }
  }
  const match = found.find(({ chain }) => chain === hint)
  if (match !== undefined) return match
  throw new BadAddressError(text, `it is of ${chainName(first!.chain)}, not of ${chainName(hint)}`)
}

/**
 * The EIP-55 form of an EVM address. The path of every imported row: nothing else is tried.
 * @throws BadAddressError where it is not 0x and 40 hex digits, or mixed capitals fail their checksum.
 */
export function canonicalEvm(text: string): string {
  const evm = checksummedEvm(text)
  if ('reason' in evm) throw new BadAddressError(text, evm.reason)
  return evm.address
}

/** What an address of the Bitcoin family pays to; the way from an address to its script. */
export function destinationOf(text: string, network: Network): Destination {
  const reading = text.length > MAX_LENGTH ? 'it is too long' : readUtxo(text)
  if (typeof reading === 'string') throw new BadAddressError(text, reading)
  if (reading?.networks.includes(network)) return reading.destination
  throw new BadAddressError(text, `it is not of ${chainName(network.chain)}`)
}

/** What the text can be, never empty; or why it is nothing. */
function read(text: string): Recognised[] | string {
  if (text.length > MAX_LENGTH) return `longer than ${MAX_LENGTH} characters`
  if (looksEvm(text)) {
    const evm = checksummedEvm(text)
    return 'reason' in evm
      ? evm.reason
      : [{ chain: ETHEREUM, address: evm.address, form: 'evm', anyEvm: true }]
  }
  const tron = decodeTron(text)
  if (tron !== null) return [{ chain: TRON, address: tron, form: 'tron' }]
  const utxo = readUtxo(text)
  if (typeof utxo === 'string') return utxo
  if (utxo !== null) {
    return utxo.networks.flatMap((network) => {
      const address = addressFor(utxo.destination, network)
      return address === null ? [] : [{ chain: network.chain, address, form: formOf(utxo.destination) }]
    })
  }
  const caseless = readCaseless(text)
  return caseless.length > 0 ? caseless : whyNot(text)
}

/** Null where the text has no form of the Bitcoin family, or its Base58Check fails. */
function readUtxo(text: string): { destination: Destination; networks: readonly Network[] } | string | null {
  if (text.startsWith('p2pk-')) {
    const key = decodePublicKey(text)
    return key === null
      ? 'no public key, or its checksum fails'
      : { destination: { kind: 'p2pk', key }, networks: NETWORKS }
  }
  if (SEGWIT.test(text)) {
    const segwit = decodeSegwit(text)
    if (typeof segwit === 'string') return PERHAPS_BASE58.test(text) ? null : segwit
    const { hrp, version, program } = segwit
    const networks = NETWORKS.filter((network) => network.hrp === hrp)
    return { destination: { kind: 'witness', version, program }, networks }
  }
  if (CASH.test(text)) {
    const cash = decodeCashAddress(text)
    return typeof cash === 'string'
      ? cash
      : { destination: cash, networks: NETWORKS.filter(({ chain }) => chain === BITCOIN_CASH) }
  }
  if (text.length > 35) return null
  const payload = decodeBase58Check(text)
  if (payload?.length !== 21) return null
  const version = payload[0]!
  const hash = payload.subarray(1)
  const p2pkh = NETWORKS.filter((network) => network.p2pkh === version)
  if (p2pkh.length > 0) return { destination: { kind: 'p2pkh', hash }, networks: p2pkh }
  const p2sh = NETWORKS.filter((network) => network.p2sh.includes(version))
  if (p2sh.length > 0) return { destination: { kind: 'p2sh', hash }, networks: p2sh }
  return `it is of a chain that is not known here (Base58Check version ${version})`
}

/** Main networks only: lists that lose capitals are of those. */
function readCaseless(text: string): Recognised[] {
  if (!CASELESS.test(text)) return []
  const of = (form: AddressForm, ...chains: ChainId[]): Recognised[] =>
    chains.map((chain) => ({ chain, address: text, form, caseless: true }))
  switch (text[0]) {
    case '1':
      return of('p2pkh', BITCOIN, BITCOIN_CASH)
    case '3':
      return of('p2sh', BITCOIN, LITECOIN, BITCOIN_CASH)
    case 'm':
      return of('p2sh', LITECOIN)
    case 'l':
      return of('p2pkh', LITECOIN)
    default:
      return of('tron', TRON)
  }
}

function whyNot(text: string): string {
  if (text === '') return 'it is empty'
  if (!/^[0-9A-Za-z]{25,35}$/.test(text)) return 'it has the form of no chain known here'
  if (!isBase58(text)) return 'it has a 0, O, I or l, which base58 lacks'
  if (decodeBase58Check(text) !== null) return 'it is of a chain that is not known here'
  const near = oneCaseAway(text)
  if (near !== null) return `one letter has the wrong case, and the checksum fails; ${near} would pass`
  return text === text.toUpperCase()
    ? 'the small letters are lost, and the checksum fails'
    : 'the checksum fails'
}
