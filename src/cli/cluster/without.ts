/** @module */
import { claimedOwners, type LinkRule, without } from '../../cluster/index.ts'
import { NONE } from '../../ledger/index.ts'
import { addressOf, type HolderId } from '../../units/caip.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { txidsOf } from './clusterRows.ts'
import { type ClusterBooks, typedTransactions, withClusters } from './withClusters.ts'

/** Members of a part that are named, and looked up in the labels. */
const NAMED = 5
const LABELLED = 20_000

/** `lootline cluster without`: what one transaction holds together. */
export const clusterWithoutCommand: Command = command({
  name: 'cluster without',
  summary: 'Show what falls apart when the link that a transaction makes is refused.',
  about:
    'Asks all links of the cluster, not only those that were kept as evidence. Nothing is changed: to refuse the transaction for good, build with --refuse.',
  arguments: [{ name: '<txid>', help: 'The transaction.' }],
  options: { store: STORE_OPTION, top: topOption(10), json: flag('--json', 'Print JSON, all parts.') },
  examples: [{ run: 'lootline cluster without 4a5e…3b', does: 'lists the parts that would be left' }],
  async run(context, [typed], { store: named, top, json }) {
    await withClusters(context, named, {}, (books) => {
      const found = typedTransactions(books.ledger, typed!).numbers.map((tx) => splitOf(books, tx))
      if (json) return writeJson(context, found)
      for (const { txid, members, rules, parts } of found) {
        writeLine(context, txid, 'bold')
        if (rules === null) {
          writeLine(context, '  It links no addresses: one payer, or refused already.')
          continue
        }
        writeLine(context, `  links by ${rules.join(', ')} in a cluster of ${grouped(members)} addresses`)
        if (parts.length === 1) {
          writeLine(context, '  Nothing falls apart without it: other transactions hold the same addresses.')
          continue
        }
        writeLine(context, `  Without it the cluster falls into ${grouped(parts.length)} parts:`)
        writeTable(
          context,
          [
            { head: 'addresses', right: true },
            { head: 'some of them', max: 200 },
            { head: 'labelled', max: 60 },
          ],
          parts
            .slice(0, top)
            .map((part) => [
              grouped(part.members),
              part.some.map(addressOf).join(' '),
              part.owners.join(', '),
            ]),
        )
        if (parts.length > top)
          writeLine(context, `  … and ${grouped(parts.length - top)} more, with --top or --json`)
      }
    })
  },
})

interface Split {
  readonly txid: string
  /** Of its cluster. */
  readonly members: number
  /** Null where it links nothing. */
  readonly rules: readonly LinkRule[] | null
  readonly parts: readonly {
    readonly members: number
    readonly some: readonly HolderId[]
    readonly owners: readonly string[]
  }[]
}

function splitOf({ clusters, ledger, labels, source }: ClusterBooks, tx: number): Split {
  const [txid] = txidsOf(ledger, [tx])
  const { columns } = source.alone(Uint32Array.of(tx))
  const row = columns.txs.indexOf(tx)
  const none = { txid: txid!, members: 0, rules: null, parts: [] }
  if (row < 0) return none
  const payer = columns.inputAddress
    .subarray(columns.inputStarts[row], columns.inputStarts[row + 1])
    .find((address) => address !== NONE)
  if (payer === undefined) return none
  const members = clusters.members(clusters.nameOf(payer))
  const { graph, txs, rules } = clusters.links(members)
  const place = txs.indexOf(tx)
  if (place < 0) return none
  const parts = without(graph, new Set([place])).map((part) => {
    const numbers = part.subarray(0, LABELLED).map((member) => members[member]!)
    const holders = ledger.holderIds(numbers)
    return {
      members: part.length,
      some: holders.slice(0, NAMED),
      owners: claimedOwners(labels.of(holders)).map(({ entity }) => entity),
    }
  })
  return { txid: txid!, members: members.length, rules: rules[place]!, parts }
}
