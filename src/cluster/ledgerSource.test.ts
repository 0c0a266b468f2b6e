import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import type { Label } from '../label/index.ts'
import { createMemoryLedger, type Ledger } from '../ledger/index.ts'
import { BITCOIN_REGTEST, type HolderId } from '../units/caip.ts'
import { buildClusters } from './buildClusters.ts'
import { changeWorld } from './change/world.ts'
import { chainOfEvidence, openClusters } from './clusters.ts'
import { type ClaimedOwner, claimedOwners, conflicting } from './conflicts.ts'
import { fromMovements } from './fromMovements.ts'
import { ledgerSource } from './ledgerSource.ts'
import { bridges } from './linkGraph.ts'
import { DEFAULT_SETTINGS, type LinkSettings } from './linkSettings.ts'
import { peelChains } from './peelChain.ts'

const id = (n: number): string => n.toString(16).padStart(64, '0')
// Well-formed regtest addresses of the chain BlockSci is tested with.
const [A, B, C, D, E, X, Y] = [
  'myowM8GghMuCX4tn58Nmh9eubwMjuwKiCJ',
  'mrPRMELJcGsbKmuFiGwUgNCX9Wo4iSy44T',
  'mk7GYZDvnyyTyi2anTr5w5sTqW3r18WQWb',
  'mkZ9Np6JVYyHC35zEdfUXdM6rwrMKPpTZa',
  'n1E7rrrAiAUNhDyuZRn92B2J1mhsZTv2Hw',
  'msexSMRCUhqikgCA5FjA1DjMXyv4BWhSbb',
  'mwWbSKsfHuUbaLTLiJs7esLrKq9Rs7ASiT',
].map((address) => `${BITCOIN_REGTEST}:${address}`) as [
  HolderId,
  HolderId,
  HolderId,
  HolderId,
  HolderId,
  HolderId,
  HolderId,
]
let height = 0

/** Payers bring 100,000 sat each from elsewhere. */
function tx(n: number, payers: readonly HolderId[], outputs: Transaction['outputs']): Transaction {
  return {
    chain: BITCOIN_REGTEST,
    txid: id(n),
    height: ++height,
    index: 0,
    transfers: [],
    inputs: payers.map((holder, i) => ({ txid: id(1000 * n + i), n: 0, holder, amount: 100_000n })),
    outputs,
  }
}

const sweep = (n: number, ...payers: HolderId[]): Transaction =>
  tx(n, payers, [{ holder: X, amount: 90_000n }])

const ledger = createMemoryLedger()
ledger.append([
  sweep(1, A, B),
  sweep(2, B, C),
  sweep(3, A, C),
  sweep(4, C, D),
  sweep(5, D, E),
  tx(
    6,
    [E, X, Y],
    [90_000n, 90_000n, 90_000n, 5_000n, 6_000n].map((amount, i) => ({
      holder: [A, B, C, D, E][i]!,
      amount,
    })),
  ),
])

const root = mkdtempSync(join(tmpdir(), 'lootline-ledger-clusters-'))
afterAll(() => rmSync(root, { recursive: true }))

/** The clusters of a ledger, in its own words. */
async function clustersOf(of: Ledger, settings: LinkSettings = DEFAULT_SETTINGS) {
  const folder = mkdtempSync(join(root, 'c-'))
  const source = ledgerSource(of)
  const refused = new Set(settings.refused.flatMap((txid) => [...of.txNumbers(txid)]))
  const { record } = await buildClusters(folder, source, { settings, refused, memory: 1e6 })
  const clusters = openClusters(folder, record, source, refused)
  const number = (holder: HolderId): number => of.holderNumbers([holder])[0]!
  const txid = (tx: number): string => of.heads(Uint32Array.of(tx)).txid[0]!
  return {
    members: (holder: HolderId) => new Set(of.holderIds(clusters.members(clusters.nameOf(number(holder))))),
    why(a: HolderId, b: HolderId) {
      const members = clusters.members(clusters.nameOf(number(a)))
      const chain = chainOfEvidence(members, clusters.evidence(members), number(a), number(b))
      const ids = (list: readonly number[]) => of.holderIds(Uint32Array.from(list))
      return chain.map((link) => [...ids([link.a, link.b]), txid(link.tx), link.rule])
    },
    links(holder: HolderId) {
      const { graph, txs, refused: left } = clusters.links(clusters.members(clusters.nameOf(number(holder))))
      return {
        bridges: bridges(graph, 1).map(({ row, parts }) => [txid(txs[row]!), parts]),
        refused: left.map(({ tx, why }) => [txid(tx), why]),
      }
    },
  }
}

describe('the clusters of a ledger', () => {
  it('hold whoever paid together, but for a CoinJoin', async () => {
    const { members, links } = await clustersOf(ledger)
    for (const holder of [A, B, C, D, E]) expect(members(holder)).toEqual(new Set([A, B, C, D, E]))
    expect(members(X)).toEqual(new Set([X]))
    expect(links(A).refused).toEqual([[id(6), 'coinJoin']])
    const linked = await clustersOf(ledger, { ...DEFAULT_SETTINGS, coinJoin: false })
    expect(linked.members(A)).toEqual(new Set([A, B, C, D, E, X, Y]))
    expect(linked.why(E, X)).toEqual([[E, X, id(6), 'coinJoinShape']])
  })

  it('show the chain of evidence, and what holds parts together', async () => {
    const { why, links } = await clustersOf(ledger)
    expect(why(B, E).at(-1)).toEqual([D, E, id(5), 'inputs'])
    expect(why(A, A)).toEqual([])
    expect(links(A).bridges).toEqual([
      [id(4), [3, 2]],
      [id(5), [4, 1]],
    ])
  })

  it('leave out what the analyst refuses', async () => {
    const { members, links } = await clustersOf(ledger, { ...DEFAULT_SETTINGS, refused: [id(4)] })
    expect(members(A)).toEqual(new Set([A, B, C]))
    expect(links(A).refused).toContainEqual([id(4), 'analyst'])
  })
})

describe('conflicting', () => {
  const owners = (...claims: readonly [HolderId, string | null, number, string | null][]) =>
    claimedOwners(
      new Map(
        claims.map(([holder, entity, level, category]) => [
          holder,
          [{ label: { entity, category, confidence: { id: 'x', level } } as Label, caseInsensitive: false }],
        ]),
      ),
    )
  const names = (list: readonly ClaimedOwner[]) => list.map(({ entity }) => entity)

  it('raises two owners, the surer first, but not one, nor labels that name none', () => {
    const two = owners([A, 'a', 50, 'user'], [E, 'hydra', 90, null], [B, 'a', 20, null])
    expect(
      two.map(({ entity, level, claims }) => [entity, level, claims.map(({ holder }) => holder)]),
    ).toEqual([
      ['hydra', 90, [E]],
      ['a', 50, [A, B]],
    ])
    expect(names(conflicting(two))).toEqual(['hydra', 'a'])
    expect(conflicting(owners([A, 'a', 50, null], [E, 'a', 90, null], [B, null, 90, null]))).toEqual([])
  })

  it('takes who is named beside one exchange for its customer, and raises two exchanges', () => {
    const customer = [A, 'thief', 90, 'perpetrator'] as const
    expect(conflicting(owners([...customer], [B, 'kraken', 50, 'exchange']))).toEqual([])
    expect(
      names(conflicting(owners([...customer], [B, 'kraken', 50, 'exchange'], [C, 'okx', 20, 'exchange']))),
    ).toEqual(['kraken', 'okx'])
  })
})

describe('fromMovements', () => {
  it('gives the ledger as columns: links, kinds, unknown prevouts and OP_RETURN', () => {
    const small = createMemoryLedger()
    const next = (n: number, prev: number, holder: HolderId, rest: bigint): Transaction => ({
      ...tx(
        n,
        [],
        [
          { holder, amount: rest },
          { holder: X, amount: 2_000n },
          { holder: null, amount: 0n },
        ],
      ),
      inputs: [{ txid: id(prev), n: 0 }],
    })
    small.append([
      next(11, 10, A, 90_000n),
      next(12, 11, B, 80_000n),
      next(13, 12, C, 70_000n),
      next(14, 13, D, 60_000n),
    ])
    const txs = Uint32Array.from([11, 12, 13, 14], (n) => small.txNumbers(id(n))[0]!)
    const { columns, links } = fromMovements(small, small.ofTransactions(txs))
    expect([...columns.inputSats]).toEqual([Number.NaN, 90_000, 80_000, 70_000])
    expect([...columns.outputKind]).toEqual([...columns.outputKind.subarray(0, 3), 5, 5, 2, 5, 5, 2, 5, 5, 2])
    expect([...links.inputMaker.subarray(1)]).toEqual([0, 1, 2])
    const chains = peelChains(changeWorld(columns, links, small.size().holders))
    // The last step's spender is not known, so the chain ends with the fourth transaction.
    expect(chains.map(({ hops, peeledSats }) => [hops.length, peeledSats])).toEqual([[4, 6_000]])
  })
})
