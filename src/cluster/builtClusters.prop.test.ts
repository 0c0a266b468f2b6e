import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { NONE } from '../ledger/ledger.ts'
import { buildClusters } from './buildClusters.ts'
import { changeWorld } from './change/world.ts'
import { readRecord } from './clusterFiles.ts'
import { type Clusters, chainOfEvidence, openClusters } from './clusters.ts'
import { bridges, without } from './linkGraph.ts'
import { DEFAULT_SETTINGS, type LinkSettings, verdicts } from './linkSettings.ts'
import { type PlainTransaction, plainColumns } from './plainTransaction.test-suite.ts'
import type { ClusterSource } from './source.ts'

const root = mkdtempSync(join(tmpdir(), 'lootline-clusters-'))
afterAll(() => rmSync(root, { recursive: true }))
let made = 0
const folder = (): string => join(root, String(made++))

const SCRIPTS = 14
const script = fc.integer({ min: 0, max: SCRIPTS - 1 })
/** Every sixth amount is round, and some are alike, so that rules and shapes have something to see. */
const sats = fc.oneof(fc.constantFrom(1_000_000, 500_000), fc.integer({ min: 600, max: 2_000_000 }))
const coin = fc.record({ script, sats, kind: fc.constantFrom('p2pkh', 'p2wpkh') })
const transaction = fc.record({
  inputs: fc.array(coin, { maxLength: 4 }),
  outputs: fc.array(coin, { minLength: 1, maxLength: 4 }),
})
const chain = fc.array(transaction, { minLength: 1, maxLength: 25 })
type Drawn = readonly {
  readonly inputs: readonly { script: number; sats: number; kind: string }[]
  readonly outputs: readonly { script: number; sats: number; kind: string }[]
}[]

/** Where an input can spend an earlier output of its script, it does. */
function plain(drawn: Drawn): PlainTransaction[] {
  const unspent: { txid: string; n: number; script: number; sats: number }[] = []
  return drawn.map((tx, row) => {
    const name = (coin: { script: number; sats: number; kind: string }) => ({
      script: `s${coin.script}`,
      sats: coin.sats,
      // A script has one kind.
      kind: coin.script % 3 === 0 ? ('p2pkh' as const) : ('p2wpkh' as const),
    })
    const inputs = tx.inputs.map((input) => {
      const at = unspent.findIndex((coin) => coin.script === input.script)
      const [spent] = at < 0 ? [] : unspent.splice(at, 1)
      return spent === undefined
        ? name(input)
        : { ...name({ ...input, sats: spent.sats }), txid: spent.txid, n: spent.n }
    })
    for (const [n, output] of tx.outputs.entries())
      unspent.push({ txid: `t${row}`, n, script: output.script, sats: output.sats })
    return { txid: `t${row}`, inputs, outputs: tx.outputs.map(name) }
  })
}

/** The first `count` transactions, cut into sections as a chain store is. Numbers do not depend on the count. */
function sourceOf(drawn: Drawn, count: number, cuts: readonly number[], mark = ''): ClusterSource {
  const every = plainColumns(plain(drawn))
  const { columns, links, scripts } = plainColumns(plain(drawn.slice(0, count)))
  // The dictionary of all, so that a longer source numbers alike; plainColumns numbers outputs first.
  const numberOf = new Map(every.scripts.map((name, i) => [name, i]))
  const renumber = (list: Uint32Array): Uint32Array =>
    list.map((own) => (own === NONE ? NONE : numberOf.get(scripts[own]!)!))
  const renamed = {
    ...columns,
    inputAddress: renumber(columns.inputAddress),
    outputAddress: renumber(columns.outputAddress),
  }
  const addresses = every.scripts.length
  const world = changeWorld(renamed, links, addresses)
  const ends = [...new Set([...cuts.filter((cut) => cut > 0 && cut < count), count])].sort((a, b) => a - b)
  const sections = ends.map((end, i) => {
    const firstTx = ends[i - 1] ?? 0
    return {
      identity: `${mark}${firstTx}-${end}`,
      ...{ firstTx, transactions: end - firstTx },
      // All numbers are given out in the first section: an address may be known before it is met.
      ...{ firstAddress: i === 0 ? 0 : addresses, addresses: i === 0 ? addresses : 0 },
    }
  })
  return {
    transactions: count,
    addresses,
    sections,
    *rows({ firstTx, transactions }) {
      const from = firstTx
      const to = firstTx + transactions
      const cut = (starts: Uint32Array): Uint32Array =>
        starts.slice(from, to + 1).map((start) => start - starts[from]!)
      const [firstIn, endIn] = [renamed.inputStarts[from]!, renamed.inputStarts[to]!]
      const [firstOut, endOut] = [renamed.outputStarts[from]!, renamed.outputStarts[to]!]
      yield {
        columns: {
          n: transactions,
          txs: renamed.txs.slice(from, to),
          inputStarts: cut(renamed.inputStarts),
          inputAddress: renamed.inputAddress.slice(firstIn, endIn),
          inputSats: renamed.inputSats.slice(firstIn, endIn),
          inputKind: renamed.inputKind.slice(firstIn, endIn),
          outputStarts: cut(renamed.outputStarts),
          outputAddress: renamed.outputAddress.slice(firstOut, endOut),
          outputSats: renamed.outputSats.slice(firstOut, endOut),
          outputKind: renamed.outputKind.slice(firstOut, endOut),
          marks: null,
        },
        links: {
          inputMaker: new Uint32Array(endIn - firstIn).fill(NONE),
          outputSpender: new Uint32Array(endOut - firstOut).fill(NONE),
        },
        fresh: world.fresh.slice(firstOut, endOut),
        paidOnce: () => false,
      }
    },
    around: () => world,
    alone: () => world,
    atOnce: 4,
    touching: () => null,
  }
}

const settingsOf = fc.record({
  coinJoin: fc.boolean(),
  payJoin: fc.boolean(),
  change: fc.subarray(['addressReuse', 'freshAddress', 'optimalChange', 'peelingChain', 'twoSigns'] as const),
})

async function built(
  path: string,
  source: ClusterSource,
  settings: LinkSettings,
  refused: ReadonlySet<number> = new Set(),
): Promise<Clusters> {
  const { record } = await buildClusters(path, source, { settings, refused, memory: 2 ** 20 })
  expect(readRecord(path)).toEqual(record)
  return openClusters(path, record, source, refused)
}

const namesOf = (clusters: Clusters): number[] =>
  Array.from({ length: clusters.record.addresses }, (_, address) => clusters.nameOf(address))

const settingsWith = (
  drawn: Omit<LinkSettings, 'refused'>,
  refused: readonly number[] = [],
): LinkSettings => ({
  ...drawn,
  refused: refused.map((tx) => tx.toString(16).padStart(64, '0')),
})

describe('buildClusters', () => {
  it('grown, reorganised and cut otherwise, is what is built at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        chain,
        fc.array(
          fc.tuple(fc.nat({ max: 25 }), fc.array(fc.nat({ max: 25 }), { maxLength: 3 }), fc.boolean()),
          {
            minLength: 1,
            maxLength: 4,
          },
        ),
        settingsOf,
        async (drawn, steps, options) => {
          const settings = settingsWith(options)
          const path = folder()
          for (const [length, cuts, renamed] of steps) {
            const count = Math.max(1, Math.min(length, drawn.length))
            const source = sourceOf(drawn, count, cuts, renamed ? 'other' : '')
            const grown = await built(path, source, settings)
            const once = await built(folder(), source, settings)
            expect(namesOf(grown)).toEqual(namesOf(once))
            expect(grown.record.clusters).toBe(new Set(namesOf(once)).size)
            expect(grown.record.largest).toEqual(once.record.largest)
            grown.close()
            once.close()
          }
        },
      ),
      { seed: 11, numRuns: 40 },
    )
  })

  it('reads only what is new', async () => {
    const drawn: Drawn = Array.from({ length: 9 }, (_, i) => ({
      inputs: [i, i + 1].map((script) => ({ script, sats: 1000, kind: 'p2wpkh' })),
      outputs: [{ script: 13, sats: 700 + i, kind: 'p2wpkh' }],
    }))
    const path = folder()
    const build = (count: number, cuts: readonly number[]) =>
      buildClusters(path, sourceOf(drawn, count, cuts), {
        settings: DEFAULT_SETTINGS,
        refused: new Set(),
        memory: 1e6,
      })
    expect((await build(5, [3])).read).toBe(5)
    expect(await build(5, [3])).toMatchObject({ read: 0, changed: false })
    expect((await build(9, [3, 5])).read).toBe(4)
    expect((await build(9, [3])).read).toBe(6)
    await expect(
      buildClusters(folder(), sourceOf(drawn, 9, []), {
        settings: DEFAULT_SETTINGS,
        refused: new Set(),
        memory: 10,
      }),
    ).rejects.toThrow('takes 1 MiB of memory')
  })
})

describe('a built clustering', () => {
  it('explains every pair link by link, and says what falls apart as if it were built without', async () => {
    await fc.assert(
      fc.asyncProperty(
        chain,
        fc.array(fc.nat({ max: 25 }), { maxLength: 2 }),
        settingsOf,
        async (drawn, cuts, options) => {
          const source = sourceOf(drawn, drawn.length, cuts)
          const clusters = await built(folder(), source, settingsWith(options))
          const names = namesOf(clusters)
          const world = source.around(new Uint32Array())
          const { columns } = world
          const verdict = verdicts(source, world, settingsWith(options), new Set())
          const tried = new Set<number>()
          for (const name of new Set(names)) {
            const members = clusters.members(name)
            expect([...members]).toEqual([...names.keys()].filter((address) => names[address] === name))
            const evidence = clusters.evidence(members)
            expect(evidence.length).toBe(4 * (members.length - 1))
            const [a] = members
            for (const b of members) {
              const steps = chainOfEvidence(members, evidence, a!, b)
              const stops = [a, ...steps.map((link) => link.b)]
              expect(steps.map((link) => link.a)).toEqual(stops.slice(0, -1))
              expect(stops.at(-1)).toBe(b)
              for (const { a: from, b: to, tx, rule } of steps) {
                const payers = [
                  ...columns.inputAddress.subarray(columns.inputStarts[tx], columns.inputStarts[tx + 1]),
                ]
                const paid = [
                  ...columns.outputAddress.subarray(columns.outputStarts[tx], columns.outputStarts[tx + 1]),
                ]
                expect(verdict[tx]).toBeLessThan(3)
                if (/inputs|Shape/.test(rule)) expect(payers).toEqual(expect.arrayContaining([from, to]))
                else
                  expect([
                    payers.includes(from) && paid.includes(to),
                    payers.includes(to) && paid.includes(from),
                  ]).toContain(true)
              }
            }
            const { graph, txs } = clusters.links(members)
            expect(without(graph, new Set()).length).toBe(1)
            const row = txs.findIndex((tx) => !tried.has(tx))
            if (row < 0) continue
            const tx = txs[row]!
            tried.add(tx)
            const parts = without(graph, new Set([row])).map((part) =>
              [...part].map((place) => members[place]!),
            )
            const again = await built(folder(), source, settingsWith(options, [tx]), new Set([tx]))
            const other = namesOf(again)
            const expected = Map.groupBy(members, (member) => other[member]!)
            expect(parts.map((part) => part[0]).sort()).toEqual([...expected.keys()].sort())
            for (const part of parts) expect(part).toEqual(expected.get(part[0]!))
            const split = bridges(graph, 1).find((bridge) => bridge.row === row)
            expect(split?.parts ?? [members.length]).toEqual(parts.map((part) => part.length))
            again.close()
          }
          clusters.close()
        },
      ),
      { seed: 12, numRuns: 40 },
    )
  })
})
