import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BITCOIN, BSC, ETHEREUM, TRON } from '../units/caip.ts'
import { type AddedLabelFile, type AddLabelOptions, addFileLabels, addLabels } from './addLabels.ts'
import type { Label } from './label.ts'
import { type LabelStore, openLabelStore } from './store.ts'

const BINANCE_14 = '0x28C6c06298d514Db089934071355E5743bf21d60'
const COLD = '34xp4vRoCGJym3xR7yCVPFHoCNxv4Twseo'
const ACTORS = `actors:
- {id: binance, label: Binance, categories: [organization, defi_dex, exchange]}
- {id: okex, label: OKX, aliases: [okex], categories: [exchange]}
- {id: thorchain, label: THORChain, categories: [defi_dex]}
- {id: one, label: Same, categories: [exchange]}
- {id: two, label: Same, categories: [exchange]}
`

let folder: string
let store: LabelStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lootline-label-'))
  store = openLabelStore(':memory:')
})
afterEach(() => {
  store.close()
  rmSync(folder, { recursive: true })
})

function add(name: string, text: string, options: AddLabelOptions = {}): AddedLabelFile {
  const path = join(folder, name)
  writeFileSync(path, text)
  return addLabels(store, path, { unixSeconds: 1_700_000_000, ...options })[0]!
}

function labelsOf(holder: string): Label[] {
  return (store.of([holder]).get(holder) ?? []).map(({ label }) => label)
}

describe('of', () => {
  test('an EVM account answers on every EVM chain, unless a statement names one', () => {
    add('a.csv', `address,name,chain\n${BINANCE_14.toLowerCase()},everywhere,\n${BINANCE_14},on BSC,bsc\n`)
    expect(labelsOf(`${ETHEREUM}:${BINANCE_14}`).map(({ name }) => name)).toEqual(['everywhere'])
    const onBsc = labelsOf(`${BSC}:${BINANCE_14}`)
    expect(onBsc.map(({ name, chain }) => [name, chain])).toEqual([
      ['everywhere', null],
      ['on BSC', BSC],
    ])
    expect(onBsc[0]?.address).toBe(BINANCE_14)
  })

  test('the strongest comes first: level, then date', () => {
    add(
      'a.csv',
      `address,name,confidence,date\n${COLD},old,web_crawl,2020-01-01\n${COLD},new,web_crawl,2024-01-01\n${COLD},sure,override,\n`,
    )
    expect(labelsOf(`${BITCOIN}:${COLD}`).map(({ name }) => name)).toEqual(['sure', 'new', 'old'])
  })

  test('holders without statements are absent, and thousands are asked at once', () => {
    add('a.csv', `address,name\n${COLD},x\n`)
    const holders = Array.from({ length: 2500 }, (_, i) => `${BITCOIN}:none${i}`)
    expect([...store.of([...holders, `${BITCOIN}:${COLD}`]).keys()]).toEqual([`${BITCOIN}:${COLD}`])
  })

  test('base58 that lost its capitals is matched without case, and says so', () => {
    const address = 'TNiq9AXBp9EjUqhDhrwrfvAA8U3GUQZH81'
    const entry = { entity: 'BANK', type: 'Digital Currency Address - TRX', uid: '1', program: 'IRAN' }
    add(
      'ofac.json',
      JSON.stringify({
        metadata: { sdnListDate: '08/20/2026' },
        addresses: { [address.toLowerCase()]: { entries: [entry] } },
      }),
    )
    const [match] = store.of([`${TRON}:${address}`]).get(`${TRON}:${address}`)!
    expect(match).toMatchObject({
      caseInsensitive: true,
      label: { stop: 'sanctioned', caseless: true, confidence: { id: 'authority_data', level: 60 } },
    })
    expect(store.of([`${BITCOIN}:${address}`]).size).toBe(0)
  })

  test('an address of a chain we do not know is kept as text and matches no other chain', () => {
    const { labels } = add('a.csv', `address,name,currency\n${COLD},not Bitcoin,BSV\n`)
    expect(labels).toBe(1)
    expect(store.of([`${BITCOIN}:${COLD}`]).size).toBe(0)
    expect(store.search('not bitcoin')[0]).toMatchObject({ address: COLD, chain: null, currency: 'BSV' })
  })

  test('a checksum outweighs the currency: OFAC lists an address of Tron under XBT', () => {
    const address = 'TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq'
    add('sanctioned_addresses_XBT.json', JSON.stringify([address]))
    expect(labelsOf(`${TRON}:${address}`)[0]).toMatchObject({ stop: 'sanctioned', currency: 'XBT' })
  })
})

describe('addLabels', () => {
  test('addresses that fail their checksum are kept out and counted', () => {
    const wrong = `${COLD.slice(0, -1)}p`
    const { status, labels, rejected } = add('a.csv', `address,name\n${wrong},x\nTН96t,y\n${COLD},z\n`)
    expect({ status, labels }).toEqual({ status: 'added', labels: 1 })
    expect(rejected).toEqual([
      { place: 'line 2', value: wrong, reason: expect.stringContaining('checksum fails') },
      { place: 'line 3', value: 'TН96t', reason: 'it has letters that are not Latin: Н' },
    ])
    expect(store.rejections(store.sources()[0]!.sha256)).toEqual(rejected)
  })

  test('the same bytes twice change nothing', () => {
    add('a.csv', `address,name\n${COLD},x\n`)
    expect(add('copy.csv', `address,name\n${COLD},x\n`).status).toBe('known')
    expect(labelsOf(`${BITCOIN}:${COLD}`)).toHaveLength(1)
  })

  test('a newer version answers in place of the older, which stays; going back works too', () => {
    const first = `address,name\n${COLD},first\n`
    add('a.csv', first)
    const { superseded } = add('a.csv', `address,name\n${COLD},second\n`)
    expect(superseded).toMatchObject({ file: 'a.csv', superseded: true })
    expect(labelsOf(`${BITCOIN}:${COLD}`).map(({ name }) => name)).toEqual(['second'])
    add('a.csv', first)
    expect(labelsOf(`${BITCOIN}:${COLD}`).map(({ name }) => name)).toEqual(['first'])
    expect(store.sources().map((source) => source.superseded)).toEqual([true, true, false])
  })

  test('options fill gaps, never overrule, and make another version', () => {
    const text = `address,name,category\n${COLD},x,\n${BINANCE_14},y,user\n`
    add('a.csv', text)
    const { status } = add('a.csv', text, { category: 'exchange', confidence: 'forensic' })
    expect(status).toBe('added')
    expect(labelsOf(`${BITCOIN}:${COLD}`)).toMatchObject([{ stop: 'service', confidence: { level: 50 } }])
    expect(labelsOf(`${ETHEREUM}:${BINANCE_14}`)).toMatchObject([{ stop: null, category: 'user' }])
  })

  test('confidence ids off the ladder are counted and stored as unknown', () => {
    const { unknownConfidence } = add('a.csv', `address,name,confidence\n${COLD},x,certain\n`)
    expect([...unknownConfidence]).toEqual([['certain', 1]])
    expect(labelsOf(`${BITCOIN}:${COLD}`)[0]?.confidence).toEqual({ id: 'unknown', level: 5 })
  })

  test('an option that cannot be meant is refused before anything is stored', () => {
    expect(() => add('a.csv', `address,name\n${COLD},x\n`, { confidence: 'sure' })).toThrow(
      /"sure" is no confidence/,
    )
    expect(() => add('a.csv', `address,name\n${COLD},x\n`, { date: 'May' })).toThrow(/"May" is no date/)
    expect(store.sources()).toEqual([])
  })

  test('a folder goes on after a bad file, and passes over what is no data', () => {
    writeFileSync(join(folder, 'README.md'), '# x')
    writeFileSync(join(folder, 'bad.json'), '{')
    writeFileSync(join(folder, 'good.csv'), `address,name\n${COLD},x\n`)
    const added = addLabels(store, folder, { unixSeconds: 1 })
    expect(added.map(({ status, error }) => [status, error?.code])).toEqual([
      ['skipped', undefined],
      ['refused', 'LABEL_BAD_FILE'],
      ['added', undefined],
    ])
    chmodSync(join(folder, 'good.csv'), 0)
    if (process.getuid?.() !== 0)
      expect(addLabels(store, folder, { unixSeconds: 1 })[2]?.error?.code).toBe('FILES_UNREADABLE')
    expect(() => addLabels(store, join(folder, 'none'))).toThrow(/cannot be read/)
  })

  test('labels outlive the process, in the store folder', () => {
    const first = openLabelStore(folder)
    writeFileSync(join(folder, 'a.csv'), `address,name\n${COLD},kept\n`)
    addLabels(first, join(folder, 'a.csv'), { unixSeconds: 1_700_000_000 })
    first.close()
    const second = openLabelStore(join(folder, 'labels.sqlite'))
    expect(second.search('KEPT')).toHaveLength(1)
    expect(second.sources()[0]).toMatchObject({ importedTime: 1_700_000_000, labels: 1, rejected: 0 })
    second.close()
  })
})

describe('actors', () => {
  test('a tag without a category takes its actor’s, also when the actors come later', () => {
    add('p.yaml', `tags:\n- {address: '${BINANCE_14}', label: Binance 14, actor: binance, currency: ETH}\n`)
    expect(labelsOf(`${ETHEREUM}:${BINANCE_14}`)[0]?.stop).toBeNull()
    add('actors.yaml', ACTORS)
    expect(labelsOf(`${ETHEREUM}:${BINANCE_14}`)).toMatchObject([{ category: 'exchange', stop: 'service' }])
    expect(store.actors()).toHaveLength(5)
  })

  test('a crime at a service is no statement that the address is the service’s', () => {
    add('actors.yaml', ACTORS)
    add(
      'p.yaml',
      `tags:\n- {address: '${BINANCE_14}', label: Hack, actor: binance, abuse: service_hack, currency: ETH}\n`,
    )
    expect(labelsOf(`${ETHEREUM}:${BINANCE_14}`)).toMatchObject([{ category: null, stop: null }])
  })

  test('an entity named in full is the actor of that name, where only one has it', () => {
    add('actors.yaml', ACTORS)
    add('a.csv', `address,entity,source\n${COLD},Binance,x\n${BINANCE_14},same,x\n`)
    expect(labelsOf(`${BITCOIN}:${COLD}`)).toMatchObject([{ entity: 'binance', stop: 'service' }])
    expect(labelsOf(`${ETHEREUM}:${BINANCE_14}`)).toMatchObject([{ entity: 'same', stop: null }])
  })
})

describe('conflicts', () => {
  test('different owners at one address, where confidence is comparable', () => {
    add('actors.yaml', ACTORS)
    add(
      'a.csv',
      `address,name,entity,confidence\n${COLD},a,Binance,forensic\n${COLD},b,OKX,authority_data\n${COLD},c,nobody,web_crawl\n${BINANCE_14},d,binance,\n${BINANCE_14},e,Binance,\n`,
    )
    const conflicts = store.conflicts()
    expect(conflicts).toMatchObject([{ address: COLD, entities: ['binance', 'okex'] }])
    expect(conflicts[0]?.labels.map(({ name }) => name)).toEqual(['b', 'a'])
    expect(store.conflicts(`${BITCOIN}:${COLD}`)).toEqual(conflicts)
    expect(store.conflicts(`${ETHEREUM}:${BINANCE_14}`)).toEqual([])
  })
})

describe('addFileLabels', () => {
  const named = (name: string): Label => {
    const holder = `${ETHEREUM}:${BINANCE_14}`
    addFileLabels(store, [{ holder, name }], { file: 'flow.csv', sha256: name, unixSeconds: 1 })
    return labelsOf(holder)[0]!
  }

  test.each([
    ['OKX 35', 'okex'],
    ['Okex 1', 'okex'],
    ['Binance-Hot 2', 'binance'],
    ['Binance_Deposit_0x67ec', 'binance'],
    ['THORChain_vault_feaa_8402', 'thorchain'],
    ['OKX: Hot Wallet', 'okex'],
    ['Binance Hacker 3', null],
    ['Fake Binance', null],
    ['Binance victim', null],
    ['Same 2', null],
  ])('the owner of "%s" is %s', (name, entity) => {
    add('actors.yaml', ACTORS)
    expect(named(name).entity).toBe(entity)
  })

  test('a name alone is unknown; with an owner it is a heuristic that says so', () => {
    add('actors.yaml', ACTORS)
    expect(named('HBH 0x1272 CRC')).toMatchObject({ stop: null, confidence: { id: 'unknown', level: 5 } })
    expect(named('OKX 35')).toMatchObject({
      stop: 'service',
      confidence: { id: 'heuristic', level: 10 },
      source:
        'named so in the transfer file flow.csv; owner inferred from the name, which begins with actor "OKX"',
      file: 'flow.csv',
    })
  })

  test('repeated names are stored once', () => {
    const names = Array.from({ length: 5 }, () => ({ holder: `${BITCOIN}:${COLD}`, name: ' Binance ' }))
    expect(addFileLabels(store, names, { file: 'f', sha256: 'a', unixSeconds: 1 })).toEqual({
      labels: 1,
      known: false,
    })
    expect(addFileLabels(store, names, { file: 'f', sha256: 'a', unixSeconds: 1 }).known).toBe(true)
  })
})
