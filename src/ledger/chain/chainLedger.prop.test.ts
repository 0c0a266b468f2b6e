import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { blockNetwork } from '../../chain/bitcoin/blockNetwork.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { type MadeTransaction, transactionsOf } from '../madeBlocks.test-suite.ts'
import { openBlockSource } from './blockSource.ts'
import { openChainLedger } from './chainLedger.ts'
import { indexBlocks } from './indexBlocks.ts'
import { answers, clean, memoryOf, temporary } from './made.test-suite.ts'
import { writeMade } from './writeMade.test-suite.ts'

afterEach(clean)

/** What a block does: each number chooses what is spent, how many outputs are made, and to whom. */
type Plan = readonly (readonly number[])[]

/** Of the first block: a chain from its very first one can spend nothing from outside. */
const FIRST = 40

const HOLDERS = ['a', 'b', 'c', 'd', 'e', null]

/** Blocks that spend, by these numbers, what is unspent in them so far; now and then what is nowhere. */
function blocksOf(plans: readonly Plan[], branch: (height: number) => string): MadeTransaction[][] {
  const unspent: [name: string, n: number, sats: number][] = []
  return plans.map((plan, height) => {
    const salt = branch(height)
    const make = (
      name: string,
      inputs: MadeTransaction['inputs'],
      sats: number,
      by: number,
    ): MadeTransaction => {
      const count = by % 4
      const outputs = Array.from({ length: count }, (_, n): [string | null, number] => {
        const holder = HOLDERS[(by >> (2 + n)) % HOLDERS.length]!
        unspent.push([name, n, Math.floor(sats / count)])
        return [holder, Math.floor(sats / count)]
      })
      return { name, inputs, outputs }
    }
    const coinbase = make(`m${height}${salt}`, [], 5_000, 1 + 4 * height)
    return [
      coinbase,
      ...plan.map((numbers, i) => {
        const inputs: [string, number][] = []
        let sats = 0
        for (const number of numbers.slice(1)) {
          const [spent] = number % 7 === 0 ? [] : unspent.splice(number % Math.max(1, unspent.length), 1)
          inputs.push(
            spent === undefined
              ? [`outside${height}.${i}.${inputs.length}${salt}`, number]
              : [spent[0], spent[1]],
          )
          sats += spent?.[2] ?? 0
        }
        return make(`t${height}.${i}${salt}`, inputs, sats, numbers[0]!)
      }),
    ]
  })
}

const number = fc.nat(10_000)
const plan: fc.Arbitrary<Plan> = fc.array(fc.array(number, { minLength: 2, maxLength: 5 }), { maxLength: 5 })

describe('openChainLedger', () => {
  test('any chain, cut into any segments and batches, turned back at any block, answers as the memory ledger', async () => {
    let removed = 0
    const property = fc.asyncProperty(
      fc.array(plan, { minLength: 4, maxLength: 14 }),
      // How many blocks each run adds, and how many of those before it takes back.
      fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(5)), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(2 ** 12, 2 ** 14, 2 ** 26),
      async (plans, runs, memory) => {
        const store = temporary()
        const branches = plans.map(() => '')
        let length = 0
        for (const [run, [grown, back]] of runs.entries()) {
          branches.fill(`/${run}`, Math.max(0, length - back))
          length = Math.min(plans.length, length + grown)
          const blocks = blocksOf(plans.slice(0, length), (height) => branches[height]!)
          const files = temporary()
          const names = writeMade(files, blocks, FIRST)
          const network = blockNetwork('bitcoin', 'regtest')
          const source = openBlockSource(files, network, { firstHeight: FIRST })
          const result = await indexBlocks(store, source, { chain: BITCOIN_REGTEST, memory, threads: 1 })
          source.close()
          removed += result.removed
          if (run < runs.length - 1) continue
          const transactions = transactionsOf(blocks, names, FIRST)
          const ledger = openChainLedger(store)
          expect(answers(ledger, transactions)).toBe(answers(memoryOf(transactions), transactions))
          ledger.close()
        }
        clean()
      },
    )
    await fc.assert(property, { seed: 20261123, numRuns: 25 })
    expect(removed, 'some chains are turned back').toBeGreaterThan(20)
  })
})
