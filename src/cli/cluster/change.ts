/** @module */
import { changeSigns, coinJoin, payJoin, surestChange } from '../../cluster/index.ts'
import { NONE } from '../../ledger/index.ts'
import { addressOf } from '../../units/caip.ts'
import { formatGrouped } from '../../units/index.ts'
import { type Command, command, flag } from '../command.ts'
import { writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { txidsOf } from './clusterRows.ts'
import { type ClusterBooks, typedTransactions, withClusters } from './withClusters.ts'

/** `lootline cluster change`: which output goes back to the payer. */
export const clusterChangeCommand: Command = command({
  name: 'cluster change',
  summary: 'Score which output of a transaction is change, with the signs that say so.',
  about:
    'A score counts independent signs. Change is followed without asking only where one output has two or more, and no other has any.',
  arguments: [{ name: '<txid>', help: 'The transaction.' }],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline cluster change 4a5e…3b', does: 'lists outputs with their signs' }],
  async run(context, [typed], { store: named, json }) {
    await withClusters(context, named, {}, (books) => {
      const found = typedTransactions(books.ledger, typed!).numbers.map((tx) => changeOf(books, tx))
      if (json) return writeJson(context, found)
      for (const { txid, outputs, change, shapes } of found) {
        writeLine(context, txid, 'bold')
        writeTable(
          context,
          [
            { head: 'output', right: true },
            { head: 'address', max: 90 },
            { head: 'sats', right: true },
            { head: 'score', right: true },
            { head: 'signs', max: 200 },
          ],
          outputs.map(({ n, address, sats, score, signs }) => [
            String(n),
            address === null ? 'no address' : addressOf(address),
            sats === null ? 'unknown' : formatGrouped(BigInt(sats), 0),
            String(score),
            signs.join(', '),
          ]),
        )
        for (const { kind, confidence, reasons } of shapes)
          writeLine(context, `  shape of ${kind} (${confidence} of 100): ${reasons.join('; ')}`, 'yellow')
        writeLine(
          context,
          change === null
            ? '  Not followed without asking: no output has two independent signs, or more than one has a sign.'
            : `  Output ${change} is followed without asking.`,
        )
      }
    })
  },
})

function changeOf({ ledger, source, clusters }: ClusterBooks, tx: number) {
  const world = { ...source.around(Uint32Array.of(tx)), clusterOf: clusters.nameOf }
  const { columns, links } = world
  const row = columns.txs.indexOf(tx)
  const [txid] = txidsOf(ledger, [tx])
  if (row < 0) return { txid: txid!, outputs: [], change: null, shapes: [] }
  const first = columns.outputStarts[row]!
  const surest = surestChange(world, row)
  const pay = payJoin(columns, row)
  return {
    txid: txid!,
    outputs: changeSigns(world, row).map(({ n, score, signs }) => {
      const address = columns.outputAddress[first + n]!
      const sats = columns.outputSats[first + n]!
      return {
        n,
        address: address === NONE ? null : ledger.holderIds(Uint32Array.of(address))[0]!,
        sats: Number.isNaN(sats) ? null : sats,
        score,
        signs,
      }
    }),
    change: surest === NONE ? null : surest - first,
    shapes: [...coinJoin(columns, row, { links }).findings, ...(pay === null ? [] : [pay])],
  }
}
