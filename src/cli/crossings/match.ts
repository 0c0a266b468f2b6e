/** @module */
import { assertChainId, chainByName, chainName } from '../../address/index.ts'
import { match } from '../../cross/index.ts'
import { counted } from '../../units/amount.ts'
import { type Command, command, flag, list, UsageError, value } from '../command.ts'
import { chainOption, typedTransaction } from '../holders.ts'
import { grouped, writeJson, writeLine } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { amountText, printQuestion, withCrossings } from './withCrossings.ts'

/** `lootline crossings match`: the other side of a swap by amount and time. */
export const crossingsMatchCommand: Command = command({
  name: 'crossings match',
  summary:
    'Search the other side of a payment to a swap service among what the ledger has, by amount and time.',
  about:
    'Only what is in the ledger can be found: import or fetch what the service paid in the window first. Prices are daily, so that much fits; one coin on two chains needs none. One candidate is taken where it is clearly first, chance is ruled out, and the ledger has all that the service paid; otherwise it becomes a question, for lootline crossings answer.',
  arguments: [{ name: '<txid>', help: 'The payment: a transaction id, or id:n where it makes several.' }],
  options: {
    store: STORE_OPTION,
    chain: chainOption('Chain of the payment, where several have the id.'),
    to: list('--to <chain>', 'Chain to look on, repeatable. Default: all others of the ledger.'),
    window: value('--window <time>', 'How long after the payment: 90s, 30m, 2h. Default: 30m.', parseWindow),
    service: value('--service <name>', "The service that swapped it. Default: the payee's label."),
    json: flag('--json', 'Print JSON.'),
  },
  examples: [
    {
      run: 'lootline crossings match 4bed… --service changelly --to bitcoin --window 1h',
      does: 'lists what Changelly paid on Bitcoin within the hour that fits',
    },
  ],
  async run(context, [typed], { store: named, chain, to, window, service, json }) {
    const { txids, n } = typedTransaction(typed!) ?? notTransaction(typed!)
    const chains = to.map(parseTo)
    await withCrossings(context, named, (books) => {
      const txid = txids.find((one) => books.ledger.txNumbers(one).length > 0) ?? txids[0]!
      const found = match(books, books.crossings, {
        txid,
        ...(n === undefined ? {} : { n }),
        ...(chain === undefined ? {} : { chain }),
        ...(chains.length === 0 ? {} : { to: chains }),
        ...(window === undefined ? {} : { windowSeconds: window }),
        ...(service === undefined ? {} : { service }),
      })
      if (json) return writeJson(context, found)
      const { out, ranking, found: looked, unpriced, verdict, note } = found
      const assets = books.ledger.assets()
      writeLine(context, `${amountText(out, assets)} paid on ${chainName(out.chain)}: ${verdict}`, 'bold')
      writeLine(context, `  ${note}`)
      writeLine(
        context,
        `  ${counted(looked.receipts.length, 'receipt')} from ${looked.payers === 'service' ? 'the service' : 'anybody'}: ${grouped(ranking.ranked.length)} fit, ${grouped(ranking.outOfAmount)} of another amount, ${grouped(unpriced)} without price; ${ranking.chance.toFixed(2)} would fit by chance`,
      )
      for (const one of looked.notes) writeLine(context, `  ${one}`, 'yellow')
      if (found.question !== null) printQuestion(context, books.crossings.question(found.question), assets)
    })
  },
})

const UNITS = { s: 1, m: 60, h: 3600 } as const
/** A day: beyond it anything fits somewhere. */
const LONGEST_WINDOW = 86_400

function parseWindow(typed: string): number {
  const [, digits, unit] = /^(\d{1,6})([smh])$/.exec(typed) ?? []
  const seconds = digits === undefined ? 0 : Number(digits) * UNITS[unit as keyof typeof UNITS]
  if (seconds < 1 || seconds > LONGEST_WINDOW)
    throw new UsageError(
      `--window <time>: "${typed}" is not a time such as 90s, 30m or 2h, of at most a day.`,
    )
  return seconds
}

function parseTo(typed: string): string {
  const known = chainByName(typed)
  if (known === undefined) assertChainId(typed)
  return known ?? typed
}

export function notTransaction(typed: string): never {
  throw new UsageError(`"${typed}" is no transaction id.`)
}
