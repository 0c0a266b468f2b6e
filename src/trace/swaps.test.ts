import { describe, expect, test } from 'vitest'
import {
  account,
  atomic,
  books,
  ETH,
  from,
  ledgerOf,
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

const PRICES = { USDT: 1, ETH: 2000, WETH: 2000 }
const usdt = (dollars: number): bigint => BigInt(dollars) * 10n ** 6n
const ether = (thousandths: number): bigint => BigInt(thousandths) * 10n ** 15n

/** Transactions from number 1 on. */
function trace(
  txs: readonly (readonly Part[])[],
  change: Partial<TraceRequest> = {},
  prices: Readonly<Record<string, number>> = PRICES,
): Flow {
  const ledger = ledgerOf(txs.map((parts, i) => atomic(i + 1, parts)))
  return traceFlow(pricedBooks(ledger, prices), request({ seeds: from('thief'), ...change }))
}

const symbols = new Map([
  [ETH, 'ETH'],
  [USDT, 'USDT'],
  [WETH, 'WETH'],
  [TOK, 'TOK'],
])

const name = (holder: string): string =>
  holder === WETH_CONTRACT
    ? 'weth'
    : holder.endsWith(':none')
      ? 'none'
      : Buffer.from(holder.split('0x')[1]!.replace(/^(00)+/, ''), 'hex').toString()
const leaves = (flow: Flow): string[] =>
  flow.leaves.map(
    ({ asset, reason, holder, amount }) => `${amount} ${symbols.get(asset)} ${reason} ${name(holder)}`,
  )
const expectLeaves = (flow: Flow, expected: readonly string[]): void =>
  expect(leaves(flow).toSorted()).toEqual(expected.toSorted())
const bases = (flow: Flow): string[] =>
  flow.seeds.map(
    ({ asset, basis, holder, amount }) => `${amount} ${symbols.get(asset)} ${basis} ${name(holder)}`,
  )

const theft: Part[] = [['victim', 'thief', usdt(1000), USDT]]

describe('a swap in a pool', () => {
  const swap: Part[] = [
    ['thief', 'pool', usdt(1000), USDT],
    ['pool', 'thief', ether(490), ETH, 'internal'],
  ]

  test('is followed into what was received, to where that goes', () => {
    const flow = trace([
      theft,
      swap,
      [['thief', 'mule', ether(200), ETH]],
      [['pool', 'lp', usdt(7000), USDT]],
    ])
    expect(bases(flow)).toEqual([`${usdt(1000)} USDT received thief`, `${ether(490)} ETH swap thief`])
    expectLeaves(flow, [
      `${usdt(1000)} USDT swap pool`,
      `${ether(290)} ETH held thief`,
      `${ether(200)} ETH held mule`,
    ])
    expect(flow.seeds[1]?.from).toEqual({
      chain: 'eip155:1',
      asset: USDT,
      amount: String(usdt(1000)),
      txid: txidOf(2),
      holder: account('thief'),
      how: 'balance',
      protocol: null,
      confidence: 95,
      evidence: expect.stringContaining('about the same value'),
    })
    expect(flow.leaves[0]?.into).toEqual([
      { asset: ETH, amount: String(ether(490)), txid: txidOf(2), holder: account('thief') },
    ])
    expect(
      flow.hops.map(({ asset, from, to, stop }) => [symbols.get(asset), name(from), name(to), stop]),
    ).toEqual([
      ['USDT', 'thief', 'pool', 'swap'],
      ['ETH', 'thief', 'mule', undefined],
    ])
  })

  test('carries the value of the theft, to the cent', () => {
    const flow = trace([theft, swap, [['thief', 'mule', ether(200), ETH]]])
    expect(flow.seeds.map(({ usd }) => usd)).toEqual(['100000', '100000'])
    expect(flow.leaves.map(({ reason, usd, usdAtArrival }) => [reason, usd, usdAtArrival])).toEqual([
      ['swap', '100000', '100000'],
      ['held', '59183', '58000'],
      ['held', '40817', '40000'],
    ])
  })

  test('carries it into a token without price, whose own worth is not known', () => {
    const flow = trace([
      theft,
      [['thief', 'pool', usdt(1000), USDT] as Part, ['pool', 'thief', 7, TOK] as Part],
    ])
    expect(flow.seeds.find(({ asset }) => asset === TOK)).toMatchObject({
      usd: '100000',
      from: { confidence: 50, evidence: expect.stringContaining('anybody could have minted') },
    })
    expect(flow.leaves.find(({ asset }) => asset === TOK)).toMatchObject({
      usd: '100000',
      usdAtArrival: 'unpriced',
    })
  })

  test('of money that is stolen in part taints as large a part of what is received', () => {
    const flow = trace([
      [['salary', 'mule', usdt(500), USDT]],
      theft,
      [['thief', 'mule', usdt(1000), USDT]],
      [
        ['mule', 'pool', usdt(750), USDT],
        ['pool', 'mule', ether(333), ETH],
      ],
    ])
    // By fifo the first 500 are clean: a third of 750 is stolen.
    expectLeaves(flow, [
      `${usdt(750)} USDT held mule`,
      `${usdt(250)} USDT swap pool`,
      `${ether(111)} ETH held mule`,
    ])
    const haircut = trace(
      [
        [['salary', 'mule', usdt(500), USDT]],
        theft,
        [['thief', 'mule', usdt(1000), USDT]],
        [
          ['mule', 'pool', usdt(750), USDT],
          ['pool', 'mule', ether(333), ETH],
        ],
      ],
      { rule: 'haircut' },
    )
    expect(leaves(haircut)).toContain(`${ether(222)} ETH held mule`)
  })

  test.each(RULES)('balances by %s, and by poison touches all that is received', (rule) => {
    const flow = trace(
      [[['salary', 'thief', usdt(500), USDT]], theft, swap, [['thief', 'mule', ether(200), ETH]]],
      {
        rule,
        seeds: [{ theft: 'x', of: { kind: 'lot', txid: txidOf(2) } }],
      },
    )
    for (const { stolen, accounted } of flow.balance) if (rule !== 'poison') expect(accounted).toBe(stolen)
    expect(flow.seeds.some(({ basis }) => basis === 'swap')).toBe(true)
    if (rule === 'poison') expect(bases(flow)).toContain(`${ether(490)} ETH swap thief`)
  })

  test('is not believed where that is refused', () => {
    for (const change of [{ followSwaps: false }, { refuseSwaps: [txidOf(2)] }]) {
      const flow = trace([theft, swap], change)
      expect(flow.seeds.map(({ basis }) => basis)).toEqual(['received', 'received'])
      expect(leaves(flow)).toContain(`${usdt(1000)} USDT held pool`)
    }
  })
})

describe('other ways of swapping', () => {
  test('through a router and two pools', () => {
    const flow = trace([
      theft,
      [
        ['thief', 'router', usdt(1000), USDT],
        ['router', 'pool', usdt(1000), USDT],
        ['pool', 'pool2', 77, TOK],
        ['pool2', 'router', ether(490), WETH],
        ['router', 'thief', ether(490), WETH],
      ],
    ])
    expectLeaves(flow, [`${usdt(1000)} USDT swap router`, `${ether(490)} WETH held thief`])
  })

  test('wrapping and unwrapping, where coins are minted by the contract that is paid', () => {
    const flow = trace(
      [
        [['victim', 'thief', ether(500), ETH]],
        [
          ['thief', WETH_CONTRACT, ether(500), ETH],
          [null, 'thief', ether(500), WETH],
        ],
        [
          ['thief', null, ether(300), WETH],
          [WETH_CONTRACT, 'thief', ether(300), ETH, 'internal'],
        ],
      ],
      {},
      {},
    )
    expectLeaves(flow, [
      `${ether(500)} ETH swap weth`,
      `${ether(300)} ETH held thief`,
      `${ether(300)} WETH swap none`,
      `${ether(200)} WETH held thief`,
    ])
    expect(flow.seeds.every(({ from }) => from === undefined || from.confidence === 80)).toBe(true)
    for (const { asset, stolen } of flow.balance)
      expect(stolen).toBe(String(asset === ETH ? ether(800) : ether(500)))
  })

  test('what is given back in the same transaction was not swapped', () => {
    const flow = trace([
      theft,
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'thief', usdt(400), USDT],
        ['pool', 'thief', ether(290), ETH],
      ],
    ])
    expectLeaves(flow, [
      `${usdt(600)} USDT swap pool`,
      `${usdt(400)} USDT held thief`,
      `${ether(290)} ETH held thief`,
    ])
  })

  test('a loan within the transaction is not what was received', () => {
    const flow = trace(
      [
        theft,
        [
          ['lender', 'thief', ether(9000), ETH],
          ['thief', 'pool', usdt(1000), USDT],
          ['pool', 'thief', ether(490), ETH],
          ['thief', 'lender', ether(9000), ETH],
        ],
      ],
      { seeds: from('thief').map((seed) => ({ ...seed, asset: USDT })) },
    )
    expectLeaves(flow, [`${usdt(1000)} USDT swap pool`, `${ether(490)} ETH held thief`])
  })

  test('two swaps of one transaction are told apart by who is paid', () => {
    const flow = trace([
      [...theft, ['victim', 'thief', 50, TOK]],
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'thief', ether(490), ETH],
        ['thief', 'pool2', 50, TOK],
        ['pool2', 'thief', ether(7), WETH],
      ],
    ])
    expectLeaves(flow, [
      `${usdt(1000)} USDT swap pool`,
      `${ether(7)} WETH held thief`,
      `${ether(490)} ETH held thief`,
      `50 TOK swap pool2`,
    ])
    expect(flow.seeds.find(({ asset }) => asset === WETH)?.from?.asset).toBe(TOK)
  })

  test('several assets received share the value by theirs', () => {
    const flow = trace([
      theft,
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'thief', ether(100), ETH],
        ['pool', 'thief', ether(400), WETH],
      ],
    ])
    expect(flow.seeds.map(({ asset, usd }) => [symbols.get(asset), usd])).toEqual([
      ['WETH', '80000'],
      ['USDT', '100000'],
      ['ETH', '20000'],
    ])
    expect(flow.leaves.find(({ reason }) => reason === 'swap')?.into).toHaveLength(2)
  })

  test('several assets paid stand for their part of the value, and are not followed where one is unpriced', () => {
    const add: Part[] = [
      ['thief', 'pool', usdt(1000), USDT],
      ['thief', 'pool', ether(500), ETH],
      [null, 'thief', 1_000, TOK],
      ['pool', TOKEN_CONTRACT, 1, WETH],
    ]
    const funded: Part[] = [['faucet', 'thief', ether(500), ETH]]
    const seeds: TraceRequest['seeds'] = [{ theft: 'x', of: { kind: 'lot', txid: txidOf(1) } }]
    const flow = trace([theft, funded, add], { seeds })
    expectLeaves(flow, [`${usdt(1000)} USDT swap pool`, `500 TOK held thief`])
    const unclear = trace([theft, funded, add], { seeds }, { USDT: 1 })
    expectLeaves(unclear, [`${usdt(1000)} USDT held pool`])
    expect(unclear.coverage.notes.join()).toContain('1 transaction')
  })

  test('back and forth, as often as money goes round', () => {
    const there: Part[] = [
      ['thief', 'pool', usdt(1000), USDT],
      ['pool', 'thief', ether(500), ETH],
    ]
    const back: Part[] = [
      ['thief', 'pool', ether(500), ETH],
      ['pool', 'thief', usdt(1000), USDT],
    ]
    const flow = trace([theft, there, back, there, back, there, [['thief', 'mule', ether(100), ETH]]])
    expectLeaves(flow, [
      `${usdt(3000)} USDT swap pool`,
      `${ether(1000)} ETH swap pool`,
      `${ether(400)} ETH held thief`,
      `${ether(100)} ETH held mule`,
    ])
    const ends = flow.leaves.filter(({ into }) => into === undefined)
    expect(ends.reduce((sum, { usd }) => sum + BigInt(usd), 0n)).toBe(100_000n)
  })

  test('an export of one wallet shows no pool: only equal values are believed', () => {
    const parts = (received: bigint): Part[] => [
      ['thief', 'router', usdt(1000), USDT],
      ['pool', 'thief', received, ETH],
    ]
    const flow = trace([theft, parts(ether(480))])
    expect(flow.seeds[1]?.from).toMatchObject({ confidence: 60 })
    expect(leaves(trace([theft, parts(ether(300))]))).toContain(`${usdt(1000)} USDT held router`)
  })
})

describe('a swap by which somebody else gains too', () => {
  const UNPRICED: Readonly<Record<string, number>> = {}
  /** Through a contract that divides what the pool pays. */
  const shared = (own: number, other: number): Part[] => [
    ['thief', 'splitter', usdt(1000), USDT],
    ['splitter', 'pool', usdt(1000), USDT],
    ['pool', 'splitter', ether(own + other), ETH, 'internal'],
    ['splitter', 'thief', ether(own), ETH, 'internal'],
    ['splitter', 'friend', ether(other), ETH, 'internal'],
  ]
  const said = (flow: Flow): string => flow.coverage.notes.join()

  test.each([
    ['nearly all, unpriced', 5, UNPRICED],
    ['nearly all, priced', 5, PRICES],
    ['half, unpriced', 260, UNPRICED],
    ['half, priced', 260, PRICES],
    ['a tenth, unpriced', 440, UNPRICED],
  ])('is followed as the payment that it is: %s', (_what, own, prices) => {
    const flow = trace([theft, shared(own, 490 - own)], {}, prices)
    expectLeaves(flow, [
      `${usdt(1000)} USDT swap pool`,
      `${ether(own)} ETH held thief`,
      `${ether(490 - own)} ETH held friend`,
    ])
    expect(bases(flow)).toEqual([`${usdt(1000)} USDT received thief`, `${ether(490)} ETH swap splitter`])
    expect(said(flow)).toContain('1 transaction in which')
  })

  test('says so where what comes back is about as much as was paid', () => {
    const flow = trace([theft, shared(440, 50)])
    expectLeaves(flow, [`${usdt(1000)} USDT swap splitter`, `${ether(440)} ETH held thief`])
    expect(flow.seeds.find(({ basis }) => basis === 'swap')?.from).toMatchObject({
      confidence: 70,
      evidence: expect.stringContaining('somebody else gains'),
    })
  })

  test.each([
    ['priced', 95, PRICES],
    ['unpriced', 80, UNPRICED],
  ])('keeps what is paid to others up to a fiftieth for a fee, %s', (_what, confidence, prices) => {
    const flow = trace([theft, shared(450, 9)], {}, prices)
    expectLeaves(flow, [`${usdt(1000)} USDT swap splitter`, `${ether(450)} ETH held thief`])
    expect(flow.seeds.find(({ basis }) => basis === 'swap')?.from).toMatchObject({ confidence })
  })

  test.each<[string, Part[]]>([
    [
      'of what is paid',
      [
        ['thief', 'splitter', usdt(1000), USDT],
        ['splitter', 'friend', usdt(990), USDT],
        ['splitter', 'pool', usdt(10), USDT],
        ['pool', 'thief', ether(5), ETH],
      ],
    ],
    [
      'of what the pool pays a contract that divides it',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'splitter', ether(490), ETH],
        ['splitter', 'thief', ether(5), ETH],
        ['splitter', 'friend', ether(485), ETH],
      ],
    ],
    [
      'of a third asset',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'thief', ether(5), ETH],
        ['pool', 'friend', ether(485), WETH],
      ],
    ],
    [
      'and it is the contract of a token that anybody could have made',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'thief', ether(5), ETH],
        ['pool', TOKEN_CONTRACT, ether(485), ETH],
        ['pool', TOKEN_CONTRACT, 1, TOK],
      ],
    ],
  ])('hides no gain %s', (_what, parts) => {
    const flow = trace([theft, parts], {}, {})
    expect(flow.seeds.map(({ basis }) => basis)).toEqual(['received', 'received'])
    expect(said(flow)).toContain('1 transaction in which')
  })

  test('nor one that many share', () => {
    const parts = Array.from({ length: 60 }, (_, i): Part => ['pool', `friend${i}`, ether(1), ETH])
    const flow = trace(
      [theft, [['thief', 'pool', usdt(1000), USDT], ['pool', 'thief', ether(60), ETH], ...parts]],
      {},
      UNPRICED,
    )
    expect(said(flow)).toContain('1 transaction in which')
  })

  test('nor is it hidden by a little that is given back', () => {
    const back = (asset: string, units: bigint): Part[] => [
      ['thief', 'pool', usdt(1000), USDT],
      ['pool', 'thief', ether(5), ETH],
      ['pool', 'friend', ether(485), ETH],
      ['friend', 'pool', units, asset],
    ]
    expect(said(trace([theft, back(USDT, 1n)], {}, UNPRICED))).toContain('1 transaction in which')
    expect(said(trace([theft, back(WETH, ether(10))]))).toContain('1 transaction in which')
  })

  test.each<[string, Part[]]>([
    [
      'another customer of the same batch',
      [
        ['thief', 'batch', usdt(1000), USDT],
        ['other', 'batch', usdt(3000), USDT],
        ['batch', 'thief', ether(490), ETH],
        ['batch', 'other', ether(1470), ETH],
      ],
    ],
    [
      'a token that takes its tax',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'thief', 90, TOK],
        ['pool', TOKEN_CONTRACT, 10, TOK],
      ],
    ],
    [
      'a vault that keeps what another contract mints for',
      [
        ['thief', 'router', usdt(1000), USDT],
        ['router', 'vault', usdt(1000), USDT],
        [null, 'router', 500, TOK],
        ['router', 'thief', 500, TOK],
        ['router', TOKEN_CONTRACT, 1, USDT],
      ],
    ],
    [
      'wrapping on the way, of which the source lists no mint',
      [
        ['thief', 'router', usdt(1000), USDT],
        ['router', 'pool', usdt(1000), USDT],
        ['pool', 'router', ether(490), ETH],
        ['router', WETH_CONTRACT, ether(490), ETH],
        ['router', 'thief', ether(490), WETH],
      ],
    ],
  ])('is not %s', (_what, parts) => {
    const flow = trace([theft, parts], {}, {})
    expect(flow.seeds.map(({ basis }) => basis).toSorted()).toEqual(['received', 'swap'])
    expect(said(flow)).not.toContain('transaction in which')
  })
})

describe('what is no swap', () => {
  const none = (parts: readonly Part[], prices: Readonly<Record<string, number>> = PRICES): void => {
    const seeds: TraceRequest['seeds'] = [{ theft: 'x', of: { kind: 'lot', txid: txidOf(1) } }]
    const flow = trace([[...theft, ['victim', 'thief', ether(1), ETH]], parts], { seeds }, prices)
    expect(flow.seeds.filter(({ basis }) => basis !== 'lot')).toEqual([])
    expect(flow.leaves.filter(({ reason }) => reason === 'swap')).toEqual([])
  }

  test.each<[string, Part[]]>([
    [
      'payments to two people',
      [
        ['thief', 'a', usdt(500), USDT],
        ['thief', 'b', usdt(500), USDT],
      ],
    ],
    [
      'a fee',
      [
        ['thief', 'a', usdt(500), USDT],
        ['thief', null, ether(1), ETH, 'fee'],
      ],
    ],
    [
      'a token that takes a fee of its own',
      [
        ['thief', 'a', 95, TOK],
        ['thief', TOKEN_CONTRACT, 5, TOK],
      ],
    ],
    [
      'something dropped from elsewhere in the same transaction',
      [
        ['thief', 'a', usdt(500), USDT],
        ['spammer', 'thief', 1_000_000, TOK],
      ],
    ],
    [
      'a payment to several by a contract',
      [
        ['thief', 'multisend', usdt(500), USDT],
        ['multisend', 'a', usdt(250), USDT],
        ['multisend', 'b', usdt(250), USDT],
      ],
    ],
    [
      'a token minted to oneself',
      [
        [null, 'thief', 5, TOK],
        ['thief', 'thief', 5, TOK],
      ],
    ],
    [
      'a payment for which next to nothing comes back',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'thief', ether(1), ETH],
      ],
    ],
    [
      'transfers of nothing',
      [
        ['thief', 'pool', usdt(1000), USDT],
        ['pool', 'thief', 0, TOK],
      ],
    ],
  ])('%s', (_what, parts) => none(parts))
})

describe('seeds and swaps', () => {
  const swap: Part[] = [
    ['thief', 'pool', usdt(1000), USDT],
    ['pool', 'thief', ether(490), ETH],
  ]

  test('what is named as stolen itself was not received for something else', () => {
    const flow = trace([theft, swap], {
      seeds: [
        ...from('thief').map((seed) => ({ ...seed, asset: USDT })),
        { theft: 'x', of: { kind: 'lot', txid: txidOf(2) } },
      ],
    })
    expect(flow.seeds.every(({ basis }) => basis === 'received' || basis === 'lot')).toBe(true)
    expect(leaves(flow)).toContain(`${usdt(1000)} USDT held pool`)
  })

  test('stolen and swapped in one transaction', () => {
    const flow = trace([[...theft, ...swap]])
    expectLeaves(flow, [`${usdt(1000)} USDT swap pool`, `${ether(490)} ETH held thief`])
  })

  test('two thefts share what is received, and nothing collides', () => {
    const flow = trace(
      [
        [['victim', 'one', usdt(600), USDT]],
        [['victim2', 'two', usdt(400), USDT]],
        [['one', 'mule', usdt(600), USDT]],
        [['two', 'mule', usdt(400), USDT]],
        [
          ['mule', 'pool', usdt(1000), USDT],
          ['pool', 'mule', 7, TOK],
        ],
      ],
      {
        rule: 'haircut',
        seeds: [
          { theft: 'first', of: { kind: 'holders', holders: [account('one')] } },
          { theft: 'second', of: { kind: 'holders', holders: [account('two')] } },
        ],
      },
    )
    expect(
      flow.leaves.filter(({ asset }) => asset === TOK).map(({ theft, amount }) => [theft, amount]),
    ).toEqual([
      ['first', '4'],
      ['second', '3'],
    ])
    expect(flow.collisions).toEqual([])
  })

  test('a hop limit counts transfers, and a swap is none', () => {
    const txs = [
      theft,
      swap,
      [['thief', 'mule', ether(490), ETH] as Part],
      [['mule', 'far', ether(490), ETH] as Part],
    ]
    expect(leaves(trace(txs, { maxHops: 1 }))).toContain(`${ether(490)} ETH hops mule`)
    expect(leaves(trace(txs, { maxHops: 2 }))).toContain(`${ether(490)} ETH hops far`)
  })

  test('a swap after the time limit is not followed', () => {
    const flow = trace([theft, swap], { until: 1_600_000_000 + 700 })
    expectLeaves(flow, [`${usdt(1000)} USDT time thief`])
  })

  test('without prices the theft and what it became are unpriced alike', () => {
    const ledger = ledgerOf([theft, swap].map((parts, i) => atomic(i + 1, parts)))
    const flow = traceFlow(books(ledger), request({ seeds: from('thief') }))
    expect(flow.balance.map(({ stolenUsd, accountedUsd }) => [stolenUsd, accountedUsd])).toEqual([
      ['unpriced', 'unpriced'],
      ['unpriced', 'unpriced'],
    ])
  })
})
