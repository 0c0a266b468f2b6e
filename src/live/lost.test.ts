/** What of `live.sqlite` may be lost at no harm: docs/formats/live-sqlite.md. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createMemoryLedger } from '../ledger/index.ts'
import { simulate } from '../simulate/index.ts'
import { books } from '../trace/fixtures.ref.ts'
import { plainRequest } from '../trace/index.ts'
import { expectSameFlow, liveWorld } from './liveWorld.test-suite.ts'
import { madeChain, madeDoor, madeSource } from './madeSource.test-suite.ts'

test.each(['explorer', 'node'] as const)(
  'answers, and what is known of outputs, are asked for again: %s',
  async (kind) => {
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
    const { flow } = await world.run(request)
    expect(flow.hops.length).toBeGreaterThan(3)
    const database = new DatabaseSync(join(world.folder, 'live.sqlite'))
    for (const table of ['asked', 'answer', 'lot']) database.exec(`DELETE FROM ${table}`)
    database.close()
    const again = await world.run(request)
    expect([again.missing, again.cut]).toEqual([[], null])
    expectSameFlow(again.flow, flow)
    expect(again.flow.coverage.notes).toEqual(flow.coverage.notes)
  },
)
