import { describe, expect, test } from 'vitest'
import { BITCOIN_REGTEST } from '../units/caip.ts'
import { DROPPED_AFTER_SECONDS, missing, replacedBy, type Unconfirmed } from './mempool.ts'

function waiting(txid: string, ...inputs: readonly string[]): Unconfirmed {
  return {
    ...{ chain: BITCOIN_REGTEST, txid, outputs: [], claims: [], since: 0, missingSince: null },
    inputs: inputs.map((input) => ({ txid: input.slice(0, -2), n: Number(input.slice(-1)) })),
  }
}

const rival = (txid: string, ...inputs: readonly string[]) => waiting(txid, ...inputs)

describe('replacedBy', () => {
  test('who spends the same output takes the place, and what descends from the first goes with it', () => {
    const first = waiting('first', 'lot:0', 'other:1')
    const child = waiting('child', 'first:0')
    const grandchild = waiting('grandchild', 'child:2')
    const beside = waiting('beside', 'lot:1')
    // Written down with the youngest first: order must not matter.
    const all = [grandchild, child, beside, first]
    const replaced = replacedBy(all, [rival('second', 'other:1')], new Set(['second', 'beside']))
    expect([...replaced].sort()).toEqual([
      ['child', 'second'],
      ['first', 'second'],
      ['grandchild', 'second'],
    ])
  })

  test('who takes a turn of the same sender takes the place', () => {
    const turn = { sender: 'eip155:1:0x01', nonce: 7 }
    const first = { ...waiting('first'), turn }
    const by = (other: Partial<typeof turn>) =>
      replacedBy([first], [{ ...rival('second'), turn: { ...turn, ...other } }], new Set())
    expect([...by({})]).toEqual([['first', 'second']])
    expect(by({ nonce: 8 }).size).toBe(0)
    expect(by({ sender: 'eip155:1:0x02' }).size).toBe(0)
  })

  test('what is still there is not replaced, nor is a transaction by itself', () => {
    const first = waiting('first', 'lot:0')
    expect(replacedBy([first], [rival('second', 'lot:0')], new Set(['first'])).size).toBe(0)
    expect(replacedBy([first], [rival('first', 'lot:0')], new Set()).size).toBe(0)
    expect(replacedBy([first], [rival('second', 'lot:1')], new Set()).size).toBe(0)
  })
})

describe('missing', () => {
  const first = waiting('first', 'lot:0')

  test('is dropped only when it was missing for long without a break', () => {
    const gone = missing([first], new Set(), 100)
    expect(gone).toEqual({ changed: [{ ...first, missingSince: 100 }], dropped: [] })
    const since = gone.changed[0]!
    expect(missing([since], new Set(), 99 + DROPPED_AFTER_SECONDS)).toEqual({ changed: [], dropped: [] })
    expect(missing([since], new Set(['first']), 500)).toEqual({ changed: [first], dropped: [] })
    expect(missing([since], new Set(), 100 + DROPPED_AFTER_SECONDS)).toEqual({
      changed: [],
      dropped: [since],
    })
  })
})
