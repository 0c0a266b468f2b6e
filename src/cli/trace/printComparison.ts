/**
 * The rules side by side, in words.
 * @module
 */
import type { Comparison } from '../../trace/index.ts'
import { addressOf } from '../../units/index.ts'
import type { Context } from '../context.ts'
import { grouped, writeLine, writeTable } from '../output.ts'
import { amountText, assetOf, symbolOf } from './printFlow.ts'

/** One table a theft and asset; `top` rows at most in each. */
export function printComparison(context: Context, comparison: Comparison, top: number): void {
  const ran = comparison.rules.filter(({ refused }) => refused === null)
  for (const { theft, asset: id, everyRule, amounts } of comparison.stolen) {
    const asset = assetOf(comparison, id)
    const text = (amount: string | undefined): string =>
      amount === undefined ? '' : amountText(BigInt(amount), asset)
    const rows = comparison.rows.filter((row) => row.theft === theft && row.asset === id)
    writeLine(
      context,
      `Theft "${theft}", ${symbolOf(asset)}: where each rule puts it${rows.length > top ? ` (the first ${top} of ${grouped(rows.length)})` : ''}`,
      'bold',
    )
    writeTable(
      context,
      [
        { head: 'holder' },
        { head: 'label', max: 30 },
        { head: 'why' },
        ...ran.map(({ rule, bound }) => ({ head: bound ? `${rule} (at most)` : rule, right: true })),
        { head: 'every rule', right: true },
      ],
      [
        ...rows
          .slice(0, top)
          .map((row) => [
            addressOf(row.holder),
            row.labels[0]?.name ?? '',
            row.reason,
            ...ran.map(({ rule }) => text(row.amounts[rule])),
            text(row.everyRule),
          ]),
        ['stolen', '', '', ...ran.map(({ rule }) => text(amounts[rule])), ''],
        ['dirty under every rule', '', '', ...ran.map(() => ''), text(everyRule)],
      ],
    )
    writeLine(context)
  }
  if (comparison.stolen.some(({ amounts }) => new Set(Object.values(amounts)).size > 1))
    writeLine(
      context,
      'What was stolen differs by rule: a payment back to a seed address is stolen only as far as the rule says it is not the loot coming back.',
      'yellow',
    )
  for (const { rule, refused } of comparison.rules)
    if (refused !== null) writeLine(context, `${rule} does not apply: ${refused}`, 'yellow')
  writeLine(
    context,
    'Dirty under every rule: the least that any rule but poison puts at a holder. Poison is an upper bound and in no sum.',
  )
}
