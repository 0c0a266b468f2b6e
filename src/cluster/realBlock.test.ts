import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { Block } from 'bitcoinjs-lib'
import { describe, expect, it } from 'vitest'
import { fromScript, parseAddress } from '../address/index.ts'
import { BITCOIN } from '../units/caip.ts'
import { changeWorld } from './change/world.ts'
import { addTransactions, clusterNames, createClustering } from './clustering.ts'
import { coinJoin, REFUSED, refusedRows } from './coinJoin.ts'
import { kindOfForm, SCRIPT_KINDS, type ScriptKind } from './columns.ts'
import { peelChains } from './peelChain.ts'
import { type PlainTransaction, plainColumns, realData } from './plainTransaction.test-suite.ts'

const folder = realData('bitcoin-blocks')

function scriptOf(bytes: Uint8Array): { script: string | null; kind: ScriptKind } {
  if (bytes[0] === 0x6a) return { script: null, kind: 'data' }
  const script = fromScript(bytes, BITCOIN)
  if (script === null) return { script: null, kind: 'none' }
  return { script, kind: SCRIPT_KINDS[kindOfForm(parseAddress(script, BITCOIN).form)]! }
}

/** A block and the outputs it spends, in the order of its inputs. */
function readBlock(height: number): PlainTransaction[] {
  const read = (name: string): Buffer =>
    zstdDecompressSync(readFileSync(join(folder!, `block_${height}_${name}.zst`)))
  const spent = JSON.parse(read('spent_utxos').toString()) as {
    txout: { value: number; script_pubkey: string }
  }[]
  let at = 0
  const raw = read('raw')
  return Block.fromBuffer(raw).transactions!.map((tx) => ({
    txid: tx.getId(),
    version: tx.version,
    locktime: tx.locktime,
    virtualBytes: tx.virtualSize(),
    replaceable: tx.ins.some(({ sequence }) => sequence < 0xfffffffe),
    inputs: tx.isCoinbase()
      ? []
      : tx.ins.map(({ hash, index }) => {
          const { value, script_pubkey } = spent[at++]!.txout
          const script = scriptOf(Buffer.from(script_pubkey, 'hex'))
          return { txid: Buffer.from(hash).reverse().toString('hex'), n: index, sats: value, ...script }
        }),
    outputs: tx.outs.map(({ script, value }) => ({ sats: Number(value), ...scriptOf(script) })),
  }))
}

describe.skipIf(folder === null)('real blocks', () => {
  it.each([866_342, 367_891])('block %i: what it links, and what it does not', (height) => {
    const { columns, links, scripts } = plainColumns(readBlock(height))
    const refused = refusedRows(columns, { links, payJoin: true })
    const clustering = createClustering({ evidence: true })
    addTransactions(clustering, columns, scripts.length, { refused })
    const linked = createClustering({ evidence: false })
    const mixes = refusedRows(columns, { links })
    addTransactions(linked, columns, scripts.length, { refused: mixes })
    const sizes = new Map<number, number>()
    for (const name of clusterNames(clustering)) sizes.set(name, (sizes.get(name) ?? 0) + 1)
    const kinds: Record<string, number> = {}
    for (let row = 0; row < columns.n; row++) {
      for (const { kind } of coinJoin(columns, row, { links }).findings) kinds[kind] = (kinds[kind] ?? 0) + 1
    }
    const count = (reason: number): number => refused.filter((why) => why === reason).length
    const chains = peelChains(changeWorld(columns, links, scripts.length))
    expect({
      transactions: columns.n,
      inputs: columns.inputAddress.length,
      addresses: clustering.addresses,
      clusters: clustering.clusters,
      clustersWithPayJoin: linked.clusters,
      largest: Math.max(...sizes.values()),
      coinJoin: count(REFUSED.coinJoin),
      payJoin: count(REFUSED.payJoin),
      kinds,
      peelChains: chains.map(({ hops }) => hops.length).sort((a, b) => b - a),
    }).toMatchSnapshot()
  })
})
