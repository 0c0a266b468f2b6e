/**
 * Multi-input clustering of seeded inputs: one thread, two threads, with and without evidence, against one query in
 * SQLite and, where python3 has it, igraph. Every way must find the same clusters before it is timed.
 * @module
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { addTransactions, createClustering } from '../src/cluster/clustering.ts'
import type { ClusterColumns } from '../src/cluster/columns.ts'
import { createParents, find, uniteInputs } from '../src/cluster/unionFind.ts'
import { openUnionThreads } from '../src/cluster/unionThreads.ts'
import { type InputChain, inputChain } from './clusterChain.ts'
import { type Benchmark, type Measurement, premise, timed } from './harness.ts'

const SIZES = [100_000, 1_000_000, 10_000_000]
/** SQLite needs minutes beyond. */
const LARGEST_SQL = 100_000
const THREADS = 2

export const clusterBench: Benchmark = {
  name: 'cluster',
  about:
    'Multi-input clustering of seeded inputs, owners skewed, addresses reused; the address of every input is known, as in a chain store. Peers are timed without loading.',
  async run({ largest }) {
    const threads = openUnionThreads(THREADS)
    try {
      const rows: Measurement[] = []
      for (const size of SIZES.filter((inputs) => inputs <= largest))
        rows.push(...(await sizeOf(size, threads)))
      return rows
    } finally {
      await threads.close()
    }
  },
}

async function sizeOf(size: number, threads: ReturnType<typeof openUnionThreads>): Promise<Measurement[]> {
  const chain = inputChain(size)
  const { addresses, starts, inputs } = chain
  const runs = size >= 10_000_000 ? 5 : 9
  const parent = createParents(addresses)
  const merged = uniteInputs(parent, starts, inputs)
  const shape = `${addresses.toLocaleString('en')} addresses, ${(addresses - merged).toLocaleString('en')} clusters`
  const columns = columnsOf(chain)
  const cluster = (evidence: boolean) => () => {
    const clustering = createClustering({ evidence })
    addTransactions(clustering, columns, addresses)
    premise(clustering.clusters === addresses - merged, 'the growing clustering finds the same clusters')
  }
  const shared = createParents(addresses, true)
  premise((await threads.unite(shared, starts, inputs)) === merged, 'threads merge as often as one')
  for (let i = 0; i < addresses; i++) premise(find(shared, i) === find(parent, i), `threads agree on ${i}`)

  const measurement = (name: string, times: readonly number[], note: string): Measurement => ({
    name,
    size,
    unit: 'inputs',
    runs: times,
    note: `${note}; load ${loadavg()[0]!.toFixed(1)}`,
  })
  const rows = [
    measurement(
      'one thread, unions alone',
      await timed(
        runs,
        (own) => uniteInputs(own, starts, inputs),
        () => createParents(addresses),
      ),
      `${shape}; 4 bytes an address`,
    ),
    measurement(
      'two threads, unions alone',
      await timed(
        runs,
        (own) => threads.unite(own, starts, inputs),
        () => createParents(addresses, true),
      ),
      '4 bytes an address',
    ),
    measurement(
      'one thread, allocation and checks',
      await timed(runs, cluster(false), () => undefined),
      '4 bytes an address',
    ),
    measurement(
      'one thread, allocation, checks and evidence',
      await timed(runs, cluster(true), () => undefined),
      '13 bytes an address',
    ),
  ]
  if (size <= LARGEST_SQL)
    rows.push(measurement('SQLite, labels until none changes', bySql(chain, parent), 'in memory'))
  const peer = byIgraph(chain, addresses - merged)
  if (peer !== null)
    rows.push(measurement(`igraph ${peer.version}, connected_components`, peer.runs, 'edges prepared'))
  return rows
}

function columnsOf({ starts, inputs }: InputChain): ClusterColumns {
  const n = starts.length - 1
  const none = new Uint32Array(0)
  return {
    n,
    txs: Uint32Array.from({ length: n }, (_, i) => i),
    inputStarts: starts,
    inputAddress: inputs,
    inputSats: new Float64Array(0),
    inputKind: new Uint8Array(0),
    outputStarts: none,
    outputAddress: none,
    outputSats: new Float64Array(0),
    outputKind: new Uint8Array(0),
    marks: null,
  }
}

/** Each address takes the least label of all it paid with, again and again. One run: it takes long enough. */
function bySql({ addresses, starts, inputs }: InputChain, parent: Uint32Array): number[] {
  const db = new DatabaseSync(':memory:')
  db.exec(
    'create table input (tx integer, address integer); create table label (address integer primary key, name integer)',
  )
  db.exec('begin')
  const input = db.prepare('insert into input values (?, ?)')
  for (let t = 0; t + 1 < starts.length; t++) {
    for (let i = starts[t]!; i < starts[t + 1]!; i++) input.run(t, inputs[i]!)
  }
  const label = db.prepare('insert into label values (?, ?)')
  for (let i = 0; i < addresses; i++) label.run(i, i)
  db.exec('commit; create index by_tx on input (tx, address); create index by_address on input (address, tx)')
  const start = performance.now()
  const round =
    db.prepare(`with least as (select tx, min(name) as name from input join label using (address) group by tx)
    update label set name = better.name
    from (select address, min(least.name) as name from input join least using (tx) group by address) as better
    where better.address = label.address and better.name < label.name`)
  while (Number(round.run().changes) > 0);
  const ms = performance.now() - start
  for (const { address, name } of db.prepare('select address, name from label').iterate())
    premise(find(parent, Number(address)) === Number(name), `SQLite agrees on ${address}`)
  db.close()
  return [ms]
}

const SCRIPT = `
import sys, time, json, array
import igraph
edges = array.array('I'); edges.frombytes(open(sys.argv[1], 'rb').read())
graph = igraph.Graph(n=int(sys.argv[2]), edges=list(zip(edges[0::2], edges[1::2])))
runs = []
for _ in range(3):
    start = time.perf_counter(); found = graph.connected_components(mode='weak'); runs.append(1000 * (time.perf_counter() - start))
print(json.dumps({'version': igraph.__version__, 'runs': runs, 'clusters': len(found)}))
`

/** Null where python3 or igraph is not installed. */
function byIgraph(
  { addresses, starts, inputs }: InputChain,
  clusters: number,
): { readonly version: string; readonly runs: readonly number[] } | null {
  if (spawnSync('python3', ['-c', 'import igraph']).status !== 0) return null
  const edges: number[] = []
  for (let t = 0; t + 1 < starts.length; t++) {
    for (let i = starts[t]! + 1; i < starts[t + 1]!; i++) edges.push(inputs[starts[t]!]!, inputs[i]!)
  }
  const folder = mkdtempSync(join(tmpdir(), 'lootline-bench-'))
  try {
    const file = join(folder, 'edges.u32')
    writeFileSync(file, Uint32Array.from(edges))
    const { stdout } = spawnSync('python3', ['-c', SCRIPT, file, String(addresses)], { encoding: 'utf8' })
    const found = JSON.parse(stdout) as { version: string; runs: number[]; clusters: number }
    premise(found.clusters === clusters, 'igraph finds as many clusters')
    return found
  } finally {
    rmSync(folder, { recursive: true })
  }
}
