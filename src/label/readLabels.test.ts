import { describe, expect, test } from 'vitest'
import { LabelFileError } from './labelFileError.ts'
import { readLabels } from './readLabels.ts'
import type { LabelFile, LabelOptions } from './statement.ts'

function read(text: string, file = 'x', options: LabelOptions = {}): LabelFile {
  return readLabels(new TextEncoder().encode(text), file, options)
}

/** Binance's cold wallet, named in its proof of reserves. */
const BINANCE = '34xp4vRoCGJym3xR7yCVPFHoCNxv4Twseo'
/** "Binance 14" on Etherscan. */
const BINANCE_14 = '0x28c6c06298d514db089934071355e5743bf21d60'

describe('readLabels', () => {
  test('a tag inherits what it does not give from the header', () => {
    const { layout, pack, date, statements, rejected } = read(`
# a comment first
title: Reserves
creator: Someone
confidence: service_data
category: exchange
lastmod: 2022-11-16
label: Binance
is_cluster_definer: true
tags:
- address: ${BINANCE}
  currency: BTC
- address: ${BINANCE_14}
  currency: ETH
  label: Binance 14
  category: user
  lastmod: 2021-11-04 09:12:00.123456
  tag_type: mention
- currency: BTC
- tx_hash: aa
  label: a payment
- just text
`)
    expect({ layout, pack, date }).toEqual({
      layout: 'tagpack',
      pack: 'Reserves — Someone',
      date: '2022-11-16',
    })
    expect(statements).toMatchObject([
      { place: 'tag 1', name: 'Binance', category: 'exchange', date: '2022-11-16', definesCluster: true },
      { place: 'tag 2', name: 'Binance 14', category: 'user', date: '2021-11-04', tagType: 'mention' },
    ])
    expect(rejected.map(({ place, reason }) => `${place}: ${reason}`)).toEqual([
      'tag 3: no address or no label',
      'tag 4: speaks of a transaction, not of an address',
      'tag 5: not a mapping',
    ])
  })

  test('a tag type nobody defined claims no owner', () => {
    const { statements } = read('tags:\n- {address: a, label: b, tag_type: guess}\n')
    expect(statements[0]?.tagType).toBe('mention')
  })

  test('an ActorPack', () => {
    const { layout, actors, rejected } = read(
      'actors:\n- {id: huobi, label: Huobi, aliases: [htx], categories: [organization, exchange]}\n- {label: nobody}\n',
    )
    expect(layout).toBe('actorpack')
    expect(actors).toMatchObject([
      { id: 'huobi', aliases: ['htx'], categories: ['organization', 'exchange'] },
    ])
    expect(rejected).toHaveLength(1)
  })

  test("Etherscan's labels give a category where a slug is a kind", () => {
    const { layout, statements } = read(
      JSON.stringify({ [BINANCE_14]: { name: 'Binance 14', labels: ['binance', 'bridge'] } }),
    )
    expect(layout).toBe('etherscan-json')
    expect(statements[0]).toMatchObject({
      confidence: 'web_crawl',
      category: 'defi_bridge',
      entity: 'binance',
    })
  })

  test("Etherscan's export is named after its label", () => {
    const text = `,Address,Name Tag,Balance,Txn Count\n0,${BINANCE_14},,0 ETH,1\n`
    const { statements } = read(text, 'ofac-sanctions-lists.csv')
    expect(statements[0]).toMatchObject({ name: 'ofac-sanctions-lists', abuse: 'sanction' })
    expect(read(text, 'renamed.csv').rejected).toHaveLength(1)
  })

  test('a table of address, entity and source, with remarks', () => {
    const { layout, statements } = read(
      `address,entity,source\n# cold wallet\n${BINANCE},Binance,proof-of-reserves\n${BINANCE},#1 Pool,\n`,
    )
    expect(layout).toBe('curated-csv')
    expect(statements).toMatchObject([
      { place: 'line 3', name: 'Binance', entity: 'Binance', category: null, confidence: 'web_crawl' },
      { place: 'line 4', name: '#1 Pool', confidence: null },
    ])
  })

  test('the simple table that anyone can write, with or without its optional columns', () => {
    const { layout, statements } = read(
      `\ufeffAddress,Name,Chain,Category,Confidence,Date\r\n${BINANCE},Binance,bitcoin,exchange,ownership,2024-05-06\r\n`,
    )
    expect(layout).toBe('simple-csv')
    expect(statements[0]).toMatchObject({
      chain: 'bitcoin',
      category: 'exchange',
      confidence: 'ownership',
      date: '2024-05-06',
    })
    expect(read(`address,name\n${BINANCE},B`).statements).toHaveLength(1)
  })

  test("OFAC's export of 2026 is found to have lost its capitals", () => {
    const root = (address: string): string =>
      JSON.stringify({
        metadata: { sdnListDate: '08/20/2026', url: 'https://x' },
        addresses: {
          [address]: {
            entries: [
              { entity: 'BANK', program: 'IRAN', type: 'Digital Currency Address - TRX', uid: '4632' },
            ],
          },
        },
      })
    expect(read(root('tniq9axbp9ejuqhdhrwrfvaa8u3guqzh81'))).toMatchObject({
      layout: 'ofac-json',
      date: '2026-08-20',
      statements: [
        {
          name: 'BANK',
          currency: 'TRX',
          caseLost: true,
          abuse: 'sanction',
          source: 'OFAC SDN uid 4632 (IRAN), https://x',
        },
      ],
    })
    expect(read(root('TBHTJqAy4DhHhmT3dNceJYNRz4SdLofLre')).statements[0]?.caseLost).toBe(false)
  })

  test('a bare array needs the published name of the OFAC lists, or a name from the caller', () => {
    const text = JSON.stringify([BINANCE])
    expect(read(text, 'sanctioned_addresses_XBT.json')).toMatchObject({
      layout: 'ofac-array',
      statements: [{ currency: 'XBT', abuse: 'sanction', confidence: 'authority_data' }],
    })
    expect(() => read(text, 'list.json')).toThrow(/an array of addresses/)
    expect(read(text, 'list.json', { name: 'Our list' })).toMatchObject({
      layout: 'address-array',
      statements: [{ name: 'Our list', abuse: null }],
    })
  })

  test("OFAC's table keeps every address of an entry's remarks", () => {
    const remarks =
      'DOB 25 Mar 1977; Digital Currency Address - XBT 12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h; alt. Digital Currency Address - LTC LaizKtS5DUhPuP1nTQcc83MS7HwK6vk85z; Gender Male.'
    const row = `25308,"YAN, Xiaobing","individual","SDNTK",${'-0- ,'.repeat(7)}"${remarks}"\n`
    expect(read(row).statements).toMatchObject([
      { address: '12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h', currency: 'XBT', name: 'YAN, Xiaobing' },
      { address: 'LaizKtS5DUhPuP1nTQcc83MS7HwK6vk85z', currency: 'LTC' },
    ])
    expect(read(`25308,"ft; ${remarks}"\n`)).toMatchObject({
      layout: 'ofac-sdn-comments',
      statements: [{ name: 'OFAC SDN entry 25308' }, {}],
    })
  })

  test("Israel's orders head the wallets they seize", () => {
    const header = 'שם מלא,תעודת זהות,דרכון,תאריך לידה,מספר זיהוי הארנק האלקטרוני/ יוזר,מטבע'
    const { statements, rejected } = read(
      `${header}\nצ.ת 18/26\n,,,,TWB9xgNG9nmJuwW4etsQEb9RRnrnVnoNnJ,\nצ.ת 8/26,,,,,\nA B,,,,99422254,\n-,-,-,-,"a, b",-\n`,
    )
    expect(statements).toMatchObject([
      { place: 'line 3', name: 'Israel NBCTF order צ.ת 18/26', abuse: 'sanction' },
      { address: 'a', source: 'Israel NBCTF, צ.ת 8/26' },
      { address: 'b' },
    ])
    expect(rejected).toEqual([
      { place: 'line 5', value: '99422254', reason: 'the number of an account at a service' },
    ])
  })

  test.each([
    ['a heist table', 'Event,year,Amount stolen,Source\nX,2021,750ETH,u\n', 'LABEL_NO_ADDRESSES'],
    ['XML', '<?xml version="1.0"?><CONSOLIDATED_LIST/>', 'LABEL_NO_ADDRESSES'],
    ['postal addresses', '36,25,-0- ,"Havana","Cuba",-0- \n', 'LABEL_NO_ADDRESSES'],
    ['an unknown JSON', '{"a":1}', 'LABEL_UNKNOWN_LAYOUT'],
    ['broken JSON', '{"a":', 'LABEL_BAD_FILE'],
    ['too many rows', `address,name\n${'a,b\n'.repeat(1_000_001)}`, 'LABEL_TOO_BIG'],
    ['nothing', '  \n', 'LABEL_UNKNOWN_LAYOUT'],
    ['addresses without names', 'address,balance\nx,1\n', 'LABEL_UNKNOWN_LAYOUT'],
    ['YAML that is no pack', 'title: x\n', 'LABEL_BAD_FILE'],
  ])('refuses %s with a sentence', (_name, text, code) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ data: expect.objectContaining({ code }) }))
  })

  test('refuses bytes that are no text', () => {
    expect(() => readLabels(Uint8Array.of(0xff, 0xfe, 0x00), 'x')).toThrow(LabelFileError)
  })

  test('a message cannot write on the terminal', () => {
    expect(() => read('a\u001b[2J\u202e,b\n', 'e\u0007vil')).toThrow(
      /^e\\u\{7\}vil: no column "address" among: a\\u\{1b\}\[2J\\u\{202e\}, b\.$/,
    )
  })
})
