import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bigFlow, smallFlow } from './fixtures.test-suite.ts'
import { timelineScene } from './timelineScene.ts'

describe('timelineScene', () => {
  test('one bar a day and reason, in UTC', () => {
    const scene = timelineScene(smallFlow())
    expect(scene.days).toBe(1)
    expect(scene.bars.map((bar) => bar.title)).toMatchInlineSnapshot(`
      [
        "2023-01-13 UTC. Moved on: 650 ETH, 2 hops",
        "2023-01-14 UTC. Moved on: 300 ETH, 1 hop",
        "2023-01-15 UTC. Stopped at: Service: 350 ETH, 1 hop",
        "2023-01-15 UTC. Stopped at: Fees: 0.000021 ETH, 1 hop",
        "2023-01-16 UTC. Stopped at: Mixer: 100 ETH, 1 hop",
        "2023-01-17 UTC. Stopped at: Mixer: 100 ETH, 1 hop",
        "2023-01-18 UTC. Moved on: 200 ETH, 1 hop",
        "2023-01-19 UTC. Moved on: 20 ETH, 1 hop",
        "2023-01-20 UTC. Stopped at: Bridge: 120 ETH, 1 hop",
        "2023-01-22 UTC. Stopped at: Service: 30 ETH, 1 hop",
      ]
    `)
  })

  test('a panel without bars has no scale', () => {
    const flow = smallFlow()
    const ticks = (keep: (stop: unknown) => boolean): (string | undefined)[] =>
      timelineScene({ ...flow, hops: flow.hops.filter(({ stop }) => keep(stop)) }).ticks.map(
        ({ label }) => label?.text,
      )
    expect(ticks((stop) => stop !== undefined).filter((text) => text === '0 ETH')).toHaveLength(1)
    expect(ticks((stop) => stop === undefined).filter((text) => text === '0 ETH')).toHaveLength(1)
    expect(ticks(() => true).filter((text) => text === '0 ETH')).toHaveLength(2)
  })

  test('widens bars to weeks and years, and never draws more than 120 of them', () => {
    const flow = smallFlow()
    const stretched = (days: number) =>
      timelineScene({
        ...flow,
        hops: flow.hops.map((hop, i) => ({ ...hop, time: 1_600_000_000 + i * days * 86_400 })),
      })
    expect([1, 30, 300, 3000].map((days) => stretched(days).days)).toEqual([1, 7, 28, 365])
  })

  test('says which hops have no time, and draws none where none has', () => {
    const flow = smallFlow()
    const scene = timelineScene({ ...flow, hops: flow.hops.map((hop) => ({ ...hop, time: null })) })
    expect(scene.bars).toEqual([])
    expect(scene.undated.hops).toBe(flow.hops.length)
  })

  test('bars and undated hops add up to the hops; bars and dates stay inside and apart', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 1, max: 400 }),
        fc.integer({ min: 480, max: 2000 }),
        (seed, payments, width) => {
          const flow = bigFlow(seed, payments)
          const hops = flow.hops.map((hop, i) => (i % 7 === 3 ? { ...hop, time: null } : hop))
          const scene = timelineScene({ ...flow, hops }, { width })
          const drawn =
            scene.bars.reduce((sum, bar) => sum + BigInt(bar.amount), 0n) + BigInt(scene.undated.amount)
          expect(drawn).toBe(hops.reduce((sum, hop) => sum + BigInt(hop.amount), 0n))
          expect(scene.bars.reduce((sum, bar) => sum + bar.hops, 0) + scene.undated.hops).toBe(hops.length)
          for (const bar of scene.bars) {
            expect(bar.x >= 0 && bar.x + bar.width <= scene.width, bar.title).toBe(true)
            expect(bar.y >= 0 && bar.y + bar.height <= scene.height, bar.title).toBe(true)
          }
          const dates = scene.ticks.flatMap((tick) => (tick.label?.anchor === 'middle' ? [tick.label] : []))
          for (let i = 1; i < dates.length; i++) {
            expect(dates[i]!.x - dates[i - 1]!.x > dates[i]!.width, dates[i]!.text).toBe(true)
          }
          for (const tick of scene.ticks) {
            if (tick.label?.anchor === 'end')
              expect(tick.label.x - tick.label.width >= 0, tick.label.text).toBe(true)
          }
        },
      ),
      { seed: 7, numRuns: 100 },
    )
  })
})
