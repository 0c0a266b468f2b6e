import { describe, expect, it } from 'vitest'
import type { Transaction } from '../chain/transaction.ts'
import type { Label, LabelBook } from '../label/index.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { BITCOIN_REGTEST, type HolderId } from '../units/caip.ts'
import { changeWorld } from './change/world.ts'
import { labelConflicts } from './conflicts.ts'
import { fromMovements } from './fromMovements.ts'
import { type ClusterOptions, clusterFromLedger, type LedgerCluster } from './ofLedger.ts'
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

function cluster(holder: HolderId, options: Partial<ClusterOptions> = {}): LedgerCluster {
  return clusterFromLedger(ledger, holder, { busy: 100, ...options })
}

describe('clusterFromLedger', () => {
  it('gathers an address, those it paid with, and those they paid with, from any of them', () => {
    for (const holder of [A, B, C, D, E]) {
      expect(new Set(cluster(holder).members)).toEqual(new Set([A, B, C, D, E]))
    }
    expect(cluster(X).members).toEqual([X])
    expect(cluster(A).refused).toEqual([{ txid: id(6), why: 'coinJoin' }])
    expect(new Set(cluster(A, { coinJoin: false }).members)).toEqual(new Set([A, B, C, D, E, X, Y]))
  })

  it('shows the chain of evidence', () => {
    const chain = cluster(A).why(B, E)!
    expect(chain[0]?.from).toBe(B)
    expect(chain.at(-1)).toEqual({ from: D, to: E, txid: id(5), rule: 'inputs' })
    expect(cluster(A).why(A, A)).toEqual([])
    expect(cluster(A).why(A, X)).toBeNull()
  })

  it('says what falls apart without a transaction, looking at all links', () => {
    const { without } = cluster(A)
    expect(without(id(1))).toEqual([[A, B, C, D, E]])
    expect(without(id(4)).map((part) => part.length)).toEqual([3, 2])
    expect(without(id(6)).length).toBe(1)
    expect(() => without(id(77))).toThrow(`The ledger has no transaction "${id(77)}"`)
  })

  it('agrees with a cluster gathered without it', () => {
    const refused = new Set(ledger.txNumbers(id(4)))
    expect(new Set(cluster(A, { refused }).members)).toEqual(new Set([A, B, C]))
    expect(cluster(A, { refused }).refused).toContainEqual({ txid: id(4), why: 'analyst' })
  })

  it('lists the transactions that hold parts together, the largest split first', () => {
    expect(cluster(A).bridges(1)).toEqual([
      { txid: id(4), parts: [3, 2] },
      { txid: id(5), parts: [4, 1] },
    ])
    expect(cluster(A).bridges()).toEqual([{ txid: id(4), parts: [3, 2] }])
  })

  it('names members that are too busy to be read, and strangers', () => {
    const { busy, members } = cluster(A, { busy: 3 })
    expect(busy).toEqual([C])
    expect(new Set(members)).toEqual(new Set([A, B, C]))
    expect(cluster(C, { busy: 1 })).toMatchObject({ members: [C], busy: [C], refused: [] })
    expect(() => cluster(`${BITCOIN_REGTEST}:nobody`)).toThrow('The ledger has no holder')
  })
})

describe('labelConflicts', () => {
  const book = (
    owners: Readonly<Record<HolderId, readonly [entity: string | null, level: number]>>,
  ): LabelBook => ({
    sources: () => [],
    of: (holders) =>
      new Map(
        holders
          .filter((holder) => owners[holder])
          .map((holder) => {
            const [entity, level] = owners[holder]!
            const label = { entity, confidence: { id: 'x', level } } as Label
            return [holder, [{ label, caseInsensitive: false }]]
          }),
      ),
  })
  it('raises two owners of one cluster, the surer first', () => {
    const { members } = cluster(A)
    expect(
      labelConflicts(members, book({ [A]: ['kraken', 50], [E]: ['hydra', 90], [B]: ['kraken', 20] })),
    ).toEqual([
      { entity: 'hydra', level: 90, holders: [E] },
      { entity: 'kraken', level: 50, holders: [A, B].sort() },
    ])
  })
  it('is silent about one owner, or labels that name none', () => {
    const { members } = cluster(A)
    expect(
      labelConflicts(members, book({ [A]: ['kraken', 50], [E]: ['kraken', 90], [B]: [null, 90] })),
    ).toEqual([])
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
