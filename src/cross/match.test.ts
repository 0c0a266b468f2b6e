import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import { type LabelStore, openLabelStore } from '../label/index.ts'
import { createMemoryLedger, type Ledger } from '../ledger/index.ts'
import { openPriceStore, type PriceBook, type PriceStore } from '../price/index.ts'
import { knownAsset } from '../units/asset.ts'
import { addressOf, BITCOIN, chainOf, ETHEREUM, OP_MAINNET } from '../units/caip.ts'
import { type CrossBook, openCrossBook } from './crossBook.ts'
import { crossingsFrom } from './crossings.ts'
import {
  BTC,
  bitcoinPayment,
  ETH,
  etherPayment,
  evmTxid,
  START,
  STRANGER,
  THERE,
  txid,
  VAULT,
} from './made.test-suite.ts'
import { type Match, type MatchRequest, match } from './match.ts'
import { priceRange } from './priceRange.ts'

const SERVICE = `${ETHEREUM}:0x00000000000000000000000000000000000005E1`
const DAY = 1_699_920_000

let ledger: Ledger
let labels: LabelStore
let prices: PriceStore
let book: CrossBook
beforeEach(() => {
  ledger = createMemoryLedger()
  labels = openLabelStore(':memory:')
  prices = openPriceStore(':memory:')
  book = openCrossBook(':memory:')
  addPrice('BTC', 40_000n, 41_000n)
  addPrice('ETH', 2_000n, 2_050n)
  addLabel(VAULT)
  addLabel(SERVICE)
})
afterEach(() => {
  for (const open of [ledger, labels, prices, book]) open.close()
})

function addPrice(symbol: string, low: bigint, high: bigint | null, day = DAY): void {
  const e12 = 10n ** 12n
  const bar = { symbol, from: day, to: day + 86_400, usdE12: low * e12, source: 'test' }
  prices.add({
    ...{ name: `${symbol} ${day}`, file: symbol, sha256: `${symbol}${day}`, options: '', layout: 'made' },
    ...{ importedTime: 0, rejected: [], empty: 0 },
    bars: [
      {
        ...bar,
        kind: 'coin',
        lowE12: high === null ? null : low * e12,
        highE12: high === null ? null : high * e12,
      },
    ],
  })
}

function addLabel(holder: string, name = 'Swapper hot wallet', entity: string | null = null): void {
  const chain = chainOf(holder)
  const address = addressOf(holder)
  labels.add({
    ...{ file: holder, sha256: holder, options: '', layout: 'made', pack: null, date: null, importedTime: 0 },
    ...{ actors: [], rejected: [] },
    statements: [
      {
        ...{
          place: '1',
          address,
          chain,
          name,
          entity,
          category: 'exchange',
          abuse: null,
          tagType: 'actor',
        },
        ...{
          confidence: 'service_data',
          level: 60,
          source: null,
          date: null,
          currency: null,
          definesCluster: false,
        },
        ...{
          caseless: false,
          caseLost: false,
          key: chain !== BITCOIN ? `evm:${address.toLowerCase()}` : holder,
        },
      },
    ],
  })
}

/** The payment, and what the service paid: (number, milli ETH, seconds later). */
function fill(paid: readonly (readonly [n: number, milli: bigint, later: number])[], whole = true): void {
  ledger.append([bitcoinPayment(1)])
  ledger.append(
    paid.map(([n, milli, later]) => etherPayment(n, SERVICE, THERE, milli, START + later)),
    whole ? { covers: { kind: 'holders', holders: [SERVICE] } } : {},
  )
  if (!whole) return
  // Something before and after, so that the span that is covered has the window in it.
  ledger.append(
    [-9000, 9000].map((later, i) => etherPayment(900 + i, SERVICE, STRANGER, 1n, START + later)),
    { covers: { kind: 'holders', holders: [SERVICE] } },
  )
}

function matched(change: Partial<MatchRequest> = {}): Match {
  return match({ ledger, labels, prices }, book, { txid: txid(1), ...change })
}

describe('match', () => {
  test('one likely receipt from the service, all of whose payments are known, is taken', () => {
    fill([
      [2, 19_500n, 600],
      [3, 900n, 700],
      [4, 400_000n, 800],
    ])
    const found = matched()
    expect(found).toMatchObject({
      ...{
        verdict: 'clear',
        service: { name: 'Swapper hot wallet', entity: null },
        unpriced: 0,
        question: 1,
      },
      found: { payers: 'service', whole: true, notes: [] },
      out: { asset: BTC, amount: 100_000_000n },
    })
    expect(found.candidates).toMatchObject([{ txid: evmTxid(2), taken: true, confidence: 60 }])
    expect(found.candidates[0]!.says).toMatch(/^Received 10 min later, .* among 1 of 3 receipts$/)
    expect(crossingsFrom(book, ledger, [{ chain: BITCOIN, txid: txid(1) }])).toMatchObject([
      { how: 'candidate', to: { txid: evmTxid(2), holder: THERE, asset: ETH, amount: 195n * 10n ** 17n } },
    ])
  })

  test('two alike are a question; asked again it is the same one, and the answer stays', () => {
    fill([
      [2, 19_500n, 600],
      [3, 19_600n, 500],
    ])
    expect(matched()).toMatchObject({ verdict: 'open', ranking: { verdict: 'close' }, question: 1 })
    expect(crossingsFrom(book, ledger, [{ chain: BITCOIN, txid: txid(1) }])).toEqual([])
    const { candidates } = book.question(1)
    const chosen = candidates.find((one) => one.txid === evmTxid(3))!
    book.answer(1, { kind: 'choose', chosen, who: 'ann', time: START, why: 'asked them' })
    expect(matched()).toMatchObject({ verdict: 'open', question: 1 })
    expect(crossingsFrom(book, ledger, [{ chain: BITCOIN, txid: txid(1) }])).toMatchObject([
      { how: 'analyst', to: { txid: evmTxid(3) } },
    ])
  })

  test('a lone likely receipt is not taken where the ledger may lack others', () => {
    fill([[2, 19_500n, 600]], false)
    expect(matched()).toMatchObject({
      verdict: 'open',
      ranking: { verdict: 'clear' },
      found: { whole: false },
    })
    expect(book.question(1).candidates).toMatchObject([{ taken: false }])
  })

  test('without a wallet of the service, anybody’s receipts are candidates and none is taken', () => {
    ledger.append([bitcoinPayment(1), etherPayment(2, STRANGER, THERE, 19_500n, START + 600)])
    expect(matched({ service: 'Nobody' })).toMatchObject({
      ...{ verdict: 'open', note: expect.stringContaining('not known to be the service') },
      found: { payers: 'anybody', notes: [expect.stringContaining('no wallet of that service')] },
    })
  })

  test('wallets of one actor are one service, whatever each is called', () => {
    labels.close()
    labels = openLabelStore(':memory:')
    addLabel(VAULT, 'Vault 7', 'swapper')
    addLabel(SERVICE, 'Payouts', 'swapper')
    addLabel(STRANGER, 'Payouts', 'another')
    fill([[2, 19_500n, 600]])
    expect(matched()).toMatchObject({
      ...{ verdict: 'clear', service: { name: 'Vault 7', entity: 'swapper' } },
      found: { payers: 'service' },
    })
    // By name alone the two are strangers.
    expect(matched({ service: 'vault' }).found.payers).toBe('anybody')
  })

  test('nothing fits: no question', () => {
    fill([
      [2, 19_500n, 1801],
      [3, 19_500n, -1],
      [4, 5n, 60],
    ])
    expect(matched()).toMatchObject({ verdict: 'none', question: null, candidates: [] })
    expect(book.questions()).toEqual([])
    expect(matched({ windowSeconds: 3600 })).toMatchObject({ verdict: 'clear' })
    // On no other chain is anything.
    expect(matched({ to: ['eip155:56'] }).found.receipts).toEqual([])
  })

  test('crowded traffic is refused', () => {
    fill([
      [2, 19_500n, 600],
      ...Array.from({ length: 8 }, (_, i) => [10 + i, 3_000n + BigInt(i), 100] as const),
    ])
    expect(matched()).toMatchObject({ verdict: 'open', ranking: { verdict: 'crowded' } })
  })

  test('what has no price is counted and left out', () => {
    fill([[2, 19_500n, 600]])
    const junk = `${ETHEREUM}/erc20:0x0000000000000000000000000000000000000bAd`
    const payment = etherPayment(5, SERVICE, THERE, 1n, START + 10)
    ledger.append([{ ...payment, transfers: [{ ...payment.transfers[0]!, asset: junk, kind: 'token' }] }])
    expect(matched()).toMatchObject({ unpriced: 1, candidates: [{ txid: evmTxid(2) }] })
  })

  describe('one coin on two chains', () => {
    const OP_ETH = `${OP_MAINNET}/slip44:60`
    const WETH = `${ETHEREUM}/erc20:0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2`
    const USDC = `${OP_MAINNET}/erc20:0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85`
    const there = (holder: string): string => `${OP_MAINNET}:${addressOf(holder)}`
    const received = (n: number, milli: bigint, asset = OP_ETH): Transaction => ({
      ...etherPayment(n, there(SERVICE), there(THERE), milli, START + 600),
      chain: OP_MAINNET,
      transfers: [
        {
          ...{ from: there(SERVICE), to: there(THERE), asset, amount: milli * 10n ** 15n },
          ...{ kind: asset === OP_ETH ? 'native' : 'token', position: 0 },
        },
      ],
    })
    /** 10 ETH, or as much of a token, are paid a day without prices. */
    const unpricedDay = (asset: string, ...receipts: Transaction[]): void => {
      prices.close()
      prices = openPriceStore(':memory:')
      const paid = etherPayment(1, STRANGER, SERVICE, 10_000n, START)
      ledger.append([{ ...paid, transfers: [{ ...paid.transfers[0]!, asset, kind: 'token' }] }])
      ledger.append(receipts, { covers: { kind: 'holders', holders: [there(SERVICE)] } })
      ledger.append(
        [-9000, 9000].map((later, i) => ({
          ...received(900 + i, 1n),
          time: START + later,
        })),
        { covers: { kind: 'holders', holders: [there(SERVICE)] } },
      )
      addLabel(there(SERVICE))
    }
    const asked = (): Match => matched({ txid: evmTxid(1) })

    test.each([ETH, WETH])('compares without prices, to the last unit: %s', (asset) => {
      unpricedDay(asset, received(2, 9_850n), received(3, 10_001n))
      const found = asked()
      expect(found).toMatchObject({ verdict: 'clear', unpriced: 0, ranking: { outOfAmount: 1 } })
      expect(found.candidates).toMatchObject([{ txid: evmTxid(2), taken: true }])
      expect(found.candidates[0]!.says).toMatch(/^Received 10 min later, 1.5 % less of the same coin: score/)
    })

    test('prices of the day change nothing', () => {
      unpricedDay(ETH, received(2, 9_850n))
      addPrice('ETH', 2_000n, 2_150n)
      expect(asked().candidates[0]!.says).toContain('1.5 % less of the same coin')
    })

    test('others cannot be compared then, so none is taken unasked', () => {
      unpricedDay(ETH, received(2, 9_850n), received(3, 20_000n, USDC))
      expect(asked()).toMatchObject({
        ...{ verdict: 'open', unpriced: 1, candidates: [{ txid: evmTxid(2), taken: false }] },
        note: expect.stringContaining('what was paid has no price that day'),
      })
    })

    test('without a receipt of that coin the price is missed as before', () => {
      unpricedDay(`${ETHEREUM}/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48`, received(3, 20_000n))
      expect(asked).toThrow(/no price that day \(USDC\)/)
    })
  })

  test.each<[string, RegExp, () => unknown]>([
    ['CROSS_NO_TRANSACTION', /does not have/, () => matched({ txid: txid(7) })],
    [
      'CROSS_NO_TRANSACTION',
      /does not have/,
      () => {
        fill([])
        return matched({ chain: 'eip155:56' })
      },
    ],
    [
      'CROSS_NO_TIME',
      /time of/,
      () => {
        const { time: _, ...timeless } = bitcoinPayment(1)
        ledger.append([timeless])
        return matched()
      },
    ],
    [
      'CROSS_UNPRICED',
      /no price that day \(BTC\)/,
      () => {
        ledger.append([bitcoinPayment(1, START + 9 * 86_400)])
        return matched()
      },
    ],
    [
      'CROSS_WHICH_PAYMENT',
      /makes 2 payments/,
      () => {
        const { outputs, ...rest } = bitcoinPayment(1, START, STRANGER)
        ledger.append([{ ...rest, outputs: [{ holder: `${BITCOIN}:bc1qother`, amount: 5n }, ...outputs] }])
        return matched()
      },
    ],
  ])('%s', (code, message, work) => {
    expect(work).toThrow(message)
    try {
      work()
    } catch (error) {
      expect(error).toMatchObject({ code })
    }
  })

  test('of several payments the labelled one, or the one that is named', () => {
    const { outputs, ...rest } = bitcoinPayment(1)
    ledger.append([{ ...rest, outputs: [{ holder: `${BITCOIN}:bc1qother`, amount: 5n }, ...outputs] }])
    expect(matched().out.amount).toBe(100_000_000n)
    expect(matched({ n: 0 }).out.amount).toBe(5n)
    expect(matched({ service: 'swapper' }).out.amount).toBe(100_000_000n)
  })
})

describe('priceRange', () => {
  const eth = knownAsset(ETH)!
  const range = (from: number, to: number): unknown => priceRange(prices as PriceBook, eth, from, to)
  const e12 = (usd: number): bigint => BigInt(Math.round(usd * 100)) * 10n ** 10n

  test('the day’s low and high, half a per cent wider', () => {
    expect(range(START, START + 60)).toEqual({ lowE12: e12(1990), highE12: e12(2060.25) })
  })

  test('of every day that the span touches; null where one has no bar', () => {
    expect(range(START, START + 86_400)).toBeNull()
    addPrice('ETH', 1_000n, 1_100n, DAY + 86_400)
    expect(range(START, START + 86_400)).toEqual({ lowE12: e12(995), highE12: e12(2060.25) })
  })

  test('closes of the neighbours where a bar has no low and high', () => {
    addPrice('ETH', 3_000n, null, DAY + 86_400)
    addPrice('ETH', 4_000n, 4_100n, DAY + 2 * 86_400)
    expect(range(START + 86_400, START + 86_400)).toEqual({ lowE12: e12(1990), highE12: e12(4020) })
  })

  test('dollars are dollars; what is not ours to value has no range', () => {
    const usd = { ...eth, priceSymbol: 'USD' }
    expect(priceRange(prices, usd, 0, 0)).toEqual({ lowE12: e12(1), highE12: e12(1) })
    expect(priceRange(prices, { ...eth, known: false }, START, START)).toBeNull()
  })
})
