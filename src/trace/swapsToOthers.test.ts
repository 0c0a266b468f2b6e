import { describe, expect, test } from 'vitest'
import type { Label } from '../label/label.ts'
import {
  account,
  atomic,
  ETH,
  from,
  label,
  ledgerOf,
  nameOf,
  type Part,
  pricedBooks,
  request,
  TOK,
  TOKEN_CONTRACT,
  txidOf,
  USDT,
  WETH,
  WETH_CONTRACT,
} from './fixtures.ref.ts'
import type { Flow } from './flow.ts'
import type { TraceRequest } from './request.ts'
import { RULES } from './tape.ts'
import { traceFlow } from './trace.ts'

const usdt = (dollars: number): bigint => BigInt(dollars) * 10n ** 6n
const ether = (thousandths: number): bigint => BigInt(thousandths) * 10n ** 15n

interface Given {
  readonly change?: Partial<TraceRequest>
  readonly prices?: Readonly<Record<string, number>>
  readonly labels?: Readonly<Record<string, Label>>
}

/** Transactions from number 1 on; the first is the theft. */
function trace(txs: readonly (readonly Part[])[], { change, prices, labels }: Given = {}): Flow {
  const ledger = ledgerOf([theft, ...txs].map((parts, i) => atomic(i + 1, parts)))
  const books = pricedBooks(ledger, prices ?? { USDT: 1, ETH: 2000, WETH: 2000 }, labels)
  return traceFlow(books, request({ seeds: from('thief'), ...change }))
}

const SYMBOLS = new Map([
  [ETH, 'ETH'],
  [USDT, 'USDT'],
  [WETH, 'WETH'],
  [TOK, 'TOK'],
])
const leaves = (flow: Flow): string[] =>
  flow.leaves
    .map(({ amount, asset, reason, holder }) => `${amount} ${SYMBOLS.get(asset)} ${reason} ${nameOf(holder)}`)
    .toSorted()

const theft: Part[] = [['victim', 'thief', usdt(1000), USDT]]
/** Through a router and two pools, to `mule`. */
const passedOn: Part[] = [
  ['thief', 'router', usdt(1000), USDT],
  ['router', 'pool', usdt(1000), USDT],
  ['pool', 'pool2', 77, TOK],
  ['pool2', 'mule', ether(490), WETH],
]

describe('a swap paid out to another holder', () => {
  const followed = [`${usdt(1000)} USDT swap router`, `${ether(490)} WETH held mule`].toSorted()

  test('is followed to that holder, less sure than one that comes back, and says so', () => {
    const flow = trace([passedOn])
    expect(leaves(flow)).toEqual(followed)
    expect(flow.seeds.find(({ basis }) => basis === 'swap')).toMatchObject({
      holder: account('mule'),
      amount: String(ether(490)),
      usd: '100000',
      from: {
        asset: USDT,
        amount: String(usdt(1000)),
        txid: txidOf(2),
        holder: account('thief'),
        how: 'balance',
        confidence: 55,
        evidence: expect.stringContaining('received by another'),
      },
    })
    expect(flow.leaves.find(({ reason }) => reason === 'swap')?.into).toEqual([
      { asset: WETH, amount: String(ether(490)), txid: txidOf(2), holder: account('mule') },
    ])
  })

  test('is less sure still where not both sides are priced', () => {
    const flow = trace([passedOn], { prices: { USDT: 1 } })
    expect(leaves(flow)).toEqual(followed)
    expect(flow.seeds.find(({ basis }) => basis === 'swap')?.from?.confidence).toBe(40)
  })

  test.each(RULES)('balances by %s', (rule) => {
    const change = { rule, seeds: [{ theft: 'x', of: { kind: 'lot' as const, txid: txidOf(1) } }] }
    const flow = trace([[['salary', 'mule', ether(10), WETH]], passedOn], { change })
    if (rule !== 'poison') for (const { stolen, accounted } of flow.balance) expect(accounted).toBe(stolen)
    expect(flow.seeds.filter(({ basis }) => basis === 'swap')).toHaveLength(1)
  })

  test('can pay straight into a service', () => {
    const labels = { [account('mule')]: label('Exchange', 'service') }
    const flow = trace([passedOn], { labels })
    expect(leaves(flow)).toContain(`${ether(490)} WETH service mule`)
  })

  test('counts as a transfer', () => {
    expect(leaves(trace([passedOn], { change: { maxHops: 1 } }))).toContain(`${ether(490)} WETH hops mule`)
  })

  test('is refused like any other', () => {
    for (const change of [{ followSwaps: false }, { refuseSwaps: [txidOf(2)] }])
      expect(leaves(trace([passedOn], { change }))).toContain(`${usdt(1000)} USDT held pool`)
  })

  test('unwraps: who burns a token is paid by its contract', () => {
    const wrapped: Part[] = [
      ['thief', 'pool', usdt(1000), USDT],
      ['pool', 'router', ether(490), WETH],
      ['router', null, ether(490), WETH],
      [WETH_CONTRACT, 'router', ether(490), ETH, 'internal'],
      ['router', 'mule', ether(490), ETH, 'internal'],
    ]
    expect(leaves(trace([wrapped]))).toContain(`${ether(490)} ETH held mule`)
  })

  test('lets the router keep up to a fiftieth, and give back what it did not sell', () => {
    const parts = (fee: bigint): Part[] => [
      ['thief', 'router', usdt(1000), USDT],
      ['router', 'pool', usdt(900), USDT],
      ['router', 'thief', usdt(100), USDT],
      ['pool', 'mule', ether(440) - fee, ETH],
      ['pool', 'collector', fee, ETH],
    ]
    expect(leaves(trace([parts(ether(8))]))).toEqual(
      [
        `${usdt(100)} USDT held thief`,
        `${usdt(900)} USDT swap router`,
        `${ether(432)} ETH held mule`,
      ].toSorted(),
    )
    expect(leaves(trace([parts(ether(9))]))).toContain(`${usdt(900)} USDT held pool`)
  })

  test('backward, is where what was received came from', () => {
    const flow = trace([passedOn], {
      change: {
        direction: 'backward',
        seeds: [{ theft: 'x', of: { kind: 'holders', holders: [account('mule')] } }],
      },
    })
    expect(leaves(flow)).toEqual(
      [`${usdt(1000)} USDT nodata victim`, `${ether(490)} WETH swap pool2`].toSorted(),
    )
    expect(flow.seeds.find(({ basis }) => basis === 'swap')?.holder).toBe(account('thief'))
  })

  test('what two addresses of one thief swap between them was received once', () => {
    const flow = trace([passedOn], { change: { seeds: from('thief', 'mule') } })
    expect(leaves(flow)).toEqual(followed)
  })

  test('what is itself stolen was not received for something else', () => {
    const second = { theft: 'second', of: { kind: 'holders' as const, holders: [account('mule')] } }
    const flow = trace([passedOn], { change: { seeds: [...from('thief'), second] } })
    expect(flow.seeds.map(({ basis }) => basis)).toEqual(['received', 'received'])
  })
})

describe('what is no swap to another holder', () => {
  test.each<[string, Part[]]>([
    [
      'a payment and a gift, in one transaction of strangers',
      [
        ['thief', 'shop', usdt(1000), USDT],
        ['spammer', 'mule', ether(490), ETH],
      ],
    ],
    [
      'payments to several by one contract',
      [
        ['thief', 'multisend', usdt(1000), USDT],
        ['multisend', 'a', usdt(500), USDT],
        ['multisend', 'b', usdt(500), USDT],
      ],
    ],
    [
      'a service that takes in from one and pays out to two',
      [
        ['thief', 'batch', usdt(1000), USDT],
        ['batch', 'mule', ether(245), ETH],
        ['batch', 'other', ether(245), ETH],
      ],
    ],
    [
      'a service that takes in from two and pays out to one',
      [
        ['thief', 'batch', usdt(1000), USDT],
        ['other', 'batch', usdt(1000), USDT],
        ['batch', 'mule', ether(490), ETH],
      ],
    ],
    [
      'an arbitrage on the way, of which a third keeps the profit',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'bot', ether(490), ETH],
        ['bot', 'pool2', ether(440), ETH],
        ['pool2', 'mule', ether(440), WETH],
      ],
    ],
    [
      'values that differ by more than a fifth',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'mule', ether(390), ETH],
      ],
    ],
    [
      'two assets received',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'mule', ether(245), ETH],
        ['pool', 'mule', ether(245), WETH],
      ],
    ],
    [
      'a token minted by the contract that is paid, and no holder that receives',
      [
        ['thief', TOKEN_CONTRACT, usdt(1000), USDT],
        [null, 'mule', 500, TOK],
        ['mule', 'far', 500, TOK],
        ['far', 'mule', ether(1), ETH],
      ],
    ],
    [
      'the contract of a token, which takes its tax',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', TOKEN_CONTRACT, 500, TOK],
      ],
    ],
    [
      'a router that the transaction calls, and of which the ledger lacks what it paid on',
      [
        ['thief', 'router', 0, ETH, 'native'],
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'router', ether(490), WETH],
      ],
    ],
    [
      'a burn that nobody is paid for',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', null, ether(490), WETH],
      ],
    ],
  ])('%s', (_what, parts) => {
    const flow = trace([parts])
    expect(flow.seeds.map(({ basis }) => basis)).toEqual(['received'])
    expect(flow.leaves.map(({ reason }) => reason)).not.toContain('swap')
  })

  test('what is bought for another who pays on with it is followed as the payment that it is', () => {
    const flow = trace([
      [
        ['thief', 'mule', usdt(1000), USDT],
        ['mule', 'pool', usdt(1000), USDT],
        ['pool', 'mule', ether(490), ETH],
      ],
    ])
    expect(flow.seeds.find(({ basis }) => basis === 'swap')?.from).toMatchObject({
      holder: account('mule'),
      confidence: 95,
    })
  })

  test('a token that anybody could have minted hides no payment', () => {
    const parts: Part[] = [
      ['thief', 'own', usdt(1000), USDT],
      ['own', 'bystander', 1_000_000, TOK],
    ]
    expect(leaves(trace([parts]))).toEqual([`${usdt(1000)} USDT held own`])
  })

  test('a coin that the transaction itself pays, to whom may be a contract, counts only at an equal value', () => {
    const sale: Part[] = [
      ['thief', 'buyer', usdt(1000), USDT],
      ['buyer', 'market', ether(490), ETH],
    ]
    expect(leaves(trace([sale]))).toContain(`${ether(490)} ETH held market`)
    expect(leaves(trace([sale], { prices: {} }))).toEqual([`${usdt(1000)} USDT held buyer`])
  })

  test('counts as not followed where only the values speak against it', () => {
    const parts = (received: bigint): Part[] => [
      ['thief', 'pool', usdt(1000), USDT],
      ['pool', 'mule', received, ETH],
    ]
    expect(trace([parts(ether(390))]).coverage.notes.join()).toContain('1 transaction in which')
    expect(trace([parts(ether(490))]).coverage.notes.join()).not.toContain('transaction in which')
  })
})
