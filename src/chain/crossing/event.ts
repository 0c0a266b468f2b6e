/**
 * Events of contracts, read from raw logs: topics and words by the contract ABI specification (docs.soliditylang.org,
 * "Contract ABI Specification", sections "Events" and "Formal Specification of the Encoding").
 * @module
 */
import { keccak_256 } from '@noble/hashes/sha3.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import type { ChainId } from '../../units/caip.ts'
import { toHex } from '../../units/hex.ts'
import type { CrossLink } from '../crossLink.ts'

/** A log as nodes give it. Untrusted. */
export interface Log {
  /** Contract that wrote it, lower-case hex with `0x`. */
  readonly address: string
  /** Each 32 bytes of hex with `0x`. */
  readonly topics: readonly string[]
  /** Hex with `0x`. */
  readonly data: string
}

/** A log's values by name: 64 hex digits for a value of one word, the bare bytes as hex for `bytes` and `string`. */
export type Values = Readonly<Record<string, string>>

export interface EventShape {
  /** First topic: keccak-256 of the signature, with `0x`. */
  readonly topic: string
  /** Null where the log is of another event or has not this shape: topics missing, data too short, an address or a number with bits beyond its type. */
  read(log: Log): Values | null
}

/** Makes a link of a log that has the shape; `logs` are all of its transaction. Null where it says nothing of a crossing. */
export type ReadLink = (chain: ChainId, log: Log, logs: readonly Log[], txid: string) => CrossLink | null

/** The shapes that a protocol's logs have, each with its reader. */
export type Readers = readonly (readonly [EventShape, ReadLink])[]

/** Longer data is not read: a transaction's own input is at most 128 KiB (EIP-1559 mempools, geth `txMaxSize`). */
const MAX_DATA_DIGITS = 2 * 131_072
/** Hex digits of a word. */
const WORD = 64

interface Field {
  readonly type: string
  readonly name: string
  readonly indexed: boolean
}

/**
 * An event from its declaration. Tuples before the last parameter must be static; a last tuple is counted in the
 * signature and not read.
 *
 * @example
 * event('TransferRedeemed(uint16 indexed emitterChainId, bytes32 indexed emitterAddress, uint64 indexed sequence)')
 */
export function event(declaration: string): EventShape {
  const open = declaration.indexOf('(')
  const parameters = split(declaration.slice(open + 1, -1))
  const signature = `${declaration.slice(0, open)}(${parameters.map(canonical).join(',')})`
  const fields = parameters.flatMap(fieldsOf)
  const indexed = fields.filter((field) => field.indexed)
  const plain = fields.filter((field) => !field.indexed)
  const topic = `0x${toHex(keccak_256(utf8ToBytes(signature)))}`
  return {
    topic,
    read({ topics, data }) {
      if (topics[0] !== topic || topics.length !== indexed.length + 1) return null
      if (data.length > MAX_DATA_DIGITS) return null
      const digits = data.slice(2)
      if (!/^[0-9a-f]*$/.test(digits)) return null
      const values: Record<string, string> = {}
      for (const [i, { type, name }] of indexed.entries()) {
        const word = topics[i + 1]!.slice(2)
        if (!isWord(word, type)) return null
        values[name] = word
      }
      for (const [i, { type, name }] of plain.entries()) {
        const word = digits.slice(i * WORD, (i + 1) * WORD)
        const value = type === 'bytes' || type === 'string' ? bytesAt(digits, word) : word
        if (value === null || (value === word && !isWord(word, type))) return null
        values[name] = value
      }
      return values
    },
  }
}

/** Splits at commas outside brackets. */
function split(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')') depth--
    else if (text[i] === ',' && depth === 0) {
      parts.push(text.slice(from, i).trim())
      from = i + 1
    }
  }
  const last = text.slice(from).trim()
  return last === '' ? parts : [...parts, last]
}

function canonical(parameter: string): string {
  if (!parameter.startsWith('(')) return parameter.split(' ')[0]!
  return `(${split(parameter.slice(1, parameter.lastIndexOf(')')))
    .map(canonical)
    .join(',')})`
}

/** A static tuple's members stand in its place. */
function fieldsOf(parameter: string, i: number, all: readonly string[]): Field[] {
  if (parameter.startsWith('('))
    return i > 0 && i === all.length - 1
      ? []
      : split(parameter.slice(1, parameter.lastIndexOf(')'))).flatMap(fieldsOf)
  const words = parameter.split(' ')
  return [{ type: words[0]!, name: words.at(-1)!, indexed: words.length > 2 }]
}

/** One word whose unused high bits are zero. */
function isWord(word: string, type: string): boolean {
  if (!/^[0-9a-f]{64}$/.test(word)) return false
  const bits = type === 'address' ? 160 : type.startsWith('uint') ? Number(type.slice(4)) : 256
  return /^0*$/.test(word.slice(0, WORD - bits / 4))
}

/** What a word points at: a length and as many bytes. */
function bytesAt(digits: string, word: string): string | null {
  const at = small(word)
  if (at === null) return null
  const length = small(digits.slice(2 * at, 2 * at + WORD))
  if (length === null) return null
  const value = digits.slice(2 * at + WORD, 2 * at + WORD + 2 * length)
  return value.length === 2 * length ? value : null
}

/** A word as a number; null where it is none below 2^32. */
export function small(word: string): number | null {
  return /^0{56}[0-9a-f]{8}$/.test(word) ? Number.parseInt(word, 16) : null
}

/** A word, or any hex, as a number. */
export function uint(hex: string): bigint {
  return BigInt(`0x${hex === '' ? '0' : hex}`)
}
