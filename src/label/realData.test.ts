import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ETHEREUM, TRON } from '../units/caip.ts'
import { type AddedLabelFile, addLabels } from './addLabels.ts'
import { type LabelStore, openLabelStore } from './store.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? '../shared/data'
const absent = !existsSync(`${DATA}/labels`)
if (absent) console.log(`skipped: no real label files in ${DATA}`)

describe.skipIf(absent)('real label files', () => {
  let store: LabelStore
  let files: AddedLabelFile[]
  beforeAll(() => {
    store = openLabelStore(':memory:')
    files = ['labels', 'sanctions'].flatMap((name) => addLabels(store, `${DATA}/${name}`, { unixSeconds: 1 }))
  }, 60_000)

  const file = (name: string): AddedLabelFile => files.find(({ path }) => basename(path) === name)!

  test('65 TagPacks hold 40,103 tags, of which 9 are kept out for their address', () => {
    const packs = files.filter(({ layout }) => layout === 'tagpack')
    const sum = (count: (one: AddedLabelFile) => number): number =>
      packs.reduce((all, one) => all + count(one), 0)
    const kept = sum(({ labels }) => labels)
    const rejected = sum((one) => one.rejected.length)
    expect([packs.length, kept + rejected, rejected]).toEqual([65, 40_103, 9])
    expect(file('graphsense.actorpack.yaml').actors).toBe(3813)
  })

  test('what states no address is refused, and nothing else', () => {
    const refused = files.filter(({ status }) => status === 'refused')
    expect(refused.map(({ path, error }) => `${basename(path)} ${error?.code}`)).toEqual([
      'HeistEvent_Info_-_filtered.csv LABEL_NO_ADDRESSES',
      'HeistEvent_Info_-_origin.csv LABEL_NO_ADDRESSES',
      'Service_Provider_Map.csv LABEL_NO_ADDRESSES',
      'releases.csv LABEL_NO_ADDRESSES',
      'internal_tfidf_testdata_add.csv LABEL_NO_ADDRESSES',
      'internal_tfidf_testdata_alt.csv LABEL_NO_ADDRESSES',
      'test_testdata_UN_consolidated.xml LABEL_NO_ADDRESSES',
      'test_testdata_bench_add.csv LABEL_NO_ADDRESSES',
      'test_testdata_bench_alt.csv LABEL_NO_ADDRESSES',
    ])
  })

  test.each([
    ['combinedAccountLabels.json', 23_288, 0],
    ['hack@upbit.json', 814, 0],
    ['Heist_label-etherscan.csv', 117, 0],
    ['ofac-sanctions-lists.csv', 72, 0],
    // 977 entries; one is a BNB Beacon Chain address listed under ETH.
    ['sanctioned-addresses.json', 976, 1],
    ['sanctioned_addresses_XBT.json', 435, 0],
    // 60 rows; 36 of its addresses fail their checksum and cannot exist.
    ['exchange-modern-curated.csv', 24, 36],
  ])('%s: %i statements, %i kept out', (name, labels, rejected) => {
    expect([file(name).labels, file(name).rejected.length]).toEqual([labels, rejected])
  })

  test('Binance 14 is Binance by every source, across packs, and a stop', () => {
    const holder = `${ETHEREUM}:0x28C6c06298d514Db089934071355E5743bf21d60`
    const labels = store
      .of([holder])
      .get(holder)!
      .map(({ label }) => label)
    expect(new Set(labels.map(({ entity }) => entity))).toEqual(new Set(['binance']))
    expect(labels[0]).toMatchObject({ stop: 'service', category: 'exchange', confidence: { level: 50 } })
  })

  test('a Tron address of OFAC is found with and without its capitals', () => {
    const holder = `${TRON}:TBHTJqAy4DhHhmT3dNceJYNRz4SdLofLre`
    const found = store.of([holder]).get(holder)!
    expect(found.map(({ label, caseInsensitive }) => [label.file, caseInsensitive, label.stop])).toEqual(
      expect.arrayContaining([
        ['sanctioned-addresses.json', true, 'sanctioned'],
        ['sanctioned_addresses_TRX.json', false, 'sanctioned'],
      ]),
    )
  })

  test('the packs contradict each other at three addresses', () => {
    expect(store.conflicts().map(({ entities }) => entities.join(' or '))).toEqual([
      'ens or ethereumfoundation',
      'ens or ethereumfoundation',
      'bitfinex or rhinofi',
    ])
  })
})
