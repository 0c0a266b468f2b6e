import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { WORK_COLUMNS } from './layout.ts'
import { type Manifest, readSegmentHead } from './manifest.ts'

/** Deletes what no manifest names, but for decoded segments that this or the next run can take up. */
export function tidy(folder: string, manifest: Manifest): void {
  rmSync(join(folder, 'work'), { recursive: true, force: true })
  const segments = new Set(manifest.batches.flatMap((batch) => batch.segments.map(({ name }) => name)))
  const batches = new Set(manifest.batches.map(({ name }) => name))
  for (const name of list(join(folder, 'batches'))) {
    if (!batches.has(name)) rmSync(join(folder, 'batches', name), { recursive: true })
  }
  for (const name of list(join(folder, 'segments'))) {
    const path = join(folder, 'segments', name)
    if (segments.has(name)) {
      for (const column of Object.keys(WORK_COLUMNS)) rmSync(join(path, column), { force: true })
    } else if (generationOf(name) <= manifest.generation || readSegmentHead(path) === undefined)
      rmSync(path, { recursive: true })
  }
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
