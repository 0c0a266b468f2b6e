/** What follows without another trace changes no flow: nasty chains, labels, limits, budgets, kills and refreshes, by seed. */
import { afterEach, expect, test } from 'vitest'
import { createMemoryLedger } from '../ledger/index.ts'
import { BudgetError } from '../net/index.ts'
import { random } from '../simulate/random.ts'
import { randomLedger } from '../simulate/randomLedger.ts'
import { books, label } from '../trace/fixtures.ref.ts'
import { plainRequest, type TraceRequest } from '../trace/index.ts'
import { expectSameFlow, liveWorld, wholeFlow } from './liveWorld.test-suite.ts'
import { madeChain, madeDoor, madeSource } from './madeSource.test-suite.ts'

const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'seed %i: a live trace, killed, cut short and refreshed, is the trace of the whole chain',
  async (seed) => {
    const draw = random(seed, 0x4e165)
    const { transactions } = randomLedger(seed, {
      ...{ model: 'utxo', transactions: draw.between(20, 80), holders: draw.between(3, 12) },
      shortfalls: false,
    })
    const { chain } = transactions[0]!
    const made = madeChain(chain, transactions)
    const whole = made.blocks.flatMap((block) => block.transactions)
    const stolen = draw
      .shuffle(
        whole.flatMap(({ txid, outputs }) =>
          outputs.flatMap(({ amount }, n) => (amount > 0n ? [{ txid, n }] : [])),
        ),
      )
      .slice(0, draw.between(1, 3))
    const holders = whole.flatMap(({ outputs }) => outputs.flatMap(({ holder }) => holder ?? []))
    const labels = draw.chance(1, 2) ? { [draw.pick(holders)]: label('Example Mixer', 'mixer') } : {}
    const known = books(createMemoryLedger(), labels)
    const door = madeDoor(made)
    const world = liveWorld({
      ...known,
      sources: [
        { chain, shown: door.shown, open: async (wrap) => madeSource(chain, wrap(door), 'explorer') },
      ],
    })
    ends.push(() => world.clean())
    const asset = `${chain}/slip44:1`
    const request: TraceRequest = plainRequest({
      seeds: stolen.map(({ txid, n }, i) => ({ theft: `theft-${i}`, of: { kind: 'lot', txid, n } })),
      rule: draw.pick(['fifo', 'lifo', 'haircut', 'poison', 'tiho']),
      maxHops: draw.chance(1, 4) ? draw.between(1, 4) : null,
      dust: draw.chance(1, 4) ? { asset, amount: draw.bigBelow(50n) } : null,
      until: draw.chance(1, 6) ? draw.pick(whole).time! : null,
    })
    const expected = wholeFlow(whole, known, request)
    for (let stops = draw.below(6); stops > 0; stops--) {
      let left = draw.below(20)
      const error = draw.chance(1, 2) ? new Error('killed') : new BudgetError(20)
      door.before = () => {
        if (left-- <= 0) throw error
      }
      await world.run(request).catch((thrown: unknown) => {
        if (thrown !== error && !String(thrown).includes('--max-calls')) throw thrown
      })
    }
    door.before = () => {}
    const { flow, missing } = await world.run(request)
    expect(missing).toEqual([])
    expectSameFlow(flow, expected)
    const once = [...door.answered].filter(([question]) => question !== 'GET /tip')
    expect(once.filter(([, times]) => times > 1)).toEqual([])
    expectSameFlow((await world.run(request, { refresh: true })).flow, expected)
  },
)
