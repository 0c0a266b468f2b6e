import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { answerSpends } from './answerSpends.ts'
import { askSpends } from './askSpends.ts'
import { clean, index, made, sourceOf, temporary } from './made.test-suite.ts'
import { readManifest, type SegmentHead } from './manifest.ts'
import { numberOutputs, resolveAddresses } from './resolveAddresses.ts'
import { resolveTransactions } from './resolveTransactions.ts'
import { createSegmentBuilder } from './segmentBuilder.ts'
import { answersFile, spentFile } from './spendFiles.ts'
import type { EarlierBatch, WorkSegment } from './workSegment.ts'

afterEach(clean)

/** A store of some batches and decoded segments after it, as the passes see them. */
async function grown(
  ends: readonly number[],
  fresh: readonly number[],
): Promise<{ segments: WorkSegment[]; earlier: EarlierBatch[] }> {
  const store = temporary()
  for (const end of ends) await index(store, made(end), 2 ** 18)
  const segments: WorkSegment[] = []
  const earlier: EarlierBatch[] = []
  let [firstTx, firstAddress] = [0, 0]
  for (const { name, segments: own } of readManifest(store)!.batches) {
    const end = own.reduce((sum, { transactions }) => sum + transactions, firstTx)
    for (const { addresses, ...head } of own) {
      const folder = join(store, 'segments', head.name)
      segments.push({ head, folder, fresh: false, firstTx, batchEnd: end, firstAddress, addresses })
      firstTx += head.transactions
      firstAddress += addresses
    }
    earlier.push({ folder: join(store, 'batches', name), end })
  }
  const heads: SegmentHead[] = []
  const source = sourceOf(made(ends.at(-1)! + fresh.reduce((sum, n) => sum + n, 0)))
  let next = ends.at(-1)!
  for (const blocks of fresh) {
    const builder = createSegmentBuilder(join(store, 'segments', `f-${next}`), `f-${next}`, false)
    for (const block of source.blocks(next, next + blocks - 1)) builder.add(block)
    heads.push(builder.finish())
    next += blocks
  }
  source.close()
  const batchEnd = heads.reduce((sum, { transactions }) => sum + transactions, firstTx)
  for (const head of heads) {
    const folder = join(store, 'segments', head.name)
    segments.push({ head, folder, fresh: true, firstTx, batchEnd, firstAddress: 0, addresses: 0 })
    firstTx += head.transactions
  }
  return { segments, earlier }
}

/** All that the passes say, with so many rows to a look-up. */
function passes(
  segments: readonly WorkSegment[],
  earlier: readonly EarlierBatch[],
  rows: number,
): Record<string, string> {
  const said: Record<string, string> = {}
  const work = temporary()
  const copied = segments.map((segment, at) => {
    if (!segment.fresh) return segment
    const folder = join(work, `s${at}`)
    cpSync(segment.folder, folder, { recursive: true })
    return { ...segment, folder }
  })
  const input = { segments: copied, memory: 2 ** 16, rowsPerLookUp: rows }
  resolveTransactions(input)
  const counts = resolveAddresses(input)
  let firstAddress = 0
  const numbered = copied.map((segment, at) => {
    const own = { ...segment, firstAddress, addresses: counts[at]! }
    firstAddress += counts[at]!
    return own
  })
  const fresh = numbered.filter((segment) => segment.fresh)
  for (const segment of fresh) numberOutputs(numbered, segment)
  const askers = fresh.map((segment) => ({ segment, starts: askSpends(numbered, segment, work) }))
  const targets = [...numbered.keys()]
  answerSpends({ segments: numbered, earlier, askers, targets, work, rowsPerQuestion: rows })
  const keep = (name: string, path: string): void => {
    said[name] = readFileSync(path).toString('base64')
  }
  for (const [at, segment] of fresh.entries()) {
    const names = ['prevTx', 'lostId', 'keySegment', 'keyRank', 'addressHash', 'addressBytes', 'outAddress']
    for (const name of [...names, 'inTx', 'outSpent']) keep(`${at} ${name}`, join(segment.folder, name))
    keep(`${at} answers`, answersFile(work, segment))
  }
  for (const [at, segment] of numbered.entries()) {
    const isAsked = askers.some(({ starts }) => starts[at + 1]! > starts[at]!)
    if (!segment.fresh && isAsked) keep(`spent of ${at}`, spentFile(work, at))
  }
  return said
}

describe('looking up and reading through', () => {
  test('say the same of any store and any blocks after it', async () => {
    let looked = 0
    const property = fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 2 }),
      fc.integer({ min: 1, max: 40 }),
      async (steps, fresh, between) => {
        let end = 101
        const ends = steps.map((step) => (end += step))
        const { segments, earlier } = await grown(ends, fresh)
        const scanned = passes(segments, earlier, Number.POSITIVE_INFINITY)
        const foundIn = Object.keys(scanned).filter((name) => name.startsWith('spent of'))
        looked += foundIn.length
        expect(passes(segments, earlier, 0)).toEqual(scanned)
        // Some segments one way, some the other.
        expect(passes(segments, earlier, between)).toEqual(scanned)
      },
    )
    await fc.assert(property, { seed: 21, numRuns: 6 })
    expect(looked, 'outputs of earlier segments are spent').toBeGreaterThan(6)
  }, 60_000)
})
