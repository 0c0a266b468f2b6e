import { describe, expect, test } from 'vitest'
import { createMemoryLedger } from '../ledger/index.ts'
import type { ImportRow } from '../ledger/ledger.ts'
import { ETHEREUM, type HolderId } from '../units/caip.ts'
import { account, books, from, nameOf, request, START, txidOf } from './fixtures.ref.ts'
import type { Flow } from './flow.ts'
import { traceFlow } from './trace.ts'

const ETH = `${ETHEREUM}/slip44:60`

type Entry = readonly [from: string, to: string, amount: bigint, kind: 'native' | 'internal' | 'token']

/** Files whose hashes decide their order: one transaction, its parts apart. */
function traced(files: readonly (readonly [sha256: string, ...Entry[]])[], seed: string): Flow {
  const ledger = createMemoryLedger()
  for (const [sha256, ...entries] of files) {
    const session = ledger.beginImport({ name: sha256, sha256, bytes: 1, layout: 'test' })
    if (!('add' in session)) throw new Error('imported before')
    const holder = (name: string): HolderId => account(name)
    session.add(
      entries.map(
        ([payer, payee, amount, kind], i): ImportRow => ({
          row: i + 1,
          listing: '',
          transaction: {
            chain: ETHEREUM,
            txid: txidOf(1),
            height: 7,
            time: START,
            transfers: [{ from: holder(payer), to: holder(payee), asset: ETH, amount, kind }],
            inputs: [],
            outputs: [],
          },
        }),
      ),
    )
    session.commit({ kind: 'all' }, { rows: entries.length, rejected: 0 })
  }
  return traceFlow(books(ledger), request({ seeds: from(seed) }))
}

const told = (flow: Flow): string[] => flow.leaves.map(({ holder, amount }) => `${nameOf(holder)} ${amount}`)

const [early, late] = ['00'.repeat(32), 'ff'.repeat(32)]

describe('order within a transaction that stands in several files', () => {
  test.each([
    [early, late],
    [late, early],
  ])('the value of a call comes before what the call pays on, whatever the hashes (%s)', (one, other) => {
    const flow = traced(
      [
        [one, ['thief', 'router', 10n, 'native']],
        [other, ['router', 'a', 10n, 'internal']],
      ],
      'thief',
    )
    expect(told(flow)).toEqual(['a 10'])
    expect(flow.coverage.unknownOrigin).toEqual([])
    expect(flow.coverage.ties).toBe(2)
  })

  test.each([
    [early, late],
    [late, early],
  ])('between wallets, money comes before it goes (%s)', (one, other) => {
    const flow = traced(
      [
        [one, ['thief', 'r', 10n, 'token']],
        [other, ['r', 'x', 10n, 'token']],
      ],
      'thief',
    )
    expect(told(flow)).toEqual(['x 10'])
  })

  test('a cycle keeps the order of the files, and ends', () => {
    const flow = traced(
      [
        [early, ['thief', 'r', 10n, 'token']],
        [late, ['r', 'thief', 4n, 'token']],
      ],
      'thief',
    )
    expect(flow.balance).toHaveLength(1)
    expect(flow.balance[0]!.accounted).toBe(flow.balance[0]!.stolen)
  })
})
