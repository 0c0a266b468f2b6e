import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AssetId, HolderId } from '../../units/caip.ts'
import type { CrossLink } from '../crossLink.ts'
import type { Transfer } from '../transaction.ts'
import { createEvmNode } from './createEvmNode.ts'
import { actHeist, type Heist } from './heist.test-suite.ts'

let heist: Heist
let transfers: Transfer[]
let links: CrossLink[]
beforeAll(async () => {
  heist = await actHeist()
  transfers = []
  links = []
  for (const anvil of [heist.home, heist.away]) {
    const source = await createEvmNode(anvil.door())
    const tip = await source.tip()
    const mine = new Set([...Object.values(heist.thieves), ...heist.deposits])
    for (let height = 1; height <= tip.height; height++) {
      const block = (await source.blockAt(height))!
      const interest = { spends: () => false, touches: (holder: HolderId) => mine.has(holder) }
      const { transactions } = await source.matches!(block, interest)
      links.push(...transactions.flatMap((one) => one.links))
      transfers.push(...transactions.flatMap(({ transaction }) => transaction.transfers))
    }
  }
})
afterAll(() => heist.stop())

/** What transfers leave a holder with. */
function left(holder: HolderId, asset: AssetId): bigint {
  const own = transfers.filter((transfer) => transfer.asset === asset)
  return own.reduce(
    (sum, { from, to, amount }) => sum + (to === holder ? amount : 0n) - (from === holder ? amount : 0n),
    0n,
  )
}

describe('actHeist', () => {
  test('what the source saw ends where the nodes say it ended', () => {
    expect(heist.ended.length).toBeGreaterThanOrEqual(11)
    for (const { holder, asset, amount } of heist.ended)
      expect([holder, asset, left(holder, asset)]).toEqual([holder, asset, amount])
  })

  test('every unit that was stolen is with the thief, deposited, paid in fees, kept, swapped or bridged', () => {
    const { assets, thefts, ended, fees, kept, swaps, bridged } = heist
    const sum = (asset: AssetId): bigint =>
      ended.reduce((all, one) => all + (one.asset === asset ? one.amount : 0n), 0n)
    const stolen = (asset: AssetId): bigint => thefts.find((theft) => theft.asset === asset)!.amount
    expect(sum(assets.coin) + sum(assets.wrapped) + fees).toBe(stolen(assets.coin))
    expect(
      sum(assets.token) + swaps.reduce((all, { paid }) => all + paid.amount, 0n) + bridged.out.amount,
    ).toBe(stolen(assets.token))
    // The theft itself lost a part, too: it arrived as 980.
    expect(sum(assets.feeToken)).toBe((stolen(assets.feeToken) * 98n) / 100n)
    expect(kept.amount).toBe(kept.burnt)
    expect(sum(assets.other)).toBe(swaps[0]!.got.amount)
    expect(sum(assets.lying)).toBe(swaps[1]!.got.amount)
    expect(sum(assets.away)).toBe(bridged.in.amount)
  })

  test('the bridge says on both sides which payment is which', () => {
    const { bridged, homeChain, awayChain } = heist
    expect(links.map(({ protocol, side, id, otherChain }) => [protocol, side, id, otherChain])).toEqual([
      ['across', 'out', '31337:1', awayChain],
      ['across', 'in', '31337:1', homeChain],
    ])
    const { holder, asset, amount } = bridged.out
    expect(links[0]).toMatchObject({ holder, asset, amount, otherHolder: bridged.in.holder })
    expect(links[1]).toMatchObject({
      holder: bridged.in.holder,
      asset: bridged.in.asset,
      otherHolder: holder,
    })
  })
})
