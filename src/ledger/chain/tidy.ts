import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { WORK_COLUMNS } from './layout.ts'
import { type Manifest, readSegmentHead } from './manifest.ts'
import type { Plan } from './plan.ts'
import { whileUnread } from './snapshot.ts'

/**
 * Deletes what neither the manifest nor the plan names, but for
 * - decoded segments that this or the next run can take up: those that have a head, since it is the first to go when a
 *   segment's work files are used up;
 * - what an earlier manifest named, while somebody reads: the next run deletes it.
 */
export function tidy(folder: string, manifest: Manifest, plan?: Plan): void {
  const named = [...manifest.batches, ...(plan?.manifest.batches ?? [])]
  const whole = new Set(named.flatMap((batch) => batch.segments.map(({ name }) => name)))
  const made = new Set(plan?.batch?.segments.map(({ name }) => name))
  const batches = new Set(named.map(({ name }) => name).concat(plan?.batch?.name ?? []))
  const old: string[] = []
  for (const name of list(join(folder, 'batches'))) {
    if (!batches.has(name)) old.push(join(folder, 'batches', name))
  }
  for (const name of list(join(folder, 'segments'))) {
    const path = join(folder, 'segments', name)
    if (whole.has(name)) {
      for (const file of list(path))
        if (file in WORK_COLUMNS || file === 'segment.json') rmSync(join(path, file))
    } else if (made.has(name)) continue
    else if (generationOf(name) <= manifest.generation) old.push(path)
    else if (readSegmentHead(path) === undefined) rmSync(path, { recursive: true })
  }
  if (old.length > 0)
    whileUnread(folder, () => {
      for (const path of old) rmSync(path, { recursive: true })
    })
}

/** Names of segments carry the generation that they are to become part of. */
function generationOf(name: string): number {
  return Number(/^s(\d+)-\d+$/.exec(name)?.[1] ?? 0)
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // The folder is made with its first entry.
    return []
  }
}
