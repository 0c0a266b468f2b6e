/**
 * Addresses by number, dense from 0, with their owners. Address k of a simulation is the same whatever else is drawn.
 * @module
 */
import type { HolderId } from '../units/caip.ts'
import { evmAddress, regtestAddress } from './address.ts'
import { chainOfModel, type Model } from './chains.ts'
import { random } from './random.ts'
import { MODEL_STREAM, STREAM } from './stream.ts'

export interface Book {
  /** Number of a fresh address. Owners are numbers of the caller's choosing. */
  add(owner: number): number
  /** Number of a fresh address with the first two and the last three bytes of another. */
  addLookAlike(of: number, owner: number): number
  holder(number: number): HolderId
  owner(number: number): number
  size(): number
  /** A copy that grows on its own. */
  fork(): Book
}

export function createBook(seed: number, model: Model): Book {
  const chain = chainOfModel(model)
  const encode = model === 'account' ? evmAddress : regtestAddress
  const bytesOf = (number: number): Uint8Array =>
    random(seed, STREAM.address, MODEL_STREAM[model], number).bytes(20)
  const grow = (holders: HolderId[], owners: number[]): Book => {
    const put = (bytes: Uint8Array, owner: number): number => {
      holders.push(`${chain}:${encode(bytes)}`)
      return owners.push(owner) - 1
    }
    return {
      add: (owner) => put(bytesOf(holders.length), owner),
      // Poisoners match three to seven digits at each end: Tsuchiya et al., "Blockchain Address Poisoning",
      // arXiv 2501.16681. Four leading and six trailing digits pass the eye in a wallet's shortened display.
      addLookAlike(of, owner) {
        const bytes = bytesOf(holders.length)
        const original = bytesOf(of)
        for (const place of [0, 1, 17, 18, 19]) bytes[place] = original[place]!
        return put(bytes, owner)
      },
      holder: (number) => holders[number]!,
      owner: (number) => owners[number]!,
      size: () => holders.length,
      fork: () => grow([...holders], [...owners]),
    }
  }
  return grow([], [])
}
