import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { openChainLedger } from '../ledger/chain/index.ts'
import { clean, index, made, memoryOf, temporary, transactionsIn } from '../ledger/chain/made.test-suite.ts'
import { type Ledger, NONE } from '../ledger/ledger.ts'
import { type BuildResult, buildClusters } from './buildClusters.ts'
import { openChainSource } from './chainSource.ts'
import { readRecord } from './clusterFiles.ts'
import { type Clusters, chainOfEvidence, openClusters } from './clusters.ts'
import { ledgerSource } from './ledgerSource.ts'
import { without } from './linkGraph.ts'
import { DEFAULT_SETTINGS, type LinkSettings } from './linkSettings.ts'
import type { ClusterSource } from './source.ts'

const root = mkdtempSync(join(tmpdir(), 'lootline-chain-clusters-'))
afterAll(() => rmSync(root, { recursive: true }))
afterEach(clean)

const NONE_REFUSED: ReadonlySet<number> = new Set()
const build = (folder: string, source: ClusterSource, settings: LinkSettings): Promise<BuildResult> =>
  buildClusters(folder, source, { settings, refused: NONE_REFUSED, memory: 2 ** 24 })

/** Every cluster of two and more, as a sorted list of addresses. */
function inWords(ledger: Ledger, clusters: Clusters): string[] {
  const byName = new Map<number, number[]>()
  for (let address = 0; address < clusters.record.addresses; address++) {
    const name = clusters.nameOf(address)
    byName.set(name, [...(byName.get(name) ?? []), address])
  }
  return [...byName.values()]
    .filter((members) => members.length > 1)
    .map((members) => ledger.holderIds(Uint32Array.from(members)).sort().join(' '))
    .sort()
}

/** Clusters of a chain store, grown in `folder` and built at once, and of the memory ledger of the same blocks. */
async function threeWays(folder: string, store: string, blocks: string, settings: LinkSettings) {
  const source = openChainSource(store)
  const ledger = openChainLedger(store)
  const grown = await build(folder, source, settings)
  const fresh = mkdtempSync(join(root, 'c-'))
  const once = await build(fresh, source, settings)
  const text = (path: string, { record }: BuildResult, of: ClusterSource, book: Ledger): string => {
    const clusters = openClusters(path, record, of, NONE_REFUSED)
    const words = inWords(book, clusters)
    clusters.close()
    expect(words.length).toBeGreaterThan(10)
    return words.join('\n')
  }
  const own = text(folder, grown, source, ledger)
  expect(own === text(fresh, once, source, ledger)).toBe(true)
  // A ledger of explorer exports knows no wallet marks, and takes an output without address and value for OP_RETURN.
  if (settings.change.length === 0) {
    const memory = memoryOf(transactionsIn(blocks))
    const ofMemory = ledgerSource(memory)
    const beside = mkdtempSync(join(root, 'c-'))
    expect(own === text(beside, await build(beside, ofMemory, settings), ofMemory, memory)).toBe(true)
  }
  source.close()
  ledger.close()
  return grown
}

describe('the clusters of a chain store', () => {
  it('grow and turn with it, reading only what is new, and are those of the memory ledger', async () => {
    const all: LinkSettings[] = [
      DEFAULT_SETTINGS,
      { ...DEFAULT_SETTINGS, change: ['optimalChange', 'freshAddress'] },
      { ...DEFAULT_SETTINGS, payJoin: true, change: ['peelingChain', 'consensus', 'twoSigns'] },
    ]
    const folders = all.map(() => mkdtempSync(join(root, 'c-')))
    const store = temporary()
    const fork = { height: 304, branch: 2 }
    const reads: number[][] = []
    for (const blocks of [made(300), made(310), made(312, fork), made(320)]) {
      await index(store, blocks, 2 ** 19)
      const source = openChainSource(store)
      for (const [i, settings] of all.entries()) {
        const grown = await threeWays(folders[i]!, store, blocks, settings)
        reads[i] = [...(reads[i] ?? []), grown.read]
        const again = await build(folders[i]!, source, settings)
        expect(again).toEqual({ record: grown.record, read: 0, changed: false })
      }
      source.close()
    }
    expect(reads).toEqual(all.map(() => [4100, 200, 240, 400]))
    for (const folder of folders) {
      const { names, sections, later } = readRecord(folder)!
      const named = [names, ...sections.map(({ file }) => file), ...(later === null ? [] : [later.file])]
      const left = readdirSync(folder).filter((name) => !/^(?:write|clusters\.json)/.test(name))
      expect(left.sort()).toEqual(named.sort())
    }
  })

  it.each([[[]], [['freshAddress', 'twoSigns']]] satisfies [LinkSettings['change']][])(
    'explain a pair, and find the same links by number as by reading all: %j',
    async (change) => {
      const store = temporary()
      await index(store, made(160))
      const source = openChainSource(store)
      const folder = mkdtempSync(join(root, 'c-'))
      const settings: LinkSettings = { ...DEFAULT_SETTINGS, change }
      const { record } = await build(folder, source, settings)
      const members = (clusters: Clusters): Uint32Array => clusters.members(record.largest!.name)
      const byNumber = openClusters(folder, record, source, NONE_REFUSED)
      const byReading = openClusters(folder, record, { ...source, touching: () => null }, NONE_REFUSED)
      const own = members(byNumber)
      expect(own.length).toBe(record.largest!.members)
      const [a, b] = [byNumber.links(own), byReading.links(own)]
      const rows = ({ graph, txs, rules }: typeof a): string[] =>
        txs
          .map(
            (tx, row) =>
              `${tx} ${[...graph.targets.subarray(graph.starts[row], graph.starts[row + 1])].sort()} ${[...rules[row]!].sort()}`,
          )
          .sort()
      expect(rows(a)).toEqual(rows(b))
      expect(a.refused.map(({ tx }) => tx).sort()).toEqual(b.refused.map(({ tx }) => tx).sort())
      expect(without(a.graph, new Set()).length).toBe(1)
      const evidence = byNumber.evidence(own)
      expect(chainOfEvidence(own, evidence, own[0]!, own.at(-1)!).length).toBeGreaterThan(0)
      byNumber.close()
      byReading.close()
      source.close()
    },
  )

  it('rows in order and rows by number say the same', async () => {
    const store = temporary()
    await index(store, made(130))
    const source = openChainSource(store)
    for (const section of source.sections) {
      for (const world of source.rows(section)) {
        for (let row = 0; row < world.columns.n; row += 7) {
          const tx = world.columns.txs[row]!
          const other = source.around(Uint32Array.of(tx))
          const at = other.columns.txs.indexOf(tx)
          const read = ({ columns, fresh }: typeof world, of: number) => {
            const part = (starts: Uint32Array, list: ArrayLike<number>): number[] =>
              Array.from(list).slice(starts[of]!, starts[of + 1]!)
            const { inputStarts: ins, outputStarts: outs } = columns
            return [
              part(ins, columns.inputAddress),
              part(ins, columns.inputSats),
              part(ins, columns.inputKind),
              part(outs, columns.outputAddress),
              part(outs, columns.outputSats),
              part(outs, columns.outputKind),
              part(outs, fresh),
              [columns.marks!.version[of], columns.marks!.locktime[of], columns.marks!.virtualBytes[of]],
            ]
          }
          expect(read(other, at), `${tx}`).toEqual(read(world, row))
          const makers = other.links.inputMaker.subarray(
            other.columns.inputStarts[at],
            other.columns.inputStarts[at + 1],
          )
          if (makers.length <= 8) expect([...makers].includes(NONE), `${tx}`).toBe(false)
        }
      }
    }
    source.close()
  })
})
