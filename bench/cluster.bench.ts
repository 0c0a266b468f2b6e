/**
 * Multi-input clustering of seeded inputs: one thread, two threads, with and without evidence, against graph libraries and
 * SQL engines on the same links. Every way must find the same clusters, address by address.
 * @module
 */
import {
  addTransactions,
  type Clustering,
  clusterNames,
  createClustering,
} from '../src/cluster/clustering.ts'
import type { ClusterColumns } from '../src/cluster/columns.ts'
import { createParents, find, uniteInputs } from '../src/cluster/unionFind.ts'
import { openUnionThreads, type UnionThreads } from '../src/cluster/unionThreads.ts'
import { edgesOf, type InputChain, inputChain } from './clusterChain.ts'
import { byPython, bySql, type PeerClusters } from './clusterPeers.ts'
import { type Benchmark, type Measurement, median, premise, sizesUpTo, timed } from './harness.ts'
import { openDuckDb, openSqlite } from './sqlPeers.ts'

const SIZES = [100_000, 1_000_000, 10_000_000, 100_000_000]
/** Inputs beyond which each is stopped: minutes, or too much memory. */
const LARGEST = { SQLite: 1_000_000, DuckDB: 10_000_000, igraph: 10_000_000, scipy: 10_000_000 }
const PYTHON_RUNS = 3

export const clusterBench: Benchmark = {
  name: 'cluster',
  about: `Multi-input clustering of seeded inputs (bench/clusterChain.ts): owners skewed, addresses reused, the address of every input known as in a chain store. "unions" is the union-find alone from columns in memory; "clustering" also allocates and checks every number; "evidence" also keeps the transaction and rule of each link. Others get the same links as pairs of addresses (first input, other input), in their memory beforehand; "from pairs" adds what makes their graph. SQL engines keep the least label of each address and its neighbours, then the label of the label, until none changes; DuckDB on all cores. All agree on the cluster of every address. At most ${LARGEST.SQLite.toLocaleString('en')} inputs for SQLite and ${LARGEST.igraph.toLocaleString('en')} for the others.`,
  async run({ largest }) {
    const threads = openUnionThreads(2)
    try {
      const measurements: Measurement[] = []
      for (const size of sizesUpTo(largest, SIZES)) {
        const chain = inputChain(size)
        const { rows, names } = await ours(chain, threads)
        measurements.push(...rows)
        if (size <= Math.max(...Object.values(LARGEST))) measurements.push(...(await others(chain, names)))
      }
      return measurements
    } finally {
      await threads.close()
    }
  },
}

/** Measures our ways, after they have agreed on the cluster of every address. */
async function ours(
  chain: InputChain,
  threads: UnionThreads,
): Promise<{ readonly rows: Measurement[]; readonly names: Uint32Array }> {
  const { addresses, starts, inputs } = chain
  const columns = columnsOf(chain)
  const cluster = (evidence: boolean): Clustering => {
    const clustering = createClustering({ evidence })
    addTransactions(clustering, columns, addresses)
    return clustering
  }
  const names = clusterNames(cluster(false))
  const merged = names.reduce((sum, name, i) => sum + (name === i ? 0 : 1), 0)
  const agree = (parent: Uint32Array, unions: number, who: string): void => {
    premise(unions === merged, `${who} merges ${merged} times, not ${unions}`)
    const other = names.findIndex((name, address) => find(parent, address) !== name)
    premise(other < 0, `${who} agrees on address ${other}`)
  }
  const own = createParents(addresses)
  agree(own, uniteInputs(own, starts, inputs), 'one thread')
  const shared = createParents(addresses, true)
  agree(shared, await threads.unite(shared, starts, inputs), 'two threads')
  const witnessed = cluster(true)
  agree(witnessed.parent, addresses - witnessed.clusters, 'clustering with evidence')

  const size = inputs.length
  const runs = size > 1_000_000 ? 5 : 9
  const row = (name: string, times: readonly number[], note: string): Measurement => {
    return { name, size, unit: 'inputs', runs: times, note }
  }
  const shape = `${addresses.toLocaleString('en')} addresses, ${(addresses - merged).toLocaleString('en')} clusters`
  const alone = await timed(
    runs,
    (parent) => uniteInputs(parent, starts, inputs),
    () => createParents(addresses),
  )
  const pair = await timed(
    runs,
    (parent) => threads.unite(parent, starts, inputs),
    () => createParents(addresses, true),
  )
  const plain = await timed(runs, () => cluster(false))
  const proved = await timed(runs, () => cluster(true))
  const { parent, evidence } = witnessed
  const { other, tx, rule } = evidence!
  const extra = Math.round((median(proved) / median(plain) - 1) * 100)
  return {
    names,
    rows: [
      row('Lootline, one thread, unions', alone, `${bytesEach([own], addresses)}; ${shape}`),
      row('Lootline, two threads, unions', pair, bytesEach([shared], addresses)),
      row('Lootline, one thread, clustering', plain, bytesEach([parent], addresses)),
      row(
        'Lootline, one thread, clustering with evidence',
        proved,
        `${bytesEach([parent, other, tx, rule], addresses)}; evidence costs ${extra} % more time`,
      ),
    ],
  }
}

async function others(chain: InputChain, names: Uint32Array): Promise<Measurement[]> {
  const rows: Measurement[] = []
  const size = chain.inputs.length
  const edges = edgesOf(chain)
  const add = (name: string, runs: readonly number[], note = ''): void => {
    rows.push({ name, size, unit: 'inputs', runs, note })
  }
  const agreed = (who: string, found: PeerClusters): void =>
    premise(
      found.names.length === names.length && found.names.every((name, i) => name === names[i]),
      `${who} finds the same clusters`,
    )
  for (const library of ['scipy', 'igraph'] as const) {
    if (size > LARGEST[library]) continue
    const found = byPython(library, edges, chain.addresses, PYTHON_RUNS)
    if (found === null) {
      add(library, [], 'skipped: no python3 has it')
      continue
    }
    agreed(library, found)
    add(`${library} ${found.version}, connected_components`, found.runs)
    add(`${library} ${found.version}, from pairs`, found.withGraph)
  }
  for (const [kind, open] of [
    ['DuckDB', openDuckDb],
    ['SQLite', openSqlite],
  ] as const) {
    if (size > LARGEST[kind]) continue
    const engine = await open()
    if (engine === null) {
      add(kind, [], 'skipped: not installed')
      continue
    }
    const found = await bySql(engine, edges, chain.addresses)
    agreed(kind, found)
    add(`${engine.name} in memory, least labels`, found.runs, `${found.rounds} rounds`)
    engine.close()
  }
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

/** Memory that is kept, by address. */
function bytesEach(held: readonly (Uint32Array | Uint8Array)[], addresses: number): string {
  return `${Math.round(held.reduce((sum, { byteLength }) => sum + byteLength, 0) / addresses)} bytes an address`
}
