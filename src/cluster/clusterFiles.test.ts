import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { writeColumn } from '../ledger/chain/columnFile.ts'
import { buildClusters } from './buildClusters.ts'
import { changeWorld } from './change/world.ts'
import { LINK_BYTES, readRecord } from './clusterFiles.ts'
import { openClusters } from './clusters.ts'
import { DEFAULT_SETTINGS } from './linkSettings.ts'
import { plainColumns } from './plainTransaction.test-suite.ts'
import type { ClusterSource } from './source.ts'

const root = mkdtempSync(join(tmpdir(), 'lootline-cluster-files-'))
afterAll(() => rmSync(root, { recursive: true }))
const golden = join(import.meta.dirname, 'golden')
const folder = (): string => mkdtempSync(join(root, 'c-'))

/** The worked example of docs/methods/clusters.md, and a section a transaction. */
function example(transactions: number): ClusterSource {
  const lists = ['ab', 'bc', 'ac', 'cd', 'de'].slice(0, transactions)
  const plain = lists.map((payers, i) => ({
    txid: `t${i}`,
    inputs: [...payers].map((script) => ({ script, sats: 1000 })),
    // Numbers the addresses in their order, whatever pays first.
    outputs:
      i === 0 ? [...'abcde'].map((script, n) => ({ script, sats: 300 + n })) : [{ script: 'a', sats: 900 }],
  }))
  const { columns, links, scripts } = plainColumns(plain)
  const whole = changeWorld(columns, links, scripts.length)
  return {
    transactions,
    addresses: 5,
    sections: plain.map((_, i) => ({
      identity: `block-${i}`,
      ...{ firstTx: i, transactions: 1, firstAddress: i === 0 ? 0 : 5, addresses: i === 0 ? 5 : 0 },
    })),
    rows: ({ firstTx }) => [
      {
        ...whole,
        columns: {
          ...columns,
          n: 1,
          txs: Uint32Array.of(firstTx),
          inputStarts: columns.inputStarts.subarray(firstTx, firstTx + 2),
          outputStarts: columns.outputStarts.subarray(firstTx, firstTx + 2),
        },
      },
    ],
    around: () => whole,
    alone: () => whole,
    atOnce: 10,
    touching: () => null,
  }
}

const options = { settings: DEFAULT_SETTINGS, refused: new Set<number>(), memory: 2 ** 20 }
const filesIn = (path: string): string[] => readdirSync(path).filter((name) => !name.startsWith('write.lock'))

describe('the files of a clustering', () => {
  it('are those of docs/formats/clusters.md, byte for byte', async () => {
    const path = folder()
    await buildClusters(path, example(5), options)
    expect(filesIn(path).sort()).toEqual(filesIn(golden).sort())
    for (const name of filesIn(path))
      expect(readFileSync(join(path, name)).toString('hex'), name).toBe(
        readFileSync(join(golden, name)).toString('hex'),
      )
  })

  it('stay what they were when a build is cut off, and the next one ends it', async () => {
    const path = folder()
    const { record } = await buildClusters(path, example(3), options)
    let parts = 0
    const killed = buildClusters(path, example(5), {
      ...options,
      onProgress: () => {
        if (++parts === 2) throw new Error('killed')
      },
    })
    await expect(killed).rejects.toThrow('killed')
    expect(readRecord(path)).toEqual(record)
    const before = openClusters(path, record, example(3), new Set())
    expect([...before.members(before.nameOf(2))]).toEqual([0, 1, 2])
    before.close()
    const after = await buildClusters(path, example(5), options)
    expect(after.read).toBe(2)
    expect(after.record.largest).toEqual({ name: 0, members: 5 })
    const { sections, names } = after.record
    expect(filesIn(path).sort()).toEqual(['clusters.json', names, ...sections.map(({ file }) => file)].sort())
  })

  it('are refused where they are damaged', async () => {
    const path = folder()
    const { record } = await buildClusters(path, example(3), options)
    const first = join(path, record.sections[0]!.file)
    writeColumn(first, LINK_BYTES, Uint32Array.of(0, 9, 0, 0))
    await expect(buildClusters(path, example(4), options)).rejects.toThrow(
      'link 0 names an address that there is not',
    )
    writeColumn(first, LINK_BYTES, new Uint32Array(0))
    await expect(buildClusters(path, example(4), options)).rejects.toThrow('got 0 links, expected 1')
    writeFileSync(first, 'x')
    await expect(buildClusters(path, example(4), options)).rejects.toThrow('the file is no column')
    for (const text of [
      '{',
      '{}',
      JSON.stringify({ ...record, names: '../../x' }),
      JSON.stringify({ ...record, version: 2 }),
    ]) {
      writeFileSync(join(path, 'clusters.json'), text)
      expect(() => readRecord(path)).toThrow('this is no clustering of version 1')
    }
  })
})
