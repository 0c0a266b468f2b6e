import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LootlineError } from '../../errors.ts'
import { golden, readTable, tempFiles } from './table.test-suite.ts'

const write = tempFiles()
const FILES = [
  'laundernet.csv',
  'tron-trc20.csv',
  'tronscan.json',
  'etherscan-transactions.csv',
  'etherscan-tokens.csv',
  'etherscan-txlist.json',
  'lootline.csv',
  'lootline.jsonl',
]

/** Rows and rejects add up, or the file is refused in words. */
async function assertTamed(content: Uint8Array): Promise<void> {
  try {
    const { rows, rejects, summary } = await readTable(write('fuzz', content))
    expect(rows.length).toBeLessThanOrEqual(summary.rows)
    expect(rejects.length).toBe(summary.rejected)
    for (const { transaction } of rows) {
      for (const { amount } of [...transaction.transfers, ...transaction.outputs]) {
        expect(typeof amount === 'bigint' && amount >= 0n, 'an amount below zero').toBe(true)
      }
      expect(transaction.height ?? transaction.time, 'no place in the chain').toBeDefined()
    }
  } catch (error) {
    if (!(error instanceof LootlineError)) throw error
    expect(error.message).toContain('fuzz')
    expect(error.next).not.toBe('')
  }
}

describe('openTable', () => {
  test('meets any bytes with a LootlineError', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.string({ unit: 'binary', maxLength: 200 }).map((text) => new TextEncoder().encode(text)),
          fc.json({ maxDepth: 5 }).map((text) => new TextEncoder().encode(text)),
        ),
        assertTamed,
      ),
      { seed: 31, numRuns: 500 },
    )
  })

  test('meets damaged exports so, too', async () => {
    const change = fc.record({
      file: fc.constantFrom(...FILES),
      at: fc.nat(),
      remove: fc.nat(40),
      insert: fc.oneof(
        fc.string({ maxLength: 20 }),
        fc.constantFrom(
          '"',
          ',',
          '\n',
          '\r',
          '-1',
          '1e18',
          '{',
          '}]',
          '\u0000',
          'NaN',
          '\ud800',
          '9'.repeat(90),
          'null',
          '__proto__',
        ),
      ),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
        let text = readFileSync(golden(changes[0]!.file), 'utf8')
        for (const { at, remove, insert } of changes) {
          const place = at % text.length
          text = text.slice(0, place) + insert + text.slice(place + remove)
        }
        await assertTamed(Buffer.from(text))
      }),
      { seed: 32, numRuns: 600 },
    )
  })
})
