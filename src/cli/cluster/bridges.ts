/** @module */
import { bridges, weakest } from '../../cluster/index.ts'
import { addressOf } from '../../units/caip.ts'
import { type Command, command, flag, value, wholeNumber } from '../command.ts'
import { chainOption } from '../holders.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { txidsOf } from './clusterRows.ts'
import { typedMember, withClusters } from './withClusters.ts'

/** Sizes of parts that fit into a cell. */
const SHOWN = 6

/** `lootline cluster bridges`: the transactions that hold a cluster together. */
export const clusterBridgesCommand: Command = command({
  name: 'cluster bridges',
  summary: 'List the transactions that hold large parts of a cluster together, most splitting first.',
  about:
    'Where large parts hang on one transaction, look at it first: a missed CoinJoin joins strangers just so.',
  arguments: [{ name: '<address>', help: 'An address of the cluster, or a CAIP-10 id.' }],
  options: {
    store: STORE_OPTION,
    chain: chainOption(),
    least: value('--least <n>', 'Addresses that must be split off. Default: 2.', wholeNumber('--least', 1)),
    top: topOption(10),
    json: flag('--json', 'Print JSON, all of them.'),
  },
  examples: [{ run: 'lootline cluster bridges 1BoatSLR…', does: 'lists what to look at before trusting it' }],
  async run(context, [typed], { store: named, chain, least = 2, top, json }) {
    await withClusters(context, named, {}, (books) => {
      const { clusters, ledger } = books
      const { holder, number } = typedMember(books, typed!, chain)
      const members = clusters.members(clusters.nameOf(number))
      const { graph, txs, rules } = clusters.links(members)
      const found = bridges(graph, least)
      const shown = json ? found : found.slice(0, top)
      const ids = txidsOf(
        ledger,
        shown.map(({ row }) => txs[row]!),
      )
      const list = shown.map(({ row, parts }, i) => ({
        ...{ txid: ids[i]!, parts, rules: rules[row]!, sureness: weakest(rules[row]!) },
      }))
      if (json)
        return writeJson(context, {
          address: holder,
          members: members.length,
          transactions: txs.length,
          bridges: list,
        })
      writeLine(
        context,
        `${grouped(found.length)} of ${grouped(txs.length)} transactions each hold the ${grouped(members.length)} addresses around ${addressOf(holder)} together`,
        'bold',
      )
      if (list.length === 0) return writeLine(context, '  Whichever one is refused, no such part splits off.')
      writeTable(
        context,
        [{ head: 'transaction', max: 70 }, { head: 'parts left without it' }, { head: 'sureness' }],
        list.map(({ txid, parts, sureness }) => [
          txid,
          `${parts.slice(0, SHOWN).map(grouped).join(' + ')}${parts.length > SHOWN ? ` + ${parts.length - SHOWN} more` : ''}`,
          sureness ?? '',
        ]),
      )
      if (found.length > list.length)
        writeLine(context, `  … and ${grouped(found.length - list.length)} more, with --top or --json`)
    })
  },
})
