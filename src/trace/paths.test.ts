import { describe, expect, test } from 'vitest'
import { compareRules } from './compare.ts'
import {
  account,
  accountTransactions,
  atomic,
  books,
  ETH,
  from,
  label,
  ledgerOf,
  nameOf,
  type Row,
  request,
  txidOf,
  USDT,
  WETH,
} from './fixtures.ref.ts'
import { type FlowPath, largestPaths, targetMatcher } from './paths.ts'
import { prepareTrace } from './trace.ts'
import { flowToJson } from './writeFlow.ts'

const rows: Row[] = [
  ['victim', 'thief', 100],
  ['thief', 'a', 60],
  ['thief', 'b', 40],
  ['a', 'exchange', 50],
  ['b', 'a', 40],
  ['a', 'exchange', 30],
]
const prepared = prepareTrace(
  books(ledgerOf(accountTransactions(rows)), { [account('exchange')]: label('HTX 34', 'service') }),
  request({ seeds: from('thief') }),
)
const flow = prepared.run('fifo')

function told(query: string, top = 9): string[] {
  return largestPaths(flow, targetMatcher(flow, query), top).map(
    ({ amount, hops }) => `${amount}: ${hops.map(({ to }) => nameOf(to)).join(' ')}`,
  )
}

describe('largestPaths', () => {
  test('widest first, never the same money twice, in chain order', () => {
    expect(told('htx')).toEqual(['50: a exchange', '30: b a exchange'])
    expect(told(account('exchange'), 1)).toEqual(['50: a exchange'])
    expect(told(account('a').split(':')[2]!)).toEqual(['60: a', '40: b a'])
    expect(told('nowhere')).toEqual([])
    expect(told('  ')).toEqual([])
  })
})

describe('paths over swaps', () => {
  const swapped = prepareTrace(
    books(
      ledgerOf([
        atomic(1, [['victim', 'thief', 100, USDT]]),
        atomic(2, [['thief', 'mule', 100, USDT]]),
        atomic(3, [
          ['mule', 'pool', 60, USDT],
          ['pool', 'mule', 300, ETH],
        ]),
        atomic(4, [
          ['mule', 'pool', 40, USDT],
          ['pool', 'exchange', 7, WETH],
        ]),
        atomic(5, [['mule', 'far', 200, ETH]]),
        atomic(6, [
          ['far', 'pool', 200, ETH],
          ['pool', 'far', 9, WETH],
        ]),
        atomic(7, [['far', 'exchange', 9, WETH]]),
      ]),
      { [account('exchange')]: label('HTX 34', 'service') },
    ),
    request({ seeds: from('thief') }),
  ).run('fifo')
  /** Hops by who is paid, and changes by what came of them, in order. */
  const steps = ({ origin, hops }: FlowPath): string[] => [
    ...(origin?.path ? steps(origin.path) : []),
    ...(origin ? [`${origin.seed.from.amount} -> ${origin.seed.amount}`] : []),
    ...hops.map(({ to }) => nameOf(to)),
  ]

  test('begin where the money was stolen, with what led to each change', () => {
    const paths = largestPaths(swapped, targetMatcher(swapped, 'htx'), 5)
    expect(paths.map((path) => [path.amount, ...steps(path)])).toEqual([
      ['9', 'mule', '60 -> 300', 'far', '200 -> 9', 'exchange'],
      ['7', 'mule', '40 -> 7'],
    ])
  })

  test('end where changes lead in a circle, as only a mended flow has it', () => {
    const { seeds } = swapped
    const [eth, weth] = [
      seeds.find(({ asset }) => asset === ETH)!,
      seeds.find(({ asset }) => asset === WETH)!,
    ]
    const circle = {
      ...swapped,
      seeds: seeds.map((seed) =>
        seed === eth
          ? { ...seed, from: { ...seed.from!, asset: WETH, holder: account('far') }, firstTime: null }
          : { ...seed, firstTime: null },
      ),
      hops: swapped.hops.map((hop) => ({ ...hop, time: null })),
    }
    const [path] = largestPaths(circle, targetMatcher(circle, 'htx'), 1)
    expect(weth.from?.asset).toBe(ETH)
    expect(steps(path!).length).toBeLessThan(10)
  })
})

describe('compareRules', () => {
  test('what is dirty under every rule, and rules that are refused', () => {
    const comparison = compareRules((rule) => prepared.run(rule))
    expect(comparison.rows[0]).toMatchObject({
      holder: account('exchange'),
      reason: 'service',
      everyRule: '80',
    })
    expect(comparison.stolen).toMatchObject([{ amounts: { fifo: '100', poison: '100' }, everyRule: '100' }])
    expect(comparison.rules.every(({ refused }) => refused === null)).toBe(true)
    const backward = prepareTrace(
      books(ledgerOf(accountTransactions(rows))),
      request({ seeds: from('exchange'), direction: 'backward' }),
    )
    expect(
      compareRules((rule) => backward.run(rule)).rules.flatMap(({ rule, refused }) =>
        refused ? [rule] : [],
      ),
    ).toEqual(['tiho', 'libr'])
  })
})

describe('flowToJson', () => {
  test('is the flow, whole, the same bytes twice', () => {
    const text = [...flowToJson(flow)].join('')
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(flow)))
    expect([...flowToJson(prepared.run('fifo'))].join('')).toBe(text)
  })
})

describe('backward', () => {
  test('where a deposit came from, by fifo', () => {
    const back = prepareTrace(
      books(ledgerOf(accountTransactions([...rows, ['clean', 'a', 500]]))),
      request({ seeds: [{ theft: 'deposit', of: { kind: 'lot', txid: txidOf(6) } }], direction: 'backward' }),
    ).run('fifo')
    expect(back.seeds).toMatchObject([{ theft: 'deposit', holder: account('exchange'), amount: '30' }])
    expect(back.leaves.map(({ reason, holder, amount }) => `${reason} ${nameOf(holder)} ${amount}`)).toEqual([
      'nodata victim 30',
    ])
    expect(
      back.hops.map(({ from: payer, to, amount }) => `${nameOf(payer)} ${nameOf(to)} ${amount}`),
    ).toEqual(['a exchange 30', 'b a 20', 'thief b 20', 'thief a 10', 'victim thief 30'])
  })

  test('stops at a labelled payer', () => {
    const back = prepareTrace(
      books(ledgerOf(accountTransactions(rows)), { [account('b')]: label('B', 'mixer') }),
      request({ seeds: [{ theft: 'deposit', of: { kind: 'lot', txid: txidOf(6) } }], direction: 'backward' }),
    ).run('haircut')
    expect(back.leaves.map(({ reason, holder }) => `${reason} ${nameOf(holder)}`).sort()).toEqual([
      'mixer b',
      'nodata victim',
    ])
    expect(back.balance).toMatchObject([{ stolen: '30', accounted: '30' }])
  })
})
