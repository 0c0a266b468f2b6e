import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Flow } from '../trace/flow.ts'
import { bigFlow } from './fixtures.test-suite.ts'
import { flowScene } from './flowScene.ts'
import type { FlowScene, SceneText } from './scene.ts'

const FLOWS = fc
  .record({
    seed: fc.integer({ min: 1, max: 10_000 }),
    payments: fc.integer({ min: 1, max: 600 }),
    maxNodes: fc.integer({ min: 6, max: 60 }),
    width: fc.integer({ min: 640, max: 2400 }),
    foldBelowShare: fc.constantFrom(0, 0.005, 0.1),
    backward: fc.boolean(),
  })
  .map(({ seed, payments, backward, ...settings }) => {
    const flow = bigFlow(seed, payments)
    const turned: Flow = {
      ...flow,
      direction: 'backward',
      hops: flow.hops.toReversed().map((hop) => ({ ...hop, from: hop.to, to: hop.from })),
    }
    return { flow: backward ? turned : flow, settings }
  })
const RUNS = { seed: 20_230_113, numRuns: 60 }

const sum = (rows: readonly { readonly amount: string }[]): bigint =>
  rows.reduce((all, row) => all + BigInt(row.amount), 0n)

describe('flowScene, any balanced flow', () => {
  test('every gap between columns carries exactly what was stolen', () => {
    fc.assert(
      fc.property(FLOWS, ({ flow, settings }) => {
        const scene = flowScene(flow, settings)
        expect(scene.open).toBe('0')
        expect(sum(flow.seeds)).toBe(BigInt(scene.total))
        for (let column = 0; column + 1 < scene.columns.length; column++) {
          const forward = sum(scene.ribbons.filter((band) => band.column === column))
          const back = sum(
            scene.arcs.filter(({ columns: [left, right] }) => left <= column && column < right),
          )
          if (scene.arcsMore.arrows === 0) expect(forward - back, `gap ${column}`).toBe(BigInt(scene.total))
          else expect(forward - back >= BigInt(scene.total), `gap ${column}`).toBe(true)
        }
      }),
      RUNS,
    )
  })

  test('every lane passes on what runs into it', () => {
    fc.assert(
      fc.property(FLOWS, ({ flow, settings }) => {
        const scene = flowScene(flow, settings)
        for (const lane of scene.lanes) {
          const at = (column: number) =>
            scene.ribbons.filter((band) => band.to === lane.to && band.column === column)
          const out = at(lane.column).filter((band) => band.from === band.to)
          expect(sum(out), `lane to ${lane.to}`).toBe(BigInt(lane.amount))
          expect(sum(at(lane.column - 1)), `lane to ${lane.to}`).toBe(BigInt(lane.amount))
        }
      }),
      RUNS,
    )
  })

  test('every card takes in what it gives out, seeds and leaves counted', () => {
    fc.assert(
      fc.property(FLOWS, ({ flow, settings }) => {
        for (const node of flowScene(flow, settings).nodes) {
          const gain = BigInt(node.inflow) - BigInt(node.outflow)
          const own = BigInt(node.own)
          const expected = node.kind === 'leaf' ? own : node.kind === 'seed' ? -own : 0n
          expect(gain, node.title).toBe(expected)
        }
      }),
      RUNS,
    )
  })

  test('leaves add up by reason to the balance of the flow', () => {
    fc.assert(
      fc.property(FLOWS, ({ flow, settings }) => {
        const scene = flowScene(flow, settings)
        for (const [reason, amount] of Object.entries(flow.balance[0]!.byReason)) {
          const drawn = scene.nodes.filter((node) => node.reason === reason)
          expect(
            drawn.reduce((all, node) => all + BigInt(node.own), 0n),
            reason,
          ).toBe(BigInt(amount))
        }
      }),
      RUNS,
    )
  })

  test('nothing overlaps and nothing leaves the picture', () => {
    fc.assert(
      fc.property(FLOWS, ({ flow, settings }) => {
        const scene = flowScene(flow, settings)
        const boxes = [
          ...scene.nodes.map((node) => ({ ...node, what: node.title })),
          ...scene.lanes.map((lane) => ({
            x: lane.x0,
            y: lane.y - lane.thickness / 2,
            width: lane.x1 - lane.x0,
            height: lane.thickness,
            what: `lane to ${lane.to}`,
          })),
        ]
        const faults: string[] = []
        for (const [i, a] of boxes.entries()) {
          if (a.x < 0 || a.x + a.width > scene.width + 0.1) faults.push(`${a.what} sticks out sideways`)
          if (a.y < 0 || a.y + a.height > scene.height) faults.push(`${a.what} sticks out`)
          for (const b of boxes.slice(0, i)) {
            const beside = a.x + a.width <= b.x || b.x + b.width <= a.x
            const below = a.y + a.height <= b.y + 0.2 || b.y + b.height <= a.y + 0.2
            if (!beside && !below) faults.push(`${a.what} lies over ${b.what}`)
          }
        }
        expect(faults).toEqual([])
        assertTexts(scene)
      }),
      RUNS,
    )
  })
})

/** Lines stay inside their card and below each other; headings stay apart. */
function assertTexts(scene: FlowScene): void {
  for (const node of scene.nodes) {
    let bottom = node.y
    for (const line of node.lines) {
      expect(line.x + line.width <= node.x + node.width, line.text).toBe(true)
      expect(line.y - line.size >= bottom - 1, line.text).toBe(true)
      bottom = line.y
    }
    expect(bottom <= node.y + node.height, node.title).toBe(true)
  }
  const heads: SceneText[] = scene.columns.toSorted((a, b) => a.x - b.x)
  for (let i = 1; i < heads.length; i++) {
    expect(heads[i - 1]!.x + heads[i - 1]!.width < heads[i]!.x, heads[i]!.text).toBe(true)
  }
}
