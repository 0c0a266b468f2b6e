import { describe, expect, test } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import type { Label } from '../label/label.ts'
import { BITCOIN_REGTEST, ETHEREUM } from '../units/caip.ts'
import { type Crossing, NOTHING_BEYOND, type OpenDeparture } from './beyond.ts'
import {
  account,
  atomic,
  coin,
  ETH,
  from,
  label,
  ledgerOf,
  type Part,
  pricedBooks,
  RBTC,
  request,
  TOK,
  txidOf,
  USDT,
  utxo,
  WETH,
  WETH_CONTRACT,
} from './fixtures.ref.ts'
import type { Flow } from './flow.ts'
import type { TraceRequest } from './request.ts'
import { RULES } from './tape.ts'
import { prepareTrace, traceFrontier } from './trace.ts'

const bitcoinId = (n: number): string => n.toString(16).padStart(64, '0')
const seeds: TraceRequest['seeds'] = [{ theft: 'theft', of: { kind: 'holders', holders: [coin('thief')] } }]

/** 100 sats, of which 60 are stolen, are paid to a vault (90), with change (8) and a memo. */
const toVault: Transaction[] = [
  utxo(1, [], [['thief', 60n]]),
  utxo(2, [], [['clean', 40n]]),
  utxo(
    3,
    [
      [1, 0],
      [2, 0],
    ],
    [
      ['vault', 90n],
      ['clean', 8n],
      [null, 0n],
    ],
  ),
  utxo(4, [[3, 0]], [['other', 90n]]),
]
/** What is paid out on the account chain, and goes on. */
const paidOut: Transaction[] = [
  atomic(5, [['bridge', 'mule', 300, ETH]]),
  atomic(6, [['mule', 'far', 150, ETH]]),
]

function crossing(change: { from?: Partial<Crossing['from']>; to?: Partial<Crossing['to']> }): Crossing {
  return {
    from: {
      chain: BITCOIN_REGTEST,
      txid: bitcoinId(3),
      holder: coin('thief'),
      asset: RBTC,
      amount: 90n,
      ...change.from,
    },
    to: {
      chain: ETHEREUM,
      txid: txidOf(5),
      holder: account('mule'),
      asset: ETH,
      amount: 300n,
      ...change.to,
    },
    protocol: 'thorchain',
    how: 'identifier',
    confidence: 99,
    evidence: 'Both sides carry the id.',
  }
}

interface Given {
  readonly transactions: readonly Transaction[]
  readonly crossings?: readonly Crossing[]
  readonly departures?: readonly OpenDeparture[]
  readonly change?: Partial<TraceRequest>
  readonly labels?: Readonly<Record<string, Label>>
}

function prepare({
  transactions,
  crossings = [],
  departures = [],
  change,
  labels,
}: Given): ReturnType<typeof prepareTrace> {
  const ledger = ledgerOf(transactions)
  const asked = new Set<number>()
  const beginsIn =
    (txs: Uint32Array) =>
    ({ from: { txid } }: Crossing | OpenDeparture): boolean =>
      ledger.txNumbers(txid).some((tx) => txs.includes(tx))
  const beyond = {
    ...NOTHING_BEYOND,
    departures: (txs: Uint32Array) => departures.filter(beginsIn(txs)),
    crossings: (txs: Uint32Array) => {
      for (const tx of txs) {
        expect(asked, 'asked twice').not.toContain(tx)
        asked.add(tx)
      }
      return crossings.filter(beginsIn(txs))
    },
  }
  const prices = { RBTC: 40_000, ETH: 2_000, USDT: 1 }
  return prepareTrace({ ...pricedBooks(ledger, prices, labels), beyond }, request({ seeds, ...change }))
}

const ends = (flow: Flow): string[] =>
  flow.leaves
    .map(({ amount, reason, holder, asset }) => `${amount} ${asset.split('/')[1]} ${reason} ${short(holder)}`)
    .toSorted()
const short = (holder: string): string =>
  holder.startsWith('eip155')
    ? Buffer.from(holder.split('0x')[1]!.replace(/^(00)+/, ''), 'hex').toString()
    : holder.split(':').at(-1)!

describe('crossings to another chain', () => {
  test('end at the bridge, and go on as the same share of what arrives', () => {
    const flow = prepare({ transactions: [...toVault, ...paidOut], crossings: [crossing({})] }).run('fifo')
    // By fifo the first 60 of the 90 are stolen: two thirds of the 300.
    expect(ends(flow)).toEqual([
      '150 slip44:60 held far',
      '50 slip44:60 held mule',
      '60 slip44:1 bridge vault',
    ])
    expect(flow.seeds[1]).toMatchObject({
      basis: 'crossing',
      holder: account('mule'),
      amount: '200',
      from: {
        chain: BITCOIN_REGTEST,
        asset: RBTC,
        amount: '60',
        txid: bitcoinId(3),
        holder: coin('thief'),
        how: 'identifier',
        protocol: 'thorchain',
        confidence: 99,
        evidence: 'Both sides carry the id.',
      },
    })
    expect(flow.leaves.find(({ reason }) => reason === 'bridge')?.into).toEqual([
      { asset: ETH, amount: '200', txid: txidOf(5), holder: account('mule') },
    ])
    expect(flow.seeds[1]?.usd).toBe(flow.seeds[0]?.usd)
  })

  test.each(RULES.filter((rule) => rule !== 'libr'))('balance by %s', (rule) => {
    const flow = prepare({ transactions: [...toVault, ...paidOut], crossings: [crossing({})] }).run(rule)
    if (rule !== 'poison')
      for (const { stolen, accounted, stolenUsd, accountedUsd } of flow.balance) {
        expect(accounted).toBe(stolen)
        expect(accountedUsd).toBe(stolenUsd)
      }
    expect(flow.seeds.filter(({ basis }) => basis === 'crossing')).toHaveLength(1)
  })

  test('are not followed where that is refused', () => {
    const given = { transactions: [...toVault, ...paidOut], crossings: [crossing({})] }
    const flow = prepare({ ...given, change: { followCrossings: false } }).run('fifo')
    expect(ends(flow)).toEqual(['60 slip44:1 held other'])
  })

  test('from accounts to outputs, and on from there', () => {
    const transactions = [
      atomic(1, [['victim', 'thief', 500, ETH]]),
      atomic(2, [['thief', 'bridge', 400, ETH]]),
      utxo(
        7,
        [[99, 0, 'vault', 1000n]],
        [
          ['mule', 80n],
          ['vault', 920n],
        ],
      ),
      utxo(8, [[7, 0]], [['far', 80n]]),
    ]
    const back = crossing({
      from: { chain: ETHEREUM, txid: txidOf(2), holder: account('thief'), asset: ETH, amount: 400n },
      to: { chain: BITCOIN_REGTEST, txid: bitcoinId(7), holder: coin('mule'), asset: RBTC, amount: 80n },
    })
    const prepared = prepare({ transactions, crossings: [back], change: { seeds: from('thief') } })
    expect(ends(prepared.run('fifo'))).toEqual([
      '100 slip44:60 held thief',
      '400 slip44:60 bridge bridge',
      '80 slip44:1 held far',
    ])
    const frontier = prepared.frontier(['fifo'])
    expect(frontier.lots).toMatchObject([{ txid: bitcoinId(8), n: 0, amount: 80n }])
    expect(frontier.transactions.map(({ txid }) => txid)).toEqual([
      txidOf(1),
      txidOf(2),
      bitcoinId(7),
      bitcoinId(8),
    ])
  })

  test('over a swap on the other chain, and back', () => {
    const transactions = [
      ...toVault,
      paidOut[0]!,
      atomic(6, [
        ['mule', 'pool', 300, ETH],
        ['pool', 'mule', 900, TOK],
      ]),
      atomic(7, [['mule', 'bridge2', 900, TOK]]),
      utxo(9, [[98, 0, 'vault', 90n]], [['thief2', 90n]]),
    ]
    const home = crossing({
      from: { chain: ETHEREUM, txid: txidOf(7), holder: null, asset: null, amount: null },
      to: { chain: BITCOIN_REGTEST, txid: bitcoinId(9), holder: coin('thief2'), asset: RBTC, amount: 90n },
    })
    const flow = prepare({ transactions, crossings: [crossing({}), home] }).run('fifo')
    expect(ends(flow)).toEqual([
      '200 slip44:60 swap pool',
      '60 slip44:1 bridge vault',
      '60 slip44:1 held thief2',
      '600 erc20:0x000000000000000000000000000000746f6b656e bridge bridge2',
    ])
    const began = flow.seeds.filter(({ from: origin }) => origin === undefined)
    const ended = flow.leaves.filter(({ into }) => into === undefined)
    expect(ended.map(({ usd }) => usd)).toEqual(began.map(({ usd }) => usd))
  })

  test('what crosses is the payment of the amount named, or to a bridge by its label, or the only one', () => {
    const two = (payees: readonly [string, bigint][]): Transaction[] => [
      utxo(1, [], [['thief', 60n]]),
      utxo(3, [[1, 0]], payees),
      ...paidOut,
    ]
    const known = two([
      ['friend', 20n],
      ['vault', 40n],
    ])
    const at = (given: Omit<Given, 'transactions'>): string[] =>
      ends(prepare({ transactions: known, ...given }).run('fifo')).filter((end) => end.includes(' bridge '))
    expect(at({ crossings: [crossing({ from: { amount: 40n } })] })).toEqual(['40 slip44:1 bridge vault'])
    const unnamed = [crossing({ from: { amount: null, asset: null, holder: null } })]
    expect(at({ crossings: unnamed, labels: { [coin('vault')]: label('Vault', 'bridge') } })).toEqual([
      '40 slip44:1 bridge vault',
    ])
    const unclear = prepare({ transactions: known, crossings: unnamed }).run('fifo')
    expect(ends(unclear).filter((end) => end.includes(' bridge '))).toEqual([])
    expect(unclear.coverage.notes.join()).toContain('1 crossing ')
    const sole = prepare({ transactions: two([['vault', 60n]]), crossings: unnamed }).run('fifo')
    expect(ends(sole)).toContain('60 slip44:1 bridge vault')
  })

  test.each([
    ['arrival', crossing({ to: { txid: txidOf(77) } })],
    ['receiver', crossing({ to: { holder: account('nobody') } })],
    ['asset', crossing({ to: { asset: USDT } })],
  ])('of which the ledger lacks the %s is counted, and not followed', (_what, unknown) => {
    const flow = prepare({ transactions: [...toVault, ...paidOut], crossings: [unknown] }).run('fifo')
    expect(flow.seeds).toHaveLength(1)
    expect(flow.coverage.notes.join()).toContain('1 crossing ')
  })

  test('that depend on each other in a circle: the circle is cut, and all is accounted for', () => {
    // What mule pays at 3 is said to have come, in part, at 2, from where it only went afterwards.
    const transactions = [
      atomic(1, [['victim', 'thief', 100, ETH]]),
      atomic(2, [
        ['thief', 'mule', 100, ETH],
        ['bridge', 'mule', 50, ETH],
      ]),
      atomic(3, [['mule', 'bridge', 150, ETH]]),
      utxo(4, [[90, 0, 'vault', 70n]], [['m', 70n]]),
      utxo(5, [[4, 0]], [['vault', 70n]]),
    ]
    const there = crossing({
      from: { chain: ETHEREUM, txid: txidOf(3), holder: account('mule'), asset: ETH, amount: 150n },
      to: { chain: BITCOIN_REGTEST, txid: bitcoinId(4), holder: coin('m'), asset: RBTC, amount: 70n },
    })
    const back = crossing({
      from: { chain: BITCOIN_REGTEST, txid: bitcoinId(5), holder: coin('m'), asset: RBTC, amount: 70n },
      to: { txid: txidOf(2), amount: 50n },
    })
    const prepared = prepare({ transactions, crossings: [there, back], change: { seeds: from('thief') } })
    const flow = prepared.run('fifo')
    expect(ends(flow)).toEqual(['100 slip44:60 bridge bridge', '46 slip44:1 bridge vault'])
    expect(flow.seeds.map(({ basis, amount }) => `${basis} ${amount}`).toSorted()).toEqual([
      'crossing 46',
      'received 100',
    ])
    expect(flow.leaves.find(({ asset }) => asset === RBTC)?.into).toBeUndefined()
  })

  test('backward are not followed: the money ends at the bridge that is labelled, and the flow says so', () => {
    const arrived: TraceRequest['seeds'] = [{ theft: 'asked', of: { kind: 'lot', txid: txidOf(5) } }]
    const back = (change: Partial<TraceRequest>): Flow =>
      prepare({
        transactions: [...toVault, ...paidOut],
        crossings: [crossing({})],
        labels: { [account('bridge')]: label('Bridge', 'bridge') },
        change: { direction: 'backward', seeds: arrived, ...change },
      }).run('fifo')
    const flow = back({})
    expect(ends(flow)).toEqual(['300 slip44:60 bridge bridge'])
    expect(flow.coverage.notes.join()).toContain('Crossings from other chains are not followed backward')
    expect(back({ followCrossings: false }).coverage.notes.join()).not.toContain('not followed backward')
  })

  describe('that name the wrapped coin where the coin was paid, or the other way', () => {
    const wrapped: Part[] = [
      ['thief', 'spoke', 300, ETH],
      ['spoke', WETH_CONTRACT, 300, ETH, 'internal'],
      [null, 'spoke', 300, WETH],
    ]
    /** What leaves in the second transaction arrives in the fourth. */
    const leaving = (parts: readonly Part[], named: Partial<Crossing['from']>): Flow =>
      prepare({
        transactions: [
          atomic(1, [['victim', 'thief', 500, parts[0]![3]]]),
          atomic(2, parts),
          atomic(3, [['spoke', 'relayer', 300, WETH]]),
          atomic(4, [['bridge', 'mule', 290, USDT]]),
        ],
        crossings: [
          crossing({
            from: { chain: ETHEREUM, txid: txidOf(2), holder: account('thief'), amount: 300n, ...named },
            to: { txid: txidOf(4), asset: USDT, amount: 290n },
          }),
        ],
        change: { seeds: from('thief') },
      }).run('fifo')
    const told = (flow: Flow): string[] => ends(flow).map((end) => end.replace(/ (?:erc20|slip44)\S+/, ''))
    const crossed = ['200 held thief', '290 held mule', '300 bridge spoke']

    test.each([
      ['the coin was paid, and the bridge wrapped it', wrapped, { asset: WETH }],
      ['the coin was paid, and no source shows that it was wrapped', wrapped.slice(0, 1), { asset: WETH }],
      ['nobody says who paid', wrapped, { asset: WETH, holder: null }],
      ['the wrapped coin was paid', [['thief', 'spoke', 300, WETH]] satisfies Part[], { asset: ETH }],
    ])('%s', (_, parts, named) => {
      const flow = leaving(parts, named)
      expect(told(flow)).toEqual(crossed)
      for (const { stolen, accounted } of flow.balance) expect(accounted).toBe(stolen)
    })

    test('is no other payment: not of another amount, nor of another token', () => {
      expect(told(leaving(wrapped.slice(0, 1), { asset: WETH, amount: 299n }))).toContain('300 held spoke')
      expect(told(leaving([['thief', 'spoke', 300, TOK]], { asset: WETH }))).toContain('300 held spoke')
    })

    test('on the side where it arrives, what the ledger shows counts once', () => {
      const flow = prepare({
        transactions: [
          ...toVault,
          atomic(5, [
            ['bridge', null, 300, WETH],
            [WETH_CONTRACT, 'bridge', 300, ETH, 'internal'],
            ['bridge', 'mule', 300, ETH, 'internal'],
          ]),
        ],
        crossings: [crossing({})],
      }).run('fifo')
      expect(ends(flow)).toEqual(['200 slip44:60 held mule', '60 slip44:1 bridge vault'])
    })
  })

  test('frontier names what would cross', () => {
    const ledger = ledgerOf(toVault)
    const { transactions } = traceFrontier(
      { ...pricedBooks(ledger, {}), beyond: NOTHING_BEYOND },
      request({ seeds }),
      ['fifo'],
    )
    expect(transactions).toContainEqual({ chain: BITCOIN_REGTEST, txid: bitcoinId(3) })
  })
})

describe('departures whose other side is not known', () => {
  const deposit = [
    atomic(1, [['victim', 'thief', 500, USDT]]),
    atomic(2, [['thief', 'spoke', 400, USDT]]),
    // Another customer's money.
    atomic(3, [['spoke', 'relayer', 400, USDT]]),
  ]
  const departure = (
    change: Partial<OpenDeparture> = {},
    from: Partial<Crossing['from']> = {},
  ): OpenDeparture => ({
    from: {
      ...{ chain: ETHEREUM, txid: txidOf(2), holder: account('thief'), asset: USDT, amount: 400n },
      ...from,
    },
    ...{ protocol: 'across', toChain: 'eip155:10', toHolder: 'eip155:10:0x54CE', byContract: true },
    question: null,
    ...change,
  })
  const follow = (departures: OpenDeparture[], change: Partial<Given> = {}): Flow =>
    prepare({ transactions: deposit, departures, change: { seeds: from('thief') }, ...change }).run('fifo')
  const usdt = (end: string): string => end.replace(/ erc20:\S+/, '')

  test('end at the bridge, and the flow says where they are bound for and what to do', () => {
    expect(ends(follow([])).map(usdt)).toEqual(['100 held thief', '400 held relayer'])
    const flow = follow([departure()])
    expect(ends(flow).map(usdt)).toEqual(['100 held thief', '400 bridge spoke'])
    expect(flow.leaves.find(({ reason }) => reason === 'bridge')?.into).toBeUndefined()
    expect(flow.coverage.notes.join('\n')).toContain(
      `Traced money leaves Ethereum for OP Mainnet, for 0x54CE there, by across, in ${txidOf(2)}. What arrives is not known. See lootline crossings show ${txidOf(2)}; a source of OP Mainnet may know it (lootline source add).`,
    )
    expect(follow([departure({ question: 7 })]).coverage.notes.join('\n')).toContain(
      `What arrives is in question: answer question 7 (lootline crossings show ${txidOf(2)}).`,
    )
    const unsaid = follow([departure({ toChain: null, toHolder: null })])
    expect(unsaid.coverage.notes.join('\n')).toContain('leaves Ethereum for another chain, by across')
  })

  test.each(RULES)('balance by %s, to the cent', (rule) => {
    const { balance, leaves } = prepare({
      ...{ transactions: deposit, departures: [departure()], change: { seeds: from('thief') } },
    }).run(rule)
    for (const { stolen, accounted, stolenUsd, accountedUsd } of rule === 'poison' ? [] : balance)
      expect([accounted, accountedUsd]).toEqual([stolen, stolenUsd])
    expect(leaves.map(({ reason }) => reason)).toContain('bridge')
  })

  test('take along the payment of the amount they name, and no other', () => {
    expect(ends(follow([departure({}, { amount: 1n })])).map(usdt)).toContain('400 held relayer')
    // The log names the wrapped coin.
    expect(ends(follow([departure({}, { asset: ETH })])).map(usdt)).toContain('400 bridge spoke')
    const twice = [
      deposit[0]!,
      atomic(2, [
        ['thief', 'spoke', 200, USDT],
        ['thief', 'spoke', 200, USDT],
      ]),
    ]
    const half = departure({}, { amount: 200n })
    expect(ends(follow([half, half], { transactions: twice })).map(usdt)).toContain('400 bridge spoke')
    expect(ends(follow([half], { transactions: twice })).map(usdt)).toContain('200 bridge spoke')
  })

  test('are nothing where traced money does not come, and where crossings are refused', () => {
    const other = [...deposit, atomic(4, [['relayer', 'spoke', 400, USDT]])]
    const late = departure({}, { txid: txidOf(4), holder: account('relayer') })
    const flow = follow([departure(), late], { transactions: other })
    expect(flow.coverage.notes.filter((note) => note.includes('leaves'))).toHaveLength(1)
    const refused = follow([departure()], { change: { seeds: from('thief'), followCrossings: false } })
    expect(ends(refused).map(usdt)).toContain('400 held relayer')
    expect(refused.coverage.notes.join()).not.toContain('leaves')
  })

  test('by memo alone end where the money rests, and are followed on where it goes on', () => {
    const memo = departure(
      { protocol: 'thorchain', toChain: ETHEREUM, byContract: false },
      { chain: BITCOIN_REGTEST, txid: bitcoinId(3), holder: null, asset: RBTC, amount: 90n },
    )
    const at = (transactions: Transaction[]): Flow =>
      prepare({ transactions, departures: [memo] }).run('fifo')
    const rests = at(toVault.slice(0, 3))
    expect(ends(rests)).toEqual(['60 slip44:1 bridge vault'])
    expect(rests.coverage.notes.join()).toContain('by thorchain (by memo, which anybody can write)')
    const goesOn = at(toVault)
    expect(ends(goesOn)).toEqual(['60 slip44:1 held other'])
    expect(goesOn.coverage.notes.join()).toContain('by memo')
  })
})
