import { describe, expect, test } from 'vitest'
import { BITCOIN } from '../units/caip.ts'
import { type AlertLabel, type Facts, keyOf, type Party } from './alert.ts'
import type { EventChange } from './change.ts'
import { type Circumstances, compare, settle } from './compare.ts'
import type { Sighted } from './sight.ts'

const WATCH = { id: 'w', name: 'heist' }
const ASSET = { id: `${BITCOIN}/slip44:0`, symbol: 'BTC', decimals: 8, known: true }
type Paid = Readonly<Record<string, readonly [amount: number, stop: string | null]>>

/** What one transaction's payments come to: places with a stop are arrivals. */
function eventsOf(txid: string, paid: Paid): Sighted[] {
  const party = (name: string): Party => {
    const [amount, stop] = paid[name]!
    const label = stop === null || stop === 'busy' ? null : labelOf(stop)
    return { holder: `${BITCOIN}:${name}`, amount: String(amount), label, stop }
  }
  const facts = (names: readonly string[]): Facts => ({
    ...{ chain: BITCOIN, txid, height: 5, time: 1000, asset: ASSET, atMost: false, usd: '100', by: null },
    amount: String(names.reduce((sum, name) => sum + paid[name]![0], 0)),
    ...{ from: [], to: names.map(party), more: { from: 0, to: 0 } },
  })
  const names = Object.keys(paid)
  const arriving = names.filter((name) => paid[name]![1] !== null)
  const onward = names.filter((name) => paid[name]![1] === null)
  return [
    { class: 'moved', holder: null, facts: facts(onward.length === 0 ? names : onward) },
    ...arriving.map(
      (name): Sighted => ({ class: 'arrived', holder: `${BITCOIN}:${name}`, facts: facts([name]) }),
    ),
  ]
}

function labelOf(stop: string): AlertLabel {
  return { name: `a ${stop}`, category: null, stop, confidence: 50, source: 'pack' }
}

/** A watch that is looked at again and again: each look gives the kinds told, with amounts and whom they name. */
function looks() {
  const events = new Map<string, EventChange>()
  const statements = new Set<string>()
  const look = (seen: readonly Sighted[], how: Partial<Circumstances> = {}) => {
    const before = {
      known: events,
      statements: () => statements,
      facts: (key: string) => events.get(key)?.facts ?? null,
    }
    const told = compare(WATCH, { lots: [], holders: [], from: new Map(), events: seen }, before, {
      ...{
        turnedBack: false,
        labelsChanged: true,
        silent: false,
        value: (_asset, amount) => String(amount * 2n),
      },
      labels: () =>
        new Map(
          seen.flatMap(({ facts }) =>
            facts.to.flatMap(({ holder, label }) =>
              label === null ? [] : [[holder, [label]] as [string, AlertLabel[]]],
            ),
          ),
        ),
      ...how,
    })
    for (const event of told.events) events.set(event.key, event)
    for (const turn of told.turns) events.set(turn.key, { ...events.get(turn.key)!, ...turn })
    for (const { holder, mark } of told.statements) statements.add(`${holder} ${mark}`)
    return words(told.alerts)
  }
  const end = () => {
    const { turns, alerts } = settle(
      WATCH,
      [...events.values()].filter(({ state }) => state === 'turned'),
    )
    for (const turn of turns) events.set(turn.key, { ...events.get(turn.key)!, ...turn })
    return words(alerts)
  }
  return { look, end }
}

function words(alerts: ReturnType<typeof compare>['alerts']): string[] {
  return alerts.map(
    ({ kind, amount, to }) =>
      `${kind} ${amount} ${to.map(({ holder }) => holder.slice(BITCOIN.length + 1)).join(' ')}`,
  )
}

describe('compare: each amount is told under one kind', () => {
  test('what only arrives is told as arrived; what also goes on, as moved without what arrived', () => {
    expect(looks().look(eventsOf('t', { x: [30, 'service'] }))).toEqual(['arrived 30 x'])
    expect(looks().look(eventsOf('t', { x: [30, 'service'], y: [5, 'mixer'] }))).toEqual([
      'arrived 30 x',
      'arrived 5 y',
    ])
    const { look } = looks()
    const mixed = eventsOf('t', { x: [30, 'service'], d: [19, null] })
    expect(look(mixed)).toEqual(['moved 19 d', 'arrived 30 x'])
    expect(look(mixed)).toEqual([])
  })

  test('a label that comes after the payment is told as a label alone, at the value of its part', () => {
    const { look } = looks()
    expect(look(eventsOf('t', { x: [30, null], d: [19, null] }))).toEqual(['split 49 x d'])
    const labelled = eventsOf('t', { x: [30, 'service'], d: [19, null] })
    expect(look(labelled)).toEqual(['labelled 30 x'])
    expect(look(labelled)).toEqual([])
    expect(look(eventsOf('t', { x: [30, 'service'], d: [19, 'mixer'] }))).toEqual(['labelled 19 d'])
  })

  test('what is said of a part has the value of the part', () => {
    const events = (label: AlertLabel | null): Sighted[] =>
      eventsOf('t', { x: [30, null], d: [19, null] }).map((event) => ({
        ...event,
        facts: {
          ...event.facts,
          to: event.facts.to.map((party, i) => (i === 0 ? { ...party, label } : party)),
        },
      }))
    const known = events(null)
    const before = {
      known: new Map([
        [keyOf('w', 'moved', BITCOIN, 't', ASSET.id, null), { state: 'standing' as const, turn: 0 }],
      ]),
      ...{ statements: () => new Set<string>(), facts: () => known[0]!.facts },
    }
    const label = { ...labelOf('service'), stop: null }
    const told = compare(WATCH, { lots: [], holders: [], from: new Map(), events: events(label) }, before, {
      ...{ turnedBack: false, labelsChanged: true, silent: false, value: () => '61' },
      labels: () => new Map([[`${BITCOIN}:x`, [label]]]),
    })
    expect(told.alerts).toMatchObject([{ kind: 'labelled', amount: '30', usd: '61' }])
  })

  test('a label that is withdrawn does not make an arrival a movement', () => {
    const { look } = looks()
    look(eventsOf('t', { x: [30, 'service'] }))
    expect(look(eventsOf('t', { x: [30, null] }))).toEqual([])
  })

  test('one that has become busy since is told: no label says so', () => {
    const { look } = looks()
    look(eventsOf('t', { x: [30, null] }))
    expect(look(eventsOf('t', { x: [30, 'busy'] }))).toEqual(['arrived 30 x'])
  })

  test('another share of a known transaction that comes to a service is news', () => {
    const { look } = looks()
    look(eventsOf('t', { d: [19, null] }))
    expect(look(eventsOf('t', { d: [19, null], x: [30, 'service'] }))).toEqual(['arrived 30 x'])
  })

  test('what begins is history, under every kind', () => {
    const { look } = looks()
    const events = eventsOf('t', { x: [30, 'service'], d: [19, null] })
    expect(look(events, { silent: true })).toEqual([])
    expect(look(events)).toEqual([])
    expect(look(eventsOf('t', { x: [30, 'service'], d: [19, 'mixer'] }))).toEqual(['labelled 19 d'])
  })
})

describe('compare and settle: what was told is taken back and restored under its own kind', () => {
  test('an arrival, once', () => {
    const { look, end } = looks()
    const arrival = eventsOf('t', { x: [30, 'service'] })
    look(arrival)
    expect(look([], { turnedBack: true })).toEqual([])
    expect(end()).toEqual(['reversed 30 x'])
    expect(look(arrival)).toEqual(['restored 30 x'])
    expect(look(arrival)).toEqual([])
  })

  test('a movement whose receiver was labelled between: as it was told, and no arrival', () => {
    const { look, end } = looks()
    look(eventsOf('t', { x: [30, null], d: [19, null] }))
    const later = eventsOf('t', { x: [30, 'service'], d: [19, null] })
    look(later)
    look([], { turnedBack: true })
    // Back before the end of the look: nothing is told.
    expect(look(later)).toEqual([])
    expect(end()).toEqual([])
    look([], { turnedBack: true })
    expect(end()).toEqual(['reversed 49 x d'])
    expect(look(later)).toEqual(['restored 49 x d'])
    expect(look(later)).toEqual([])
  })

  test('a label that came while the payment was taken back is told when it is there again', () => {
    const { look } = looks()
    look(eventsOf('t', { x: [30, null] }))
    look([], { turnedBack: true })
    // Labels were looked at, and nobody was there to be named.
    look([])
    expect(look(eventsOf('t', { x: [30, 'service'] }), { labelsChanged: false })).toEqual(['labelled 30 x'])
    expect(look(eventsOf('t', { x: [30, 'service'] }), { labelsChanged: false })).toEqual([])
  })

  test('an arrival that is no longer one when it comes back has moved', () => {
    const { look, end } = looks()
    look(eventsOf('t', { x: [30, 'service'] }))
    expect(look(eventsOf('t', { x: [30, null] }), { turnedBack: true })).toEqual(['moved 30 x'])
    expect(end()).toEqual(['reversed 30 x'])
  })
})
