import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BITCOIN, ETHEREUM } from '../units/caip.ts'
import { BTC, evmTxid, inLink, outLink, START, STRANGER, THERE, txid, USER } from './made.test-suite.ts'
import { pairLinks } from './pairLinks.ts'
import type { PlacedLink } from './placedLink.ts'

const OWN = `${ETHEREUM}:0x00000000000000000000000000000000000000AA`
const verdict = (...links: PlacedLink[]): string => pairLinks(links)[0]?.verdict ?? 'no departure'

describe('pairLinks', () => {
  test('one departure, one arrival by the protocol’s contract', () => {
    const [pairing] = pairLinks([inLink(), outLink()])
    expect(pairing).toMatchObject({ verdict: 'clear', out: { txid: txid(1) } })
    expect(pairing!.arrivals).toMatchObject([
      { taken: true, faults: [], witness: 'contract', confidence: 95 },
    ])
  })

  test('nothing has arrived', () => {
    expect(pairLinks([outLink()])).toMatchObject([{ verdict: 'none', arrivals: [] }])
    expect(pairLinks([inLink()])).toEqual([])
  })

  test.each<[string, Partial<PlacedLink>]>([
    ['is on another chain than the money was bound for', { chain: 'eip155:56' }],
    ['comes from another chain', { otherChain: 'eip155:56' }],
    ['pays another than the one named', { holder: STRANGER }],
    ['names another payer', { otherHolder: STRANGER }],
    ['is earlier than the payment', { time: START - 7201 }],
    ['is more than was paid', { asset: BTC, amount: 100_000_001n }],
  ])('an arrival that %s is a question', (fault, change) => {
    const [pairing] = pairLinks([outLink(), inLink(change)])
    expect(pairing).toMatchObject({ verdict: 'open', arrivals: [{ taken: false, faults: [fault] }] })
    // The true one beside it is taken all the same.
    expect(verdict(outLink(), inLink(change), inLink({ txid: evmTxid(3) }))).toBe('clear')
  })

  test('clocks may differ by two hours', () => {
    expect(verdict(outLink(), inLink({ time: START - 7200 }))).toBe('clear')
  })

  test('a memo needs to pay whom the departure names', () => {
    const memo = { contract: null }
    expect(verdict(outLink(), inLink(memo))).toBe('clear')
    expect(pairLinks([outLink(), inLink(memo)])[0]!.arrivals[0]!.confidence).toBe(85)
    // A THORName, or a payee that cannot be told: somebody must look.
    expect(verdict(outLink({ otherHolder: null }), inLink(memo))).toBe('open')
    expect(verdict(outLink(), inLink({ ...memo, holder: null }))).toBe('open')
    expect(verdict(outLink({ otherHolder: null }), inLink())).toBe('clear')
  })

  test('two memos that fit are a question; the protocol’s contract outweighs any number of them', () => {
    const memos = [3, 4, 5].map((n) => inLink({ contract: null, txid: evmTxid(n) }))
    expect(verdict(outLink(), ...memos)).toBe('open')
    const [pairing] = pairLinks([outLink(), ...memos, inLink()])
    expect(pairing!.verdict).toBe('clear')
    expect(pairing!.arrivals.filter(({ taken }) => taken).map(({ link }) => link.txid)).toEqual([evmTxid(2)])
  })

  test('strangers’ contracts neither make a crossing nor break one', () => {
    expect(verdict(outLink(), inLink({ contract: OWN }))).toBe('open')
    expect(verdict(outLink({ contract: OWN }), inLink())).toBe('open')
    expect(verdict(outLink(), inLink({ contract: OWN, holder: STRANGER }))).toBe('none')
    expect(verdict(outLink(), inLink(), inLink({ contract: OWN, txid: evmTxid(3) }))).toBe('clear')
    expect(verdict(outLink(), inLink(), outLink({ contract: OWN, txid: txid(3) }))).toBe('clear')
  })

  test('money that comes back is held against who paid', () => {
    const back = {
      chain: BITCOIN,
      otherChain: BITCOIN,
      holder: USER,
      asset: BTC,
      contract: null,
      txid: txid(2),
    }
    expect(verdict(outLink(), inLink({ ...back, amount: 99_000_000n }))).toBe('clear')
    expect(verdict(outLink(), inLink({ ...back, holder: STRANGER, amount: 1n }))).toBe('open')
    // An order that was filled in part pays, and pays the rest back.
    const both = pairLinks([outLink(), inLink(), inLink({ ...back, amount: 9n })])
    expect(both[0]!.arrivals.map(({ taken }) => taken)).toEqual([true, true])
  })

  test('two departures of one identifier, as two equal burns make, are both questions', () => {
    const burn = {
      protocol: 'cctp',
      id: '2:0:6:ab',
      contract: `${ETHEREUM}:0x28b5a0e9C621a5BadaA536219b3a228C8168cf5d`,
    }
    const base = 'eip155:8453'
    const at = `${base}:0x0000000000000000000000000000000000000009`
    const out = { ...burn, amount: 5n, chain: ETHEREUM, otherChain: base, otherHolder: at, holder: STRANGER }
    const arrived = {
      ...burn,
      amount: 4n,
      chain: base,
      contract: `${base}:0x81D40F21F12A8F0E3252Bccb954D722d4c464B64`,
      holder: at,
    }
    expect(verdict(outLink({ ...out, txid: evmTxid(1) }), inLink(arrived))).toBe('clear')
    const pairings = pairLinks([
      outLink({ ...out, txid: evmTxid(1) }),
      outLink({ ...out, txid: evmTxid(3) }),
      inLink(arrived),
    ])
    expect(pairings.map((one) => one.verdict)).toEqual(['open', 'open'])
  })

  test('Across paid in parts', () => {
    const pool = `${ETHEREUM}:0x5c7BCd6E7De5423a257D81B442095A1a6ced35C5`
    const out = outLink({
      protocol: 'across',
      chain: 'eip155:10',
      contract: 'eip155:10:0x6f26Bf09B1C792e3228e5467807a900A503c0281',
      holder: null,
    })
    const parts = [2, 3].map((n) => inLink({ protocol: 'across', contract: pool, txid: evmTxid(n) }))
    expect(pairLinks([out, ...parts])[0]!.arrivals.map(({ taken }) => taken)).toEqual([true, true])
  })

  test('one transaction read by two sources is one arrival', () => {
    const vague = inLink({ amount: null, asset: null })
    expect(pairLinks([outLink(), vague, inLink()])[0]!.arrivals).toHaveLength(1)
    expect(verdict(outLink(), outLink({ holder: null }), inLink())).toBe('clear')
  })

  test('what is taken fits and is vouched for, whatever comes in whatever order', () => {
    const maybe = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
    const change = fc.record({
      txid: maybe(evmTxid(1), evmTxid(2), evmTxid(3)),
      chain: maybe(BITCOIN, ETHEREUM),
      holder: maybe(USER, THERE, STRANGER, null),
      contract: maybe(ROUTER_OR_NOT[0]!, ROUTER_OR_NOT[1]!, null),
      otherChain: maybe(BITCOIN, ETHEREUM, null),
      time: maybe(START - 9000, START, START + 9, null),
    })
    fc.assert(
      fc.property(
        fc.array(change, { maxLength: 3 }),
        fc.array(change, { maxLength: 5 }),
        fc.boolean(),
        (outs, ins, turned) => {
          const links = [...outs.map((one) => outLink(one)), ...ins.map((one) => inLink(one))]
          const pairings = pairLinks(turned ? links.toReversed() : links)
          const text = (found: typeof pairings): string[] =>
            found
              .map(({ out, arrivals, verdict: said }) =>
                JSON.stringify(
                  [
                    out,
                    said,
                    arrivals
                      .filter(({ taken }) => taken)
                      .map(({ link }) => link.txid)
                      .sort(),
                  ],
                  (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
                ),
              )
              .sort()
          expect(text(pairings)).toEqual(text(pairLinks(turned ? links : links.toReversed())))
          for (const { arrivals } of pairings)
            for (const { taken, faults, witness } of arrivals)
              if (taken) expect([faults, witness !== 'stranger']).toEqual([[], true])
        },
      ),
    )
  })
})

const ROUTER_OR_NOT = [inLink().contract, OWN]
