/**
 * What every ledger does, whatever it is made of.
 * @module
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Output, Transaction, Transfer } from '../chain/transaction.ts'
import type { LootlineError } from '../errors.ts'
import { BITCOIN, ETHEREUM, TRON } from '../units/caip.ts'
import { dump, movementLines } from './dump.test-suite.ts'
import {
  type Covers,
  type ImportResult,
  type ImportRow,
  type ImportSession,
  type Ledger,
  NONE,
} from './ledger.ts'

export interface LedgerMaker {
  /** A new, empty ledger. */
  open(): Ledger
  /** The same ledger, after its process was killed. */
  reopen(ledger: Ledger): Ledger
  clean(): void
}

const ETH = `${ETHEREUM}/slip44:60`
const SCAM = `${TRON}/trc20:TScam`
export const eth = (name: string): string => `${ETHEREUM}:0x${name}`
export const btc = (name: string): string => `${BITCOIN}:${name}`

type Extra = Partial<Omit<Transaction, 'txid' | 'chain'>>

export function pay(
  from: string | null,
  to: string | null,
  amount: bigint,
  extra: Partial<Transfer> = {},
): Transfer {
  const name = (holder: string | null): string | null => (holder === null ? null : eth(holder))
  return { from: name(from), to: name(to), asset: ETH, amount, kind: 'native', ...extra }
}

export function account(txid: string, transfers: readonly Transfer[], extra: Extra = {}): Transaction {
  const place = 'height' in extra || 'time' in extra ? {} : { time: 1000 }
  return { chain: ETHEREUM, txid, transfers, inputs: [], outputs: [], ...place, ...extra }
}

export function utxo(
  txid: string,
  inputs: Transaction['inputs'],
  outputs: readonly [string | null, bigint][],
  extra: Extra = {},
): Transaction {
  const made = outputs.map(([name, amount]): Output => ({ holder: name === null ? null : btc(name), amount }))
  return { chain: BITCOIN, txid, height: 10, transfers: [], inputs, outputs: made, ...extra }
}

/** A sha256 that starts with these digits. */
export function sha(start: string): string {
  return start.padEnd(64, '0')
}

export function begin(ledger: Ledger, sha256: string, layout = 'test'): ImportSession {
  const session = ledger.beginImport({ name: `${sha256.slice(0, 4)}.csv`, sha256, bytes: 1, layout })
  if ('already' in session) throw new Error('was imported already')
  return session
}

function rowsOf(transactions: readonly Transaction[], listing = ''): ImportRow[] {
  return transactions.map((transaction, i) => ({ row: i + 1, listing, transaction }))
}

export function importRows(
  ledger: Ledger,
  sha256: string,
  rows: readonly ImportRow[],
  covers: Covers = { kind: 'none' },
): ImportResult {
  const session = begin(ledger, sha256)
  session.add(rows)
  return session.commit(covers, { rows: rows.length, rejected: 0 })
}

function codeOf(fn: () => unknown): string {
  try {
    fn()
  } catch (error) {
    return (error as LootlineError).code
  }
  return 'no error'
}

function txidsInOrder(ledger: Ledger, txids: readonly string[]): string[] {
  const txs = Uint32Array.from(txids.flatMap((txid) => [...ledger.txNumbers(txid)]))
  return [...ledger.heads(ledger.ofTransactions(txs).tx).txid]
}

export function ledgerSuite(maker: LedgerMaker): void {
  let ledger: Ledger
  beforeEach(() => {
    ledger = maker.open()
  })
  afterEach(() => {
    ledger.close()
    maker.clean()
  })

  describe('what is stored', () => {
    test('a transaction comes back as it went in, uint256 and unknown parties included', () => {
      const whole = account(
        '0x1',
        [
          pay('a', 'b', 2n ** 256n - 1n, { position: 0 }),
          pay(null, 'b', 2n ** 53n, { position: 1 }),
          pay('b', null, 2n ** 53n - 1n, { position: 2 }),
          pay('b', 'b', 0n, { position: 3, kind: 'internal' }),
        ],
        { height: 7, index: 3, time: 99 },
      )
      expect(ledger.append([whole])).toMatchObject({ added: 4, duplicates: 0 })
      expect(ledger.transactions(ledger.txNumbers('0x1'))).toEqual([whole])
      const movements = ledger.ofTransactions(ledger.txNumbers('0x1'))
      expect([...movements.debitAmount.narrow].map((amount) => Math.sign(amount))).toEqual([-1, -1, 1, 0])
      expect(movementLines(ledger, movements)[0]).toContain(`${eth('a')} ${2n ** 256n - 1n} ${ETH}`)
      expect(movements.debitHolder[1]).toBe(NONE)
      expect(movements.creditHolder[2]).toBe(NONE)
    })

    test('an empty ledger has nothing', () => {
      expect(ledger.size()).toEqual({ transactions: 0, movements: 0, holders: 0 })
      expect([ledger.assets(), ledger.sources()]).toEqual([[], []])
    })

    test('one txid on two chains is two transactions', () => {
      ledger.append([account('0x1', [pay('a', 'b', 1n)]), utxo('0x1', [], [['x', 5n]])])
      const txs = ledger.txNumbers('0x1')
      expect([...ledger.heads(txs).chain].sort()).toEqual([BITCOIN, ETHEREUM])
    })

    test.each([
      ['a negative amount', account('0x1', [pay('a', 'b', -1n)])],
      ['an amount over uint256', account('0x1', [pay('a', 'b', 2n ** 256n)])],
      ['a fraction of a second', account('0x1', [], { time: 1.5 })],
      ['a height over 2^31', account('0x1', [], { height: 2 ** 31 })],
      ['neither height nor time', { ...account('0x1', []), time: undefined } as unknown as Transaction],
      ['an asset of another chain', account('0x1', [pay('a', 'b', 1n, { asset: SCAM })])],
      ['an empty txid', account('', [])],
    ])('%s is refused, and nothing is kept', (_name, bad) => {
      const good = account('0x2', [pay('a', 'b', 1n)])
      expect(codeOf(() => ledger.append([good, bad]))).toBe('LEDGER_BAD_TRANSACTION')
      const session = begin(ledger, sha('1'))
      expect(codeOf(() => session.add(rowsOf([good, bad])))).toBe('LEDGER_BAD_TRANSACTION')
      session.abort()
      expect(ledger.size().transactions).toBe(0)
    })

    test('a file cannot make its token a known asset, and a better description fills an empty one', () => {
      const usdt = `${TRON}/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t`
      const transfers = [SCAM, usdt].map((asset) => pay('a', 'b', 1n, { asset, kind: 'token' }))
      ledger.append([{ ...account('t', transfers), chain: TRON }])
      expect(ledger.assets()[ledger.assetNumber(SCAM)]).toMatchObject({
        symbol: '',
        decimals: 0,
        known: false,
      })
      const session = begin(ledger, sha('1'))
      const lie = { chain: TRON, symbol: 'USDT', decimals: 3, known: true, priceSymbol: 'USDT' }
      session.addAssets([
        { id: SCAM, ...lie },
        { id: usdt, ...lie },
      ])
      session.commit({ kind: 'none' }, { rows: 0, rejected: 0 })
      expect(ledger.assets()[ledger.assetNumber(SCAM)]).toEqual({
        ...{ id: SCAM, chain: TRON, symbol: 'USDT', decimals: 3, known: false },
      })
      expect(ledger.assets()[ledger.assetNumber(usdt)]).toMatchObject({ known: true, decimals: 6 })
    })
  })

  describe('duplicates', () => {
    test('equal rows of one listing are different transfers; of two listings the larger count stays', () => {
      const row = account('0x1', [pay('a', 'b', 5n)])
      const rows = [...rowsOf([row, row, row], 'a'), ...rowsOf([row, row], 'b')]
      expect(importRows(ledger, sha('1'), rows)).toMatchObject({ added: 3, duplicates: 2, transactions: 1 })
      expect(importRows(ledger, sha('2'), rowsOf([row, row, row, row]))).toMatchObject({
        added: 1,
        duplicates: 3,
      })
      expect(ledger.size()).toEqual({ transactions: 1, movements: 4, holders: 2 })
    })

    test('kind, asset, parties and amount tell transfers apart', () => {
      const base = pay('a', 'b', 5n)
      const transfers = [
        base,
        { ...base, kind: 'internal' as const },
        { ...base, amount: 6n },
        { ...base, from: null },
        { ...base, to: null },
        { ...base, asset: `${ETHEREUM}/erc20:0x1` },
      ]
      expect(ledger.append(transfers.map((transfer) => account('0x1', [transfer])))).toMatchObject({
        added: 6,
        duplicates: 0,
      })
      expect(ledger.append([account('0x1', transfers)])).toMatchObject({ added: 0, duplicates: 6 })
    })

    test('rows of one transaction merge; what was unknown is filled in; contradictions keep the first and are counted', () => {
      const transfer = pay('a', 'b', 5n)
      importRows(ledger, sha('1'), rowsOf([account('0x1', [transfer], { time: 50 })]))
      const filled = account('0x1', [{ ...transfer, position: 4 }, pay('b', 'c', 5n)], {
        height: 9,
        index: 2,
      })
      expect(importRows(ledger, sha('2'), rowsOf([filled]))).toMatchObject({ added: 1, contradictions: 0 })
      const [merged] = ledger.transactions(ledger.txNumbers('0x1'))
      expect(merged).toMatchObject({ time: 50, height: 9, index: 2 })
      expect(merged!.transfers).toContainEqual({ ...transfer, position: 4 })
      const contrary = rowsOf([
        account('0x1', [], { time: 51, height: 9 }),
        account('0x1', [], { time: 52 }),
        account('0x1', [], { height: 8 }),
      ])
      // Two within the file (52 after 51, 8 after 9), one against the ledger (51 after 50).
      expect(importRows(ledger, sha('3'), contrary)).toMatchObject({ contradictions: 3, duplicates: 0 })
      expect(ledger.transactions(ledger.txNumbers('0x1'))[0]).toMatchObject({ time: 50, height: 9 })
    })

    test('an output that contradicts the first statement is counted; an unknown address is filled in', () => {
      ledger.append([
        utxo(
          'aa',
          [],
          [
            [null, 5n],
            ['x', 6n],
          ],
        ),
      ])
      const again = utxo(
        'aa',
        [],
        [
          ['w', 5n],
          ['x', 7n],
        ],
      )
      expect(importRows(ledger, sha('1'), rowsOf([again]))).toMatchObject({
        contradictions: 1,
        duplicates: 1,
      })
      expect(ledger.transactions(ledger.txNumbers('aa'))[0]!.outputs).toEqual([
        { holder: btc('w'), amount: 5n },
        { holder: btc('x'), amount: 6n },
      ])
      expect(ledger.ofHolders(ledger.holderNumbers([btc('w')])).n).toBe(1)
    })
  })

  describe('lots', () => {
    test('an input takes holder and amount from its prevout, whichever comes first', () => {
      const source = utxo('aa', [], [['x', 50n]], { height: 1 })
      const spend = utxo('bb', [{ txid: 'aa', n: 0, amount: 49n }], [['y', 40n]])
      ledger.append([spend])
      expect(ledger.size().transactions).toBe(1)
      expect([...ledger.txNumbers('aa')]).toEqual([])
      const before = ledger.ofTransactions(ledger.txNumbers('bb'))
      expect([before.debitLotTx[0], before.debitLotN[0], before.debitHolder[0]]).toEqual([NONE, 0, NONE])
      expect(before.debitAmount.narrow[0]).toBe(49)
      ledger.append([source])
      const [tx] = ledger.txNumbers('aa')
      const after = ledger.ofHolders(ledger.holderNumbers([btc('x')]))
      expect(after.n).toBe(2)
      expect([after.debitLotTx[0], after.debitHolder[0]]).toEqual([tx, ledger.holderNumbers([btc('x')])[0]])
      expect(after.debitAmount.narrow[0]).toBe(50)
      expect([...ledger.spenders(Uint32Array.of(tx!, tx!), Uint32Array.of(0, 1))]).toEqual([
        ledger.txNumbers('bb')[0],
        NONE,
      ])
    })

    test.each(['the same file', 'the ledger'])('a second spender in %s is refused, naming both', (place) => {
      const first = utxo('bb', [{ txid: 'aa', n: 1 }], [])
      const second = utxo('cc', [{ txid: 'aa', n: 1 }], [['y', 1n]])
      const rows = place === 'the ledger' ? [second] : [first, second]
      if (place === 'the ledger') ledger.append([first])
      const before = dump(ledger, ['bb', 'cc'], [btc('y')])
      const session = begin(ledger, sha('1'))
      let caught: unknown
      try {
        session.add(rowsOf(rows))
        session.commit({ kind: 'none' }, { rows: 1, rejected: 0 })
      } catch (error) {
        caught = (error as LootlineError).data
      }
      session.abort()
      expect(caught).toEqual({
        ...{ code: 'LEDGER_DOUBLE_SPEND', chain: BITCOIN, prevout: 'aa:1', first: 'bb', second: 'cc' },
      })
      expect(dump(ledger, ['bb', 'cc'], [btc('y')])).toEqual(before)
      expect(begin(ledger, sha('1')).stagedRows).toBe(0)
    })
  })

  describe('order', () => {
    test('by height, index and position, whatever the order of rows and files', () => {
      const rows = [
        account('0x3', [pay('a', 'b', 1n, { position: 8 })], { height: 2, index: 1 }),
        account('0x1', [pay('a', 'b', 2n)], { height: 1, index: 5 }),
        account('0x2', [pay('a', 'b', 3n)], { height: 2, index: 0 }),
        account('0x3', [pay('a', 'b', 4n, { position: 3 })], { height: 2, index: 1 }),
      ]
      importRows(ledger, sha('1'), rowsOf(rows.slice(0, 2)))
      importRows(ledger, sha('2'), rowsOf(rows.slice(2)))
      const movements = ledger.ofHolders(ledger.holderNumbers([eth('a')]))
      expect([...movements.debitAmount.narrow]).toEqual([2, 3, 4, 1])
    })

    test('without index, rows of one block keep the order of the file row by row', () => {
      const rows = ['1', '2', '1', '2'].map((txid, i) =>
        account(txid, [pay('a', 'b', BigInt(i))], { height: 5, time: 60 }),
      )
      importRows(ledger, sha('1'), rowsOf(rows))
      const movements = ledger.ofHolders(ledger.holderNumbers([eth('a')]))
      expect([...movements.debitAmount.narrow]).toEqual([0, 1, 2, 3])
      expect(new Set(movements.order1).size).toBe(1)
      expect(new Set(movements.order2).size).toBe(1)
    })

    test('by time where any transaction of the chain lacks its height', () => {
      const rows = [
        account('0x1', [pay('a', 'b', 1n)], { height: 1, time: 300 }),
        account('0x2', [pay('a', 'b', 2n)], { height: 2, time: 100 }),
      ]
      importRows(ledger, sha('1'), rowsOf(rows))
      expect(txidsInOrder(ledger, ['0x1', '0x2'])).toEqual(['0x1', '0x2'])
      importRows(ledger, sha('2'), rowsOf([account('0x3', [pay('a', 'b', 3n)], { time: 200 })]))
      expect(txidsInOrder(ledger, ['0x1', '0x2', '0x3'])).toEqual(['0x2', '0x3', '0x1'])
      importRows(ledger, sha('3'), rowsOf([account('0x3', [], { height: 3, time: 200 })]))
      expect(txidsInOrder(ledger, ['0x1', '0x2', '0x3'])).toEqual(['0x1', '0x2', '0x3'])
    })

    test('ties of a newest-first listing are read from its end; other listings are left alone', () => {
      const at = (times: readonly number[], name: string): Transaction[] =>
        times.map((time, i) => account(`${name}${i}`, [pay('a', name, BigInt(i))], { time }))
      const rows = [
        ...rowsOf(at([9, 9, 7, 7], 'fall'), 'fall'),
        ...rowsOf(at([7, 7, 9, 9], 'rise'), 'rise'),
        ...rowsOf(at([5, 5, 5], 'flat'), 'flat'),
      ]
      importRows(ledger, sha('1'), rows)
      const of = (name: string): number[] => [
        ...ledger.ofHolders(ledger.holderNumbers([eth(name)])).debitAmount.narrow,
      ]
      expect(of('fall')).toEqual([3, 2, 1, 0])
      expect(of('rise')).toEqual([0, 1, 2, 3])
      expect(of('flat')).toEqual([0, 1, 2])
    })

    test('a transfer of two listings has the earlier of its two places, whichever file came first', () => {
      const one = [account('0x1', [pay('a', 'b', 1n)]), account('0x2', [pay('a', 'b', 2n)])]
      const two = [account('0x2', [pay('a', 'b', 2n)]), account('0x3', [pay('a', 'c', 3n)])]
      importRows(ledger, sha('2'), rowsOf(two))
      importRows(ledger, sha('1'), rowsOf(one))
      expect(txidsInOrder(ledger, ['0x1', '0x2', '0x3'])).toEqual(['0x1', '0x2', '0x3'])
    })

    test('in a block without index a spend comes after what it spends', () => {
      const chain = ['d', 'c', 'b', 'a'].map((txid) => {
        const before = String.fromCharCode(txid.charCodeAt(0) - 1)
        return utxo(txid, [{ txid: before, n: 0 }], [[txid, 1n]])
      })
      importRows(ledger, sha('1'), rowsOf(chain.slice(0, 1)))
      importRows(ledger, sha('2'), rowsOf(chain.slice(1)))
      expect(txidsInOrder(ledger, ['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c', 'd'])
      const { order2 } = ledger.ofHolders(ledger.holderNumbers([btc('a'), btc('b'), btc('d')]))
      expect([...order2].map((key) => key - order2[0]!)).toEqual([0, 1, 2, 3])
    })

    test('appends of equal time keep the order of the calls', () => {
      for (const txid of ['z', 'y', 'x']) ledger.append([account(txid, [pay('a', 'b', 1n)])])
      expect(txidsInOrder(ledger, ['x', 'y', 'z'])).toEqual(['z', 'y', 'x'])
    })
  })

  describe('holders', () => {
    test('a movement of several asked holders is answered once, other movements of its transaction not at all', () => {
      ledger.append([account('0x1', [pay('a', 'b', 1n), pay('c', 'd', 2n)])])
      const movements = ledger.ofHolders(ledger.holderNumbers([eth('a'), eth('b'), eth('a')]))
      expect([...movements.debitAmount.narrow]).toEqual([1])
    })

    test('counts stop at the limit and count distinct transactions', () => {
      ledger.append([
        account('0x1', [pay('a', 'b', 1n), pay('a', 'c', 1n)]),
        account('0x2', [pay('a', 'b', 1n)]),
        utxo(
          'aa',
          [],
          [
            ['x', 1n],
            ['x', 2n],
          ],
        ),
      ])
      const numbers = ledger.holderNumbers([eth('a'), eth('c'), btc('x')])
      expect([...ledger.counts(numbers, 10)]).toEqual([2, 1, 1])
      expect([...ledger.counts(numbers, 1)]).toEqual([1, 1, 1])
    })

    test('coverage: the whole file, the named holders, or nobody; spans of several files join to their hull', () => {
      const file = (from: number, to: number, other: string): ImportRow[] =>
        rowsOf([
          account(`${from}`, [pay('a', other, 1n)], { time: from }),
          account(`${to}`, [pay('a', other, 1n)], { time: to }),
        ])
      importRows(ledger, sha('1'), file(10, 20, 'b'), { kind: 'holders', holders: [eth('a'), eth('idle')] })
      importRows(ledger, sha('2'), file(40, 50, 'b'), { kind: 'holders', holders: [eth('a')] })
      importRows(ledger, sha('3'), file(60, 70, 'c'), { kind: 'none' })
      importRows(ledger, sha('4'), file(15, 16, 'd'), { kind: 'all' })
      const names = ['a', 'b', 'c', 'd', 'idle'].map(eth)
      expect(ledger.coverage(ledger.holderNumbers(names))).toEqual([
        { transactions: 8, firstTime: 10, lastTime: 70, known: 'whole', from: 10, to: 50 },
        { transactions: 4, firstTime: 10, lastTime: 50, known: 'partial', from: null, to: null },
        { transactions: 2, firstTime: 60, lastTime: 70, known: 'partial', from: null, to: null },
        { transactions: 2, firstTime: 15, lastTime: 16, known: 'whole', from: 15, to: 16 },
        { transactions: 0, firstTime: null, lastTime: null, known: 'whole', from: 10, to: 20 },
      ])
    })
  })

  describe('imports', () => {
    const rows = rowsOf([account('0x1', [pay('a', 'b', 1n)]), account('0x2', [pay('b', 'c', 1n)])])

    test('the same bytes twice give the earlier result, and are not read', () => {
      const first = importRows(ledger, sha('1'), rows)
      expect(first).toMatchObject({ added: 2, transactions: 2, already: false })
      const again = ledger.beginImport({ name: 'other.csv', sha256: sha('1'), bytes: 1, layout: 'test' })
      expect(again).toEqual({ ...first, already: true })
      expect(ledger.sources()).toEqual([first.source])
    })

    test('staged rows are invisible, a killed import goes on where it stopped, an aborted one starts again', () => {
      const empty = dump(ledger, ['0x1', '0x2'], [eth('a')])
      begin(ledger, sha('1')).add(rows.slice(0, 1))
      expect(dump(ledger, ['0x1', '0x2'], [eth('a')])).toEqual(empty)
      ledger = maker.reopen(ledger)
      expect(dump(ledger, ['0x1', '0x2'], [eth('a')])).toEqual(empty)
      const other = begin(ledger, sha('2'))
      expect(other.stagedRows).toBe(0)
      other.abort()
      const resumed = begin(ledger, sha('1'))
      expect(resumed.stagedRows).toBe(1)
      resumed.add(rows.slice(1))
      expect(resumed.commit({ kind: 'none' }, { rows: 2, rejected: 0 })).toMatchObject({ added: 2 })
      const twin = maker.open()
      importRows(twin, sha('1'), rows)
      const names = ['a', 'b', 'c'].map(eth)
      expect(dump(ledger, ['0x1', '0x2'], names)).toEqual(dump(twin, ['0x1', '0x2'], names))
      twin.close()

      begin(ledger, sha('3')).add(rows)
      ledger = maker.reopen(ledger)
      begin(ledger, sha('3')).abort()
      expect(begin(ledger, sha('3')).stagedRows).toBe(0)
    })

    test('rows staged under another layout are dropped', () => {
      begin(ledger, sha('1'), 'one').add(rows)
      ledger = maker.reopen(ledger)
      expect(begin(ledger, sha('1'), 'two').stagedRows).toBe(0)
    })

    test('a second import at the same time is refused; an ended session takes nothing more', () => {
      const session = begin(ledger, sha('1'))
      expect(codeOf(() => begin(ledger, sha('2')))).toBe('STORE_BUSY')
      session.abort()
      session.abort()
      expect(codeOf(() => session.add(rows))).toBe('LEDGER_SESSION_ENDED')
      expect(importRows(ledger, sha('2'), rows).added).toBe(2)
    })

    test('another file with the same rows changes nothing', () => {
      importRows(ledger, sha('1'), rows)
      const size = ledger.size()
      expect(importRows(ledger, sha('2'), rows)).toMatchObject({ added: 0, duplicates: 2, transactions: 0 })
      expect(ledger.size()).toEqual(size)
      expect(ledger.sources().map((source) => [source.name, source.rows, source.added])).toEqual([
        ['1000.csv', 2, 2],
        ['2000.csv', 2, 0],
      ])
    })
  })
}
