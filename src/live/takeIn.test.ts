import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Placed } from '../chain/source.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { account, txidOf } from '../trace/fixtures.ref.ts'
import { ETHEREUM } from '../units/caip.ts'
import { BOOK_SCHEMA } from './book.ts'
import { OPENING_SCHEMA } from './bookOpenings.ts'
import { PUT_SCHEMA } from './bookPuts.ts'
import { createBook } from './createBook.ts'
import { takeIn } from './takeIn.ts'

function intake() {
  const database = new DatabaseSync(':memory:')
  database.exec(BOOK_SCHEMA + PUT_SCHEMA + OPENING_SCHEMA)
  const ledger = createMemoryLedger()
  const book = createBook(database, ':memory:')
  return { ledger, book, links: { addLinks: () => {} }, now: () => 1 }
}

function paying(amount: bigint, kind: 'native' | 'internal' | 'token' = 'native'): Placed {
  const asset = kind === 'token' ? `${ETHEREUM}/erc20:0x01` : `${ETHEREUM}/slip44:60`
  const transfers = [{ from: account('thief'), to: account('mule'), asset, amount, kind }]
  return {
    transaction: {
      ...{ chain: ETHEREUM, txid: txidOf(1), height: 7, time: 7, inputs: [], outputs: [] },
      transfers,
    },
    ...{ block: { height: 7, hash: 'seven', time: 7 }, links: [] },
  }
}

const caught = (...placed: Placed[]) => ({ placed, assets: [] })

test('one source that tells one transaction’s own payment in two ways contradicts itself', async () => {
  const lie = {
    data: { source: 'a', what: expect.stringMatching(/ is said to pay 20 from .*, and 21 from /) },
  }
  const made = intake()
  await takeIn(made, 'a', caught(paying(20n)))
  await takeIn(made, 'a', caught(paying(20n)))
  await expect(takeIn(made, 'a', caught(paying(21n)))).rejects.toMatchObject(lie)
  expect(made.ledger.transactions(made.ledger.txNumbers(txidOf(1)))[0]!.transfers).toHaveLength(1)
  await expect(takeIn(intake(), 'a', caught(paying(20n), paying(21n)))).rejects.toMatchObject(lie)
})

test('what a contract pays besides, and tokens, may be of any number', async () => {
  const made = intake()
  await takeIn(made, 'a', caught(paying(20n), paying(21n, 'internal'), paying(5n, 'token')))
  await takeIn(made, 'a', caught(paying(22n, 'internal'), paying(6n, 'token'), paying(0n)))
  expect(made.ledger.transactions(made.ledger.txNumbers(txidOf(1)))[0]!.transfers.length).toBeGreaterThan(3)
})
