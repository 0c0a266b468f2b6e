import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  account,
  accountTransactions,
  atomic,
  books,
  ETH,
  label,
  ledgerOf,
  type Row,
  request,
  START,
  TOK,
} from './fixtures.ref.ts'
import type { Flow } from './flow.ts'
import { traceFlow } from './trace.ts'
import { flowToJson } from './writeFlow.ts'

/**
 * Two thefts, a deposit address, a busy holder, a fee, a collision, money of unknown origin, receipts not counted; a swap in a
 * pool, and one at a service.
 */
function sample(): Flow {
  const rows: Row[] = [
    ['victim', 'thief', 1000],
    ['thief', 'deposit', 600],
    ['deposit', 'exchange', 600],
    ['thief', 'second', 300],
    ['thief', null, 5, 'fee'],
    ['second', 'crowd', 150],
    ['crowd', 'mule', 9],
    ['crowd', 'mule', 9],
    ['crowd', 'mule', 9],
    ['crowd', 'mule', 9],
    ['before', 'third', 10],
    ['fourth', 'mule', 70],
    ['mule', 'exchange', 200],
  ]
  const transactions = [
    ...accountTransactions(rows, ETH),
    // Transaction 2,000: block 2000, after the others.
    {
      ...atomic(2_000, [
        ['second', 'pool', 120, ETH],
        ['pool', 'second', 77, TOK],
      ]),
      time: START + 1_000,
    },
    { ...atomic(2_001, [['second', 'shifter', 10, ETH]]), time: START + 2_000 },
  ]
  const file = { name: 'thefts.csv', sha256: 'ab', bytes: 1, layout: 'test' }
  const ledger = ledgerOf([])
  const session = ledger.beginImport(file)
  if (!('add' in session)) throw new Error('The sample was imported before.')
  session.add(transactions.map((transaction, i) => ({ row: i + 1, listing: '', transaction })))
  session.commit({ kind: 'holders', holders: [account('thief')] }, { rows: rows.length, rejected: 1 })
  const labels = {
    [account('exchange')]: label('Exchange 1', 'service'),
    [account('second')]: label('Weak 2', 'mixer', 10),
    [account('shifter')]: label('ShapeShift 2', 'service'),
  }
  return traceFlow(
    books(ledger, labels, 2_000n * 10n ** 27n),
    request({
      seeds: [
        { theft: 'one', of: { kind: 'holders', holders: [account('thief')] } },
        { theft: 'two', of: { kind: 'holders', holders: [account('second')] } },
        { theft: 'three', of: { kind: 'holders', holders: ['third', 'fourth'].map(account) } },
      ],
      busy: 3,
      passThrough: ['mule', account('mule')],
    }),
  )
}

describe('flow.json', () => {
  const text = [...flowToJson(sample())].join('')
  const flow: Record<string, unknown> = JSON.parse(text)

  test('is what version 2 was when it was first written', async () => {
    await expect(text).toMatchFileSnapshot('golden/flow.v2.json')
  })

  test('the sample has every member of the format', () => {
    const { seeds, leaves, collisions, coverage, hops } = sample()
    for (const member of ['busy', 'deposits', 'into', 'window'] as const)
      expect(
        leaves.some((leaf) => leaf[member]),
        member,
      ).toBe(true)
    expect(seeds.some((seed) => seed.from)).toBe(true)
    expect(hops.some(({ stop }) => stop === 'fee')).toBe(true)
    expect(
      collisions.length * coverage.unknownOrigin.length * coverage.uncountedReceipts.length,
    ).toBeGreaterThan(0)
  })

  test('docs/formats/flow.md names every member there is, and none that is not', () => {
    const page = readFileSync(new URL('../../docs/formats/flow.md', import.meta.url), 'utf8')
    const names = (line: string): string[] =>
      [...line.matchAll(/`([a-zA-Z0-9]+)(?:\[\])?`/g)].map(([, name]) => name!)
    const rows = new Map<string, string[]>()
    for (const [, members, cell] of page.matchAll(/^\| (`.*?`) \| (.*) \|$/gm)) {
      for (const member of names(members!)) rows.set(member, names(cell!))
    }
    expect([...rows.keys()].toSorted()).toEqual(Object.keys(flow).toSorted())
    const labelMembers = names(page.slice(page.indexOf('A label has'), page.indexOf('**Balance.**')))
    const values = new Set([
      'forward',
      'backward',
      'received',
      'missing',
      'lot',
      'swap',
      'crossing',
      'bridge',
      'live',
      'known',
      'to',
      'stop',
      'first',
    ])
    for (const [member, documented] of rows) {
      const found = new Set<string>()
      collect(flow[member], found, new Set(member === 'balance' ? ['byReason'] : []))
      for (const name of found)
        expect([...documented, ...labelMembers], `${member}: not documented`).toContain(name)
      for (const name of documented)
        if (!values.has(name)) expect([...found], `${member}: documented in vain`).toContain(name)
    }
  })
})

/** Names of members at any depth. */
function collect(value: unknown, into: Set<string>, closed: ReadonlySet<string>): void {
  if (value === null || typeof value !== 'object') return
  for (const [name, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) into.add(name)
    if (!closed.has(name)) collect(inner, into, closed)
  }
}
