/** @module */
import { openPriceStore } from '../../price/index.ts'
import { formatDay } from '../../units/index.ts'
import { type Command, command, flag, value } from '../command.ts'
import { grouped, writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'
import { topOption } from '../topOption.ts'
import { dollarsOf } from './at.ts'

/** `lootline prices check`: where sources disagree, contradict themselves, or have gaps. */
export const pricesCheckCommand: Command = command({
  name: 'prices check',
  summary: 'List days on which sources differ by over 5 %, bars that contradict themselves, and gaps.',
  arguments: [],
  options: {
    store: STORE_OPTION,
    symbol: value('--symbol <symbol>', 'Only this symbol.', (typed) => typed.toUpperCase()),
    top: topOption(20),
    json: flag('--json', 'Print JSON, all of it.'),
  },
  examples: [
    { run: 'lootline prices check --symbol ETH', does: 'shows what to look at before relying on ETH prices' },
  ],
  run(context, _args, { store: named, symbol, top, json }) {
    const prices = openPriceStore(storeToRead(context, named).path)
    try {
      const disagreements = prices.crossCheck(symbol === undefined ? {} : { symbol })
      const oddities = prices.oddities(symbol)
      const gaps = (symbol === undefined ? prices.symbols() : [symbol]).flatMap((one) =>
        prices.gaps(one).map((gap) => ({ symbol: one, ...gap })),
      )
      if (json) return writeJson(context, { disagreements, oddities, gaps })
      writeLine(context, `${grouped(disagreements.length)} days on which sources differ by over 5 %`, 'bold')
      if (disagreements.length > 0)
        writeTable(
          context,
          [
            { head: 'symbol' },
            { head: 'day' },
            { head: 'apart', right: true },
            { head: 'lowest', right: true },
            { head: 'by' },
            { head: 'highest', right: true },
            { head: 'by' },
          ],
          disagreements
            .slice(0, top)
            .map(({ symbol: of, day, basisPoints, lowest, highest }) => [
              of,
              day,
              `${Math.floor(basisPoints / 100)}.${String(basisPoints % 100).padStart(2, '0')} %`,
              dollarsOf(lowest.usdE12),
              lowest.source,
              dollarsOf(highest.usdE12),
              highest.source,
            ]),
        )
      writeLine(context, `${grouped(oddities.length)} bars that contradict themselves or leap`, 'bold')
      if (oddities.length > 0)
        writeTable(
          context,
          [
            { head: 'symbol' },
            { head: 'day' },
            { head: 'what' },
            { head: 'price', right: true },
            { head: 'before', right: true },
            { head: 'source' },
          ],
          oddities
            .slice(0, top)
            .map(({ bar, kind, before }) => [
              bar.symbol,
              formatDay(bar.from),
              kind,
              dollarsOf(bar.usdE12),
              before === null ? '' : dollarsOf(before.usdE12),
              bar.source,
            ]),
        )
      writeLine(
        context,
        `${grouped(gaps.length)} gaps between the first and the last day of a symbol`,
        'bold',
      )
      if (gaps.length > 0)
        writeTable(
          context,
          [{ head: 'symbol' }, { head: 'from' }, { head: 'to' }, { head: 'days', right: true }],
          gaps.slice(0, top).map((gap) => [gap.symbol, gap.from, gap.to, grouped(gap.days)]),
        )
      if (Math.max(disagreements.length, oddities.length, gaps.length) > top)
        writeLine(context, `${top} of each are shown: --top, or --json for all`)
    } finally {
      prices.close()
    }
  },
})
