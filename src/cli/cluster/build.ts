/** @module */
import { CHANGE_LINK_RULES, type LinkSettings } from '../../cluster/index.ts'
import { type Command, command, flag, list, type Option, UsageError, value } from '../command.ts'
import { memoryOption } from '../memoryOption.ts'
import { grouped, writeJson, writeLine } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { settingsText } from './clusterRows.ts'
import { withClusters } from './withClusters.ts'

/** `lootline cluster build`: which addresses one owner controls, for the whole store. */
export const clusterBuildCommand: Command = command({
  name: 'cluster build',
  summary: 'Find which addresses one owner controls, for every transaction of the store.',
  about:
    'Links addresses whose coins are spent together. The other commands on clusters do this by themselves where it was not done, or where the store has grown since, with the choices made here. On an indexed chain only new transactions are read, unless a choice changes. Every link keeps the transaction that made it.',
  arguments: [],
  options: {
    store: STORE_OPTION,
    change: rulesOption(),
    linkCoinJoins: flag('--link-coinjoins', 'Link the inputs of what looks like a CoinJoin too.'),
    refusePayJoins: flag(
      '--refuse-payjoins',
      'Link nothing where a transaction has the shape of a PayJoin. Most that do are none.',
    ),
    refuse: list('--refuse <txid>', 'Transaction to refuse as evidence. Repeatable.'),
    memory: memoryOption('What arrays of addresses may take, 5 bytes each. Default: 8GiB.'),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    { run: 'lootline cluster build', does: 'links what is spent together, but for CoinJoins' },
    {
      run: 'lootline cluster build --change twoSigns',
      does: 'also links change that two independent signs agree on',
    },
  ],
  async run(
    context,
    _args,
    { store: named, change = [], linkCoinJoins, refusePayJoins, refuse, memory, json },
  ) {
    const settings: LinkSettings = {
      coinJoin: !linkCoinJoins,
      payJoin: refusePayJoins,
      change,
      refused: [...new Set(refuse.map(txidOf))].sort(),
    }
    const given = memory === undefined ? {} : { memory }
    await withClusters(context, named, { settings, ...given }, ({ built, ledger }) => {
      const { record, read, changed } = built
      const sum = (of: 'links' | 'coinJoins' | 'payJoins'): number =>
        record.sections.reduce((all, section) => all + section[of], 0)
      const largest =
        record.largest === null
          ? null
          : {
              address: ledger.holderIds(Uint32Array.of(record.largest.name))[0]!,
              members: record.largest.members,
            }
      const { transactions, addresses, clusters } = record
      const links = sum('links') + (record.later?.links ?? 0)
      const shapes = { coinJoins: sum('coinJoins'), payJoinShapes: sum('payJoins') }
      if (json)
        return writeJson(context, {
          ...{ changed, read, transactions, addresses, clusters, links, ...shapes, largest, settings },
        })
      writeLine(
        context,
        `${grouped(addresses)} addresses in ${grouped(clusters)} clusters, from ${grouped(transactions)} transactions`,
        'bold',
      )
      writeLine(context, `  by ${settingsText(settings)}`)
      writeLine(
        context,
        `  ${grouped(links)} links kept; ${grouped(shapes.coinJoins)} transactions look like CoinJoins, ${grouped(shapes.payJoinShapes)} have the shape of a PayJoin`,
      )
      if (largest !== null)
        writeLine(context, `  the largest has ${grouped(largest.members)} addresses: ${largest.address}`)
      writeLine(
        context,
        changed ? `  ${grouped(read)} transactions were read.` : '  They were up to date: nothing was read.',
      )
    })
  },
})

function rulesOption(): Option<LinkSettings['change'] | undefined> {
  const help = `Link change too, by these rules, separated by commas: ${CHANGE_LINK_RULES.join(', ')}. Default: none.`
  return value('--change <rules>', help, (typed) => {
    const names = typed.split(',').map((name) => name.trim())
    const unknown = names.find((name) => !CHANGE_LINK_RULES.some((rule) => rule === name))
    if (unknown !== undefined)
      throw new UsageError(`--change: "${unknown}" is none of ${CHANGE_LINK_RULES.join(', ')}.`)
    return CHANGE_LINK_RULES.filter((rule) => names.includes(rule))
  })
}

function txidOf(typed: string): string {
  if (!/^[0-9a-f]{64}$/i.test(typed)) throw new UsageError(`--refuse: "${typed}" is no transaction id.`)
  return typed.toLowerCase()
}
