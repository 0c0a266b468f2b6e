/**
 * JSON-RPC as questions: 2.0 (jsonrpc.org/specification, 2013-01-04), and what Bitcoin Core makes of 1.0.
 * @module
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Answer, Keep, Question } from './door.ts'
import { checkJson } from './readJson.ts'
import { AnswerError, BusyAnswerError, RpcError, SourceError } from './sourceError.ts'

export interface RpcCall<T> {
  readonly method: string
  readonly params: readonly unknown[]
  /** Checks the `result` and makes of it what was asked. May be null where the node says so. */
  readonly read: (result: unknown) => T
  readonly keep: (value: T) => Keep
  /** Makes a value of an error that is an answer too, such as "no such transaction"; undefined: it is thrown. */
  readonly refused?: (code: number, message: string) => T | undefined
  readonly maxBytes?: number
  /** Whether an error means "later"; default: {@link isBusyRpc}. */
  readonly isBusy?: (code: number, message: string) => boolean
}

/** Names are shown and remembered: longer parameters are cut, and told apart by a hash. */
const MAX_NAME = 160

/**
 * HTTP statuses with an error object in the body. Bitcoin Core (src/httprpc.cpp, JSONErrorReply) answers JSON-RPC 1.x errors
 * with 400, 404 and 500.
 */
const EXPECTED = [400, 404, 500]

const ENVELOPE = z.object({
  id: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.int(), message: z.string() }).nullish(),
})

/**
 * Whether an error means "later": -28 the node is warming up (Bitcoin Core, src/rpc/protocol.h, RPC_IN_WARMUP), -32005 limit
 * exceeded (EIP-1474) unless it is about the number of results, 429 as some hosted nodes put HTTP's status there.
 */
export function isBusyRpc(code: number, message: string): boolean {
  return code === -28 || code === 429 || (code === -32005 && !/results?\b|range|logs/i.test(message))
}

/**
 * One call.
 * @example
 * await door.ask(rpcQuestion({ method: 'getblockhash', params: [840_000], read: (hash) => checkJson(z.string(), hash), keep: () => 'refresh' }))
 */
export function rpcQuestion<T>(call: RpcCall<T>): Question<T> {
  const { name, id } = named([call])
  return {
    ...posted(name, { jsonrpc: '2.0', id, method: call.method, params: call.params }),
    ...(call.maxBytes === undefined ? {} : { maxBytes: call.maxBytes }),
    read: (answer) => resultOf(call, envelopeOf(answer, id)),
    keep: call.keep,
  }
}

/** Several calls in one request; answers in the order of the calls. One that fails fails all. */
export function rpcBatch<T>(
  calls: readonly RpcCall<T>[],
  options: { readonly keep: (values: readonly T[]) => Keep; readonly maxBytes?: number },
): Question<readonly T[]> {
  const { name, id } = named(calls, `rpc batch of ${calls.length}: `)
  const body = calls.map(({ method, params }, i) => ({ jsonrpc: '2.0', id: id + i, method, params }))
  return {
    ...posted(name, body),
    ...(options.maxBytes === undefined ? {} : { maxBytes: options.maxBytes }),
    read(answer) {
      const document = jsonOf(answer)
      // A node that refuses the batch answers with one error object.
      if (!Array.isArray(document)) {
        resultOf(calls[0]!, checkEnvelope(document, null))
        throw new AnswerError({ expected: `an array of ${calls.length} answers`, came: 'one' })
      }
      const byId = new Map(document.map((one, i) => [checkEnvelope(one, null, `$[${i}]`).id, one as unknown]))
      return calls.map((call, i) => {
        if (!byId.has(id + i))
          throw new AnswerError({ expected: `the answer with id ${id + i}`, came: 'none' })
        return resultOf(call, checkEnvelope(byId.get(id + i), id + i))
      })
    },
    keep: options.keep,
  }
}

function posted(
  name: string,
  body: unknown,
): Pick<Question<unknown>, 'name' | 'method' | 'body' | 'expected'> {
  return { name, method: 'POST', body: JSON.stringify(body), expected: EXPECTED }
}

/** The same calls have the same name and id, whenever they are made; others have others. */
function named(
  calls: readonly Pick<RpcCall<unknown>, 'method' | 'params'>[],
  prefix = 'rpc ',
): { name: string; id: number } {
  const whole = prefix + calls.map(({ method, params }) => `${method} ${JSON.stringify(params)}`).join(', ')
  const hash = createHash('sha256').update(whole).digest()
  const digest = hash.toString('hex', 0, 16)
  const name = whole.length <= MAX_NAME ? whole : `${whole.slice(0, MAX_NAME - 35)}… #${digest}`
  // 30 bits, so that nodes that keep ids in 32 signed bits give them back, with room for a batch.
  return { name, id: hash.readUInt32BE(28) >>> 2 }
}

type Envelope = z.infer<typeof ENVELOPE>

function envelopeOf(answer: Answer, id: number): Envelope {
  return checkEnvelope(jsonOf(answer), id)
}

/** A refusal without error object is one of HTTP. */
function jsonOf(answer: Answer): unknown {
  try {
    const document = answer.json()
    if (answer.status === 200 || Array.isArray(document) || ENVELOPE.safeParse(document).data?.error)
      return document
  } catch (error) {
    if (answer.status === 200) throw error
  }
  const body = new TextDecoder().decode(answer.bytes.subarray(0, 4096))
  throw new SourceError({ code: 'NET_STATUS', status: answer.status, body })
}

/** @param id null: any, as an error about the whole request has none */
function checkEnvelope(document: unknown, id: number | null, root = '$'): Envelope {
  const envelope = checkJson(ENVELOPE, document, root)
  // An error about a request that could not be read has no id (JSON-RPC 2.0, section 5).
  if (id !== null && envelope.id !== id && !(envelope.id == null && envelope.error))
    throw new AnswerError({ expected: String(id), path: `${root}.id`, came: String(envelope.id) })
  return envelope
}

function resultOf<T>(call: RpcCall<T>, { result, error }: Envelope): T {
  if (error) {
    const { code, message } = error
    if ((call.isBusy ?? isBusyRpc)(code, message))
      throw new BusyAnswerError({ reason: `error ${code}: ${message}` })
    const instead = call.refused?.(code, message)
    if (instead !== undefined) return instead
    throw new RpcError({ expected: 'a result', came: 'an error', rpcCode: code, rpcMessage: message })
  }
  if (result === undefined) throw new AnswerError({ expected: 'a result or an error', came: 'neither' })
  return call.read(result)
}
