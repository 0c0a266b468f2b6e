/**
 * What every source of an EVM chain must give about the chain of {@link everyKind}: the same as a node with traces.
 * @module
 */
import { expect, test } from 'vitest'
import { formatHolder } from '../../address/index.ts'
import type { HolderId } from '../../units/caip.ts'
import type { Placed, Source } from '../source.ts'
import type { Transaction } from '../transaction.ts'
import type { EveryKind } from './everyKind.test-suite.ts'

export interface Compared {
  readonly made: EveryKind
  readonly source: Source
  /** The node. */
  readonly truth: Source
}

export function evmSourceSuite(open: () => Compared): void {
  test('the tip and blocks are those of the node', async () => {
    const { source, truth } = open()
    const tip = await truth.tip()
    expect(await source.tip()).toEqual(tip)
    for (const height of [0, 1, tip.height])
      expect(await source.blockAt(height)).toEqual(await truth.blockAt(height))
    expect(await source.blockAt(tip.height + 1)).toBeNull()
  })

  test('every transaction is the same, its tokens too', async () => {
    const { made, source, truth } = open()
    for (const [name, txid] of Object.entries(made.txids)) {
      const [found, wanted] = [await source.transaction(txid), await truth.transaction(txid)]
      expect([name, found!.placed]).toEqual([name, wanted!.placed])
      expect(found!.assets).toEqual(wanted!.assets)
    }
    expect(await source.transaction(`0x${'0'.repeat(63)}1`)).toBeNull()
  })

  test("a party's history has every transfer that it takes part in, once, and the fees it paid", async () => {
    const { made, source, truth } = open()
    if (source.history === undefined) return
    const all = await everything(truth)
    for (const address of made.parties) {
      const party = formatHolder(truth.chain, address)
      const found: Transaction[] = []
      for await (const page of source.history(party))
        found.push(...page.transactions.map((one) => one.transaction))
      const wanted = all.filter(({ transfers }) =>
        transfers.some(({ from, to }) => from === party || to === party),
      )
      expect([address, found.map((one) => ofParty(one, party))]).toEqual([
        address,
        wanted.map((one) => ofParty(one, party)),
      ])
      expect(found.map(({ height, index, time, txid }) => [height, index, time, txid])).toEqual(
        wanted.map(({ height, index, time, txid }) => [height, index, time, txid]),
      )
      const [from, to] = [1, -2].map((at) => wanted.at(at)?.height ?? 0) as [number, number]
      const within = { from: (await source.blockAt(from))!, to: (await source.blockAt(to))! }
      const some: string[] = []
      for await (const page of source.history(party, within))
        some.push(...page.transactions.map(({ transaction: { txid } }) => txid))
      expect(some).toEqual(
        wanted.flatMap(({ txid, height }) => (height! >= from && height! <= to ? [txid] : [])),
      )
    }
  })
}

async function everything(node: Source): Promise<Transaction[]> {
  const all: Placed[] = []
  const tip = await node.tip()
  for (let height = 0; height <= tip.height; height++) {
    const block = (await node.blockAt(height))!
    all.push(...(await node.matches!(block, { spends: () => false, touches: () => true })).transactions)
  }
  return all.map(({ transaction }) => transaction)
}

/** The transfers of a party in a transaction: kind, parties, asset and amount, in any order. */
function ofParty({ txid, transfers }: Transaction, party: HolderId): readonly unknown[] {
  const own = transfers.filter(({ from, to }) => from === party || to === party)
  return [
    txid,
    own.map(({ kind, from, to, asset, amount }) => [kind, from, to, asset, amount].join(' ')).sort(),
  ]
}
