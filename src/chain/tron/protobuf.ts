/**
 * Protocol buffers, as far as a transaction needs them ("Encoding", protobuf.dev/programming-guides/encoding). A message is
 * read as its writer's own reader would: of a field that comes twice the last counts, messages are merged, a field of
 * another wire type than is asked for is none.
 * @module
 */
import { AnswerError } from '../../net/index.ts'

export interface Message {
  /** int64; 0 where there is none. */
  int(field: number): bigint
  /** Empty where there are none. */
  bytes(field: number): Uint8Array
  /** Empty where there is none. */
  message(field: number): Message
  /** Each of a repeated field. */
  list(field: number): readonly Uint8Array[]
}

/** Groups in groups, as protobuf-java takes them (`DEFAULT_RECURSION_LIMIT`). */
const MAX_DEPTH = 100
const NONE = new Uint8Array()

/** Time and memory grow with the number of bytes, no faster. @throws {AnswerError} for bytes that are no message */
export function readMessage(bytes: Uint8Array): Message {
  const ints = new Map<number, bigint>()
  const blobs = new Map<number, Uint8Array[]>()
  /** Groups that are open: nobody asks for what is in them. */
  const groups: number[] = []
  let at = 0

  const wrong = (came: string): AnswerError =>
    new AnswerError({ expected: 'a message of protocol buffers', came: `${came} at byte ${at}` })

  /** 64 bits; what is beyond is dropped. */
  function varint(): bigint {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined) throw wrong('its end')
      value |= BigInt(byte & 127) << shift
      if (byte < 128) return BigInt.asUintN(64, value)
    }
    throw wrong('a number of more than 10 bytes')
  }

  function skip(length: number): Uint8Array {
    if (length > bytes.length - at) throw wrong('its end')
    at += length
    return bytes.subarray(at - length, at)
  }

  while (at < bytes.length) {
    const tag = Number(BigInt.asUintN(32, varint()))
    const field = tag >>> 3
    if (field === 0) throw wrong('field 0')
    const isAsked = groups.length === 0
    switch (tag & 7) {
      case 0: {
        const value = varint()
        if (isAsked) ints.set(field, BigInt.asIntN(64, value))
        break
      }
      case 1:
        skip(8)
        break
      case 2: {
        const blob = skip(Number(varint()))
        if (!isAsked) break
        const list = blobs.get(field)
        if (list === undefined) blobs.set(field, [blob])
        else list.push(blob)
        break
      }
      case 3:
        if (groups.push(field) > MAX_DEPTH) throw wrong(`groups deeper than ${MAX_DEPTH}`)
        break
      case 4:
        if (groups.pop() !== field) throw wrong('the end of another group')
        break
      case 5:
        skip(4)
        break
      default:
        throw wrong(`wire type ${tag & 7}`)
    }
  }
  if (groups.length > 0) throw wrong('its end')

  const list = (field: number): readonly Uint8Array[] => blobs.get(field) ?? []
  return {
    int: (field) => ints.get(field) ?? 0n,
    bytes: (field) => list(field).at(-1) ?? NONE,
    // Messages one after the other are the message that they merge into.
    message: (field) => readMessage(Buffer.concat(list(field))),
    list,
  }
}
