import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlockError } from './blockError.ts'
import { blockColumns, decodeBlock } from './decodeBlock.ts'
import { COINBASE, type MadeTransaction, makeBlock, makeTransaction } from './madeBlocks.test-suite.ts'

const bytes = (max: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: max })
const transaction: fc.Arbitrary<MadeTransaction> = fc
  .record({
    inputs: fc.array(
      fc.record({
        txid: fc.uint8Array({ minLength: 32, maxLength: 32 }),
        n: fc.nat(0xffffffff),
        script: bytes(300),
        witness: fc.array(bytes(300), { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    outputs: fc.array(fc.record({ sats: fc.nat(2 ** 53 - 1), script: bytes(40) }), { maxLength: 4 }),
    locktime: fc.nat(0xffffffff),
  })
  .map((made) => ({ ...made, flag: made.inputs.some(({ witness }) => witness.length > 0) ? 1 : 0 }))

describe('decodeBlock', () => {
  it('finds what was written', () => {
    const columns = blockColumns()
    fc.assert(
      fc.property(fc.array(transaction, { minLength: 1, maxLength: 6 }), (transactions) => {
        const block = makeBlock({ transactions })
        decodeBlock(columns, block, 0, block.length, { file: 'made', offset: 0 })
        const c = columns
        const read = transactions.map((_, t) => ({
          inputs: range(c.inputStarts, t).map((i) => ({
            txid: block.slice(c.prevTxids[i], c.prevTxids[i]! + 32),
            n: c.prevNs[i],
            script: block.slice(c.inputScripts[i], c.inputScripts[i]! + c.inputScriptLengths[i]!),
          })),
          outputs: range(c.outputStarts, t).map((o) => ({
            sats: c.sats[o],
            script: block.slice(c.outputScripts[o], c.outputScripts[o]! + c.outputScriptLengths[o]!),
          })),
          locktime: c.locktimes[t],
          flag: c.segwit[t],
          bytes: block.slice(c.txStarts[t], c.txStarts[t + 1]),
        }))
        expect(read).toEqual(
          transactions.map((made) => ({
            ...made,
            inputs: made.inputs.map(({ txid, n, script }) => ({ txid, n, script })),
            bytes: makeTransaction(made).bytes,
          })),
        )
      }),
      { seed: 144, numRuns: 300 },
    )
  })

  it('reads or refuses any change of a block, within its bounds', () => {
    const original = makeBlock({
      transactions: [COINBASE, ...fc.sample(transaction, { seed: 5, numRuns: 12 })],
    })
    const columns = blockColumns()
    const change = fc.record({
      at: fc.nat(original.length - 1),
      byte: fc.oneof(fc.constantFrom(0, 1, 0xfc, 0xfd, 0xfe, 0xff), fc.nat(255)),
    })
    let refused = 0
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.oneof({ weight: 4, arbitrary: fc.constant(original.length) }, fc.nat(original.length)),
        (changes, end) => {
          const block = original.slice()
          for (const { at, byte } of changes) block[at] = byte
          try {
            decodeBlock(columns, block, 0, end, { file: 'fuzz', offset: 0 })
            expect(columns.end).toBe(end)
          } catch (error) {
            if (!(error instanceof BlockError)) throw error
            refused++
            expect(error.data.byteOffset).toBeGreaterThanOrEqual(0)
            expect(error.data.byteOffset).toBeLessThanOrEqual(end + 9)
          }
          expect(columns.prevTxids.length).toBeLessThanOrEqual(1024)
        },
      ),
      { seed: 866342, numRuns: 30_000 },
    )
    expect(refused).toBeGreaterThan(1000)
  })
})

function range(starts: Uint32Array, t: number): number[] {
  return Array.from({ length: starts[t + 1]! - starts[t]! }, (_, i) => starts[t]! + i)
}
