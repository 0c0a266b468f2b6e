/**
 * What a ledger says of inputs whose stated amount or holder the output that they spend contradicts.
 * @module
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BITCOIN } from '../units/caip.ts'
import { btc, importRows, type LedgerMaker, sha, utxo } from './ledger.test-suite.ts'
import { type Ledger, MAX_FALSE_PREVOUTS } from './ledger.ts'

export function falsePrevoutSuite(maker: LedgerMaker): void {
  let ledger: Ledger
  beforeEach(() => {
    ledger = maker.open()
  })
  afterEach(() => {
    ledger.close()
    maker.clean()
  })

  const parent = utxo('aa', [], [['x', 50n]])
  const spender = (holder: string, amount: bigint) =>
    utxo('bb', [{ txid: 'aa', n: 0, holder: btc(holder), amount }], [['z', 40n]])
  const false_ = { chain: BITCOIN, txid: 'bb', prevTxid: 'aa' }
  const countOf = (name: string): number => ledger.counts(ledger.holderNumbers([btc(name)]), 9)[0]!
  const input = (): unknown => ledger.transactions(ledger.txNumbers('bb'))[0]!.inputs[0]

  describe('an input that is not what it spends', () => {
    test.each([
      ['amount', spender('x', 51n)],
      ['holder', spender('y', 50n)],
    ])('in its %s is told of as it comes', (_what, lie) => {
      ledger.append([parent])
      const told = { contradictions: 1, falsePrevouts: [{ ...false_, said: 'now' }] }
      expect(ledger.append([lie])).toMatchObject(told)
      expect(input()).toEqual({ txid: 'aa', n: 0, holder: btc('x'), amount: 50n })
      // And each time that it is said again.
      expect(ledger.append([lie])).toMatchObject(told)
    })

    test.each([
      ['amount', spender('x', 51n)],
      ['holder', spender('y', 50n)],
    ])('in its %s is told of when what it spends comes, once', (_what, lie) => {
      expect(ledger.append([lie])).toMatchObject({ contradictions: 0, falsePrevouts: [] })
      const told = { contradictions: 1, falsePrevouts: [{ ...false_, said: 'before' }] }
      expect(ledger.append([parent])).toMatchObject(told)
      expect(ledger.append([parent])).toMatchObject({ contradictions: 0, falsePrevouts: [] })
      expect(input()).toEqual({ txid: 'aa', n: 0, holder: btc('x'), amount: 50n })
    })

    test('leaves nothing with a holder who has nothing else to do with it', () => {
      ledger.append([spender('y', 50n)])
      expect(countOf('y')).toBe(1)
      ledger.append([parent])
      expect([countOf('x'), countOf('y')]).toEqual([2, 0])
    })

    test('stays with a holder whom it pays', () => {
      ledger.append([spender('z', 50n)])
      ledger.append([parent])
      expect([countOf('x'), countOf('z')]).toEqual([2, 1])
    })

    test('is told of in one append with what it spends, and only of those who say it', () => {
      ledger.append([spender('y', 51n)])
      const { falsePrevouts } = ledger.append([parent, spender('x', 50n)])
      expect(falsePrevouts).toEqual([{ ...false_, said: 'before' }])
    })

    test('is a contradiction without proof where two say otherwise and the output is unknown', () => {
      ledger.append([spender('x', 50n)])
      expect(ledger.append([spender('y', 51n)])).toMatchObject({ contradictions: 1, falsePrevouts: [] })
      expect(input()).toEqual({ txid: 'aa', n: 0, holder: btc('x'), amount: 50n })
    })

    test('is counted by imports, and all are counted of which some are named', () => {
      const n = MAX_FALSE_PREVOUTS + 1
      const outputs = Array.from({ length: n }, (): [string, bigint] => ['x', 50n])
      const inputs = outputs.map((_, i) => ({ txid: 'aa', n: i, amount: 51n }))
      const lie = utxo('bb', inputs, [['z', 40n]])
      importRows(ledger, sha('1'), [{ row: 1, listing: '', transaction: utxo('aa', [], outputs) }])
      expect(importRows(ledger, sha('2'), [{ row: 1, listing: '', transaction: lie }])).toMatchObject({
        contradictions: n,
      })
      const { contradictions, falsePrevouts } = ledger.append([lie])
      expect([contradictions, falsePrevouts.length]).toEqual([n, MAX_FALSE_PREVOUTS])
    })

    test('says nothing where nothing is stated', () => {
      ledger.append([parent, utxo('bb', [{ txid: 'aa', n: 0 }], [['z', 40n]])])
      ledger.append([utxo('cc', [{ txid: 'bb', n: 0 }], [[null, 1n]])])
      const told = ledger.append([utxo('dd', [{ txid: 'cc', n: 0, holder: btc('y') }], [])])
      expect(told).toMatchObject({ contradictions: 0, falsePrevouts: [] })
    })
  })
}
