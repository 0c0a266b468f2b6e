/** @module */
import { chainName } from '../../address/index.ts'
import {
  claimedOwners,
  conflicting,
  LINK_RULES,
  type LinkRule,
  type Refusal,
  SURENESS,
  type Sureness,
  sureness,
  weakest,
} from '../../cluster/index.ts'
import { addressOf, chainOf, type HolderId } from '../../units/caip.ts'
import { formatTime } from '../../units/index.ts'
import { type Command, command, flag } from '../command.ts'
import type { Context } from '../context.ts'
import { chainOption } from '../holders.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { settingsText, txidsOf } from './clusterRows.ts'
import { labelledHolders } from './labelledHolders.ts'
import { type ClusterBooks, typedMember, withClusters } from './withClusters.ts'

/** Members that are looked at one by one, for times and what was refused; of the others only number and labels are told. */
const MOST_MEMBERS = 20_000
/** Transactions of a member that are counted. */
const MOST_COUNTED = 1_000_000

/** `lootline cluster show`: the cluster of an address. */
export const clusterShowCommand: Command = command({
  name: 'cluster show',
  summary: 'Show the cluster of an address: size, times, labels inside, busiest members, how sure it is.',
  arguments: [{ name: '<address>', help: 'An address of Bitcoin or its kin, or a CAIP-10 id.' }],
  options: {
    store: STORE_OPTION,
    chain: chainOption(),
    top: topOption(10),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    {
      run: 'lootline cluster show 1BoatSLRHtKNngkdXEeobR76b53LETtpyT',
      does: 'shows what else its owner controls',
    },
  ],
  async run(context, [typed], { store: named, chain, top, json }) {
    await withClusters(context, named, {}, (books) => {
      const { holder, number } = typedMember(books, typed!, chain)
      const cluster = describe(books, holder, number, json ? Number.POSITIVE_INFINITY : top)
      if (json) writeJson(context, cluster)
      else print(context, cluster)
    })
  },
})

type Described = ReturnType<typeof describe>

function describe({ ledger, labels, clusters }: ClusterBooks, holder: HolderId, number: number, top: number) {
  const name = clusters.nameOf(number)
  const all = clusters.members(name)
  const members = all.subarray(0, MOST_MEMBERS)
  const ids = ledger.holderIds(members)
  const coverage = ledger.coverage(members)
  const counts = ledger.counts(members, MOST_COUNTED)
  const busiest = [...members.keys()].sort((a, b) => counts[b]! - counts[a]! || a - b).slice(0, top)
  const known = (times: readonly (number | null)[]): number[] => times.filter((time) => time !== null)
  const times = [
    ...known(coverage.map(({ firstTime }) => firstTime)),
    ...known(coverage.map(({ lastTime }) => lastTime)),
  ]
  const evidence = clusters.evidence(all)
  const byRule = new Map<LinkRule, number>()
  for (let i = 3; i < evidence.length; i += 4) {
    const rule = LINK_RULES[evidence[i]!]!
    byRule.set(rule, (byRule.get(rule) ?? 0) + 1)
  }
  const evidenceOf = (sure: Sureness): number =>
    [...byRule].reduce((sum, [rule, links]) => (sureness(rule) === sure ? sum + links : sum), 0)
  const links = all.length > MOST_MEMBERS ? null : clusters.links(all)
  const matches = labels.of(
    all.length === members.length
      ? ids
      : labelledHolders(labels, ledger)
          .filter((one) => clusters.nameOf(one.number) === name)
          .map((one) => one.holder),
  )
  const owners = claimedOwners(matches)
  const refusedIds =
    links === null
      ? []
      : txidsOf(
          ledger,
          links.refused.map(({ tx }) => tx),
        )
  return {
    address: holder,
    named: ledger.holderIds(Uint32Array.of(name))[0]!,
    members: all.length,
    lookedAt: members.length,
    firstTime: times.reduce<number | null>(
      (least, time) => (least === null || time < least ? time : least),
      null,
    ),
    lastTime: times.reduce<number | null>((most, time) => (most === null || time > most ? time : most), null),
    confidence: weakest([...byRule.keys()]),
    evidence: { high: evidenceOf('high'), medium: evidenceOf('medium'), low: evidenceOf('low') },
    settings: clusters.record.settings,
    transactions: links?.txs.length ?? null,
    payJoinShapes: links?.rules.filter((own) => own.includes('payJoinShape')).length ?? null,
    refused: links?.refused.map(({ why }, i) => ({ txid: refusedIds[i]!, why })) ?? null,
    owners,
    conflict: conflicting(owners).map(({ entity }) => entity),
    labelled: matches.size,
    strongest: busiest.map((i) => ({
      address: ids[i]!,
      transactions: counts[i]!,
      firstTime: coverage[i]!.firstTime,
      lastTime: coverage[i]!.lastTime,
      labels: (matches.get(ids[i]!) ?? []).map(({ label }) => label.name),
    })),
  }
}

const REFUSAL_WORDS: Readonly<Record<Refusal, string>> = {
  coinJoin: 'look like CoinJoins',
  payJoin: 'have the shape of a PayJoin',
  analyst: 'are refused by you',
}

function print(context: Context, cluster: Described): void {
  const { members, lookedAt, evidence, refused, owners } = cluster
  const chain = chainName(chainOf(cluster.address))
  if (members === 1) {
    writeLine(context, `${addressOf(cluster.address)} on ${chain}: alone`, 'bold')
    writeLine(context, '  Nothing links it to another address.')
  } else {
    writeLine(
      context,
      `${addressOf(cluster.address)} on ${chain}: one of ${grouped(members)} addresses`,
      'bold',
    )
    writeLine(context, `  earliest address ${addressOf(cluster.named)}`)
  }
  writeLine(context, `  by ${settingsText(cluster.settings)}`)
  writeLine(context, `  seen from ${formatTime(cluster.firstTime)} to ${formatTime(cluster.lastTime)}`)
  if (lookedAt < members)
    writeLine(
      context,
      `  Times and busiest members are those of the first ${grouped(lookedAt)} addresses.`,
      'yellow',
    )
  if (cluster.confidence !== null) {
    const counts = SURENESS.filter((sure) => evidence[sure] > 0).map(
      (sure) => `${grouped(evidence[sure])} ${sure}`,
    )
    writeLine(context, `  sureness of its weakest link: ${cluster.confidence}; links: ${counts.join(', ')}`)
  }
  if ((cluster.payJoinShapes ?? 0) > 0)
    writeLine(
      context,
      `  ${grouped(cluster.payJoinShapes!)} of its ${grouped(cluster.transactions!)} linking transactions have the shape of a PayJoin, mostly by chance`,
    )
  for (const [why, words] of Object.entries(REFUSAL_WORDS)) {
    const count = refused?.filter((one) => one.why === why).length ?? 0
    if (count > 0)
      writeLine(context, `  ${grouped(count)} transactions of its members ${words}: they link nothing`)
  }
  if (owners.length > 0)
    writeTable(
      context,
      [
        { head: 'labelled' },
        { head: 'surest', right: true },
        { head: 'addresses', right: true },
        { head: 'from' },
      ],
      owners.map(({ entity, level, claims }) => [
        entity,
        String(level),
        grouped(new Set(claims.map(({ holder }) => holder)).size),
        claims[0]!.label.pack ?? claims[0]!.label.file,
      ]),
    )
  else
    writeLine(
      context,
      `  no label names an owner${cluster.labelled > 0 ? `; ${grouped(cluster.labelled)} addresses have others` : ''}`,
    )
  if (cluster.conflict.length > 0)
    writeLine(
      context,
      `  Labels name ${cluster.conflict.length} owners: see lootline cluster conflicts.`,
      'yellow',
    )
  writeTable(
    context,
    [
      { head: 'busiest', max: 90 },
      { head: 'transactions', right: true },
      { head: 'first' },
      { head: 'last' },
      { head: 'labels', max: 40 },
    ],
    cluster.strongest.map(({ address, transactions, firstTime, lastTime, labels }) => [
      addressOf(address),
      grouped(transactions),
      formatTime(firstTime),
      formatTime(lastTime),
      labels.join(', '),
    ]),
  )
}
