import fc from 'fast-check'
import { expect, it } from 'vitest'
import { NONE } from '../ledger/ledger.ts'
import { changeSigns, surestChange } from './change/signs.ts'
import { changeWorld } from './change/world.ts'
import { coinJoin, REFUSED, refusedRows } from './coinJoin.ts'
import { payJoin } from './coinjoin/equalOutputs.ts'
import { peelChains } from './peelChain.ts'
import { type PlainTransaction, plainColumns } from './plainTransaction.test-suite.ts'

const sats = fc.constantFrom(
  0,
  546,
  999,
  5000,
  100_000,
  101_000,
  5_000_000,
  5_010_000,
  9_990_000,
  19_980_000,
  Number.NaN,
)
const script = fc.option(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), { freq: 5 })
const kind = fc.constantFrom('p2wpkh' as const, 'p2pkh' as const, 'data' as const, 'unknown' as const)
const leg = fc.record({ script, kind, sats })
const chain = fc.array(
  fc.record({
    inputs: fc.array(
      fc.record({ script, kind, sats, txid: fc.nat({ max: 12 }).map(String), n: fc.constant(0) }),
      { maxLength: 25 },
    ),
    outputs: fc.array(leg, { minLength: 1, maxLength: 25 }),
  }),
  { maxLength: 8 },
)

it('whatever a chain holds, every row gets an answer, and the quick look misses nothing', () => {
  fc.assert(
    fc.property(chain, (made) => {
      const transactions: PlainTransaction[] = made.map((tx, i) => ({ ...tx, txid: String(i) }))
      const { columns, links, scripts } = plainColumns(transactions)
      const refused = refusedRows(columns, { links })
      const world = changeWorld(columns, links, scripts.length)
      for (let row = 0; row < columns.n; row++) {
        const { findings } = coinJoin(columns, row, { links })
        for (const { confidence, reasons } of findings) {
          expect(confidence).toBeGreaterThan(0)
          expect(confidence).toBeLessThanOrEqual(100)
          expect(reasons.join()).not.toMatch(/NaN|undefined/)
        }
        const mixed = findings.some((finding) => finding.kind !== 'whirlpool-tx0')
        expect(refused[row] === REFUSED.coinJoin).toBe(mixed)
        expect(refused[row] === REFUSED.payJoin).toBe(payJoin(columns, row) !== null)
        const signs = changeSigns(world, row)
        const surest = surestChange(world, row)
        if (surest !== NONE) expect(signs[surest - columns.outputStarts[row]!]!.score).toBeGreaterThan(1)
      }
      const rows = peelChains(world, 2).flatMap(({ hops }) => hops.map((hop) => hop.row))
      expect(new Set(rows).size).toBe(rows.length)
    }),
    { seed: 5, numRuns: 600 },
  )
})
