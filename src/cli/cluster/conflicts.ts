/** @module */
import { type ClaimedOwner, chainOfEvidence, claimedOwners, conflicting } from '../../cluster/index.ts'
import { addressOf } from '../../units/caip.ts'
import { type Command, command, flag } from '../command.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { LINK_HEADINGS, linkRow, type NamedLink, nameLinks } from './clusterRows.ts'
import { labelledHolders } from './labelledHolders.ts'
import { type ClusterBooks, withClusters } from './withClusters.ts'

/** Links of a path that are printed. */
const SHOWN = 20

/** `lootline cluster conflicts`: where labels and clusters disagree. */
export const clusterConflictsCommand: Command = command({
  name: 'cluster conflicts',
  summary: 'List clusters whose labels name two different owners, with the evidence between them.',
  about:
    'One of three is wrong: a label, a link, or the thought that both are not one firm. Whoever is named beside one exchange or other service is taken for its customer, and no conflict. Labels that lost their capitals are not asked.',
  arguments: [],
  options: { store: STORE_OPTION, top: topOption(5), json: flag('--json', 'Print JSON, all of them.') },
  examples: [{ run: 'lootline cluster conflicts', does: 'lists what to settle before relying on a cluster' }],
  async run(context, _args, { store: named, top, json }) {
    await withClusters(context, named, {}, (books) => {
      const all = rivalsOf(books)
      const found = (json ? all : all.slice(0, top)).map((one) => withPath(books, one))
      if (json) return writeJson(context, found)
      writeLine(context, `${grouped(all.length)} clusters have labels that name different owners`, 'bold')
      for (const { members, owners, path } of found) {
        writeLine(context)
        writeLine(
          context,
          `a cluster of ${grouped(members)} addresses: ${owners.map(({ entity }) => entity).join(', ')}`,
          'bold',
        )
        writeTable(
          context,
          [
            { head: 'owner' },
            { head: 'address', max: 90 },
            { head: 'label' },
            { head: 'confidence' },
            { head: 'from', max: 50 },
          ],
          owners.map(({ entity, claims: [first] }) => [
            entity,
            addressOf(first!.holder),
            first!.label.name,
            `${first!.label.confidence.level} ${first!.label.confidence.id}`,
            first!.label.pack ?? first!.label.file,
          ]),
        )
        writeLine(context, `  between the first two, ${grouped(path.length)} links:`)
        writeTable(context, LINK_HEADINGS, path.slice(0, SHOWN).map(linkRow))
        if (path.length > SHOWN)
          writeLine(context, `  … and ${grouped(path.length - SHOWN)} more, with --json`)
      }
      if (all.length > found.length)
        writeLine(
          context,
          `  … and ${grouped(all.length - found.length)} more clusters, with --top or --json`,
        )
    })
  },
})

interface Rivals {
  readonly name: number
  readonly rivals: readonly ClaimedOwner[]
}

/** By cluster, those with the surest second owner first. */
function rivalsOf({ ledger, labels, clusters }: ClusterBooks): Rivals[] {
  const byCluster = Map.groupBy(labelledHolders(labels, ledger), ({ number }) => clusters.nameOf(number))
  return [...byCluster]
    .filter(([, own]) => own.length > 1)
    .map(([name, own]) => {
      const owners = claimedOwners(labels.of(own.map(({ holder }) => holder)))
      return { name, rivals: conflicting(owners) }
    })
    .filter(({ rivals }) => rivals.length > 0)
    .sort((a, b) => b.rivals[1]!.level - a.rivals[1]!.level || a.name - b.name)
}

/** The path leads from the surest claim of the first owner to that of the second. */
function withPath(
  { ledger, clusters }: ClusterBooks,
  { name, rivals }: Rivals,
): { members: number; owners: readonly ClaimedOwner[]; path: NamedLink[] } {
  const members = clusters.members(name)
  const [a, b] = ledger.holderNumbers(rivals.slice(0, 2).map(({ claims }) => claims[0]!.holder))
  const path = chainOfEvidence(members, clusters.evidence(members), a!, b!)
  return { members: members.length, owners: rivals, path: nameLinks(ledger, path) }
}
