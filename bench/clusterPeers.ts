/**
 * Connected components by others, for the clustering benchmark. Each tells the smallest address of every address's
 * cluster, which is held against ours.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findPython } from './peer.ts'
import type { SqlPeer } from './sqlPeers.ts'

export interface PeerClusters {
  /** u32[addresses] */
  readonly names: Uint32Array
  /** Milliseconds of each run, from what the engine holds in memory. */
  readonly runs: readonly number[]
}

/**
 * Labels until none changes: every address takes the least label among its neighbours, then the label of its label, which
 * halves long chains. One run.
 */
export async function bySql(
  engine: SqlPeer,
  edges: Uint32Array,
  addresses: number,
): Promise<PeerClusters & { readonly rounds: number }> {
  const column = engine.indexed ? 'integer primary key' : 'integer'
  await engine.run('create table edge (a integer, b integer)')
  await engine.fill('edge', bothWays(edges))
  if (engine.indexed) await engine.run('create index edge_a on edge (a, b)')
  await engine.run(`create table label (address ${column}, name integer)`)
  await engine.fill('label', selves(addresses))
  const start = performance.now()
  let rounds = 0
  for (let changes = 1; changes > 0; rounds++) {
    await engine.run(`create table near (address ${column}, name integer)`)
    await engine.run(`insert into near select address, min(name) from (
      select address, name from label union all
      select edge.a as address, label.name from edge join label on label.address = edge.b
    ) as held group by address`)
    await engine.run(`create table next (address ${column}, name integer)`)
    await engine.run(`insert into next
      select near.address, far.name from near join near as far on far.address = near.name`)
    const [changed] = await engine.column(
      'select count(*) from next join label using (address) where next.name <> label.name',
    )
    changes = changed!
    for (const sql of ['drop table near', 'drop table label', 'alter table next rename to label'])
      await engine.run(sql)
  }
  const runs = [performance.now() - start]
  return { names: await engine.column('select name from label order by address'), runs, rounds }
}

function* selves(n: number): Generator<readonly [number, number]> {
  for (let i = 0; i < n; i++) yield [i, i]
}

function* bothWays(edges: Uint32Array): Generator<readonly [number, number]> {
  for (let i = 0; i < edges.length; i += 2) {
    yield [edges[i]!, edges[i + 1]!]
    yield [edges[i + 1]!, edges[i]!]
  }
}

export interface PythonClusters extends PeerClusters {
  readonly version: string
  /** The runs with what it takes to make the library's own graph out of pairs in memory. */
  readonly withGraph: readonly number[]
}

/** Null where no Python has the library. */
export function byPython(
  library: 'igraph' | 'scipy',
  edges: Uint32Array,
  addresses: number,
  runs: number,
): PythonClusters | null {
  const python = findPython(library)
  if (python === null) return null
  const folder = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
  try {
    const [edgesFile, namesFile] = [join(folder, 'edges.u32'), join(folder, 'names.u32')]
    writeFileSync(edgesFile, edges)
    const script = join(import.meta.dirname, 'clusterPeers.py')
    const { status, stdout, stderr } = spawnSync(
      python.command,
      [script, library, edgesFile, String(addresses), String(runs), namesFile],
      { encoding: 'utf8' },
    )
    if (status !== 0) throw new Error(`${library} failed: ${stderr}`)
    const { make, find } = JSON.parse(stdout) as { make: number[]; find: number[] }
    return {
      version: python.version,
      names: new Uint32Array(new Uint8Array(readFileSync(namesFile)).buffer),
      runs: find,
      withGraph: find.map((ms, i) => ms + make[i]!),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
