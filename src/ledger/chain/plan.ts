/**
 * What is being made between two commits of the store, so that a killed run goes on where it was: `work/plan.json` and a file
 * for each step that is done. Nothing that a step needs is deleted before that.
 * @module
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Manifest, manifestSchema, type SegmentHead, segmentSchema } from './manifest.ts'
import { writeJson } from './writeJson.ts'

/** Another version's plan is not gone on with. */
const VERSION = 1

export interface Plan {
  readonly version: typeof VERSION
  /** Generation of the `chain.json` that it begins with. */
  readonly base: number
  /** What `chain.json` would be now: batches that are kept, and whole ones that are not yet shown. */
  readonly manifest: Manifest
  /** The batch that is being made, its blocks decoded; null between batches. */
  readonly batch: { readonly name: string; readonly segments: readonly SegmentHead[] } | null
}

const planSchema: z.ZodType<Plan> = z.strictObject({
  version: z.literal(VERSION),
  base: z.number().int().nonnegative(),
  manifest: manifestSchema,
  batch: z.strictObject({ name: z.string().max(64), segments: z.array(segmentSchema).min(1) }).nullable(),
})

export function workFolder(folder: string): string {
  return join(folder, 'work')
}

/** Undefined where there is none that can be gone on with. */
export function readPlan(folder: string): Plan | undefined {
  const file = join(workFolder(folder), 'plan.json')
  if (!existsSync(file)) return undefined
  try {
    return planSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    // Of another version, or damaged: what it stood for is made again.
    return undefined
  }
}

/**
 * Replaces the plan; steps done under the one before are forgotten: after it is replaced where a batch is whole, since its
 * steps cannot be done twice; before that where a batch begins, since its steps may have the names of others.
 */
export function writePlan(folder: string, plan: Omit<Plan, 'version'>): void {
  const work = workFolder(folder)
  mkdirSync(work, { recursive: true })
  const write = (): void => writeJson(join(work, 'plan.json'), { version: VERSION, ...plan })
  if (plan.batch === null) write()
  for (const name of readdirSync(work))
    if (name !== 'plan.json') rmSync(join(work, name), { recursive: true })
  if (plan.batch !== null) write()
}

/** The plan first: steps without it mean nothing. */
export function dropPlan(folder: string): void {
  const work = workFolder(folder)
  rmSync(join(work, 'plan.json'), { force: true })
  rmSync(work, { recursive: true, force: true })
}

/** What a step gave, if an earlier run has done it; else does it and keeps what it gives (JSON). */
export function once<T>(folder: string, step: string, run: () => T): T {
  const file = join(workFolder(folder), `${step}.done`)
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { gave: T }).gave
  const gave = run()
  writeJson(file, { gave })
  return gave
}
