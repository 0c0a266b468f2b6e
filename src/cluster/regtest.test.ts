import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Block, type Transaction } from 'bitcoinjs-lib'
import { beforeAll, describe, expect, it } from 'vitest'
import { fromScript, parseAddress } from '../address/index.ts'
import { NONE } from '../ledger/ledger.ts'
import { BITCOIN_REGTEST } from '../units/caip.ts'
import { CHANGE_RULES, type ChangeRuleName, unique } from './change/rules.ts'
import { changeLinks, changeSigns, surestChange } from './change/signs.ts'
import { type ChangeWorld, changeWorld } from './change/world.ts'
import { addTransactions, type Clustering, createClustering, membersOf } from './clustering.ts'
import { refusedRows } from './coinJoin.ts'
import { kindOfForm, SCRIPT_KINDS, type ScriptKind } from './columns.ts'
import { peelChains } from './peelChain.ts'
import { type PlainTransaction, plainColumns, realData } from './plainTransaction.test-suite.ts'
import { ASKED_RULES, ASKED_TRANSACTIONS } from './regtest.test-suite.ts'

const folder = realData('bitcoin-regtest')

/** Holds blocks as Bitcoin Core keeps them: magic, size, block. */
function readBlocks(bytes: Buffer): Block[] {
  const blocks: Block[] = []
  for (let at = 0; at + 8 <= bytes.length && bytes.readUInt32LE(at) !== 0; ) {
    const size = bytes.readUInt32LE(at + 4)
    blocks.push(Block.fromBuffer(bytes.subarray(at + 8, at + 8 + size)))
    at += 8 + size
  }
  return blocks
}

function scriptOf(bytes: Uint8Array): { script: string | null; kind: ScriptKind } {
  if (bytes[0] === 0x6a) return { script: null, kind: 'data' }
  const script = fromScript(bytes, BITCOIN_REGTEST)
  if (script === null) return { script: null, kind: 'none' }
  const { form } = parseAddress(script, BITCOIN_REGTEST)
  return { script, kind: SCRIPT_KINDS[kindOfForm(form)]! }
}

function plain(transactions: readonly Transaction[]): PlainTransaction[] {
  const byId = new Map(transactions.map((tx) => [tx.getId(), tx]))
  return transactions.map((tx) => ({
    txid: tx.getId(),
    version: tx.version,
    locktime: tx.locktime,
    virtualBytes: tx.virtualSize(),
    replaceable: tx.ins.some(({ sequence }) => sequence < 0xfffffffe),
    inputs: tx.isCoinbase()
      ? []
      : tx.ins.map(({ hash, index }) => {
          const txid = Buffer.from(hash).reverse().toString('hex')
          const spent = byId.get(txid)!.outs[index]!
          return { txid, n: index, sats: Number(spent.value), ...scriptOf(spent.script) }
        }),
    outputs: tx.outs.map(({ script, value }) => ({ sats: Number(value), ...scriptOf(script) })),
  }))
}

describe.skipIf(folder === null)('a regtest chain, and what BlockSci says of it', () => {
  const output = (): Record<string, string> =>
    JSON.parse(readFileSync(join(folder!, 'output.json'), 'utf8')) as Record<string, string>
  let world: ChangeWorld
  let scripts: readonly string[]
  let rowOf: Map<string, number>

  beforeAll(() => {
    const blocks = readBlocks(readFileSync(join(folder!, 'blk00000.dat')))
    const transactions = plain(blocks.flatMap((block) => block.transactions!))
    const made = plainColumns(transactions)
    world = changeWorld(made.columns, made.links, made.scripts.length)
    scripts = made.scripts
    rowOf = new Map(transactions.map(({ txid }, row) => [txid, row]))
  })

  const lines = (name: string): string[] =>
    readFileSync(join(folder!, 'expected', name), 'utf8')
      .trimEnd()
      .split('\n')
  const rowNamed = (name: string): number => rowOf.get(output()[name]!)!
  /** Output numbers a rule leaves. */
  const left = (rule: ChangeRuleName, row: number): number[] =>
    CHANGE_RULES[rule](world, row).map((place) => place - world.columns.outputStarts[row]!)

  it('has as many inputs and outputs', () => {
    const { n, inputAddress, outputAddress } = world.columns
    expect([n, inputAddress.length, outputAddress.length].map(String)).toEqual(lines('size.out').slice(1, 4))
  })

  it('change_regression.out: every set and every unique change, 160 lines, no difference', () => {
    const found = ASKED_RULES.flatMap((rule) =>
      ASKED_TRANSACTIONS.flatMap((name) => {
        const outputs = left(rule, rowNamed(name))
        return [outputs, unique(outputs)].map((list) => `[${list.join(', ')}]`)
      }),
    )
    // Last comes "no change", which we have by asking for no rule.
    expect([...found, ...ASKED_TRANSACTIONS.flatMap(() => ['[]', '[]'])]).toEqual(
      lines('change_regression.out'),
    )
  })

  it.each([
    ['optimalChange', 'change-optimal-N-tx', 'change-optimal-N-position', 2],
    ['addressType', 'change-address-type-tx-N', 'change-address-type-position-N', 3],
    ['locktime', 'change-locktime-tx-N', 'change-locktime-position-N', 3],
    ['addressReuse', 'change-reuse-tx-N', 'change-reuse-position-N', 3],
    ['freshAddress', 'change-client-behavior-tx-N', 'change-client-behavior-position-N', 3],
  ] as const)("%s finds the change its maker's script made", (rule, tx, position, count) => {
    for (let i = 0; i < count; i++) {
      const of = (name: string): string => name.replace('N', String(i))
      expect(left(rule, rowNamed(of(tx))), of(tx)).toEqual([Number(output()[of(position)])])
    }
  })

  it('powerOfTen finds the change at its six digits', () => {
    expect(left('powerOfTen', rowNamed('change-ten-2-tx'))).toEqual([
      Number(output()['change-ten-2-position']),
    ])
  })

  it('the one peel chain is the one its maker made, but for a first step that peels nothing', () => {
    const chains = peelChains(world)
    expect(chains.length).toBe(1)
    const { hops } = chains[0]!
    const steps = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    expect(hops.map(({ row }) => row)).toEqual(steps.map((i) => rowNamed(`peeling-chain-${i}-tx`)))
    const positions = hops.map(({ row, next }) => next - world.columns.outputStarts[row]!)
    expect(positions.slice(0, -1)).toEqual(
      steps.slice(0, -1).map((i) => Number(output()[`peeling-chain-${i}-position`])),
    )
    expect(hops.at(-1)!.next).toBe(NONE)
    const first = world.columns.outputStarts[rowNamed('peeling-chain-0-tx')]!
    expect(world.columns.outputSats[first + 1]).toBe(0)
  })

  const asked = [
    'address-p2pkh-spend-1',
    'address-p2sh-spend-2',
    'addr-2-in-2-out',
    'addr-peeling-chain',
    'addr-merge-0',
    'addr-merge-2',
    'merge-addr-1',
    'merge-addr-2',
  ]

  function clusters(coinJoin: boolean, rule?: ChangeRuleName): Clustering {
    const clustering = createClustering({ evidence: true })
    addTransactions(clustering, world.columns, scripts.length, {
      refused: refusedRows(world.columns, { coinJoin }),
      ...(rule === undefined ? {} : { change: [changeLinks(world, rule)] }),
    })
    return clustering
  }

  /** Our cluster of each address asked, and what BlockSci printed for it, both sorted. */
  function compare(
    clustering: Clustering,
    printed: readonly string[],
  ): { ours: string[]; theirs: string[] }[] {
    return asked.map((name, i) => ({
      ours: [...membersOf(clustering, scripts.indexOf(output()[name]!))]
        .map((member) => scripts[member]!)
        .sort(),
      theirs: [...printed[i]!.matchAll(/(\w+Address)\(([^()]*)\)/g)]
        .map(([whole, kind, text]) => (kind === 'MultisigAddress' ? whole : text!.split(',')[0]!))
        .sort(),
    }))
  }

  it('clustering_ignore_coinjoin.out, clustering_no_change.out: no difference', () => {
    for (const printed of [
      lines('clustering_ignore_coinjoin.out'),
      lines('clustering_no_change.out').slice(-8),
    ]) {
      for (const { ours, theirs } of compare(clusters(true), printed)) expect(ours).toEqual(theirs)
    }
  })

  it('clustering_cluster_coinjoin.out: no difference; the CoinJoin falls into one cluster only there', () => {
    const linked = clusters(false)
    for (const { ours, theirs } of compare(linked, lines('clustering_cluster_coinjoin.out')))
      expect(ours).toEqual(theirs)
    const row = rowNamed('simple-coinjoin-tx')
    const { inputStarts, inputAddress } = world.columns
    const payers = inputAddress.subarray(inputStarts[row], inputStarts[row + 1])
    const members = membersOf(linked, payers[0]!)
    expect(members.length).toBeGreaterThan(1)
    expect([...payers].every((payer) => members.includes(payer))).toBe(true)
    expect([...membersOf(clusters(true), payers[0]!)]).toEqual([payers[0]])
  })

  it('clustering_with_change.out: all 64 clusters, but for bare multisig', () => {
    const rules = [
      'peelingChain',
      'optimalChange',
      'addressType',
      'locktime',
      'addressReuse',
      'freshAddress',
      'legacy',
      undefined,
    ] as const
    const printed = lines('clustering_with_change.out')
    const differences = rules.flatMap((rule, k) =>
      compare(clusters(true, rule), printed.slice(8 * k, 8 * k + 8)).flatMap(({ ours, theirs }, i) => {
        const missing = theirs.filter((address) => !ours.includes(address))
        const more = ours.filter((address) => !theirs.includes(address))
        return missing.length + more.length === 0 ? [] : [{ rule, asked: asked[i], missing, more }]
      }),
    )
    // docs/methods/clusters.md, "bare multisig": an output without address is no member, and what it pays has no payer.
    const redeemed = world.columns.outputStarts[rowNamed('raw-multisig-redeem-tx')]!
    const payee = scripts[world.columns.outputAddress[redeemed]!]!
    expect(differences).toEqual(
      asked.map((name) => ({
        rule: 'freshAddress',
        asked: name,
        missing: ['MultisigAddress(2 of 3)', payee],
        more: [],
      })),
    )
  })

  it('one transaction looks like a PayJoin; links it would make are refused where that rule is on', () => {
    const refused = refusedRows(world.columns, { payJoin: true })
    const odd = [...refused.keys()].filter((row) => refused[row] !== 0)
    expect(odd).toEqual([rowNamed('change-negative-testcase-tx'), rowNamed('simple-coinjoin-tx')])
  })

  it('its maker gave each change one sign: it is always the right one, and never followed alone', () => {
    const known = [
      ['change-address-type-tx-N', 'change-address-type-position-N', 3],
      ['change-locktime-tx-N', 'change-locktime-position-N', 3],
      ['change-reuse-tx-N', 'change-reuse-position-N', 3],
      ['change-client-behavior-tx-N', 'change-client-behavior-position-N', 3],
      ['change-ten-N-tx', 'change-ten-N-position', 3],
      ['peeling-chain-N-tx', 'peeling-chain-N-position', 9],
    ] as const
    for (const [tx, position, count] of known) {
      for (let i = 0; i < count; i++) {
        const row = rowNamed(tx.replace('N', String(i)))
        const signed = changeSigns(world, row).filter(({ score }) => score > 0)
        expect(
          signed.map(({ n, score }) => [n, score]),
          `${tx} ${i}`,
        ).toEqual([[Number(output()[position.replace('N', String(i))]), 1]])
        expect(surestChange(world, row)).toBe(NONE)
      }
    }
  })
})
