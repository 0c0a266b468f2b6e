/**
 * The second and third pass as jobs for threads. Each is done once and then deletes what it has used up: a job that is asked
 * for again, after a kill, finds that it is done.
 * @module
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type AnswerInput, type Asker, answerSpends, isAskedLittle } from './answerSpends.ts'
import { askSpends } from './askSpends.ts'
import { checkAmounts } from './checkAmounts.ts'
import { createColumn, openColumn } from './columnFile.ts'
import { BATCH_COLUMNS } from './layout.ts'
import { once, workFolder } from './plan.ts'
import { type Job, job, type Pool } from './pool.ts'
import { numberOutputs, resolveAddresses } from './resolveAddresses.ts'
import { type ResolveInput, resolveTransactions } from './resolveTransactions.ts'
import { answersFile, CHUNK, questionsFile, ROW_BYTES, spentFile } from './spendFiles.ts'
import { takeSpends } from './takeSpends.ts'
import { dropOf, type EarlierBatch, type WorkSegment } from './workSegment.ts'

interface InFolder {
  /** Of the store. */
  readonly folder: string
}

/**
 * Second pass: ids of prevouts and addresses, at the same time where there are two threads.
 *
 * @param memory bytes for the tables, of all threads together
 * @returns how many addresses each segment has first
 */
export async function resolveAll(
  pool: Pool,
  folder: string,
  segments: readonly WorkSegment[],
  memory: number,
): Promise<number[]> {
  const input = { folder, segments, memory: memory / Math.min(2, pool.threads) }
  const [, counts] = await pool.run(resolveJob, [
    { ...input, of: 'ids' },
    { ...input, of: 'addresses' },
  ])
  return counts!
}

/** @public Threads ask for it by its name. */
export const resolveJob: Job<InFolder & ResolveInput & { readonly of: 'ids' | 'addresses' }, number[]> = job(
  import.meta.url,
  'resolveJob',
  ({ folder, of, ...input }) => {
    const counts = once(folder, of, () => {
      if (of === 'addresses') return resolveAddresses(input)
      resolveTransactions(input)
      return []
    })
    for (const segment of input.segments) {
      if (!segment.fresh) continue
      dropOf(segment, of === 'ids' ? ['prevId'] : ['keyHash', 'keyKind', 'keyStart', 'keyBytes'])
    }
    return counts
  },
)

interface OfSegment extends InFolder {
  readonly segments: readonly WorkSegment[]
  /** Place of the segment whose turn it is. */
  readonly at: number
}

/** Gives the outputs of the fresh segments their addresses, which are numbered now. */
export async function numberAll(pool: Pool, folder: string, segments: readonly WorkSegment[]): Promise<void> {
  await pool.run(numberJob, jobsOf(folder, segments))
}

/** @public Threads ask for it by its name. */
export const numberJob: Job<OfSegment, void> = job(
  import.meta.url,
  'numberJob',
  ({ folder, segments, at }) => {
    const segment = segments[at]!
    once(folder, `number-${at}`, () => numberOutputs(segments, segment))
    dropOf(segment, ['outKey', 'givenKey', 'keySegment', 'keyRank'])
  },
)

/**
 * Third pass: spends, in both directions. Each input asks the segment of its prevout; a segment answers all its askers at
 * once; each asker then reads the answers in its own order. Writes `in*`, `unknown*` and `outSpent` of every fresh segment
 * and `spend*` of the batch.
 *
 * @throws {BadChainError}
 */
export async function joinSpends(
  pool: Pool,
  folder: string,
  segments: readonly WorkSegment[],
  earlier: readonly EarlierBatch[],
  batch: string,
): Promise<void> {
  const work = workFolder(folder)
  const jobs = jobsOf(folder, segments)
  const starts = await pool.run(askJob, jobs)
  const askers = jobs.map(({ at }, i) => ({ segment: segments[at]!, starts: starts[i]! }))
  const shared = { folder, segments, earlier, askers, work }
  await pool.run(
    answerJob,
    groupsOf(segments, askers).map((targets) => ({ ...shared, targets })),
  )
  once(folder, 'spends', () => gatherSpends(segments.length, work, batch))
  for (let at = 0; at < segments.length; at++) rmSync(spentFile(work, at), { force: true })
  for (const { segment } of askers) rmSync(questionsFile(work, segment), { force: true })
  await pool.run(
    takeJob,
    jobs.map((one, i) => ({ ...one, starts: starts[i]! })),
  )
}

/** @public Threads ask for it by its name. */
export const askJob: Job<OfSegment, number[]> = job(import.meta.url, 'askJob', ({ folder, segments, at }) => {
  const segment = segments[at]!
  const starts = once(folder, `ask-${at}`, () => askSpends(segments, segment, workFolder(folder)))
  dropOf(segment, ['inRef', 'prevTx', 'lostId'])
  return starts
})

/** @public Threads ask for it by its name. */
export const answerJob: Job<InFolder & AnswerInput, void> = job(
  import.meta.url,
  'answerJob',
  ({ folder, ...input }) => once(folder, `answer-${input.targets[0]}`, () => answerSpends(input)),
)

/** @public Threads ask for it by its name. */
export const takeJob: Job<OfSegment & { readonly starts: readonly number[] }, void> = job(
  import.meta.url,
  'takeJob',
  ({ folder, segments, at, starts }) => {
    const segment = segments[at]!
    const work = workFolder(folder)
    once(folder, `take-${at}`, () => {
      takeSpends(segments, segment, starts, work)
      checkAmounts(segments, segment)
    })
    rmSync(answersFile(work, segment), { force: true })
    dropOf(segment, ['givenInput', 'givenSats', 'givenAddress'])
  },
)

function jobsOf(folder: string, segments: readonly WorkSegment[]): OfSegment[] {
  return [...segments.keys()].filter((at) => segments[at]!.fresh).map((at) => ({ folder, segments, at }))
}

/** Segments that are loaded answer one by one, those that are asked little all together. */
function groupsOf(segments: readonly WorkSegment[], askers: readonly Asker[]): number[][] {
  const groups: number[][] = []
  const few: number[] = []
  for (const [at, segment] of segments.entries()) {
    if (isAskedLittle(segment, at, askers)) few.push(at)
    else groups.push([at])
  }
  return few.length === 0 ? groups : [...groups, few]
}

/** Writes `spend*` of the batch. */
function gatherSpends(segments: number, work: string, batch: string): void {
  const names = ['spendTx', 'spendN', 'spendBy'] as const
  const columns = names.map((name) => createColumn(join(batch, name), BATCH_COLUMNS[name]))
  for (let at = 0; at < segments; at++) {
    if (!existsSync(spentFile(work, at))) continue
    const spent = openColumn(spentFile(work, at), ROW_BYTES)
    for (let from = 0; from < spent.rows; from += CHUNK) {
      const rows = new Uint32Array(3 * Math.min(CHUNK, spent.rows - from))
      spent.read(from, rows)
      for (const [i, column] of columns.entries())
        column.append(Uint32Array.from({ length: rows.length / 3 }, (_, row) => rows[3 * row + i]!))
    }
    spent.close()
  }
  for (const column of columns) column.finish()
}
