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
/** A development node says what it is, and its word is taken for senders: here it stands for a real one. */
let client = 'Geth/v1.16.4-stable/linux-amd64/go1.25.1'

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
          const said = answer.json() as Document
          const document = method === 'web3_clientVersion' ? { ...said, result: client } : said
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

describe('a transaction that is asked for by itself is held against its block', () => {
  const one = (): ReturnType<Source['transaction']> =>
    source.transaction(truth.transactions[0]!.transaction.txid)

  test('its receipt, however receipts are asked for', async () => {
    const lie: Change = (method, answer) => {
      if (!/Receipt/.test(method)) return answer
      const result = structuredClone(answer['result']) as { logs: Results } | { logs: Results }[]
      const receipt = Array.isArray(result) ? result[0]! : result
      return { ...answer, result: put(result, receipt.logs[0]!, 'data', `0x${'0'.repeat(63)}9`) }
    }
    await expect(changed(lie, one)).rejects.toMatchObject({ code: 'NET_BAD_ANSWER' })
    expect((await one())!.placed).toEqual(truth.transactions[0])
  })

  test('a block that does not have it', async () => {
    const { height, hash } = (await source.blockAt!(block.height - 1))!
    const lie = replaced('eth_getTransactionByHash', (sent: Document) => ({
      ...{ ...sent, blockHash: hash, blockNumber: `0x${height.toString(16)}` },
    }))
    await expect(changed(lie, one)).rejects.toMatchObject({
      ...{ code: 'NET_BAD_ANSWER', data: { came: 'a block without it' } },
    })
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
      expect(geth.blind).toEqual(source.blind)
      expect(await geth.matches!(block, ALL)).toEqual(truth)
      const { txid } = truth.transactions[1]!.transaction
      expect((await geth.transaction(txid))!.placed).toEqual(truth.transactions[1])
    })
  })

  test('no traces at all is said', async () => {
    await changed(without('trace_block', 'debug_traceBlockByNumber'), async () => {
      const blind = await createEvmNode(lying(anvil.door()))
      expect(blind.blind).toEqual([
        'Internal transfers are unknown: this node offers neither trace_block nor debug_traceBlockByNumber. What is said to be held may have gone by them.',
        ...source.blind,
      ])
      const { transactions } = await blind.matches!(block, ALL)
      expect(transactions[1]!.transaction.transfers.map(({ kind }) => kind)).toEqual(['native', 'fee'])
    })
  })

  test.each([
    'missing trie node 86bb (path ) state 0x86bb is not available, not found',
    'required historical state unavailable (reexec=128)',
    'historical state 86bb is not available',
    'state at block #1 is pruned',
    'old data not available due to pruning',
    'World state unavailable',
    'project ID does not have access to archive state',
  ])('a state that is gone: its block is read without traces, and that is said ("%s")', async (message) => {
    const pruned: Change = (asked, answer) =>
      /^(?:trace|debug|eth_getBalance)/.test(asked)
        ? { jsonrpc: '2.0', id: answer['id'], error: { code: -32000, message } }
        : answer
    await changed(pruned, async () => {
      const node = await createEvmNode(lying(anvil.door()))
      expect(node.blind).toEqual(source.blind)
      const { transactions } = await node.matches!(block, ALL)
      expect(transactions[1]!.transaction.transfers.map(({ kind }) => kind)).toEqual(['native', 'fee'])
      expect(node.blind.at(-1)).toContain(`block ${block.height}`)
      const { txid } = transactions[1]!.transaction
      expect((await node.transaction(txid))!.placed).toEqual(transactions[1])
      expect(node.blind).toHaveLength(source.blind.length + 1)
      const who = transactions[1]!.transaction.transfers[0]!.from!
      expect(await node.balance!(who, `${node.chain}/slip44:60`, block.height)).toBeNull()
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

describe('transactions that are not of Ethereum', () => {
  /** On its way one of the block's transactions gets a type, and the chain a number. */
  const as =
    (type: string, chainId: number): Change =>
    (asked, answer) => {
      if (asked === 'eth_chainId') return { ...answer, result: `0x${chainId.toString(16)}` }
      if (asked !== 'eth_getBlockByHash') return answer
      return replaced(asked, (b: { transactions: Results }) => put(b, b.transactions[1]!, 'type', type))(
        asked,
        answer,
      ) as Document
    }
  const reading = (by: Change): Promise<[Source, BlockMatches]> =>
    changed(by, async () => {
      const node = await createEvmNode(lying(anvil.door()))
      return [node, await node.matches!(block, ALL)]
    })

  test.each([
    ['a deposit of an OP stack', '0x7e', 10],
    ['a type of Arbitrum', '0x68', 42161],
    ['a state-sync of Polygon', '0x7f', 137],
    ['a type of nobody yet', '0x70', 31337],
  ])('%s is taken by the word of the node, which is said', async (_, type, chainId) => {
    const [node, { transactions }] = await reading(as(type, chainId))
    expect(node.blind.join()).toContain('types other than 0 to 4')
    expect(transactions).toHaveLength(3)
  })

  test('is a lie on Ethereum', async () => {
    await expect(reading(as('0x7e', 1))).rejects.toMatchObject({ code: 'NET_BAD_ANSWER' })
    await expect(reading(as('0x2', 1))).resolves.toMatchObject([{ blind: [] }, {}])
  })
})

// Last: it adds a block.
describe('a sender whose key nobody has, as anvil and Hardhat let anybody send for', () => {
  let txid: string
  beforeAll(async () => {
    const stranger = '0x00000000000000000000000000000000000a11ce'
    await anvil.rpc('anvil_setBalance', [stranger, '0xde0b6b3a7640000'])
    await anvil.rpc('anvil_impersonateAccount', [stranger])
    const sent = { from: stranger, to: anvil.accounts[1]!.address, value: '0x1' }
    txid = (await anvil.rpc('eth_sendTransaction', [sent])) as string
  })

  test('is the word of a development node, which is said', async () => {
    const node = await createEvmNode(anvil.door())
    expect(node.blind.join()).toContain('development node')
    const { transactions } = await node.matches!(await node.tip(), ALL)
    expect(transactions.map(({ transaction }) => transaction.transfers[0])).toMatchObject([
      { from: 'eip155:31337:0x00000000000000000000000000000000000A11cE', amount: 1n },
    ])
    expect((await node.transaction(txid))!.placed).toEqual(transactions[0])
  })

  test.each([
    ['of another node', 'Geth/v1.16.4', null],
    ['of a public chain', 'anvil/v1.5.0', '0x1'],
  ])('is a lie %s', async (_, says, chainId) => {
    client = says
    const other: Change = (asked, answer) =>
      asked === 'eth_chainId' && chainId !== null ? { ...answer, result: chainId } : answer
    await changed(other, async () => {
      const node = await createEvmNode(lying(anvil.door()))
      await expect(node.matches!(await node.tip(), ALL)).rejects.toMatchObject({
        ...{ code: 'NET_BAD_ANSWER', data: { came: 'by nobody' } },
      })
      await expect(node.transaction(txid)).rejects.toMatchObject({ code: 'NET_BAD_ANSWER' })
    })
  })
})
