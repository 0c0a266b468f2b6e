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
  BITCOIN_TESTNET4,
  type ChainId,
  LITECOIN,
  LITECOIN_REGTEST,
  LITECOIN_TESTNET,
} from '../../units/caip.ts'
import { fromHex, toHex } from '../../units/hex.ts'
import { printable } from '../../units/text.ts'
import { doubleSha256 } from './header.ts'

/** A network of the Bitcoin family. */
export interface BlockNetwork {
  readonly chain: ChainId
  /** What may stand before a block in its files: 4 bytes each. */
  readonly magics: readonly Uint8Array[]
  /**
   * Easiest target of the network, compact form, below which every block's hash lies. Undefined where headers prove
   * nothing: on regtest, where half of all hashes do, and on Litecoin, whose proof of work is another hash (scrypt).
   */
  readonly workLimit?: number
}

/** `powLimit` of Bitcoin's main network and testnets, and of signet (same sources), in compact form. */
const LIMIT = 0x1d00ffff
const SIGNET_LIMIT = 0x1e0377ae

interface KnownNetwork {
  readonly chain: ChainId
  readonly magics: readonly string[]
  readonly workLimit?: number
}

/**
 * By `<chain> <network>`. Sources: `pchMessageStart` in Bitcoin Core's `src/kernel/chainparams.cpp` and Litecoin Core's
 * `src/chainparams.cpp`; Bitcoin Cash Node's `src/chainparams.cpp`, where `diskMagic` is Bitcoin's and `netMagic` its own,
 * which other node programs write to disk. Bitcoin's regtest magic is Litecoin's too.
 */
const NETWORKS: Readonly<Record<string, KnownNetwork>> = {
  'bitcoin main': { chain: BITCOIN, magics: ['f9beb4d9'], workLimit: LIMIT },
  'bitcoin test': { chain: BITCOIN_TESTNET, magics: ['0b110907'], workLimit: LIMIT },
  'bitcoin testnet4': { chain: BITCOIN_TESTNET4, magics: ['1c163f28'], workLimit: LIMIT },
  'bitcoin signet': { chain: BITCOIN_SIGNET, magics: ['0a03cf40'], workLimit: SIGNET_LIMIT },
  'bitcoin regtest': { chain: BITCOIN_REGTEST, magics: ['fabfb5da'] },
  'litecoin main': { chain: LITECOIN, magics: ['fbc0b6db'] },
  'litecoin test': { chain: LITECOIN_TESTNET, magics: ['fdd2c8f1'] },
  'litecoin regtest': { chain: LITECOIN_REGTEST, magics: ['fabfb5da'] },
  'bitcoin-cash main': { chain: BITCOIN_CASH, magics: ['f9beb4d9', 'e3e1f3e8'], workLimit: LIMIT },
}

/**
 * The network by its names: chain `bitcoin`, `litecoin` or `bitcoin-cash`; network `main`, `test` (testnet3), `testnet4`, `signet` or
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
  const { signetChallenge } = options
  const own = signetChallenge !== undefined && network === 'signet'
  const magics = own
    ? [signetMagic(fromHex(signetChallenge, MAX_CHALLENGE))]
    : known.magics.map((magic) => fromHex(magic))
  return { ...known, magics }
}

/** The network of a chain by its CAIP-2 id; undefined for a chain that is none of these. */
export function networkOfChain(chain: ChainId): BlockNetwork | undefined {
  const name = Object.keys(NETWORKS).find((each) => NETWORKS[each]!.chain === chain)
  return name === undefined ? undefined : blockNetwork(...(name.split(' ') as [string, string]))
}

/** Names of the networks that these four bytes stand for, such as `litecoin main`. */
export function networksOfMagic(magic: Uint8Array): string[] {
  const hex = toHex(magic)
  return Object.keys(NETWORKS).filter((name) => NETWORKS[name]!.magics.includes(hex))
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
      `${data.chain === 'zcash' ? 'Zcash is out of scope, its transparent transactions too. ' : ''}Give one of: ${Object.keys(NETWORKS).join(', ')}.`,
    )
  }
}
