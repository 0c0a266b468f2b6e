import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createDoor } from './createDoor.ts'
import { type Asked, hastyClock, startFaultyServer } from './faultyServer.test-suite.ts'
import { checkJson } from './readJson.ts'
import { isBusyRpc, type RpcCall, rpcBatch, rpcQuestion } from './rpc.ts'
import { RpcError } from './sourceError.ts'

interface Sent {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
}

const call = (method: string, params: readonly unknown[] = []): RpcCall<number> => ({
  method,
  params,
  read: (result) => checkJson(z.int(), result, '$.result'),
  keep: () => 'never',
})

/** A node that answers a request with what is made of it, or with these words. */
async function node(answer: (sent: Sent, times: number) => unknown, status = 200) {
  let times = 0
  const server = await startFaultyServer(({ body }: Asked) => {
    const sent = JSON.parse(body) as Sent | Sent[]
    times++
    const made = Array.isArray(sent) ? sent.map((one) => answer(one, times)).reverse() : answer(sent, times)
    return { status, body: made }
  })
  const door = createDoor({
    url: server.url,
    clock: hastyClock(),
    limits: { retries: 2, perSecond: 1000, burst: 1000 },
  })
  return { server, door, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

const sum = ({ id, params }: Sent) => ({
  jsonrpc: '2.0',
  id,
  result: (params as number[]).reduce((a, b) => a + b, 0),
})
const failing =
  (code: number, message: string) =>
  ({ id }: Sent) => ({ id, result: null, error: { code, message } })

describe('rpcQuestion', () => {
  test('asks and gives the result', async () => {
    await using made = await node(sum)
    expect(await made.door.ask(rpcQuestion(call('add', [1, 2])))).toBe(3)
  })

  test('the same call has the same name and body, others have others, however long', () => {
    const long = (last: string) => rpcQuestion(call('getlogs', ['x'.repeat(1000) + last]))
    expect(rpcQuestion(call('getblock', ['0f', 3]))).toMatchObject({ name: 'rpc getblock ["0f",3]' })
    expect(long('a').name).toBe(long('a').name)
    expect(long('a').body).toBe(long('a').body)
    expect(long('a').name).not.toBe(long('b').name)
    expect(long('a').name.length).toBeLessThanOrEqual(160)
    expect(JSON.parse(long('a').body!).id).toBeLessThan(2 ** 30)
  })

  // Bitcoin Core answers errors with HTTP 500, 404 and 400, btcd and version 2.0 with 200.
  test.each([200, 400, 404, 500])('an error object, with HTTP status %i', async (status) => {
    await using made = await node(failing(-5, 'No such mempool or blockchain transaction.'), status)
    const error: unknown = await made.door.ask(rpcQuestion(call('x'))).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(RpcError)
    expect(error).toMatchObject({
      code: 'NET_BAD_ANSWER',
      message: `${made.server.url} answered with error -5: "No such mempool or blockchain transaction."; asked: rpc x [].`,
      data: { rpcCode: -5, rpcMessage: 'No such mempool or blockchain transaction.', attempts: 1 },
    })
  })

  test.each([
    [
      '{"id":null,"error":{"code":-32700,"message":"Parse error"}}',
      'answered with error -32700: "Parse error"',
    ],
    ['{"id":1,"result":3}', ', got 1; asked: rpc x []'],
    ['{"id":null,"result":3}', 'at $.id, got null'],
    ['{"result":3}', 'at $.id, got undefined'],
    ['{"id":1,"error":"no"}', 'expected object at $.error, got "no"'],
    ['[]', 'expected object at $, got an array of 0'],
    ['null', 'expected object at $, got null'],
  ])('%s', async (body, words) => {
    await using server = await startFaultyServer(() => ({ body }))
    const error: unknown = await createDoor({ url: server.url })
      .ask(rpcQuestion(call('x')))
      .catch((thrown: unknown) => thrown)
    expect((error as Error).message).toContain(words)
  })

  test('neither result nor error; a result of the wrong kind', async () => {
    await using none = await node(({ id }) => ({ id }))
    await expect(none.door.ask(rpcQuestion(call('x')))).rejects.toThrow(
      'expected a result or an error, got neither',
    )
    await using wrong = await node(({ id }) => ({ id, result: [] }))
    await expect(wrong.door.ask(rpcQuestion(call('x')))).rejects.toThrow(
      'expected number at $.result, got an array of 0',
    )
  })

  test('a node that warms up is asked again, also behind HTTP 500', async () => {
    for (const status of [200, 500]) {
      await using made = await node(
        (sent, times) => (times < 3 ? failing(-28, 'Loading block index…')(sent) : sum(sent)),
        200,
      )
      expect(await made.door.ask(rpcQuestion(call('x', [4])))).toBe(4)
      await using cold = await node(failing(-28, 'Loading block index…'), status)
      await expect(cold.door.ask(rpcQuestion(call('x')))).rejects.toMatchObject({
        code: 'NET_BUSY',
        data: { attempts: 3 },
      })
    }
  })

  test('a refusal without error object is one of HTTP', async () => {
    for (const [status, attempts] of [
      [404, 1],
      [500, 3],
      [401, 1],
    ]) {
      await using server = await startFaultyServer(() => ({ status: status!, body: '<html>no</html>' }))
      const door = createDoor({ url: server.url, clock: hastyClock(), limits: { retries: 2 } })
      await expect(door.ask(rpcQuestion(call('x')))).rejects.toMatchObject({
        code: 'NET_STATUS',
        data: { status, attempts },
      })
    }
  })

  test('which errors mean "later"', () => {
    expect(isBusyRpc(-28, 'Verifying blocks…')).toBe(true)
    expect(isBusyRpc(-32005, 'daily request count exceeded, request rate limited')).toBe(true)
    expect(isBusyRpc(429, 'compute units')).toBe(true)
    // Infura's words for a question about too many logs: the same again gives the same.
    expect(isBusyRpc(-32005, 'query returned more than 10000 results')).toBe(false)
    expect(isBusyRpc(-32601, 'method not found')).toBe(false)
  })
})

describe('rpcBatch', () => {
  const keep = () => 'never' as const
  test('one request, answers in the order of the calls whatever theirs', async () => {
    await using made = await node(sum)
    const calls = [call('add', [1]), call('add', [2, 3]), call('add', [1])]
    expect(await made.door.ask(rpcBatch(calls, { keep }))).toEqual([1, 5, 1])
    expect([...made.server.asked.values()]).toEqual([1])
  })

  test('one that fails, lacks or is refused as a whole', async () => {
    await using one = await node((sent) => (sent.params[0] === 2 ? failing(-8, 'no')(sent) : sum(sent)))
    await expect(one.door.ask(rpcBatch([call('a', [1]), call('a', [2])], { keep }))).rejects.toThrow(
      'error -8: "no"',
    )
    await using lacking = await startFaultyServer(() => ({ body: [] }))
    await expect(createDoor({ url: lacking.url }).ask(rpcBatch([call('a')], { keep }))).rejects.toThrow(
      /expected the answer with id \d+, got none/,
    )
    await using whole = await startFaultyServer(() => ({
      body: { id: null, error: { code: -32600, message: 'no batches' } },
    }))
    await expect(createDoor({ url: whole.url }).ask(rpcBatch([call('a')], { keep }))).rejects.toThrow(
      'error -32600: "no batches"',
    )
  })
})
