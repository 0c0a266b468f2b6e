import { describe, expect, test } from 'vitest'
import { type Conversion, createConversions, givenIn, gotIn, type Side } from './conversion.ts'

const side = (tx: number, holder: number, asset: number): Side => ({
  ...{ tx, holder, asset },
  ...{ amount: 1n, gross: 1n, weight: 1n },
})

/** Counts how often anybody looks at a conversion's partners. */
class CountingSet extends Set<number> {
  static looks = 0
  override has(value: number): boolean {
    CountingSet.looks++
    return super.has(value)
  }
}

function conversion(kind: Conversion['kind'], tx: number, holder: number, partner: number): Conversion {
  const evidence = { how: 'balance', protocol: null, confidence: 50, evidence: '' } as const
  return {
    kind,
    outs: [side(tx, holder, 0)],
    ins: [side(tx, holder, 1)],
    partners: new CountingSet([partner]),
    ...{ outLegs: [], inLegs: [], ...evidence },
  }
}

describe('conversions', () => {
  test('a swap is found by what is given and by what is got in it, with its partners alone', () => {
    const conversions = createConversions()
    const swap = conversion('swap', 7, 1, 2)
    conversions.add(swap)
    expect(givenIn(conversions, 7, 1, 2, 0)).toBe(swap)
    expect(gotIn(conversions, 7, 2, 1, 1)).toBe(swap)
    expect(givenIn(conversions, 7, 1, 3, 0)).toBeNull()
    expect(givenIn(conversions, 8, 1, 2, 0)).toBeNull()
    expect(gotIn(conversions, 7, 2, 1, 0)).toBeNull()
  })

  test('what is barred is gone, and stays out', () => {
    const conversions = createConversions()
    const [swap, crossing] = [conversion('swap', 7, 1, 2), conversion('crossing', 7, 1, 2)]
    conversions.add(swap)
    conversions.bar(7, 3, 1, 1)
    expect([...conversions.all()]).toEqual([swap])
    conversions.bar(7, 2, 1, 1)
    conversions.add(swap)
    conversions.add(crossing)
    expect(conversions.isEmpty()).toBe(true)
    expect(conversions.swapsOf(7)).toEqual([])
  })

  test('a transaction of many crossings is not searched for swaps', () => {
    const conversions = createConversions()
    for (let i = 0; i < 10_000; i++) conversions.add(conversion('crossing', 7, i, i))
    expect(conversions.swapsOf(7)).toEqual([])
    expect([...conversions.all()]).toHaveLength(10_000)
  })

  test('barring looks at the swaps of one transaction alone', () => {
    const conversions = createConversions()
    for (let tx = 0; tx < 2_000; tx++) conversions.add(conversion('swap', tx, 1, 2))
    CountingSet.looks = 0
    for (let tx = 0; tx < 2_000; tx++) conversions.bar(tx, 2, 1, 1)
    expect(conversions.isEmpty()).toBe(true)
    expect(CountingSet.looks).toBeLessThanOrEqual(2_000)
  })
})
