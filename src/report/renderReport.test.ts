import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  backwardFlow,
  bigFlow,
  collisionFlow,
  HOSTILE,
  hostileFlow,
  poisonFlow,
  smallFlow,
  utxoFlow,
} from '../scene/fixtures.test-suite.ts'
import { account, atomic, books, ETH, from, label, ledgerOf, request, TOK } from '../trace/fixtures.ref.ts'
import { type Flow, LEAF_REASONS, RULES, type TraceRequest, traceFlow } from '../trace/index.ts'
import { changedFlow } from './changedFlow.test-suite.ts'
import { cssString, escapeHtml, untrusted } from './escape.ts'
import { renderReport } from './renderReport.ts'

const OPTIONS = {
  caseNumber: 'LK-2026/017',
  preparedBy: 'Cybercrime unit',
  generatedTime: 1_763_900_000,
  flowSha256: '0123456789abcdef'.repeat(4),
}
const FLOWS = {
  small: smallFlow(),
  collision: collisionFlow(),
  utxo: utxoFlow(),
  backward: backwardFlow(),
  poison: poisonFlow(),
  hostile: hostileFlow(),
  changed: changedFlow(),
}

/** The text of a document, tags dropped. */
function words(html: string): string {
  return html
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<(?:title|desc)\b[^>]*>.*?<\/(?:title|desc)>/gs, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
}

describe('renderReport', () => {
  test('is the golden document, byte for byte', async () => {
    await expect(renderReport(smallFlow(), OPTIONS)).toMatchFileSnapshot('golden/small.html')
  })

  test('names chains as a trace does', () => {
    const flow = JSON.parse(JSON.stringify(changedFlow()).replaceAll('eip155:1/', 'eip155:10/')) as Flow
    const text = words(renderReport(flow))
    expect(text).toContain('on OP Mainnet')
    expect(text).not.toContain('on eip155:10')
  })

  test('gives the same bytes for the same flow, and prints no date of its own', () => {
    for (const flow of Object.values(FLOWS))
      expect(renderReport(flow)).toBe(renderReport(structuredClone(flow)))
    expect(renderReport(smallFlow())).not.toContain('Generated')
  })

  test.each(Object.entries(FLOWS))('%s: fetches nothing and runs nothing', (_, flow) => {
    const html = renderReport(flow, {
      ...OPTIONS,
      title: HOSTILE[0]!,
      caseNumber: HOSTILE[1]!,
      preparedBy: HOSTILE[3]!,
    })
    const tags = [...html.matchAll(/<([a-zA-Z]+)/g)].map(([, name]) => name!.toLowerCase())
    const harmful = [
      'script',
      'iframe',
      'img',
      'object',
      'embed',
      'form',
      'base',
      'foreignobject',
      'animate',
      'set',
      'use',
      'image',
    ]
    for (const name of [...harmful, 'link', 'video', 'audio']) expect(tags, name).not.toContain(name)
    expect(html.match(/<style>/g)).toHaveLength(1)
    expect(html.match(/<\/style>/g)).toHaveLength(1)
    const bare = html.replace(/="[^"]*"/g, '')
    expect(bare.match(/<[^>]*\son[a-z]+\s*=/)?.[0]).toBeUndefined()
    expect([...html.matchAll(/href="([^"]*)"/g)].every(([, to]) => to!.startsWith('#'))).toBe(true)
    expect(html.match(/@import|url\((?!#)/)?.[0]).toBeUndefined()
    expect(html).toContain("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
  })

  test('shows what cannot be seen, and passes nothing of it on', () => {
    const html = renderReport(hostileFlow(), OPTIONS)
    const unseen = [...html].filter((char) => char !== '\n' && /[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u.test(char))
    expect(unseen).toEqual([])
    expect(html).toContain('U+202E')
    expect(html.length).toBeLessThan(200_000)
  })

  test('reports the whole theft to the last unit, with the check line', () => {
    const text = words(renderReport(smallFlow(), OPTIONS)).replaceAll(' ', '')
    expect(text).toContain('1,000.000000000123456789ETH')
    expect(text).toContain('Allofitisaccountedfor:difference0')
    expect(text).toContain('$1,450,250.00')
  })

  test('names every transaction and every holder in full', () => {
    const flow = utxoFlow()
    const html = renderReport(flow)
    for (const hop of flow.hops) {
      expect(html).toContain(hop.txid)
      expect(html).toContain(hop.to.slice(hop.to.lastIndexOf(':') + 1).replace(/^none$/, ''))
    }
  })

  test('prints every hop of a large flow, addresses by number', () => {
    const flow = bigFlow(2, 14_000)
    expect(flow.hops.length).toBeGreaterThan(5000)
    const html = renderReport(flow)
    const rows = html.slice(html.indexOf('<section id=hops>'), html.indexOf('<section id=seeds>'))
    const printed = new Set(rows.match(/0x[0-9a-f]{64}/g))
    expect(flow.hops.filter((hop) => !printed.has(hop.txid))).toEqual([])
    expect(rows).toContain('Register of')
    expect(html.length / flow.hops.length).toBeLessThan(900)
  })

  test('speaks of origins where the flow goes backward', () => {
    const text = words(renderReport(backwardFlow()))
    expect(text).toContain('Where the money came from')
    expect(text).not.toMatch(/were stolen in|Still held/)
  })

  test('calls poison an upper bound and adds nothing up', () => {
    const text = words(renderReport(poisonFlow()))
    expect(text).toContain('Upper bound')
    expect(text).not.toMatch(/Accounted for|Difference|All of it/)
  })

  test('says which figures are unpriced instead of printing 0', () => {
    const text = words(renderReport(collisionFlow()))
    expect(text).toMatch(/unpriced\s*: no source has a price/)
    expect(text).toContain('( unpriced at that time)')
  })

  test('warns of collisions, look-alikes, disagreeing sources and unknown assets', () => {
    const flow = collisionFlow()
    const alike = ['0xabcd000000000000000000000000000000001234', '0xabcd111111111111111111111111111111111234']
    const html = renderReport({
      ...flow,
      hops: flow.hops.map((hop, i) => (i < 2 ? { ...hop, to: `eip155:1:${alike[i]}` } : hop)),
      assets: [...flow.assets, { asset: 'eip155:1/erc20:0x00', symbol: 'USDT', decimals: 6, known: false }],
    })
    const text = words(html)
    expect(text).toContain('Money claimed twice')
    expect(text).toContain('Addresses that look alike')
    expect(text).toContain('Unknown assets')
    expect(words(renderReport(smallFlow()))).toContain('None: no money claimed by two thefts')
  })

  test('has words for every rule and reason', () => {
    for (const rule of RULES) expect(words(renderReport({ ...smallFlow(), rule }))).not.toContain('undefined')
    for (const reason of LEAF_REASONS) {
      for (const direction of ['forward', 'backward'] as const) {
        const flow = smallFlow()
        const html = renderReport({
          ...flow,
          direction,
          leaves: flow.leaves.map((leaf) => ({ ...leaf, reason })),
        })
        expect(words(html), reason).not.toContain('undefined')
      }
    }
  })

  test('its style sheet carries no stranger’s text out of its string', () => {
    const css = /<style>(.*?)<\/style>/s.exec(renderReport(smallFlow()))![1]!
    const bad = /<style>(.*?)<\/style>/s.exec(
      renderReport(smallFlow(), { title: HOSTILE[7]!, caseNumber: '"}*{' }),
    )![1]!
    expect(bad.replace(/content:"[^"]*"/g, '')).toBe(css.replace(/content:"[^"]*"/g, ''))
  })
})

describe('escape', () => {
  test('untrusted marks hidden characters', () => {
    expect(untrusted('USDT\u202Ecod')).toBe(
      '<bdi>USDT<i class=unseen title="hidden character">U+202E</i>cod</bdi>',
    )
  })

  test('any text stays text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const html = untrusted(text)
        expect(
          html.replace(/<\/?bdi>|<i class=unseen title="hidden character">U\+[0-9A-F]+<\/i>/g, ''),
        ).not.toMatch(/[<>"']/)
        expect(escapeHtml(text)).not.toMatch(/[<>"']/)
        expect(cssString(text)).toMatch(/^"(?:[A-Za-z0-9 ]|\\[0-9a-f]{1,6} )*"$/)
      }),
      { seed: 11, numRuns: 500 },
    )
  })
})

describe('swaps in a report', () => {
  const ledger = ledgerOf([
    atomic(1, [['victim', 'thief', 1000, ETH]]),
    atomic(2, [
      ['thief', 'pool', 600, ETH],
      ['pool', 'thief', 70, TOK],
    ]),
    atomic(3, [['thief', 'shifter', 100, ETH]]),
  ])
  const labels = { [account('shifter')]: label('ShapeShift 2', 'service') }
  const html = (change: Partial<TraceRequest> = {}): string =>
    renderReport(traceFlow(books(ledger, labels), request({ seeds: from('thief'), ...change })), OPTIONS)

  test('are told as what money became, with grounds, and where it goes on', () => {
    const report = html()
    expect(report).toContain('swapped into')
    expect(report).toContain('were received for stolen money')
    expect(report).toContain('paid and received in one transaction, confidence 50 of 100')
    expect(report).toContain('Followed as:')
    expect(report).toContain(
      'Look for what was paid out for it from 2020-09-13 12:56:40 UTC to 2020-09-13 13:26:40 UTC',
    )
    expect(report).toContain('Received for it')
    expect(report).toContain('Swaps and crossings')
  })

  test('are named in the settings where they are refused', () => {
    const report = html({ followSwaps: false, followCrossings: false })
    expect(report).toContain('--no-swaps --no-crossings')
    expect(report).not.toContain('swapped into')
  })
})

describe('changes of asset and chain', () => {
  const report = renderReport(changedFlow(), OPTIONS)

  test('are the golden page: what for what, at which rate, how sure, and where it all is', async () => {
    const start = report.indexOf('<section id=summary>')
    const rows = report.slice(start, report.indexOf('<section id=flow')).split(/(?=<(?:tr|li|h2|p)\b)/)
    const page = rows.map((row) => `${words(row).trim()}\n`).join('')
    await expect(page).toMatchFileSnapshot('golden/changed.txt')
  })

  test('name the chain with every table, picture and address', () => {
    expect(report).toMatch(/<caption><bdi>Example heist<\/bdi>: ETH on Ethereum, \d places/)
    expect(report).toMatch(/Figure 2\. <bdi>Example heist<\/bdi>: .* on /)
  })

  test('have no rate where nothing says how a token divides', () => {
    expect(report).toContain('<span class=muted>not known</span>')
  })

  test('of many are the most valuable, in order of time', () => {
    const flow = changedFlow()
    const one = flow.seeds.find(({ from: origin }) => origin !== undefined)!
    const many = Array.from({ length: 50 }, (_, i) => ({
      ...one,
      usd: String(i),
      firstTime: 1_700_000_000 - i,
    }))
    const page = renderReport({ ...flow, seeds: [...flow.seeds, ...many] })
    const table = /<table class="leaves changes">.*?<\/table>/s.exec(page)![0]
    expect(table).toContain('the 40 most valuable of 54; section 7 has all')
    expect(table.match(/<tbody>/g)).toHaveLength(40)
    const times = [...table.matchAll(/<p class=sub>([^:]+:\d\d:\d\d)/g)].map(([, time]) => time)
    expect(times).toEqual(times.toSorted())
  })

  test('are not summed up where a part is unpriced, or may be counted twice', () => {
    const flow = changedFlow()
    const unpriced = flow.leaves.map((leaf) => ({ ...leaf, usd: 'unpriced' as const }))
    for (const other of [{ ...flow, leaves: unpriced }, changedFlow({ rule: 'poison' })])
      expect(words(renderReport(other))).not.toContain('Value not accounted for')
  })
})
