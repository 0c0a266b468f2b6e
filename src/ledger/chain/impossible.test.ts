import { existsSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { type MadeTransaction, txidOf } from '../../chain/bitcoin/madeBlocks.test-suite.ts'
import { clean, temporary } from './made.test-suite.ts'
import { coinbase, type HandBlock, indexByHand, spentOf, toKey } from './memorySource.test-suite.ts'

afterEach(clean)

const first = coinbase(0, 1000)
const hex = (transaction: MadeTransaction): string =>
  Buffer.from(txidOf(transaction)).reverse().toString('hex')
const pay = (txid: Uint8Array, n: number, ...sats: number[]): MadeTransaction => ({
  inputs: [{ txid, n }],
  outputs: sats.map((amount) => ({ sats: amount, script: toKey(3) })),
})
const nobody = new Uint8Array(32).fill(7)
const chain = (transaction: MadeTransaction, spent?: HandBlock['spent']): HandBlock[] => [
  { transactions: [first] },
  { transactions: [coinbase(1), transaction], ...(spent === undefined ? {} : { spent }) },
]

describe('blocks that no node would accept', () => {
  test('pay no more than they get', async () => {
    const store = temporary()
    const whole = pay(txidOf(first), 0, 600, 400)
    const more = pay(txidOf(first), 0, 600, 401)
    await expect(indexByHand(store, chain(more))).rejects.toMatchObject({
      message: `block 1: transaction ${hex(more)} pays 1 satoshis more than it gets.`,
      data: { code: 'LEDGER_BAD_CHAIN', height: 1, excessSats: 1 },
    })
    expect(existsSync(`${store}/chain.json`)).toBe(false)
    expect(await indexByHand(store, chain(whole))).toMatchObject({ blocks: 2 })
  })

  test('spend what is there, where the chain is known from its first block', async () => {
    const lost = pay(nobody, 5, 1)
    await expect(indexByHand(temporary(), chain(lost))).rejects.toMatchObject({
      message: `block 1: transaction ${hex(lost)} spends ${'07'.repeat(32)}:5, which is in no block before it.`,
      data: { code: 'LEDGER_BAD_CHAIN', prevout: `${'07'.repeat(32)}:5`, height: 1 },
    })
    // Later money does not exist yet.
    const later = pay(txidOf(coinbase(2)), 0, 1)
    await expect(
      indexByHand(temporary(), [...chain(later), { transactions: [coinbase(2)] }]),
    ).rejects.toMatchObject({ data: { code: 'LEDGER_BAD_CHAIN', height: 1 } })
  })

  test('are only held to amounts that are known, where the chain begins later', async () => {
    const lost = pay(nobody, 5, 9)
    expect(await indexByHand(temporary(), chain(lost), 2, 700)).toMatchObject({ blocks: 2 })
    const given = (sats: number): HandBlock[] => chain(lost, spentOf([{ sats, script: toKey(4) }]))
    expect(await indexByHand(temporary(), given(9), 2, 700)).toMatchObject({ blocks: 2 })
    await expect(indexByHand(temporary(), given(8), 2, 700)).rejects.toMatchObject({
      data: { code: 'LEDGER_BAD_CHAIN', height: 701, excessSats: 1 },
    })
  })
})

test('counts the blocks that a reorganisation took, not those made again with it', async () => {
  const store = temporary()
  const made = (length: number, from = length): HandBlock[] =>
    Array.from({ length }, (_, height) => ({
      transactions: [coinbase(height, height < from ? 50e8 : 49e8)],
    }))
  await indexByHand(store, made(200))
  expect(await indexByHand(store, made(202, 197))).toMatchObject({ blocks: 202, removed: 3, added: 5 })
  expect(await indexByHand(store, made(203, 197))).toMatchObject({ blocks: 203, removed: 0, added: 1 })
})
