/**
 * What a standard output script pays to, and its address on a network.
 * @module
 */
import { encodeBase58Check } from './codec/base58.ts'
import { encodeCashAddress } from './codec/cashAddress.ts'
import { encodePublicKey } from './codec/publicKey.ts'
import { encodeSegwit, type WitnessProgram } from './codec/segwit.ts'
import type { Network } from './network.ts'

export type Destination =
  | { readonly kind: 'p2pk'; readonly key: Uint8Array }
  | { readonly kind: 'p2pkh' | 'p2sh'; readonly hash: Uint8Array }
  | ({ readonly kind: 'witness' } & WitnessProgram)

/** Kinds of address. `witness` is a version or length without a name yet; `p2sh32` is Bitcoin Cash only. */
export type AddressForm =
  | 'p2pk'
  | 'p2pkh'
  | 'p2sh'
  | 'p2sh32'
  | 'p2wpkh'
  | 'p2wsh'
  | 'p2tr'
  | 'witness'
  | 'evm'
  | 'tron'

/** The canonical address; null where the network has none for it. */
export function addressFor(destination: Destination, network: Network): string | null {
  if (destination.kind === 'p2pk') return encodePublicKey(destination.key)
  if (destination.kind === 'witness')
    return network.hrp === null ? null : encodeSegwit(network.hrp, destination)
  const { kind, hash } = destination
  if (network.hrp === null) return encodeCashAddress({ kind, hash })
  if (hash.length !== 20) return null
  return encodeBase58Check(Uint8Array.of(kind === 'p2pkh' ? network.p2pkh : network.p2sh[0]!, ...hash))
}

/** P2TR is version 1 with 32 bytes (BIP-341). */
export function formOf(destination: Destination): AddressForm {
  if (destination.kind !== 'witness') {
    return destination.kind === 'p2sh' && destination.hash.length === 32 ? 'p2sh32' : destination.kind
  }
  const { version, program } = destination
  if (version === 0) return program.length === 20 ? 'p2wpkh' : 'p2wsh'
  return version === 1 && program.length === 32 ? 'p2tr' : 'witness'
}
