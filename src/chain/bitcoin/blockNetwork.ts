/**
 * Networks whose block files can be read, and the four bytes before each block of theirs.
 * @module
 */
import { LootlineError } from '../../errors.ts'
import {
  BITCOIN,
  BITCOIN_CASH,
  BITCOIN_REGTEST,
  BITCOIN_SIGNET,
  BITCOIN_TESTNET,
  type ChainId,
  LITECOIN,
  LITECOIN_TESTNET,
} from '../../units/caip.ts'
import { fromHex } from '../../units/hex.ts'
import { printable } from '../../units/text.ts'
import { doubleSha256 } from './header.ts'

/** A network of the Bitcoin family. */
export interface BlockNetwork {
  readonly chain: ChainId
  /** What may stand before a block in its files: 4 bytes each. */
  readonly magics: readonly Uint8Array[]
}

/**
 * By `<chain> <network>`. Sources: `pchMessageStart` in Bitcoin Core's `src/kernel/chainparams.cpp` and Litecoin Core's
 * `src/chainparams.cpp`; Bitcoin Cash Node's `src/chainparams.cpp`, where `diskMagic` is Bitcoin's and `netMagic` its own,
 * which other node programs write to disk. Bitcoin's regtest magic is Litecoin's too.
 */
const NETWORKS: Readonly<Record<string, readonly [chain: ChainId, ...magics: string[]]>> = {
  'bitcoin main': [BITCOIN, 'f9beb4d9'],
  'bitcoin test': [BITCOIN_TESTNET, '0b110907'],
  'bitcoin signet': [BITCOIN_SIGNET, '0a03cf40'],
  'bitcoin regtest': [BITCOIN_REGTEST, 'fabfb5da'],
  'litecoin main': [LITECOIN, 'fbc0b6db'],
  'litecoin test': [LITECOIN_TESTNET, 'fdd2c8f1'],
  'bitcoin-cash main': [BITCOIN_CASH, 'f9beb4d9', 'e3e1f3e8'],
}

/**
 * The network by its names: chain `bitcoin`, `litecoin` or `bitcoin-cash`; network `main`, `test` (testnet3), `signet` or
 * `regtest`. A signet of one's own is told apart by its challenge script, in hex (BIP-325).
 *
 * @throws {UnknownBlockNetworkError} where there is none by these names
 */
export function blockNetwork(
  chain: string,
  network: string,
  options: { readonly signetChallenge?: string } = {},
): BlockNetwork {
  const known = NETWORKS[`${chain} ${network}`]
  if (known === undefined) throw new UnknownBlockNetworkError(chain, network)
  const [id, ...magics] = known
  if (options.signetChallenge !== undefined && network === 'signet') {
    return { chain: id, magics: [signetMagic(fromHex(options.signetChallenge, MAX_CHALLENGE))] }
  }
  return { chain: id, magics: magics.map((magic) => fromHex(magic)) }
}

/** A script is at most so long (Bitcoin Core, `MAX_SCRIPT_SIZE`, src/script/script.h). */
const MAX_CHALLENGE = 10_000

/** First four bytes of the double SHA-256 of the challenge with its length before it (BIP-325, "Message start"). */
function signetMagic(challenge: Uint8Array): Uint8Array {
  const { length } = challenge
  const count = length < 0xfd ? [length] : [0xfd, length & 0xff, length >>> 8]
  return doubleSha256(Uint8Array.from([...count, ...challenge])).subarray(0, 4)
}

/** Names of a chain and a network that do not go together. */
export class UnknownBlockNetworkError extends LootlineError<{
  readonly code: 'BITCOIN_UNKNOWN_NETWORK'
  readonly chain: string
  readonly network: string
}> {
  override readonly name = 'UnknownBlockNetworkError'
  constructor(chain: string, network: string) {
    const data = { chain: printable(chain), network: printable(network) }
    super(
      { code: 'BITCOIN_UNKNOWN_NETWORK', ...data },
      `Block files of ${data.chain} ${data.network} cannot be read.`,
      `Give one of: ${Object.keys(NETWORKS).join(', ')}.`,
    )
  }
}
