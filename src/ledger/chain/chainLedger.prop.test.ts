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
    const property = fc.asyncProperty(
      fc.array(plan, { minLength: 2, maxLength: 12 }),
      // Where runs end, and the height at which each leaves the chain of the run before.
      fc.array(fc.record({ share: fc.nat(100), fork: fc.option(fc.nat(11), { freq: 2 }) }), { maxLength: 3 }),
      fc.constantFrom(2 ** 12, 2 ** 14, 2 ** 26),
      async (plans, runs, memory) => {
        const store = temporary()
        const branches = plans.map(() => '')
        let least = 1
        for (const [run, { share, fork }] of [...runs, { share: 100, fork: null }].entries()) {
          // A chain replaces another only where it is longer.
          const length = Math.max(least, Math.ceil((plans.length * share) / 100))
          if (fork !== null && length > least) branches.fill(`/${run}`, Math.min(fork, length - 1))
          least = Math.max(least, length)
          const blocks = blocksOf(plans.slice(0, length), (height) => branches[height]!)
          const files = temporary()
          const names = writeMade(files, blocks)
          const source = openBlockSource(files, blockNetwork('bitcoin', 'regtest'))
          await indexBlocks(store, source, { chain: BITCOIN_REGTEST, memory, threads: 1 })
          source.close()
          if (run < runs.length) continue
          const transactions = transactionsOf(blocks, names)
          const ledger = openChainLedger(store)
          expect(answers(ledger, transactions)).toBe(answers(memoryOf(transactions), transactions))
          ledger.close()
        }
        clean()
      },
    )
    await fc.assert(property, { seed: 20261123, numRuns: 25 })
  })
})
