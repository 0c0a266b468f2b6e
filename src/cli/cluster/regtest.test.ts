import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { CHANGE_RULES, type ChainSource, type ChangeRuleName, openChainSource } from '../../cluster/index.ts'
import { realData } from '../../cluster/plainTransaction.test-suite.ts'
import { ASKED_RULES, ASKED_TRANSACTIONS } from '../../cluster/regtest.test-suite.ts'
import { openChainLedger } from '../../ledger/chain/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

const folder = realData('bitcoin-regtest')
const store = temporaryFolder()

async function json<T>(...argv: readonly string[]): Promise<T> {
  const { code, stdout, stderr } = await runCli([...argv, '--store', store, '--json'], { cwd: store })
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as T
}

const linesOf = (name: string): string[] =>
  readFileSync(join(folder!, 'expected', name), 'utf8')
    .trimEnd()
    .split('\n')
const addressIn = (text: string): string => /Address\(([^,)]+)/.exec(text)![1]!

describe.skipIf(folder === null)(
  'a regtest chain from block files to clusters, and what BlockSci says of it',
  () => {
    let names: Record<string, string>
    let ledger: Ledger
    let source: ChainSource
    const txOf = (name: string): number => ledger.txNumbers(names[name]!)[0]!
    const holder = (address: string): string => `${BITCOIN_REGTEST}:${address}`

    beforeAll(async () => {
      names = JSON.parse(readFileSync(join(folder!, 'output.json'), 'utf8')) as Record<string, string>
      const blocks = ['--blocks', resolve(folder!), '--network', 'regtest']
      const { code, stderr } = await runCli(['index', 'bitcoin', ...blocks, '--store', store, '--json'])
      expect(code, stderr).toBe(0)
      ledger = openChainLedger(join(store, 'chain'))
      source = openChainSource(join(store, 'chain'))
      return () => {
        ledger.close()
        source.close()
      }
    })

    it('size.out, block_*.out, empty_block.out: blocks, transactions, inputs, outputs, hashes and fees', () => {
      const [blocks, transactions, inputs, outputs] = linesOf('size.out').map(Number)
      const all = ledger.transactions(Uint32Array.from({ length: source.transactions }, (_, tx) => tx))
      expect(all.length).toBe(transactions)
      expect(all.at(-1)!.height! + 1).toBe(blocks)
      expect(all.flatMap((tx) => tx.inputs).length).toBe(inputs)
      expect(all.flatMap((tx) => tx.outputs).length).toBe(outputs)
      for (const name of ['block_with_p2pkh_tx', 'block_with_p2wsh_tx', 'empty_block']) {
        const lines = linesOf(`${name}.out`)
        const own = all.filter((tx) => tx.height === Number(lines[7]))
        expect(own.length).toBe([...lines[0]!.matchAll(/Tx\(/g)].length)
        const paid = own
          .slice(1)
          .flatMap((tx) => [...tx.inputs.map(({ amount }) => amount!), ...tx.outputs.map((o) => -o.amount)])
        expect(paid.reduce((sum, amount) => sum + amount, 0n)).toBe(BigInt(lines[5]!))
      }
    })

    it.each(['p2pkh', 'p2sh', 'p2wpkh', 'p2wsh'])(
      '%s_transaction, _input, _output_regression.out',
      (kind) => {
        const tx = linesOf(`${kind}_transaction_regression.out`)
        const number = Number(tx[7])
        const [own] = ledger.transactions(Uint32Array.of(number))
        const { columns } = source.around(Uint32Array.of(number))
        const row = columns.txs.indexOf(number)
        const sum = (amounts: readonly (bigint | undefined)[]): bigint =>
          amounts.reduce<bigint>((a, b) => a + b!, 0n)
        const out = sum(own!.outputs.map(({ amount }) => amount))
        expect([own!.txid, String(own!.height), String(out)]).toEqual([tx[6], tx[1], tx[13]])
        expect(String(sum(own!.inputs.map(({ amount }) => amount)) - out)).toBe(tx[3])
        expect(String(columns.marks!.virtualBytes[row])).toBe(tx[18])

        const input = linesOf(`${kind}_input_regression.out`)
        const [spender] = ledger.transactions(Uint32Array.of(Number(input[10])))
        const [maker] = ledger.transactions(Uint32Array.of(Number(input[8])))
        const spent = spender!.inputs[Number(input[4])]!
        expect([spent.holder, spent.txid, String(spent.amount)]).toEqual([
          holder(addressIn(input[0]!)),
          maker!.txid,
          input[11],
        ])
        expect(spender!.height! - maker!.height!).toBe(Number(input[2]))

        const outputs = linesOf(`${kind}_output_regression.out`)
        for (const lines of [outputs.slice(0, 11), outputs.slice(11)]) {
          const made = Number(lines[9])
          const n = Number(lines[3])
          const [transaction] = ledger.transactions(Uint32Array.of(made))
          const { holder: paid, amount } = transaction!.outputs[n]!
          expect([paid, String(amount)]).toEqual([holder(addressIn(lines[0]!)), lines[10]])
          const [by] = ledger.spenders(Uint32Array.of(made), Uint32Array.of(n))
          expect(by === 0xffffffff ? 'None' : String(by)).toBe(lines[7])
        }
      },
    )

    it('address_regression.out: balance, and the transactions that pay and are paid by each address', () => {
      const lines = linesOf('address_regression.out')
      const starts = [...lines.keys()].filter(
        (i) =>
          /^\w{26,}$/.test(lines[i]!) && /^\d+$/.test(lines[i + 1]!) && lines[i + 2]!.startsWith('Equiv'),
      )
      expect(starts.length).toBe(12)
      for (const start of starts) {
        const number = ledger.holderNumbers([holder(lines[start]!)])[0]!
        const moved = ledger.ofHolders(Uint32Array.of(number))
        const at = (list: Uint32Array, amounts: Float64Array): number =>
          [...list.keys()].reduce((sum, i) => (list[i] === number ? sum + amounts[i]! : sum), 0)
        const balance =
          at(moved.creditHolder, moved.creditAmount.narrow) - at(moved.debitHolder, moved.debitAmount.narrow)
        expect(balance, lines[start]).toBe(Number(lines[start + 1]))
        const txs = (i: number): number[] =>
          [...lines[start + i]!.matchAll(/tx_index=(\d+)/g)].map(([, tx]) => Number(tx))
        const spends = [...moved.tx].filter((_, i) =>
          moved.debitHolder.subarray(moved.debitStarts[i], moved.debitStarts[i + 1]).includes(number),
        )
        expect(spends).toEqual(txs(5))
        expect([...moved.tx].filter((tx) => !spends.includes(tx))).toEqual(txs(7))
      }
    })

    it('change_regression.out: every set and every unique change, 160 lines, no difference', () => {
      const left = (rule: ChangeRuleName, name: string): number[] => {
        const world = source.around(Uint32Array.of(txOf(name)))
        const row = world.columns.txs.indexOf(txOf(name))
        return CHANGE_RULES[rule](world, row).map((place) => place - world.columns.outputStarts[row]!)
      }
      const found = ASKED_RULES.flatMap((rule) =>
        ASKED_TRANSACTIONS.flatMap((name) => {
          const outputs = left(rule, name)
          return [outputs, outputs.length === 1 ? outputs : []].map((list) => `[${list.join(', ')}]`)
        }),
      )
      expect([...found, ...ASKED_TRANSACTIONS.flatMap(() => ['[]', '[]'])]).toEqual(
        linesOf('change_regression.out'),
      )
    })

    it('cluster change: every sign is a unique change of BlockSci; what it does not show are outputs not spent yet', async () => {
      const lines = linesOf('change_regression.out')
      let shown = 0
      for (const [i, name] of ASKED_TRANSACTIONS.entries()) {
        const [found] = await json<{ outputs: { n: number; signs: string[] }[] }[]>(
          'cluster',
          'change',
          names[name]!,
        )
        for (const [k, rule] of ASKED_RULES.slice(0, 6).entries()) {
          const ours = found!.outputs.filter(({ signs }) => signs.includes(rule)).map(({ n }) => n)
          const theirs = JSON.parse(lines[20 * k + 2 * i + 1]!) as number[]
          shown += ours.length
          if (ours.length === 0 && theirs.length === 1) {
            const [spender] = ledger.spenders(Uint32Array.of(txOf(name)), Uint32Array.from(theirs))
            const unspent = ['locktime', 'peelingChain'].includes(rule) && spender === 0xffffffff
            expect(unspent || found!.outputs.length < 2, `${name} ${rule}`).toBe(true)
          } else expect(ours, `${name} ${rule}`).toEqual(theirs)
        }
      }
      expect(shown).toBe(5)
    })

    const addresses = [
      'address-p2pkh-spend-1',
      'address-p2sh-spend-2',
      'addr-2-in-2-out',
      'addr-peeling-chain',
      'addr-merge-0',
      'addr-merge-2',
      'merge-addr-1',
      'merge-addr-2',
    ]

    /** Builds with these options; then our cluster of each address asked beside what BlockSci printed, both sorted. */
    async function compare(printed: readonly string[], ...options: readonly string[]) {
      await json('cluster', 'build', ...options)
      const pairs: { asked: string; ours: string[]; theirs: string[] }[] = []
      for (const [i, name] of addresses.entries()) {
        const { strongest } = await json<{ strongest: { address: string }[] }>(
          'cluster',
          'show',
          names[name]!,
        )
        const theirs = [...printed[i]!.matchAll(/(\w+Address)\(([^()]*)\)/g)].map(([whole, kind, text]) =>
          kind === 'MultisigAddress' ? whole : holder(text!.split(',')[0]!),
        )
        pairs.push({
          asked: name,
          ours: strongest.map(({ address }) => address).sort(),
          theirs: theirs.sort(),
        })
      }
      return pairs
    }

    it('clustering_ignore_coinjoin.out, clustering_no_change.out, clustering_cluster_coinjoin.out: no difference', async () => {
      for (const [printed, ...options] of [
        [linesOf('clustering_ignore_coinjoin.out')],
        [linesOf('clustering_no_change.out').slice(-8)],
        [linesOf('clustering_no_change.out').slice(-8), '--refuse-payjoins'],
        [linesOf('clustering_cluster_coinjoin.out'), '--link-coinjoins'],
      ] as const) {
        for (const { ours, theirs } of await compare(printed, ...options)) expect(ours).toEqual(theirs)
      }
    })

    it('clustering_with_change.out: all 64 clusters, but for bare multisig', async () => {
      const printed = linesOf('clustering_with_change.out')
      const order = [
        'peelingChain',
        'optimalChange',
        'addressType',
        'locktime',
        'addressReuse',
        'freshAddress',
        'legacy',
      ]
      const differences: unknown[] = []
      for (const [k, rule] of [...order, null].entries()) {
        const options = rule === null ? [] : ['--change', rule]
        for (const { asked: name, ours, theirs } of await compare(
          printed.slice(8 * k, 8 * k + 8),
          ...options,
        )) {
          const missing = theirs.filter((address) => !ours.includes(address))
          const more = ours.filter((address) => !theirs.includes(address))
          if (missing.length + more.length > 0) differences.push({ rule, name, missing, more })
        }
      }
      // docs/methods/clusters.md, "bare multisig": an output without address is no member, and what it pays has no payer.
      const [redeem] = ledger.transactions(ledger.txNumbers(names['raw-multisig-redeem-tx']!))
      expect(differences).toEqual(
        addresses.map((name) => ({
          rule: 'freshAddress',
          name,
          missing: ['MultisigAddress(2 of 3)', redeem!.outputs[0]!.holder],
          more: [],
        })),
      )
    })

    it('cluster peel: the one peel chain of its maker, balanced to the sat', async () => {
      const [chain] = await json<
        {
          began: string
          ended: string
          sums: Record<string, number>
          hops: { txid: string; next: { n: number } | null }[]
        }[]
      >('cluster', 'peel', names['peeling-chain-5-tx']!)
      expect(chain!.hops.map(({ txid }) => txid)).toEqual(
        [1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) => names[`peeling-chain-${i}-tx`]),
      )
      expect(chain!.hops.slice(0, -1).map(({ next }) => next!.n)).toEqual(
        [1, 2, 3, 4, 5, 6, 7, 8].map((i) => Number(names[`peeling-chain-${i}-position`])),
      )
      const { broughtSats, peeledSats, leftSats, feeSats } = chain!.sums
      expect(broughtSats).toBe(peeledSats! + leftSats! + feeSats!)
      expect([chain!.began, chain!.ended]).toEqual(['no step', 'unspent'])
      // From an output of it, the same.
      expect(await json('cluster', 'peel', `${names['peeling-chain-3-tx']}:0`)).toMatchObject([
        { sums: chain!.sums },
      ])
    })
  },
)
