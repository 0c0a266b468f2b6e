import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NONE } from '../ledger/ledger.ts'
import {
  addTransactions,
  BadColumnsError,
  clusterNames,
  createClustering,
  dissolve,
  membersOf,
} from './clustering.ts'
import type { ClusterColumns } from './columns.ts'
import { why } from './evidence.ts'
import { bridges, type LinkGraph, without } from './linkGraph.ts'
import { slowRoots } from './unionFind.ref.ts'
import { createParents, find, uniteInputs, uniteInputsShared } from './unionFind.ts'

const ADDRESSES = 24
const address = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: 0, max: ADDRESSES - 1 }) },
  { weight: 1, arbitrary: fc.constant(NONE) },
)
const inputLists = fc.array(fc.array(address, { maxLength: 5 }), { maxLength: 20 })

function csr(lists: readonly (readonly number[])[]): { starts: Uint32Array; targets: Uint32Array } {
  let sum = 0
  return {
    starts: Uint32Array.from([0, ...lists.map((list) => (sum += list.length))]),
    targets: Uint32Array.from(lists.flat()),
  }
}

function columnsOf(lists: readonly (readonly number[])[], firstTx = 0): ClusterColumns {
  const { starts, targets } = csr(lists)
  return {
    n: lists.length,
    txs: Uint32Array.from(lists, (_, i) => firstTx + i),
    inputStarts: starts,
    inputAddress: targets,
    inputSats: new Float64Array(targets.length),
    inputKind: new Uint8Array(targets.length),
    outputStarts: new Uint32Array(lists.length + 1),
    outputAddress: new Uint32Array(0),
    outputSats: new Float64Array(0),
    outputKind: new Uint8Array(0),
    marks: null,
  }
}

const rootsOf = (parent: Uint32Array): number[] => Array.from(parent, (_, i) => find(parent, i))

describe('union-find', () => {
  it('agrees with its slow twin, alone, refusing, and on shared memory', () => {
    fc.assert(
      fc.property(inputLists, fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }), (lists, flags) => {
        const { starts, targets } = csr(lists)
        const refused = Uint8Array.from(lists, (_, i) => Number(flags[i]))
        const expected = [...slowRoots(ADDRESSES, starts, targets, refused)]
        const parent = createParents(ADDRESSES)
        const merged = uniteInputs(parent, starts, targets, refused)
        expect(rootsOf(parent)).toEqual(expected)
        expect(new Set(expected).size).toBe(ADDRESSES - merged)
        const shared = createParents(ADDRESSES, true)
        expect(uniteInputsShared(shared, starts, targets, refused, 0, lists.length)).toBe(merged)
        expect(rootsOf(shared)).toEqual(expected)
      }),
      { seed: 1, numRuns: 500 },
    )
  })
})

describe('a growing clustering', () => {
  it('is the same in parts as at once, and explains every pair of a cluster by links of real transactions', () => {
    fc.assert(
      fc.property(inputLists, fc.nat({ max: 20 }), (lists, cut) => {
        const clustering = createClustering({ evidence: true })
        addTransactions(clustering, columnsOf(lists.slice(0, cut)), ADDRESSES)
        addTransactions(clustering, columnsOf(lists.slice(cut), Math.min(cut, lists.length)), ADDRESSES)
        const { starts, targets } = csr(lists)
        const roots = slowRoots(ADDRESSES, starts, targets)
        expect(clusterNames(clustering)).toEqual(roots)
        expect(clustering.clusters).toBe(new Set(roots).size)
        for (let a = 0; a < ADDRESSES; a++) {
          expect([...membersOf(clustering, a)]).toEqual(
            [...roots.keys()].filter((other) => roots[other] === roots[a]),
          )
          for (let b = 0; b < ADDRESSES; b++) {
            const chain = why(clustering.evidence!, a, b)
            if (roots[a] !== roots[b]) {
              expect(chain, `${a} and ${b}`).toBeNull()
              continue
            }
            const stops = [a, ...chain!.map((link) => link.b)]
            expect(chain!.map((link) => link.a)).toEqual(stops.slice(0, -1))
            expect(stops.at(-1)).toBe(b)
            expect(new Set(stops).size).toBe(stops.length)
            for (const link of chain!)
              expect(lists[link.tx]).toEqual(expect.arrayContaining([link.a, link.b]))
          }
        }
      }),
      { seed: 2, numRuns: 60 },
    )
  })
})

describe('dissolve', () => {
  it('lets transactions be taken back: what is left is as if they had never been', () => {
    fc.assert(
      fc.property(inputLists, fc.nat({ max: 20 }), (lists, kept) => {
        const clustering = createClustering({ evidence: true })
        addTransactions(clustering, columnsOf(lists), ADDRESSES)
        const gone = lists
          .slice(kept)
          .flat()
          .filter((address) => address !== NONE)
        const members = new Set(dissolve(clustering, gone))
        const again = lists
          .slice(0, kept)
          .map((list) => (list.some((address) => members.has(address)) ? list : []))
        addTransactions(clustering, columnsOf(again), ADDRESSES)
        const { starts, targets } = csr(lists.slice(0, kept))
        const roots = slowRoots(ADDRESSES, starts, targets)
        expect(clusterNames(clustering)).toEqual(roots)
        expect(clustering.clusters).toBe(new Set(roots).size)
        for (const member of roots.keys()) {
          const chain = why(clustering.evidence!, member, roots[member]!)
          for (const link of chain!) expect(lists[link.tx]).toEqual(expect.arrayContaining([link.a, link.b]))
        }
      }),
      { seed: 4, numRuns: 300 },
    )
  })
})

describe('addTransactions', () => {
  it('refuses an address that the dictionary does not have, before it changes anything', () => {
    const clustering = createClustering({ evidence: false })
    const bad = columnsOf([
      [0, 1],
      [2, 3],
    ])
    expect(() => addTransactions(clustering, bad, 3)).toThrow(BadColumnsError)
    expect([...clusterNames(clustering)]).toEqual([0, 1, 2])
  })
})

describe('the links of a cluster', () => {
  it('bridges are the transactions without which it falls apart', () => {
    const lists = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 11 }), { minLength: 1, maxLength: 4 }), {
      maxLength: 14,
    })
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 3 }), (links, smallest) => {
        const graph: LinkGraph = { members: 12, ...csr(links) }
        const whole = without(graph, new Set())
        const expected = links.flatMap((list, row) => {
          const parts = without(graph, new Set([row]))
          if (parts.length === whole.length) return []
          // Only the parts of the cluster that this row belongs to.
          const own = whole.find((part) => part.includes(list[0]!))!
          const sizes = parts.filter((part) => own.includes(part[0]!)).map((part) => part.length)
          return own.length - sizes[0]! >= smallest ? [{ row, parts: sizes }] : []
        })
        const found = bridges(graph, smallest)
        expect(found.toSorted((a, b) => a.row - b.row)).toEqual(expected)
        const lost = found.map(({ parts }) => parts.slice(1).reduce((sum, part) => sum + part, 0))
        expect(lost).toEqual(lost.toSorted((a, b) => b - a))
      }),
      { seed: 3, numRuns: 1000 },
    )
  })

  it('finds the one link in a long path of addresses that holds two halves, without recursion', () => {
    const links = Array.from({ length: 100_000 }, (_, i) => [i, i + 1])
    const found = bridges({ members: 100_001, ...csr(links) })
    expect(found[0]).toEqual({ row: 49_999, parts: [50_001, 50_000] })
  })
})
