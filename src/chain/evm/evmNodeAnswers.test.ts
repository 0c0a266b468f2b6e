import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LootlineError } from '../../errors.ts'
import { answerOf, type Door } from '../../net/index.ts'
import type { BlockMatches, BlockRef, Interest, Source } from '../source.ts'
import { type Anvil, startAnvil } from './anvil.test-suite.ts'
import { createEvmNode } from './createEvmNode.ts'
import { mutated } from './mutated.test-suite.ts'

const ALL: Interest = { spends: () => false, touches: () => true }

type Document = Record<string, unknown>
type Change = (method: string, answer: Document) => unknown

let anvil: Anvil
let block: BlockRef
let truth: BlockMatches
let source: Source
/** The node's answers by method, and what is done to each before it is read. */
const answers = new Map<string, Document>()
let change: Change = (_, answer) => answer

beforeAll(async () => {
  anvil = await startAnvil({ chainId: 31337 })
  const token = await anvil.deploy('Token', ['TOK', 18, 1000n])
  const splitter = await anvil.deploy('Splitter')
  await anvil.inOneBlock(async () => {
    await anvil.write(0, token, 'transfer', [anvil.accounts[1]!.address, 7n])
    await anvil.write(1, splitter, 'split', [[anvil.accounts[2]!.address], [5n]], 5n)
    await anvil.deployLater('OldToken', 2)
  })
  source = await createEvmNode(lying(anvil.door()))
  block = await source.tip()
  truth = await source.matches!(block, ALL)
  expect(truth.transactions.length).toBe(3)
})
afterAll(() => anvil.stop())

/** A door whose answers are changed on their way. */
function lying(door: Door): Door {
  return {
    shown: door.shown,
    ask: (question) => {
      const method = /^rpc (\w+)/.exec(question.name)![1]!
      return door.ask({
        ...question,
        read: (answer) => {
          const document = answer.json() as Document
          if (!answers.has(method)) answers.set(method, document)
          return question.read(
            answerOf(200, new TextEncoder().encode(JSON.stringify(change(method, document)))),
          )
        },
      })
    },
  }
}

async function changed<T>(by: Change, work: () => Promise<T>): Promise<T> {
  change = by
  try {
    return await work()
  } finally {
    change = (_, answer) => answer
  }
}

const read = (): Promise<BlockMatches> => source.matches!(block, ALL)
const replaced =
  (method: string, by: (result: never) => unknown): Change =>
  (asked, answer) =>
    asked === method ? { ...answer, result: by(structuredClone(answer['result']) as never) } : answer

type Results = Document[] & Document

describe('what a node says is held against its hashes', () => {
  const lies: readonly (readonly [name: string, change: Change])[] = [
    [
      'another value',
      replaced('eth_getBlockByHash', (b: { transactions: Results }) =>
        put(b, b.transactions[1]!, 'value', '0x6'),
      ),
    ],
    [
      'another sender',
      replaced('eth_getBlockByHash', (b: { transactions: Results }) =>
        put(b, b.transactions[1]!, 'from', `0x${'1'.repeat(40)}`),
      ),
    ],
    [
      'a transaction left out',
      replaced('eth_getBlockByHash', (b: { transactions: Results }) => ({
        ...b,
        transactions: b.transactions.slice(0, 2),
      })),
    ],
    ['another time', replaced('eth_getBlockByHash', (b: Document) => ({ ...b, timestamp: '0x1' }))],
    [
      'another block',
      replaced('eth_getBlockByHash', (b: Document) => ({ ...b, hash: `0x${'2'.repeat(64)}` })),
    ],
    [
      'a made-up withdrawal',
      replaced('eth_getBlockByHash', (b: Document) => ({
        ...b,
        withdrawals: [{ index: '0x0', validatorIndex: '0x0', address: `0x${'1'.repeat(40)}`, amount: '0x5' }],
      })),
    ],
    ['no block', replaced('eth_getBlockByHash', () => null)],
    [
      'another amount of tokens',
      replaced('eth_getBlockReceipts', (r: { logs: Results }[]) =>
        put(r, r[0]!.logs[0]!, 'data', `0x${'0'.repeat(63)}9`),
      ),
    ],
    [
      'a token payment left out',
      replaced('eth_getBlockReceipts', (r: Document[]) => put(r, r[0]!, 'logs', [])),
    ],
    [
      'a failure told as success',
      replaced('eth_getBlockReceipts', (r: Document[]) => put(r, r[0]!, 'status', '0x0')),
    ],
    ['another fee', replaced('eth_getBlockReceipts', (r: Document[]) => put(r, r[0]!, 'gasUsed', '0x1'))],
    [
      'another created contract',
      replaced('eth_getBlockReceipts', (r: Document[]) =>
        put(r, r[2]!, 'contractAddress', `0x${'1'.repeat(40)}`),
      ),
    ],
    [
      'receipts of another block',
      replaced('eth_getBlockReceipts', (r: Document[]) => put(r, r[0]!, 'blockHash', `0x${'2'.repeat(64)}`)),
    ],
    ['a missing receipt', replaced('eth_getBlockReceipts', (r: Document[]) => r.slice(1))],
    [
      'a log of another transaction',
      replaced('eth_getBlockReceipts', (r: { logs: Results }[]) =>
        put(r, r[0]!.logs[0]!, 'transactionHash', `0x${'2'.repeat(64)}`),
      ),
    ],
    [
      'a log that was removed',
      replaced('eth_getBlockReceipts', (r: { logs: Results }[]) => put(r, r[0]!.logs[0]!, 'removed', true)),
    ],
    [
      'five topics',
      replaced('eth_getBlockReceipts', (r: { logs: Results }[]) =>
        put(r, r[0]!.logs[0]!, 'topics', Array(5).fill(`0x${'2'.repeat(64)}`)),
      ),
    ],
    [
      'a negative number',
      replaced('eth_getBlockReceipts', (r: Document[]) => put(r, r[0]!, 'gasUsed', '-0x1')),
    ],
    [
      'a number of 257 bits',
      replaced('eth_getBlockReceipts', (r: Document[]) => put(r, r[0]!, 'gasUsed', `0x1${'0'.repeat(64)}`)),
    ],
    [
      'traces of another block',
      replaced('trace_block', (t: Document[]) => put(t, t[0]!, 'blockHash', `0x${'2'.repeat(64)}`)),
    ],
    [
      'traces of another transaction',
      replaced('trace_block', (t: { action: Document }[]) => put(t, t[0]!.action, 'value', '0x9')),
    ],
    ['a missing trace', replaced('trace_block', (t: Document[]) => t.slice(1))],
    ['HTML', (_, answer) => (answer['result'] === undefined ? answer : '<html>')],
  ]

  test.each(lies)('%s', async (_, lie) => {
    await expect(changed(lie, read)).rejects.toMatchObject({
      data: { code: 'NET_BAD_ANSWER', source: anvil.url },
    })
    expect(await read()).toEqual(truth)
  })

  // Neither is under a root: the price of gas, what traces say, and what nothing is made of.
  const FREE = new Set(['effectiveGasPrice', 'blobGasPrice', 'l1Fee'])
  test.each(['eth_getBlockByHash', 'eth_getBlockReceipts'])(
    '%s, one value of it changed for anything',
    async (method) => {
      await fc.assert(
        fc.asyncProperty(
          mutated(answers.get(method)!, (key) => !FREE.has(key)),
          async (lie) => {
            try {
              const found = await changed((asked, answer) => (asked === method ? lie : answer), read)
              expect(found).toEqual(truth)
            } catch (error) {
              expect(error).toBeInstanceOf(LootlineError)
            }
          },
        ),
        { numRuns: 150, seed: 7 },
      )
    },
  )

  test('traces, one value of them changed for anything: amounts stay amounts', async () => {
    await fc.assert(
      fc.asyncProperty(mutated(answers.get('trace_block')!), async (lie) => {
        try {
          const found = await changed((asked, answer) => (asked === 'trace_block' ? lie : answer), read)
          for (const { transaction } of found.transactions)
            for (const { amount } of transaction.transfers)
              expect(amount >= 0n && amount < 2n ** 256n).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(LootlineError)
        }
      }),
      { numRuns: 100, seed: 7 },
    )
  })
})

describe('what a node does not offer', () => {
  const without =
    (...methods: string[]): Change =>
    (asked, answer) => {
      if (!methods.includes(asked)) return answer
      const error = { code: -32601, message: `the method ${asked} does not exist/is not available` }
      return { jsonrpc: '2.0', id: answer['id'], error }
    }

  test('no trace_block: geth has the same in its own way', async () => {
    await changed(without('trace_block', 'trace_transaction'), async () => {
      const geth = await createEvmNode(lying(anvil.door()))
      expect(geth.blind).toEqual([])
      expect(await geth.matches!(block, ALL)).toEqual(truth)
      const { txid } = truth.transactions[1]!.transaction
      expect((await geth.transaction(txid))!.placed).toEqual(truth.transactions[1])
    })
  })

  test('no traces at all is said', async () => {
    await changed(without('trace_block', 'debug_traceBlockByNumber'), async () => {
      const blind = await createEvmNode(lying(anvil.door()))
      expect(blind.blind).toEqual([
        'Internal transfers are unknown: this node offers neither trace_block nor debug_traceBlockByNumber.',
      ])
      const { transactions } = await blind.matches!(block, ALL)
      expect(transactions[1]!.transaction.transfers.map(({ kind }) => kind)).toEqual(['native', 'fee'])
    })
  })

  test('no receipts of a block: they are asked for one by one', async () => {
    const single = await createEvmNode(lying(anvil.door()))
    expect(await changed(without('eth_getBlockReceipts'), () => single.matches!(block, ALL))).toEqual(truth)
  })

  test('no pending block: no unconfirmed transactions', async () => {
    const none: Change = (asked, answer) => {
      const found = answer['result'] as Document | null
      return asked === 'eth_getBlockByNumber' && found?.['number'] === `0x${(block.height + 1).toString(16)}`
        ? { ...answer, result: null }
        : answer
    }
    expect(source.mempool).toBeDefined()
    await changed(none, async () =>
      expect((await createEvmNode(lying(anvil.door()))).mempool).toBeUndefined(),
    )
  })

  test('a chain whose headers hash otherwise is read, and that is said', async () => {
    const cut: Change = (asked, answer) => {
      if (!asked.startsWith('eth_getBlockBy')) return answer
      return { ...answer, result: { ...(answer['result'] as Document), difficulty: '0x1' } }
    }
    await changed(cut, async () => {
      const other = await createEvmNode(lying(anvil.door()))
      expect(other.blind).toEqual([
        'Block hashes could not be verified: this chain does not make them of its headers as Ethereum does.',
      ])
      expect((await other.matches!(block, ALL)).transactions).toEqual(truth.transactions)
    })
  })
})

/** A document in which one of its parts has another value under a name. */
function put<T>(document: T, part: Document, name: string, value: unknown): T {
  part[name] = value
  return document
}

// Last: it adds a block.
describe('what a node makes up', () => {
  test('a signature that no key can have made is a wrong answer, not a fault of ours', async () => {
    // anvil lets anybody send for an account whose key it does not have, and makes such a signature up.
    const stranger = '0x00000000000000000000000000000000000a11ce'
    await anvil.rpc('anvil_setBalance', [stranger, '0xde0b6b3a7640000'])
    await anvil.rpc('anvil_impersonateAccount', [stranger])
    await anvil.rpc('eth_sendTransaction', [{ from: stranger, to: anvil.accounts[1]!.address, value: '0x1' }])
    const node = await createEvmNode(anvil.door())
    await expect(node.matches!(await node.tip(), ALL)).rejects.toMatchObject({
      code: 'NET_BAD_ANSWER',
      data: { came: 'by nobody' },
    })
  })
})
