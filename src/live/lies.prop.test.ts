/** A liar beside an honest source, killed and cut short anywhere, leaves nothing in the flow: by seed. */
import { afterEach, expect, test } from 'vitest'
import type { Placed, Source } from '../chain/source.ts'
import { createMemoryLedger } from '../ledger/index.ts'
import { BudgetError } from '../net/index.ts'
import { random } from '../simulate/random.ts'
import { randomLedger } from '../simulate/randomLedger.ts'
import { books } from '../trace/fixtures.ref.ts'
import { plainRequest, type TraceRequest } from '../trace/index.ts'
import { expectSameFlow, liveWorld, wholeFlow } from './liveWorld.test-suite.ts'
import { madeChain, madeDoor, madeSource } from './madeSource.test-suite.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'seed %i: what a liar said of heights, times and clean coins goes when it is caught',
  async (seed) => {
    const draw = random(seed, 0x11e5)
    const { transactions } = randomLedger(seed, {
      ...{ model: 'utxo', transactions: draw.between(30, 80), holders: draw.between(3, 12) },
      shortfalls: false,
    })
    const { chain } = transactions[0]!
    const made = madeChain(chain, transactions)
    const whole = made.blocks.flatMap((block) => block.transactions)
    const known = books(createMemoryLedger())
    const lots = whole.flatMap(({ txid, outputs }) =>
      outputs.flatMap(({ amount }, n) => (amount > 0n ? [{ txid, n }] : [])),
    )
    const request: TraceRequest = plainRequest({
      seeds: [{ theft: 'theft', of: { kind: 'lot', ...draw.pick(lots.slice(0, 40)) } }],
      rule: draw.pick(['fifo', 'haircut', 'poison']),
    })
    const expected = wholeFlow(whole, known, request)
    // Its outputs are asked about by every trace.
    const hops = new Set(
      [request.seeds[0]!.of, ...expected.hops].map((one) => ('txid' in one ? one.txid : '')),
    )
    const spent = whole.flatMap(({ txid, inputs }) =>
      hops.has(txid) ? inputs.map((input) => input.txid) : [],
    )
    const caught = draw.pick([...spent.filter((txid) => hops.has(txid)), [...hops][0]!])
    // All a block later, the last ones not: what spends does not come before what it spends.
    const shift = draw.below(2)
    const liedAbout = new Set(whole.filter(() => draw.chance(1, 3)).map(({ txid }) => txid))
    const lie = (placed: Placed): Placed => {
      const { transaction } = placed
      const { height, hash, time } =
        made.blocks[Math.min(placed.block!.height + shift, made.blocks.length - 1)]!
      const inputs = transaction.inputs.map((input) =>
        hops.has(input.txid) || !liedAbout.has(transaction.txid) ? input : { ...input, amount: 7n },
      )
      return {
        ...placed,
        block: { height, hash, time },
        transaction: { ...transaction, height, time, inputs },
      }
    }
    const lying = (source: Source): Source => ({
      ...source,
      async transaction(txid) {
        const found = await source.transaction(txid)
        return found === null ? null : { ...found, placed: lie(found.placed) }
      },
      spends: async (txid) => (txid === caught ? [] : source.spends!(txid)),
    })
    const doors = [1, 2].map((n) => madeDoor(made, `http://127.0.0.1:${n}/made`))
    const honest = draw.pick(['explorer', 'node'] as const)
    const world = liveWorld({
      ...known,
      sources: [
        {
          ...{ chain, shown: doors[0]!.shown },
          open: async (wrap) => lying(madeSource(chain, wrap(doors[0]!), 'explorer')),
        },
        { chain, shown: doors[1]!.shown, open: async (wrap) => madeSource(chain, wrap(doors[1]!), honest) },
      ],
    })
    ends.push(() => world.clean())
    for (let stops = draw.below(6); stops > 0; stops--) {
      let left = draw.below(25)
      const error = draw.chance(1, 2) ? new Error('killed') : new BudgetError(25)
      for (const door of doors)
        door.before = () => {
          if (left-- <= 0) throw error
        }
      await world.run(request).catch((thrown: unknown) => {
        if (thrown !== error && !String(thrown).includes('--max-calls')) throw thrown
      })
    }
    for (const door of doors) door.before = () => {}
    const { flow, missing } = await world.run(request)
    expect(missing).toEqual([])
    expect(flow.coverage.notes.join('\n')).toContain(`${doors[0]!.shown} contradicts itself`)
    expectSameFlow(flow, expected)
    expectSameFlow((await world.run(request, { offline: true })).flow, expected)
  },
)
