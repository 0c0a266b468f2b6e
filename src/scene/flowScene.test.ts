import { describe, expect, test } from 'vitest'
import {
  backwardFlow,
  bigFlow,
  collisionFlow,
  ETHER,
  evm,
  flowOf,
  poisonFlow,
  smallFlow,
  utxoFlow,
} from './fixtures.test-suite.ts'
import { flowScene } from './flowScene.ts'
import type { FlowScene } from './scene.ts'

function outline(scene: FlowScene): string[] {
  return scene.nodes.map(
    (node) => `${node.column} ${node.kind}: ${node.lines.map((line) => line.text).join(' | ')}`,
  )
}

describe('flowScene', () => {
  test('draws seeds left, leaves right, and says what each card stands for', () => {
    const scene = flowScene(smallFlow())
    expect(scene.columns.map((text) => text.text)).toEqual(['Stolen from', '1 hop', '2 hops', 'Where it is'])
    expect(outline(scene)).toMatchInlineSnapshot(`
      [
        "0 seed: Example Bridge | Exploiter | ≈ 700.00 ETH | 0xbbf7de…12def3",
        "0 seed: 0xb860c8…54523c | 300.00 ETH",
        "1 holder: 0xb09516…cb8d37 | 550.00 ETH",
        "1 holder: 0xec736b…e73e49 | 400.00 ETH",
        "2 holder: 0x869754…c8597a | 200.00 ETH",
        "3 leaf: HTX 34 | 380.00 ETH | Service · 38.0 %",
        "3 leaf: Tornado.Cash: | 100 ETH | 200.00 ETH | Mixer · 20.0 %",
        "3 leaf: RenBridge | 120.00 ETH | Bridge · 12.0 %",
        "3 leaf: Still held | ≈ 300.00 ETH | 4 addresses · 30.0 %",
        "3 leaf: Fees | 0.000021 ETH | 1 address · < 0.1 %",
      ]
    `)
    expect(scene.open).toBe('0')
    expect(scene.notes).toMatchInlineSnapshot(`
      [
        "Dashed arrows: 20 ETH moved back or sideways between columns (1 connection).",
      ]
    `)
  })

  test('is the same on every run', () => {
    expect(flowScene(bigFlow(5, 800))).toEqual(flowScene(bigFlow(5, 800)))
  })

  test('folds a peel chain into one card that says hops, peeled amount and time', () => {
    const scene = flowScene(utxoFlow())
    const chains = scene.nodes.filter((node) => node.kind === 'chain')
    expect(chains.map((node) => node.title)).toMatchInlineSnapshot(`
      [
        "Chain of 39 hops, bc1qbbf7deb1533318e64909298b89b76de0e012de to bc1qa3a73ca5d107d39d06c9a3c3b16746e558f50c: 19.969985 BTC in, 1.1700078 BTC peeled to 39 addresses, 4 d 1 h",
      ]
    `)
    expect(chains[0]!.holders).toBe(39)
    expect(chains[0]!.inner.hops).toBe(38)
  })

  test('mirrors a backward flow, so that money still moves from left to right', () => {
    const scene = flowScene(backwardFlow())
    const asked = scene.nodes.find((node) => node.kind === 'seed')!
    const origins = scene.nodes.filter((node) => node.kind === 'leaf')
    expect(origins.every((node) => node.x < asked.x)).toBe(true)
    expect(scene.ribbons.every((band) => band.x0 < band.x1)).toBe(true)
    expect(asked.title).toMatch(/^Asked about: /)
  })

  test('draws the theft and asset that are asked for', () => {
    const scene = flowScene(collisionFlow(), { theft: 'Second victim' })
    expect(scene.total).toBe(String(5n * 10n ** 18n))
    expect(outline(scene)).toEqual([
      '0 seed: 0xc33f8a…41b0c6 | 5.00 ETH',
      '1 leaf: 0x356733…fd9367 | 4.00 ETH | Still held · 80.0 %',
      '1 leaf: Still held | 1.00 ETH | 1 address · 20.0 %',
    ])
  })

  test('prints no shares under poison, whose amounts are bounds', () => {
    const scene = flowScene(poisonFlow())
    expect(JSON.stringify(scene.nodes)).not.toContain(' %')
  })

  test('keeps the number of cards near the most that is asked for, however large the flow', () => {
    for (const maxNodes of [6, 20, 36]) {
      const scene = flowScene(bigFlow(9, 20_000), { maxNodes })
      const rests = scene.columns.length + 11
      expect(scene.nodes.length, `maxNodes ${maxNodes}`).toBeLessThanOrEqual(maxNodes + rests)
    }
  })

  test('counts holders and moves that are folded away', () => {
    const flow = bigFlow(9, 20_000)
    const scene = flowScene(flow)
    const followed = flow.hops.filter((hop) => hop.stop !== 'fee')
    const holders = new Set([
      ...followed.flatMap((hop) => [hop.from, hop.to]),
      ...flow.seeds.map((row) => row.holder),
    ])
    expect(scene.nodes.reduce((sum, node) => sum + node.holders, 0)).toBe(holders.size)
    const drawn = [...scene.ribbons.filter((band) => band.from !== band.to), ...scene.arcs]
    const hops = drawn.reduce((sum, band) => sum + band.hops, 0)
    const inner = scene.nodes.reduce((sum, node) => sum + node.inner.hops, 0)
    expect(hops + inner + scene.arcsMore.hops).toBe(followed.length)
  })

  test('survives a flow without hops, and one of nothing', () => {
    const still = flowOf({
      theft: 'Still',
      asset: ETHER,
      seeds: [{ holder: evm(1), amount: 7n }],
      payments: [],
      stops: new Map(),
      cents: null,
    })
    expect(outline(flowScene(still))).toHaveLength(2)
    const nothing = flowScene({ ...still, seeds: [], leaves: [], balance: [] })
    expect(nothing.nodes).toEqual([])
    expect(nothing.total).toBe('0')
  })

  test('says so where hops and leaves do not agree', () => {
    const flow = smallFlow()
    expect(flowScene({ ...flow, hops: flow.hops.slice(1) }).open).not.toBe('0')
  })
})
