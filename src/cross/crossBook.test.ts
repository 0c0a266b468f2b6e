import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { logLinks, memoLinks } from '../chain/crossing/index.ts'
import { account, madeLog } from '../chain/crossing/madeLogs.test-suite.ts'
import { openLabelStore } from '../label/index.ts'
import { createMemoryLedger, type Ledger } from '../ledger/index.ts'
import { openPriceStore } from '../price/index.ts'
import { NOTHING_BEYOND } from '../trace/beyond.ts'
import { WETH } from '../trace/fixtures.ref.ts'
import { plainRequest, traceFlow } from '../trace/index.ts'
import { BITCOIN, ETHEREUM } from '../units/caip.ts'
import { type CrossBook, openCrossBook } from './crossBook.ts'
import { crossingsFrom, crossingsOf } from './crossings.ts'
import {
  BTC,
  bitcoinPayment,
  ETH,
  etherPayment,
  evmTxid,
  inLink,
  outLink,
  ROUTER,
  START,
  STRANGER,
  saying,
  THERE,
  txid,
  USER,
} from './made.test-suite.ts'
import { departuresOf, pendingOf } from './pending.ts'
import type { AnalystAnswer, Question } from './question.ts'

const OUT = { chain: BITCOIN, txid: txid(1) }

let folder: string
let book: CrossBook
let ledger: Ledger
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lootline-crossings-'))
  book = openCrossBook(folder)
  ledger = createMemoryLedger()
  ledger.append([bitcoinPayment(1), etherPayment(2, STRANGER, THERE, 19_000n, START + 600)])
})
afterEach(() => {
  book.close()
  rmSync(folder, { recursive: true, force: true })
})

const reopen = (): void => {
  book.close()
  book = openCrossBook(folder)
}
const answer = (change: Partial<AnalystAnswer> = {}): AnalystAnswer => ({
  ...{ kind: 'none', chosen: null, who: 'ann', time: START, why: 'seen', ...change },
})
const only = (): Question => {
  expect(book.questions()).toHaveLength(1)
  return book.questions()[0]!
}

test('from a memo and a router’s log to a crossing', () => {
  const block = { height: 20, hash: 'b', time: START + 600 }
  const sent = bitcoinPayment(1)
  const memo = new TextEncoder().encode(`=:ETH.ETH:${THERE.split(':')[2]}:0/1/0:t:30`)
  const log = madeLog(
    'TransferOut(address indexed vault, address indexed to, address asset, uint256 amount, string memo)',
    ROUTER.split(':')[2]!,
    {
      ...{ vault: account(7), to: THERE.split(':')[2], asset: account(0), amount: 19n * 10n ** 18n },
      memo: `OUT:${txid(1).toUpperCase()}`,
    },
  )
  const arrived = etherPayment(2, STRANGER, THERE, 19_000n, START + 600)
  book.addLinks([
    { transaction: arrived, block, links: logLinks(ETHEREUM, arrived.txid, [log]) },
    { transaction: sent, block: { ...block, time: START }, links: memoLinks(BITCOIN, sent, [memo]) },
  ])
  expect(crossingsOf(book, ledger, ledger.txNumbers(txid(1)))).toMatchObject([
    {
      from: { ...OUT, holder: USER, asset: BTC, amount: 100_000_000n },
      to: { chain: ETHEREUM, txid: evmTxid(2), holder: THERE, asset: ETH, amount: 19n * 10n ** 18n },
      ...{ protocol: 'thorchain', how: 'identifier', confidence: 95 },
    },
  ])
})

test('a trace goes on on the other chain', () => {
  const labels = openLabelStore(':memory:')
  const prices = openPriceStore(':memory:')
  const stolen = { ...bitcoinPayment(9001, START - 60, USER, 100_001_000n), inputs: [] }
  ledger.append([{ ...stolen, height: 9 }])
  book.addLinks(saying(outLink(), inLink()))
  const beyond = { ...NOTHING_BEYOND, crossings: (txs: Uint32Array) => crossingsOf(book, ledger, txs) }
  const flow = traceFlow(
    { ledger, labels, prices, beyond, version: '0' },
    plainRequest({ seeds: [{ theft: 'heist', of: { kind: 'lot', txid: txid(9001), n: 0 } }] }),
  )
  expect(flow.seeds).toMatchObject([
    { asset: BTC },
    { asset: ETH, holder: THERE, basis: 'crossing', from: { how: 'identifier', protocol: 'thorchain' } },
  ])
  for (const open of [labels, prices]) open.close()
})

describe('crossings by identifier', () => {
  test('both sides make one; the ledger has both transactions', () => {
    book.addLinks(saying(outLink()))
    expect(crossingsFrom(book, ledger, [OUT])).toEqual([])
    book.addLinks(saying(inLink()))
    reopen()
    expect(crossingsOf(book, ledger, ledger.txNumbers(txid(1)))).toEqual([
      {
        from: { ...OUT, holder: USER, asset: BTC, amount: 100_000_000n },
        to: { chain: ETHEREUM, txid: evmTxid(2), holder: THERE, asset: ETH, amount: 19n * 10n ** 18n },
        ...{ protocol: 'thorchain', how: 'identifier', confidence: 95 },
        evidence: `thorchain ${txid(1)} stands in both transactions, by the protocol's own contract`,
      },
    ])
    ledger.forget(ledger.txNumbers(evmTxid(2)))
    expect(crossingsFrom(book, ledger, [OUT])).toEqual([])
  })

  test.each([
    [WETH, ETH],
    [ETH, WETH],
  ])('what the ledger shows arrives, once, where the link names what wraps it: %s, %s', (named, paid) => {
    const arrived = etherPayment(3, STRANGER, THERE, 19_000n, START + 600)
    const kind = paid === ETH ? 'native' : 'token'
    const transfers = arrived.transfers.map((one) => ({ ...one, asset: paid, kind }) as const)
    ledger.append([{ ...arrived, transfers }])
    book.addLinks(saying(outLink(), inLink({ txid: evmTxid(3), asset: named })))
    const { amount } = transfers[0]!
    const found = crossingsFrom(book, ledger, [OUT]).map(({ to }) => to)
    expect(found).toEqual([{ chain: ETHEREUM, txid: evmTxid(3), holder: THERE, asset: paid, amount }])
  })

  test('the order in which sides are met decides nothing, and saying it again changes nothing', () => {
    book.addLinks(saying(inLink()))
    expect(book.questions()).toEqual([])
    for (let i = 0; i < 3; i++) book.addLinks([...saying(outLink()), ...saying(inLink())])
    expect(only()).toMatchObject({ number: 1, verdict: 'clear', candidates: [{ taken: true }] })
    expect(book.links([OUT])).toEqual([outLink()])
  })

  test('as many equal links as a transaction has', () => {
    book.addLinks(saying(outLink(), outLink()))
    book.addLinks(saying(outLink()))
    expect(book.links([OUT])).toHaveLength(2)
  })

  test('unconfirmed transactions say nothing', () => {
    const [placed] = saying(outLink())
    book.addLinks([{ ...placed!, block: null }])
    expect(book.links([OUT])).toEqual([])
  })

  test('a block that is turned back takes its side along', () => {
    book.addLinks(saying(outLink(), inLink()))
    book.forget(ETHEREUM, [evmTxid(2), evmTxid(77)])
    expect(book.questions()).toEqual([])
    expect(pendingOf(book, [OUT])).not.toEqual([])
    book.addLinks(saying(inLink({ height: 21 })))
    expect(only()).toMatchObject({ verdict: 'clear' })
    // An answer outlives what it was about.
    book.answer(only().number, answer())
    book.forget(BITCOIN, [txid(1)])
    expect(only()).toMatchObject({ verdict: 'gone', answers: [{ who: 'ann' }] })
    book.addLinks(saying(outLink()))
    expect(only()).toMatchObject({ verdict: 'clear', answers: [{ who: 'ann' }] })
  })

  test('what a link leaves open is looked up in the ledger', () => {
    const vague = { protocol: 'wormhole', id: '2/ab/1', asset: null, amount: null }
    const bridge = `${ETHEREUM}:0x3ee18B2214AFF97000D974cf647E7C347E8fa585`
    const core = 'eip155:56:0x98f3c9e6E3fAce36bAAd05FE09d375Ef1464288B'
    const out = outLink({ ...vague, chain: 'eip155:56', txid: evmTxid(1), contract: core, holder: null })
    ledger.append([{ ...etherPayment(1, STRANGER, STRANGER, 1n, START), chain: 'eip155:56', transfers: [] }])
    book.addLinks(saying(out, inLink({ ...vague, holder: null, contract: bridge })))
    expect(crossingsFrom(book, ledger, [{ chain: 'eip155:56', txid: evmTxid(1) }])).toMatchObject([
      { to: { holder: THERE, asset: ETH, amount: 19n * 10n ** 18n }, confidence: 95 },
    ])
  })

  test('two payments that a link could mean give no crossing', () => {
    ledger = createMemoryLedger()
    const two = etherPayment(2, STRANGER, THERE, 19_000n, START + 600)
    const other = {
      ...two.transfers[0]!,
      asset: `${ETHEREUM}/erc20:0x6B175474E89094C44Da98b954EedeAC495271d0F`,
      position: 2,
      kind: 'token' as const,
    }
    ledger.append([bitcoinPayment(1), { ...two, transfers: [...two.transfers, other] }])
    book.addLinks(saying(outLink(), inLink({ asset: null, amount: null })))
    expect(crossingsFrom(book, ledger, [OUT])).toEqual([])
  })

  test('a coin that a contract paid and the ledger does not show is the log’s word', () => {
    ledger = createMemoryLedger()
    ledger.append([bitcoinPayment(1), etherPayment(2, STRANGER, STRANGER, 0n, START + 600)])
    book.addLinks(saying(outLink(), inLink()))
    expect(crossingsFrom(book, ledger, [OUT])).toMatchObject([
      { to: { holder: THERE, amount: 19n * 10n ** 18n } },
    ])
  })
})

describe('questions and answers', () => {
  const conflict = (): Question => {
    book.addLinks(saying(outLink(), inLink({ contract: null }), inLink({ contract: null, txid: evmTxid(3) })))
    return only()
  }

  test('a conflict is a question; the choice makes the crossing and survives', () => {
    const { number, candidates, verdict } = conflict()
    expect([verdict, candidates.length]).toEqual(['open', 2])
    expect(crossingsFrom(book, ledger, [OUT])).toEqual([])
    book.answer(number, answer({ kind: 'choose', chosen: candidates[0]!, why: 'letter\u202e of May' }))
    reopen()
    expect(crossingsFrom(book, ledger, [OUT])).toMatchObject([
      {
        ...{ how: 'analyst', confidence: 100, to: { txid: evmTxid(2) } },
        evidence: 'ann chose it among 2: letter\\u{202e} of May',
      },
    ])
  })

  test('the last answer holds, and all are kept', () => {
    const { number, candidates } = conflict()
    book.answer(number, answer({ kind: 'choose', chosen: candidates[0]! }))
    book.answer(number, answer({ kind: 'none', who: 'bob', why: 'no' }))
    expect(crossingsFrom(book, ledger, [OUT])).toEqual([])
    expect(pendingOf(book, [OUT])).toEqual([])
    expect(book.question(number).answers.map(({ who, kind }) => [who, kind])).toEqual([
      ['ann', 'choose'],
      ['bob', 'none'],
    ])
  })

  test('an answer outweighs what is clear', () => {
    book.addLinks(saying(outLink(), inLink()))
    book.answer(only().number, answer({ kind: 'refuse' }))
    expect(crossingsFrom(book, ledger, [OUT])).toEqual([])
    // Saying it again does not wake it.
    book.addLinks(saying(outLink(), inLink()))
    expect(crossingsFrom(book, ledger, [OUT])).toEqual([])
  })

  test('a likeness of amounts is not heard where an identifier speaks; a choice is', () => {
    const candidate = {
      chain: ETHEREUM,
      txid: evmTxid(3),
      holder: STRANGER,
      asset: ETH,
      amount: 5n,
      time: START,
    }
    ledger.append([etherPayment(3, THERE, STRANGER, 5n, START + 60)])
    const number = book.ask({
      ...{ kind: 'candidate', protocol: 'swap', id: null, verdict: 'clear', note: '' },
      out: { ...OUT, holder: USER, asset: BTC, amount: 100_000_000n, time: START },
      candidates: [{ ...candidate, n: 0, taken: true, confidence: 60, score: 0.9, says: 'alike' }],
    })
    expect(crossingsFrom(book, ledger, [OUT])).toMatchObject([{ how: 'candidate', confidence: 60 }])
    book.addLinks(saying(outLink(), inLink()))
    expect(crossingsFrom(book, ledger, [OUT])).toMatchObject([{ how: 'identifier' }])
    const { candidates } = book.question(number)
    // That no candidate is the one does not speak against the identifier.
    book.answer(number, answer({ kind: 'none' }))
    expect(crossingsFrom(book, ledger, [OUT])).toMatchObject([{ how: 'identifier' }])
    book.answer(number, answer({ kind: 'choose', chosen: candidates[0]! }))
    expect(crossingsFrom(book, ledger, [OUT]).map(({ how }) => how)).toEqual(['analyst'])
  })

  test('no such question', () => {
    expect(() => book.question(7)).toThrow('There is no question 7')
    expect(() => book.answer(7, answer())).toThrow('There is no question 7')
  })
})

test('pending: where to look, and until when; nothing once it is found', () => {
  book.addLinks(saying(outLink()))
  const span = { sinceTime: START - 7200, untilTime: START + 7 * 86_400 }
  const common = { protocol: 'thorchain', id: txid(1), from: OUT, ...span }
  expect(pendingOf(book, [OUT, OUT, { chain: ETHEREUM, txid: 'x' }])).toEqual([
    { ...common, chain: ETHEREUM, holder: THERE },
    { ...common, chain: BITCOIN, holder: USER },
  ])
  book.addLinks(saying(inLink()))
  expect(pendingOf(book, [OUT])).toEqual([])
})

test('departures: what leaves and is not known to arrive, until it is found or refused', () => {
  const open = {
    from: { ...OUT, holder: USER, asset: BTC, amount: 100_000_000n },
    ...{ protocol: 'thorchain', toChain: ETHEREUM, toHolder: THERE, byContract: false, question: null },
    time: null,
  }
  book.addLinks(saying(outLink({ time: null })))
  expect(departuresOf(book, [OUT])).toEqual([open])
  book.addLinks(saying(inLink({ contract: STRANGER })))
  const { number } = book.questions()[0]!
  expect(departuresOf(book, [OUT])).toEqual([{ ...open, question: number }])
  book.answer(number, answer({ kind: 'none' }))
  expect(departuresOf(book, [OUT])).toEqual([open])
  book.answer(number, answer({ kind: 'refuse' }))
  expect(departuresOf(book, [OUT])).toEqual([])
})

test('departures: a protocol’s contract is told from a memo, and a stranger’s is none', () => {
  const by = (contract: string): unknown[] => {
    const chain = { chain: ETHEREUM, txid: evmTxid(5) }
    book.addLinks(saying(outLink({ ...chain, id: contract, contract })))
    return departuresOf(book, [chain]).map(({ byContract }) => byContract)
  }
  expect(by(STRANGER)).toEqual([])
  expect(by(ROUTER)).toEqual([true])
})

test('a stranger’s contract is not worth a search', () => {
  book.addLinks(saying(outLink({ contract: `${ETHEREUM}:0x00000000000000000000000000000000000000AA` })))
  expect(pendingOf(book, [OUT])).toEqual([])
})

test('identifiers that begin alike are apart', () => {
  for (const id of ['1:5', '1:5:7', '1:5"]'])
    book.addLinks(
      saying(outLink({ protocol: 'x', id, txid: txid(1) }), inLink({ protocol: 'x', id, contract: null })),
    )
  expect(book.questions().map((one) => one.id)).toEqual(['1:5', '1:5:7', '1:5"]'])
  book.forget(ETHEREUM, [evmTxid(2)])
  expect(book.questions()).toEqual([])
})
