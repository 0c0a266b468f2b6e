import fc from 'fast-check'
import { encodeAbiParameters, encodeEventTopics, keccak256, parseAbi, toBytes } from 'viem'
import { describe, expect, test } from 'vitest'
import { type EventLog, TOPICS, tokenMoves, wrapMoves } from './tokens.ts'

const TOKEN = `0x${'a'.repeat(40)}`
const ME = `0x${'1'.repeat(40)}`
const YOU = `0x${'2'.repeat(40)}`
const ZERO = `0x${'0'.repeat(40)}`
const word = (value: bigint | string): string =>
  typeof value === 'string' ? value.slice(2).padStart(64, '0') : value.toString(16).padStart(64, '0')
const topic = (value: bigint | string): string => `0x${word(value)}`
const log = (topics: readonly string[], ...words: readonly (bigint | string)[]): EventLog => ({
  address: TOKEN,
  topics,
  data: `0x${words.map(word).join('')}`,
})

test.each([
  ['transfer', 'Transfer(address,address,uint256)'],
  ['single', 'TransferSingle(address,address,address,uint256,uint256)'],
  ['batch', 'TransferBatch(address,address,address,uint256[],uint256[])'],
  ['deposit', 'Deposit(address,uint256)'],
  ['withdrawal', 'Withdrawal(address,uint256)'],
] as const)('the topic of %s is the hash of its signature', (name, signature) => {
  expect(TOPICS[name]).toBe(keccak256(toBytes(signature)))
})

describe('tokenMoves', () => {
  const transfer = [TOPICS.transfer, topic(ME), topic(YOU)]

  test('the number of topics tells a token from a piece', () => {
    expect(tokenMoves([log(transfer, 5n), log([...transfer, topic(5n)])])).toEqual([
      { standard: 'erc20', contract: TOKEN, from: ME, to: YOU, amount: 5n, log: 0 },
      { standard: 'erc721', contract: TOKEN, from: ME, to: YOU, tokenId: '5', amount: 1n, log: 1 },
    ])
  })

  test.each([
    ['too few topics', log(transfer.slice(0, 2), 5n)],
    ['no data', log(transfer)],
    ['half a word', { address: TOKEN, topics: transfer, data: `0x${'1'.repeat(62)}` }],
    ['a party with more than 20 bytes', log([TOPICS.transfer, topic(2n ** 200n), topic(YOU)], 5n)],
    ['another event', log([topic(1n), topic(ME), topic(YOU)], 5n)],
    ['no topic', log([], 5n)],
    [
      'a batch whose array lies outside',
      log([TOPICS.batch, topic(ME), topic(ME), topic(YOU)], 64n, 2n ** 255n),
    ],
    [
      'a batch of a length without end',
      log([TOPICS.batch, topic(ME), topic(ME), topic(YOU)], 64n, 64n, 2n ** 60n),
    ],
    [
      'a batch of unequal arrays',
      log([TOPICS.batch, topic(ME), topic(ME), topic(YOU)], 64n, 128n, 1n, 7n, 0n),
    ],
  ])('%s moves nothing', (_, odd) => {
    expect(tokenMoves([odd])).toEqual([])
  })

  const abi = parseAbi([
    'event TransferBatch(address indexed operator, address indexed from, address indexed to, uint256[] ids, uint256[] values)',
  ])
  const uint = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })

  test('batches are read as viem writes them', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(uint, uint), { maxLength: 8 }), (pieces) => {
        const args = { operator: ME, from: ME, to: YOU } as {
          operator: `0x${string}`
          from: `0x${string}`
          to: `0x${string}`
        }
        const topics = encodeEventTopics({ abi, args }) as string[]
        const types = [{ type: 'uint256[]' }, { type: 'uint256[]' }] as const
        const data = encodeAbiParameters(types, [
          pieces.map(([id]) => id),
          pieces.map(([, amount]) => amount),
        ])
        expect(
          tokenMoves([{ address: TOKEN, topics, data }]).map(({ tokenId, amount }) => [
            BigInt(tokenId!),
            amount,
          ]),
        ).toEqual(pieces)
      }),
      { numRuns: 100, seed: 1 },
    )
  })

  test('whatever is in a log, amounts stay within 256 bits', () => {
    const anyTopic = fc.oneof(
      fc.constantFrom(...Object.values(TOPICS)),
      uint.map(topic),
      fc.constant(topic(ME)),
    )
    const anyLog = fc.record({
      address: fc.constant(TOKEN),
      topics: fc.array(anyTopic, { maxLength: 4 }),
      data: fc.uint8Array({ maxLength: 300 }).map((some) => `0x${Buffer.from(some).toString('hex')}`),
    })
    fc.assert(
      fc.property(fc.array(anyLog, { maxLength: 5 }), (logs) => {
        for (const { amount } of [...tokenMoves(logs), ...wrapMoves(logs)])
          expect(amount >= 0n && amount < 2n ** 256n).toBe(true)
      }),
      { numRuns: 300, seed: 1 },
    )
  })
})

describe('wrapMoves', () => {
  const deposit = log([TOPICS.deposit, topic(ME)], 5n)
  const mint = log([TOPICS.transfer, topic(ZERO), topic(ME)], 5n)

  test('a deposit mints, unless a transfer says so already', () => {
    expect(wrapMoves([deposit])).toEqual([{ side: 'mint', contract: TOKEN, holder: ME, amount: 5n, log: 0 }])
    expect(wrapMoves([deposit, mint])).toEqual([])
    expect(wrapMoves([mint, deposit, deposit])).toHaveLength(1)
    expect(wrapMoves([deposit, { ...mint, address: YOU }])).toHaveLength(1)
  })

  test('a withdrawal burns, unless a transfer says so already', () => {
    const withdrawal = log([TOPICS.withdrawal, topic(ME)], 5n)
    const burn = log([TOPICS.transfer, topic(ME), topic(ZERO)], 5n)
    expect(wrapMoves([withdrawal])).toEqual([
      { side: 'burn', contract: TOKEN, holder: ME, amount: 5n, log: 0 },
    ])
    expect(wrapMoves([burn, withdrawal])).toEqual([])
  })
})
