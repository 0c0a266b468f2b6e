/** @module */
import { type FollowedPeel, followPeel, type PeelEnd, type PeelOutput } from '../../cluster/index.ts'
import { NONE } from '../../ledger/index.ts'
import { addressOf } from '../../units/caip.ts'
import { formatGrouped } from '../../units/index.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { txidsOf } from './clusterRows.ts'
import { type ClusterBooks, typedTransactions, withClusters } from './withClusters.ts'

/** `lootline cluster peel`: one coin, a little off at every step. */
export const clusterPeelCommand: Command = command({
  name: 'cluster peel',
  summary:
    'Follow the peel chain that a transaction is part of, and fold it into what was peeled and what is left.',
  about:
    'Goes on only through the one output that at least two independent signs agree on, back to where the chain began and forward to where it ends. It is a shape: it claims no common owner.',
  arguments: [
    { name: '<transaction>', help: 'A transaction id, or an output as id:number, whose spender is asked.' },
  ],
  options: { store: STORE_OPTION, top: topOption(30), json: flag('--json', 'Print JSON, all hops.') },
  examples: [{ run: 'lootline cluster peel 4a5e…3b:1', does: 'follows what became of that output' }],
  async run(context, [typed], { store: named, top, json }) {
    await withClusters(context, named, {}, (books) => {
      const found = begin(books, typed!).map((tx) => fold(books, tx))
      if (json) return writeJson(context, found)
      if (found.length === 0) return writeLine(context, 'That output is not spent in this ledger.', 'bold')
      for (const chain of found) {
        if (chain.hops.length === 0) {
          writeLine(context, `${chain.txid} is no step of a peel chain`, 'bold')
          writeLine(context, '  A step has one input and two outputs of at least 1,000 sat, OP_RETURN aside.')
          continue
        }
        const { hops, sums } = chain
        const amount = (sats: number | null): string =>
          sats === null ? 'unknown' : formatGrouped(BigInt(sats), 0)
        writeLine(context, `a peel chain of ${grouped(hops.length)} transactions`, 'bold')
        writeLine(
          context,
          `  ${amount(sums.broughtSats)} sat brought in = ${amount(sums.peeledSats)} peeled + ${amount(sums.leftSats)} at the end + ${amount(sums.feeSats)} fees`,
        )
        writeLine(context, `  began: ${END_WORDS[chain.began]}; ended: ${END_WORDS[chain.ended]}`)
        writeTable(
          context,
          [
            { head: 'transaction', max: 70 },
            { head: 'goes on', right: true },
            { head: 'peeled', right: true },
            { head: 'to', max: 90 },
            { head: 'labels', max: 40 },
            { head: 'signs', max: 60 },
          ],
          hops
            .slice(0, top)
            .flatMap(({ txid, next, peeled, signs }) =>
              peeled.map((output, i) => [
                i === 0 ? txid : '',
                i === 0 && next !== null ? amount(next.sats) : '',
                amount(output.sats),
                output.address === null ? 'no address' : addressOf(output.address),
                output.labels.join(', '),
                i === 0 ? signs.join(', ') : '',
              ]),
            ),
        )
        if (hops.length > top)
          writeLine(context, `  … and ${grouped(hops.length - top)} more, with --top or --json`)
      }
    })
  },
})

const END_WORDS: Readonly<Record<PeelEnd, string>> = {
  start: 'the coin is not from a transaction of this ledger',
  unspent: 'its outputs are not spent',
  'no step': 'the transaction before has another shape',
  'none goes on': 'no single output leads to another step of the same wallet, to a new address',
  'both go on': 'both outputs lead to further steps: no guess is made',
  'too few signs': 'fewer than two signs agree on the output that would go on',
  'too long': 'it has more hops than are followed',
}

function begin({ ledger }: ClusterBooks, typed: string): number[] {
  const { numbers, n } = typedTransactions(ledger, typed)
  if (n === undefined) return numbers
  const spenders = ledger.spenders(
    Uint32Array.from(numbers),
    Uint32Array.from(numbers, () => n),
  )
  return [...spenders].filter((tx) => tx !== NONE)
}

function fold({ ledger, labels, source }: ClusterBooks, tx: number) {
  const peel: FollowedPeel = followPeel(source, tx)
  const ids = txidsOf(
    ledger,
    peel.hops.map((hop) => hop.tx),
  )
  const sum = (list: readonly number[]): number | null => {
    const total = list.reduce((all, sats) => all + sats, 0)
    return Number.isNaN(total) ? null : total
  }
  const output = ({ n, sats, address }: PeelOutput) => {
    const holder = address === NONE ? null : ledger.holderIds(Uint32Array.of(address))[0]!
    const matches = holder === null ? [] : (labels.of([holder]).get(holder) ?? [])
    return {
      n,
      sats: Number.isNaN(sats) ? null : sats,
      address: holder,
      labels: matches.map(({ label }) => label.name),
    }
  }
  const last = peel.hops.at(-1)
  const satsOf = (outputs: readonly PeelOutput[] = []): number[] => outputs.map(({ sats }) => sats)
  return {
    txid: txidsOf(ledger, [tx])[0]!,
    began: peel.began,
    ended: peel.ended,
    sums: {
      broughtSats: sum(peel.hops.slice(0, 1).map(({ inputSats }) => inputSats)),
      peeledSats: sum(peel.hops.slice(0, -1).flatMap(({ peeled }) => satsOf(peeled))),
      leftSats: sum(satsOf(last?.peeled)),
      feeSats: sum(peel.hops.map(({ feeSats }) => feeSats)),
    },
    hops: peel.hops.map(({ inputSats, feeSats, next, peeled, signs }, i) => ({
      txid: ids[i]!,
      inputSats: Number.isNaN(inputSats) ? null : inputSats,
      feeSats: Number.isNaN(feeSats) ? null : feeSats,
      next: next === null ? null : output(next),
      peeled: peeled.map(output),
      signs,
    })),
  }
}
