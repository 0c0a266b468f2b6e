/** @module */
import { openPriceStore, USD_SCALE } from '../../price/index.ts'
import { formatDay, formatGrouped } from '../../units/index.ts'
import { type Command, command, flag } from '../command.ts'
import { momentOf } from '../moments.ts'
import { writeJson, writeLine } from '../output.ts'
import { STORE_OPTION, storeToRead } from '../storeOption.ts'

/** `lootline prices at`: the price used for a day, and what others say. */
export const pricesAtCommand: Command = command({
  name: 'prices at',
  summary: 'Show the price of a day: the one that is used, its range, its source, and who disagrees.',
  arguments: [
    { name: '<symbol>', help: 'BTC, ETH, USDT, …' },
    { name: '<date>', help: 'A day or a moment, UTC: 2023-01-13.' },
  ],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline prices at ETH 2023-01-13', does: 'shows what one ETH was worth that day' }],
  run(context, [typed, date], { store: named, json }) {
    const symbol = typed!.toUpperCase()
    const moment = momentOf('<date>', date!)
    const prices = openPriceStore(storeToRead(context, named).path)
    try {
      const price = prices.at(symbol, moment)
      if (json) return writeJson(context, { symbol, day: formatDay(moment), price })
      if (price === null)
        return writeLine(context, `${symbol} on ${formatDay(moment)}: unpriced, no source has this day`)
      writeLine(context, `${symbol} on ${formatDay(price.from)}: ${dollarsOf(price.usdE12)}`, 'bold')
      if (price.lowE12 !== null && price.highE12 !== null)
        writeLine(context, `  between ${dollarsOf(price.lowE12)} and ${dollarsOf(price.highE12)} that day`)
      writeLine(context, `  source: ${price.source}`)
      for (const other of price.disputedBy) writeLine(context, `  over 5 % apart: ${other}`, 'yellow')
    } finally {
      prices.close()
    }
  },
})

/** A price for people, exact. */
export function dollarsOf(usdE12: bigint): string {
  return `$${formatGrouped(usdE12, USD_SCALE, { minDecimals: 2 })}`
}
