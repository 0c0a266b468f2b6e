import { describe, expect, test } from 'vitest'
import type { Placed } from '../chain/source.ts'
import type { Input } from '../chain/transaction.ts'
import { label } from '../trace/fixtures.ref.ts'
import { BITCOIN_REGTEST } from '../units/caip.ts'
import { createHeirs } from './heirs.ts'

const block = { height: 7, hash: 'ab', time: 1000 }
const holder = (name: string): string => `${BITCOIN_REGTEST}:${name}`
const lot = { chain: BITCOIN_REGTEST, n: 0, holder: holder('thief'), height: 6, time: 900 }

function spender(
  txid: string,
  inputs: readonly Input[],
  outputs: readonly [string | null, bigint][],
): Placed {
  const transaction = {
    ...{ chain: BITCOIN_REGTEST, txid, height: 7, time: 1000, transfers: [], inputs },
    outputs: outputs.map(([name, amount]) => ({ holder: name === null ? null : holder(name), amount })),
  }
  return { transaction, block, links: [] }
}

describe('heirs', () => {
  const none = { of: () => new Map() }
  const heirs = (labels = none) => createHeirs(labels, [{ ...lot, txid: 'a', amount: 10n }])

  test('what spends stolen coins alone is stolen whole, and what spends that; each output once', () => {
    const found = heirs()
    const first = spender(
      'b',
      [{ txid: 'a', n: 0, amount: 10n }],
      [
        ['x', 4n],
        [null, 0n],
        ['y', 5n],
      ],
    )
    expect(found.of([first])).toEqual([
      { chain: BITCOIN_REGTEST, txid: 'b', n: 0, holder: holder('x'), amount: 4n, height: 7, time: 1000 },
      { chain: BITCOIN_REGTEST, txid: 'b', n: 2, holder: holder('y'), amount: 5n, height: 7, time: 1000 },
    ])
    const merge = spender(
      'c',
      [
        { txid: 'b', n: 0, amount: 4n },
        { txid: 'b', n: 2, amount: 5n },
      ],
      [['z', 8n]],
    )
    expect(found.of([merge]).map(({ txid, amount }) => [txid, amount])).toEqual([['c', 8n]])
    expect(found.of([merge])).toEqual([])
  })

  test.each<[string, readonly Input[]]>([
    [
      'a clean coin',
      [
        { txid: 'a', n: 0, amount: 10n },
        { txid: 'clean', n: 0, amount: 1n },
      ],
    ],
    ['a coin of unknown amount', [{ txid: 'a', n: 0 }]],
    ['a coin that is stolen in part', [{ txid: 'a', n: 0, amount: 11n }]],
  ])('with %s, how much is for the rule to say', (_, inputs) => {
    expect(heirs().of([spender('b', inputs, [['x', 4n]])])).toEqual([])
  })

  test('a labelled holder is for the trace to judge; what is unconfirmed may be replaced', () => {
    const peel = spender(
      'b',
      [{ txid: 'a', n: 0, amount: 10n }],
      [
        ['x', 4n],
        ['shop', 5n],
      ],
    )
    const labels = {
      of: (holders: readonly string[]) =>
        new Map(
          holders.filter((one) => one === holder('shop')).map((one) => [one, [label('Shop', 'service')]]),
        ),
    }
    expect(
      heirs(labels as never)
        .of([peel])
        .map(({ n }) => n),
    ).toEqual([0])
    expect(heirs().of([{ ...peel, block: null }])).toEqual([])
  })
})
