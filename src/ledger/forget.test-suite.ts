/**
 * What `forget` and what comes after it do, in every ledger that can be written to.
 * @module
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import { BITCOIN, ETHEREUM, TRON } from '../units/caip.ts'
import { dump } from './dump.test-suite.ts'
import { account, btc, eth, type LedgerMaker, pay, utxo } from './ledger.test-suite.ts'
import { type Ledger, NONE } from './ledger.ts'

export function forgetSuite(maker: LedgerMaker): void {
  let ledger: Ledger
  beforeEach(() => {
    ledger = maker.open()
  })
  afterEach(() => {
    ledger.close()
    maker.clean()
  })

  function forget(...txids: readonly string[]): { transactions: number; movements: number } {
    return ledger.forget(Uint32Array.from(txids.flatMap((txid) => [...ledger.txNumbers(txid)])))
  }

  const parent = utxo(
    'aa',
    [{ txid: '00', n: 0, holder: btc('w'), amount: 60n }],
    [
      ['x', 50n],
      ['y', 9n],
    ],
    { height: 7, index: 1, time: 70 },
  )
  const child = utxo('bb', [{ txid: 'aa', n: 0 }], [['z', 49n]], { height: 8, index: 1, time: 80 })

  describe('append with assets', () => {
    test('describes tokens as an import does: what we know ourselves is not theirs to say', () => {
      const scam = `${TRON}/trc20:TScam`
      const usdt = `${TRON}/trc20:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t`
      const transfers = [scam, usdt].map((asset) => pay('a', 'b', 1n, { asset, kind: 'token' }))
      const lie = { chain: TRON, symbol: 'USDT', decimals: 3, known: true }
      ledger.append([{ ...account('t', transfers), chain: TRON }], {
        assets: [scam, usdt].map((id) => ({ id, ...lie })),
      })
      const of = (asset: string): unknown => ledger.assets()[ledger.assetNumber(asset)]
      expect(of(scam)).toEqual({ id: scam, chain: TRON, symbol: 'USDT', decimals: 3, known: false })
      expect(of(usdt)).toMatchObject({ known: true, decimals: 6 })
    })
  })

  describe('forget', () => {
    test('leaves nothing of a transaction but its number', () => {
      ledger.append([parent, child])
      const [tx] = ledger.txNumbers('bb')
      expect(forget('bb')).toEqual({ transactions: 1, movements: 1 })
      expect([...ledger.txNumbers('bb')]).toEqual([])
      expect(ledger.size()).toMatchObject({ transactions: 1, movements: 1 })
      const [aa] = ledger.txNumbers('aa')
      expect([...ledger.spenders(Uint32Array.of(aa!), Uint32Array.of(0))]).toEqual([NONE])
      expect(ledger.ofTransactions(Uint32Array.of(tx!)).n).toBe(0)
      const [x, z] = ledger.holderNumbers([btc('x'), btc('z')])
      expect([...ledger.counts(Uint32Array.of(x!, z!), 9)]).toEqual([1, 0])
      expect(ledger.coverage(Uint32Array.of(z!))[0]).toMatchObject({ transactions: 0, firstTime: null })
      ledger.append([{ ...child, height: 9, time: 90 }])
      expect([...ledger.txNumbers('bb')]).toEqual([tx])
      expect(ledger.transactions(Uint32Array.of(tx!))[0]).toMatchObject({ height: 9, time: 90 })
    })

    test('lets another transaction spend what the forgotten one spent', () => {
      const other = utxo('cc', [{ txid: 'aa', n: 0 }], [['thief', 49n]])
      ledger.append([parent, child])
      expect(() => ledger.append([other])).toThrow('is spent by bb and by cc')
      forget('bb')
      ledger.append([other])
      const [aa, cc] = [...ledger.txNumbers('aa'), ...ledger.txNumbers('cc')]
      expect([...ledger.spenders(Uint32Array.of(aa!), Uint32Array.of(0))]).toEqual([cc])
    })

    test('children and parents in one call, in any order; unreal, unknown and repeated numbers are passed over', () => {
      ledger.append([parent, child])
      const [aa, bb] = [...ledger.txNumbers('aa'), ...ledger.txNumbers('bb')]
      const prevout = [0, 1, 2].find((tx) => tx !== aa && tx !== bb)!
      const gone = ledger.forget(Uint32Array.of(aa!, bb!, aa!, prevout, 99, NONE))
      expect(gone).toEqual({ transactions: 2, movements: 2 })
      expect(ledger.size()).toMatchObject({ transactions: 0, movements: 0 })
      expect(ledger.forget(Uint32Array.of(aa!, bb!))).toEqual({ transactions: 0, movements: 0 })
    })

    test('a spender that stays keeps what it took from its prevout, which is then outside the ledger', () => {
      ledger.append([parent, child])
      forget('aa')
      const { debitLotTx, debitLotN, debitHolder, debitAmount } = ledger.ofTransactions(
        ledger.txNumbers('bb'),
      )
      expect([debitLotTx[0], debitLotN[0], debitAmount.narrow[0]]).toEqual([NONE, 0, 50])
      expect(debitHolder[0]).toBe(ledger.holderNumbers([btc('x')])[0])
    })

    test('transfers of an account transaction go, equal ones of others stay, and come again once each', () => {
      const twice = [pay('a', 'b', 1n), pay('a', 'b', 1n)]
      ledger.append([account('0x1', twice), account('0x2', twice)])
      expect(forget('0x1')).toEqual({ transactions: 1, movements: 2 })
      expect(ledger.append([account('0x1', twice)])).toMatchObject({ added: 2, duplicates: 0 })
      const { id } = ledger.ofHolders(ledger.holderNumbers([eth('a')]))
      expect(new Set(id).size).toBe(4)
    })

    test('a chain is ordered by height again once its only transaction without height is gone', () => {
      ledger.append([
        account('0x1', [pay('a', 'b', 1n)], { height: 1, time: 300 }),
        account('0x2', [pay('a', 'b', 2n)], { height: 2, time: 100 }),
        account('0x3', [pay('a', 'b', 3n)], { time: 200 }),
      ])
      const order = (): number[] => [...ledger.ofHolders(ledger.holderNumbers([eth('a')])).debitAmount.narrow]
      expect(order()).toEqual([2, 3, 1])
      forget('0x3')
      expect(order()).toEqual([1, 2])
    })

    test('what stood behind it in its block without index moves up', () => {
      const chain = ['b', 'c', 'd'].map((txid) =>
        utxo(txid, [{ txid: String.fromCharCode(txid.charCodeAt(0) - 1), n: 0 }], [[txid, 1n]]),
      )
      ledger.append(chain)
      const depths = (): number[] =>
        [...ledger.ofHolders(ledger.holderNumbers([btc('c'), btc('d')])).order2].map((key) => key % 2 ** 20)
      expect(depths()).toEqual([1, 2])
      forget('b')
      expect(depths()).toEqual([0, 1])
    })

    test('claims of coverage stay claimed', () => {
      ledger.append([account('0x1', [pay('a', 'b', 1n)])], {
        covers: { kind: 'holders', holders: [eth('a')] },
      })
      forget('0x1')
      expect(ledger.coverage(ledger.holderNumbers([eth('a')]))[0]).toEqual({
        ...{ transactions: 0, firstTime: null, lastTime: null, known: 'whole', from: 1000, to: 1000 },
      })
    })

    test('what is said to be claimed no more is taken back with it, of those alone', () => {
      const [a, b] = [eth('a'), eth('b')]
      ledger.append([account('0x1', [pay('a', 'b', 1n)]), account('0x2', [pay('b', 'a', 1n)])], {
        covers: { kind: 'holders', holders: [a, b] },
      })
      const both = ledger.holderNumbers([a, b])
      ledger.forget(ledger.txNumbers('0x2'), Uint32Array.of(both[0]!, NONE))
      expect([...ledger.isWhole(both)]).toEqual([0, 1])
      expect(ledger.coverage(both)).toMatchObject([
        { transactions: 1, known: 'partial', from: null, to: null },
        { transactions: 1, known: 'whole', from: 1000, to: 1000 },
      ])
      ledger.append([account('0x3', [pay('b', 'a', 1n)])], { covers: { kind: 'holders', holders: [a] } })
      expect([...ledger.isWhole(both)]).toEqual([1, 1])
    })

    test('is kept', () => {
      ledger.append([parent, child])
      forget('bb')
      ledger.append([{ ...child, height: 11 }])
      const names = ['w', 'x', 'y', 'z'].map(btc)
      const before = dump(ledger, ['aa', 'bb'], names)
      ledger = maker.reopen(ledger)
      expect(dump(ledger, ['aa', 'bb'], names)).toEqual(before)
    })

    test('a block turned back and built again gives what a fresh ledger gives', () => {
      const block = (txs: readonly Transaction[], height: number): Transaction[] =>
        txs.map((tx, index) => ({ ...tx, height, index, time: 10 * height }))
      ledger.append(block([parent], 7))
      ledger.append(block([child, account('0x1', [pay('a', 'b', 1n)])], 8))
      forget('0x1', 'bb')
      ledger.append(block([account('0x1', [pay('a', 'b', 1n)]), child], 9))
      const fresh = maker.open()
      fresh.append(block([parent], 7))
      fresh.append(block([account('0x1', [pay('a', 'b', 1n)]), child], 9))
      const names = [...['w', 'x', 'y', 'z'].map(btc), ...['a', 'b'].map(eth)]
      expect(dump(ledger, ['aa', 'bb', '0x1'], names, false)).toEqual(
        dump(fresh, ['aa', 'bb', '0x1'], names, false),
      )
      expect(new Set(ledger.heads(ledger.txNumbers('bb')).chain)).toEqual(new Set([BITCOIN]))
      expect(new Set(ledger.heads(ledger.txNumbers('0x1')).chain)).toEqual(new Set([ETHEREUM]))
      fresh.close()
    })
  })
}
