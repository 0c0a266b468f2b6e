import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { BITCOIN_REGTEST } from '../units/caip.ts'
import { BOOK_SCHEMA } from './book.ts'
import { OPENING_SCHEMA } from './bookOpenings.ts'
import { PUT_SCHEMA, type PutRow } from './bookPuts.ts'
import { createBook } from './createBook.ts'

test('transactions of two blocks of one height, one turned back, are not looked for in the same', () => {
  const database = new DatabaseSync(':memory:')
  database.exec(BOOK_SCHEMA + PUT_SCHEMA + OPENING_SCHEMA)
  const book = createBook(database, ':memory:')
  const chain = BITCOIN_REGTEST
  const row = (txid: string, hash: string): PutRow => ({
    ...{ chain, txid, height: 7, hash, source: 'made', fetched: 1, placed: false },
  })
  book.put([row('a', 'old'), row('b', 'new')])
  expect(book.unplaced(chain, null)).toEqual([])
  book.put([row('c', 'new')])
  expect(book.unplaced(chain, [7])).toEqual([{ height: 7, hash: 'new', txids: ['b', 'c'] }])
  book.setPlaced(chain, ['b', 'c'])
  expect(book.unplaced(chain, null)).toEqual([])
})
