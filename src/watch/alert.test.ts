import { describe, expect, test } from 'vitest'
import { BITCOIN } from '../units/caip.ts'
import { type Facts, keyOf, largestParties, MAX_PARTIES, type Party } from './alert.ts'
import { draftAlert } from './draft.ts'
import { alertJson } from './receivers/alertJson.ts'

const holder = (name: string): string => `${BITCOIN}:${name}`

const facts: Facts = {
  ...{ chain: BITCOIN, txid: '4bed'.repeat(16), height: 842_000, time: 1_714_564_800, by: null },
  asset: { id: `${BITCOIN}/slip44:0`, symbol: 'BTC', decimals: 8, known: true },
  ...{ amount: '150000000', atMost: false, usd: '9000000' },
  from: [{ holder: holder('1Thief'), amount: '150000000', label: null, stop: null }],
  to: [
    {
      ...{ holder: holder('1Exchange'), amount: '150000000', stop: 'service' },
      label: {
        ...{ name: 'Exchange \u202e hot wallet', category: 'exchange', stop: 'service' },
        ...{ confidence: 50, source: 'pack' },
      },
    },
  ],
  more: { from: 0, to: 0 },
}

test('an alert as docs/formats/alert.md has it', async () => {
  const draft = draftAlert({ id: 'w', name: 'heist' }, 'arrived', keyOf('w', 'arrived'), facts)
  const json = alertJson({ ...draft, sequence: 1 })
  expect(json).not.toContain('\u202e')
  await expect(`${JSON.stringify(JSON.parse(json), null, 2)}\n`).toMatchFileSnapshot('golden/alert.json')
})

test('what a label or token calls itself puts no command among ours', () => {
  const [party] = facts.to
  const to = [{ ...party!, label: { ...party!.label!, name: 'Kraken `touch pwned`' } }]
  const asset = { ...facts.asset!, symbol: '`id`', known: false }
  const { headline, next } = draftAlert({ id: 'w', name: 'heist' }, 'arrived', keyOf('w'), {
    ...facts,
    to,
    asset,
  })
  expect(next.match(/`[^`]*`/g)!.every((command) => command.startsWith('`lootline '))).toBe(true)
  expect(headline).not.toContain('`')
})

test('a payment that waits, by nobody who is known, is not said to come from nobody', () => {
  const waiting = { ...facts, from: [], height: null }
  expect(draftAlert({ id: 'w', name: 'heist' }, 'unconfirmed', keyOf('w'), waiting).headline).toMatch(
    /^1\.5 BTC \(\$90,000\.00\) is about to be paid to Exchange/,
  )
})

describe('keyOf', () => {
  test('never changes: SHA-256 of the JSON of its parts', () => {
    expect(keyOf('w', 'moved', BITCOIN, 'ab', null)).toBe(
      'c47011b2a98725a4789c5d7d4caf822853d982b3a51cb76abdffb9ff33a61a06',
    )
  })

  test('parts are told apart wherever their borders are', () => {
    expect(keyOf('w', 'a', 'bc')).not.toBe(keyOf('w', 'ab', 'c'))
    expect(keyOf('w', 'a', null)).not.toBe(keyOf('w', 'a', 'null'))
  })
})

test('a payout of thousands is cut to the largest, and the rest counted', () => {
  const parties = Array.from({ length: 60 }, (_, i): Party => {
    return { holder: holder(String(i)), amount: String(i % 7), label: null, stop: null }
  })
  const { kept, more } = largestParties(parties)
  expect(kept).toHaveLength(MAX_PARTIES)
  expect(more).toBe(10)
  const amounts = kept.map(({ amount }) => Number(amount))
  expect(amounts).toEqual(amounts.toSorted((a, b) => b - a))
})
