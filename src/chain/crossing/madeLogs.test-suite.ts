/**
 * Logs made by another implementation of the contract ABI (viem), for tests.
 * @module
 */
import { type AbiEvent, encodeAbiParameters, encodeEventTopics, parseAbiItem } from 'viem'
import type { Log } from './event.ts'

/** The log that a contract writes for an event declared in Solidity. */
export function madeLog(declaration: string, address: string, args: Record<string, unknown>): Log {
  const item = parseAbiItem(`event ${declaration}`) as unknown as AbiEvent
  const plain = item.inputs.filter(({ indexed }) => indexed !== true)
  return {
    address: address.toLowerCase(),
    topics: encodeEventTopics({ abi: [item], eventName: item.name, args }) as string[],
    data: encodeAbiParameters(
      plain,
      plain.map(({ name }) => args[name!]),
    ),
  }
}

/** `0x` and 40 hex digits, told apart by a number. */
export function account(n: number): `0x${string}` {
  return `0x${n.toString(16).padStart(40, '0')}`
}

/** The same in 32 bytes. */
export function word(n: number): `0x${string}` {
  return `0x${n.toString(16).padStart(64, '0')}`
}
