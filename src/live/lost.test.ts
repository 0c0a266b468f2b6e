/** What of `live.sqlite` may be lost at no harm: docs/formats/live-sqlite.md. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createMemoryLedger } from '../ledger/index.ts'
import { simulate } from '../simulate/index.ts'
import { books } from '../trace/fixtures.ref.ts'
import { plainRequest } from '../trace/index.ts'
import type { LiveProgress } from './desk.ts'
import { expectSameFlow, liveWorld } from './liveWorld.test-suite.ts'
import { madeChain, madeDoor, madeSource } from './madeSource.test-suite.ts'

/** A theft, and a store that asks for it. */
function asked(kind: 'explorer' | 'node') {
  const options = { seed: 5, model: 'utxo', transactions: 40, days: 1, thefts: 1, peelHops: 3 } as const
  const simulation = simulate(options)
  const { chain, seeds } = simulation
  const door = madeDoor(madeChain(chain, simulation.ledger))
  const world = liveWorld({
    ...books(createMemoryLedger()),
    sources: [{ chain, shown: door.shown, open: async (wrap) => madeSource(chain, wrap(door), kind) }],
  })
  onTestFinished(() => world.clean())
  const request = plainRequest({
    seeds: seeds.map(({ theft, txid }) => ({ theft, of: { kind: 'lot', txid } })),
  })
  const lose = (...tables: string[]): void => {
    const database = new DatabaseSync(join(world.folder, 'live.sqlite'))
    for (const table of tables) database.exec(`DELETE FROM ${table}`)
    database.close()
  }
  return { world, request, lose }
}

test.each(['explorer', 'node'] as const)(
  'answers, and what is known of outputs, are asked for again: %s',
  async (kind) => {
    const { world, request, lose } = asked(kind)
    const { flow } = await world.run(request)
    expect(flow.hops.length).toBeGreaterThan(3)
    lose('asked', 'answer', 'lot')
    const again = await world.run(request)
    expect([again.missing, again.cut]).toEqual([[], null])
    expectSameFlow(again.flow, flow)
    expect(again.flow.coverage.notes).toEqual(flow.coverage.notes)
  },
)

test.each(['explorer', 'node'] as const)(
  'what another process forgets meanwhile is asked for again: %s',
  async (kind) => {
    const { flow } = await asked(kind).world.run(asked(kind).request)
    const { world, request, lose } = asked(kind)
    let waves = 0
    const onProgress = (progress: LiveProgress): void => {
      if (progress.kind === 'wave' && progress.open === 0 && waves++ < 2) lose('lot')
    }
    const beside = await world.run(request, { onProgress })
    expect([beside.missing, beside.cut, waves]).toEqual([[], null, 3])
    expectSameFlow(beside.flow, flow)
  },
)
