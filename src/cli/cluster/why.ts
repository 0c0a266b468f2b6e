/** @module */
import { chainOfEvidence, weakest } from '../../cluster/index.ts'
import { addressOf } from '../../units/caip.ts'
import { type Command, command, flag } from '../command.ts'
import { chainOption } from '../holders.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { LINK_HEADINGS, linkRow, nameLinks } from './clusterRows.ts'
import { typedMember, withClusters } from './withClusters.ts'

/** `lootline cluster why`: what ties two addresses to one owner. */
export const clusterWhyCommand: Command = command({
  name: 'cluster why',
  summary: 'Show the chain of evidence that puts two addresses into one cluster, link by link.',
  arguments: [
    { name: '<a>', help: 'An address, or a CAIP-10 id.' },
    { name: '<b>', help: 'Another.' },
  ],
  options: { store: STORE_OPTION, chain: chainOption(), json: flag('--json', 'Print JSON.') },
  examples: [
    { run: 'lootline cluster why 1BoatSLR… 1dice8EM…', does: 'lists the transactions between them' },
  ],
  async run(context, [typedA, typedB], { store: named, chain, json }) {
    await withClusters(context, named, {}, (books) => {
      const { clusters, ledger } = books
      const [a, b] = [typedMember(books, typedA!, chain), typedMember(books, typedB!, chain)]
      const name = clusters.nameOf(a.number)
      const together = name === clusters.nameOf(b.number)
      const members = clusters.members(name)
      const chained = together
        ? chainOfEvidence(members, clusters.evidence(members), a.number, b.number)
        : null
      const links = chained === null ? null : nameLinks(ledger, chained)
      const confidence = weakest((chained ?? []).map(({ rule }) => rule))
      if (json) return writeJson(context, { a: a.holder, b: b.holder, together, confidence, links })
      const between = `${addressOf(a.holder)} and ${addressOf(b.holder)}`
      if (links === null) {
        const sizes = [members.length, clusters.members(clusters.nameOf(b.number)).length]
        writeLine(context, `${between} are not in one cluster`, 'bold')
        writeLine(context, `  They are in clusters of ${sizes.map(grouped).join(' and ')} addresses.`)
        return
      }
      if (links.length === 0) return writeLine(context, `${between} are one address`, 'bold')
      writeLine(
        context,
        `${between}: ${grouped(links.length)} links, the weakest of ${confidence} sureness`,
        'bold',
      )
      writeTable(context, LINK_HEADINGS, links.map(linkRow))
    })
  },
})
