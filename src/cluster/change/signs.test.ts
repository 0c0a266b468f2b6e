import { describe, expect, it } from 'vitest'
import { NONE } from '../../ledger/ledger.ts'
import { type PlainTransaction, plainColumns } from '../plainTransaction.test-suite.ts'
import { CHANGE_RULES } from './rules.ts'
import { changeLinks, changeSigns, surestChange } from './signs.ts'
import { changeWorld } from './world.ts'

/** One payer of two coins, 700,000 and 600,000 sat; pays a known shop, and itself. */
function payment(outputs: PlainTransaction['outputs'], further: readonly PlainTransaction[] = []) {
  const shop: PlainTransaction = {
    txid: 'shop',
    inputs: [],
    outputs: [{ script: 'shop', kind: 'p2sh', sats: 1 }],
  }
  const paying: PlainTransaction = {
    txid: 'paying',
    inputs: [
      { script: 'a', sats: 700_000 },
      { script: 'b', sats: 600_000 },
    ],
    outputs,
  }
  const { columns, links, scripts } = plainColumns([shop, paying, ...further])
  return changeWorld(columns, links, scripts.length)
}

describe('changeSigns', () => {
  it('counts signs that rest on different facts, and follows two', () => {
    const world = payment([
      { script: 'shop', kind: 'p2sh', sats: 1_000_000 },
      { script: 'new', sats: 290_123 },
    ])
    expect(changeSigns(world, 1)).toEqual([
      { n: 0, score: 0, signs: [] },
      { n: 1, score: 3, signs: ['optimalChange', 'powerOfTen', 'addressType', 'freshAddress'] },
    ])
    expect(surestChange(world, 1)).toBe(world.columns.outputStarts[1]! + 1)
    expect([...changeLinks(world, 'twoSigns').output]).toEqual([NONE, 2])
  })

  it('does not follow where another output has a sign too', () => {
    const world = payment([
      { script: 'a', kind: 'p2sh', sats: 1_000_000 },
      { script: 'new', sats: 290_123 },
    ])
    expect(changeSigns(world, 1).map(({ score }) => score)).toEqual([1, 3])
    expect(surestChange(world, 1)).toBe(NONE)
  })

  it('sees no change in a CoinJoin, in a coinbase, nor where nothing else is paid', () => {
    const joined = payment([
      { script: 'new', sats: 500_000 },
      { script: 'more', sats: 500_000 },
      { script: 'rest', sats: 290_123 },
    ])
    expect(surestChange(joined, 1)).toBe(NONE)
    expect(changeSigns(joined, 1).every(({ score }) => score === 0)).toBe(true)
    expect(changeSigns(joined, 0)).toEqual([{ n: 0, score: 0, signs: [] }])
    const sweep = payment([
      { script: 'new', sats: 290_123 },
      { script: null, kind: 'data', sats: 0 },
    ])
    expect(changeSigns(sweep, 1).every(({ score }) => score === 0)).toBe(true)
  })
})

describe('consensus', () => {
  it('is one-time change, until the address is paid again', () => {
    const outputs = [
      { script: 'shop', kind: 'p2sh' as const, sats: 1_000_000 },
      { script: 'new', sats: 290_123 },
    ]
    const rule = CHANGE_RULES.consensus
    expect(rule(payment(outputs), 1)).toEqual([2])
    const again: PlainTransaction = { txid: 'later', inputs: [], outputs: [{ script: 'new', sats: 5 }] }
    expect(rule(payment(outputs, [again]), 1)).toEqual([])
    const round = [outputs[0]!, { script: 'new', sats: 290_000 }]
    expect(rule(payment(round), 1)).toEqual([])
    expect(rule(payment([...outputs, { script: 'a', sats: 1 }]), 1)).toEqual([3])
    // The dictionary: shop, new, a, b.
    const clusters = Uint32Array.of(0, 1, 1, 3)
    expect(rule({ ...payment(round), clusterOf: (address) => clusters[address]! }, 1)).toEqual([2])
  })
})
