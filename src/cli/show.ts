/** @module */
import { chainName } from '../address/index.ts'
import { LootlineError } from '../errors.ts'
import { type Ledger, MOVEMENT_KINDS, type Movements, NONE } from '../ledger/index.ts'
import {
  type Asset,
  addressOf,
  type ChainId,
  chainOf,
  formatGrouped,
  formatTime,
  printable,
} from '../units/index.ts'
import { type Books, withBooks } from './books.ts'
import { type Command, command, flag } from './command.ts'
import type { Context } from './context.ts'
import { chainOption, typedHolders, typedTransaction } from './holders.ts'
import { LABEL_HEADINGS, labelRow } from './labels/labelRows.ts'
import { grouped, writeJson, writeLine, writeTable } from './output.ts'
import { STORE_OPTION } from './storeOption.ts'
import { topOption } from './topOption.ts'

/** `lootline show`: what the ledger knows of an address or a transaction. */
export const showCommand: Command = command({
  name: 'show',
  summary:
    'Show what the ledger knows of an address (running balance, coverage, labels) or of a transaction.',
  arguments: [{ name: '<what>', help: 'An address, a CAIP-10 id, or a transaction id.' }],
  options: {
    store: STORE_OPTION,
    chain: chainOption(),
    top: topOption(30),
    json: flag('--json', 'Print JSON, all of it.'),
  },
  examples: [
    {
      run: 'lootline show 0x28c6c06298d514db089934071355e5743bf21d60',
      does: 'lists what went in and out, with the balance after each',
    },
    { run: 'lootline show 4a5e…3b', does: 'shows one transaction' },
  ],
  async run(context, [typed], { store: named, chain, top, json }) {
    await withBooks(context, named, (books) => {
      const transaction = typedTransaction(typed!)
      if (transaction !== null) return showTransaction(context, books, typed!, transaction.txids, chain, json)
      const holders = typedHolders(typed!, chain, books.ledger)
      const numbers = books.ledger.holderNumbers(holders)
      const accounts = holders.map((holder, i) => accountOf(books, holder, numbers[i]!))
      if (json) return writeJson(context, accounts)
      for (const account of accounts) printAccount(context, account, top)
    })
  },
})

type Account = ReturnType<typeof accountOf>

/** Transactions of a holder beyond which no statement is made: a service's address has millions, some gigabytes of them. */
const MOST_LISTED = 100_000

/** Coverage, labels and a statement of account: null where it would be too long; an absent holder has no entries. */
function accountOf({ ledger, labels }: Books, holder: string, number: number) {
  const one = Uint32Array.of(number)
  const coverage = number === NONE ? null : ledger.coverage(one)[0]!
  const busy = coverage !== null && coverage.transactions > MOST_LISTED
  return {
    ...{ holder, coverage },
    labels: (labels.of([holder]).get(holder) ?? []).map(({ label, caseInsensitive }) => ({
      ...label,
      caseInsensitive,
    })),
    entries: busy ? null : coverage === null ? [] : entriesOf(ledger, ledger.ofHolders(one), number),
  }
}

/** What one movement did to a holder's balance of one asset. */
interface Entry {
  readonly time: number | null
  readonly txid: string
  readonly kind: string
  readonly asset: Asset
  /** Base units; negative where it left. */
  readonly change: bigint
  /** Base units after it; negative where the ledger does not show from where the money came. */
  readonly balance: bigint
  /** The other side, where it is one holder. */
  readonly counterparty: string | null
}

function entriesOf(ledger: Ledger, movements: Movements, holder: number): Entry[] {
  const assets = ledger.assets()
  const { txid } = ledger.heads(movements.tx)
  const balances = new Map<number, bigint>()
  const rows: Omit<Entry, 'counterparty'>[] = []
  const others: number[] = []
  for (let i = 0; i < movements.n; i++) {
    const changes = new Map<number, bigint>()
    const sides = new Set<number>()
    const add = (asset: number, amount: bigint): void =>
      void changes.set(asset, (changes.get(asset) ?? 0n) + amount)
    for (let k = movements.debitStarts[i]!; k < movements.debitStarts[i + 1]!; k++)
      if (movements.debitHolder[k] === holder)
        add(movements.debitAsset[k]!, -amountAt(movements.debitAmount, k))
      else sides.add(movements.debitHolder[k]!)
    for (let k = movements.creditStarts[i]!; k < movements.creditStarts[i + 1]!; k++)
      if (movements.creditHolder[k] === holder)
        add(movements.creditAsset[k]!, amountAt(movements.creditAmount, k))
      else sides.add(movements.creditHolder[k]!)
    const [other = NONE, ...more] = sides
    const time = movements.time[i]!
    for (const [asset, change] of changes) {
      const balance = (balances.get(asset) ?? 0n) + change
      balances.set(asset, balance)
      others.push(more.length > 0 ? NONE : other)
      rows.push({
        time: Number.isNaN(time) ? null : time,
        txid: txid[i]!,
        kind: MOVEMENT_KINDS[movements.kind[i]!]!,
        asset: assets[asset]!,
        change,
        balance,
      })
    }
  }
  const named = ledger.holderIds(Uint32Array.from(others.filter((other) => other !== NONE)))
  let at = 0
  return rows.map((row, i) => ({ ...row, counterparty: others[i] === NONE ? null : named[at++]! }))
}

function amountAt({ narrow, wide }: Movements['debitAmount'], k: number): bigint {
  const amount = narrow[k]!
  return amount >= 0 ? BigInt(amount) : wide[-amount - 1]!
}

function printAccount(context: Context, { holder, coverage, labels, entries }: Account, top: number): void {
  writeLine(context, `${addressOf(holder)} on ${chainName(chainOf(holder))}`, 'bold')
  if (coverage === null) writeLine(context, '  not in the ledger')
  else {
    writeLine(
      context,
      `  ${grouped(coverage.transactions)} transactions, ${formatTime(coverage.firstTime)} to ${formatTime(coverage.lastTime)}`,
    )
    writeLine(
      context,
      coverage.known === 'whole'
        ? `  a source has all its transactions from ${formatTime(coverage.from)} to ${formatTime(coverage.to)}`
        : '  seen only as a counterparty: its balance here is not its balance on the chain',
    )
  }
  if (labels.length === 0) writeLine(context, '  no label')
  else writeTable(context, LABEL_HEADINGS, labels.map(labelRow))
  if (entries === null)
    writeLine(context, `  more than ${grouped(MOST_LISTED)} transactions are counted, and not listed`)
  if (entries === null || entries.length === 0) return
  if (entries.length > top)
    writeLine(context, `  the last ${top} of ${grouped(entries.length)} entries (--top, --json)`)
  writeTable(
    context,
    [
      { head: 'time' },
      { head: 'change', right: true },
      { head: 'asset', max: 20 },
      { head: 'balance', right: true },
      { head: 'counterparty' },
      { head: 'transaction', max: 70 },
    ],
    entries
      .slice(-top)
      .map(({ time, txid, kind, asset, change, balance, counterparty }) => [
        formatTime(time),
        `${change < 0n ? '' : '+'}${formatGrouped(change, asset.decimals)}`,
        asset.known ? asset.symbol : `"${printable(asset.symbol, 12)}"?`,
        formatGrouped(balance, asset.decimals),
        kind === 'fee' ? 'fee' : counterparty === null ? 'several or none' : addressOf(counterparty),
        txid,
      ]),
  )
  if (entries.some(({ balance }) => balance < 0n))
    writeLine(
      context,
      '  A balance below zero: it spent what the ledger does not show it receiving.',
      'yellow',
    )
}

function showTransaction(
  context: Context,
  { ledger }: Books,
  typed: string,
  txids: readonly string[],
  chain: ChainId | undefined,
  json: boolean,
): void {
  const found = txids
    .flatMap((txid) => ledger.transactions(ledger.txNumbers(txid)))
    .filter((transaction) => chain === undefined || transaction.chain === chain)
  if (found.length === 0) throw new UnknownTransactionError(typed)
  if (json) {
    writeJson(context, found)
    return
  }
  const assets = new Map(ledger.assets().map((asset) => [asset.id, asset]))
  const text = (amount: bigint | undefined, id: string | undefined): string => {
    const asset = id === undefined ? undefined : assets.get(id)
    if (amount === undefined) return 'unknown'
    return asset === undefined
      ? String(amount)
      : `${formatGrouped(amount, asset.decimals)} ${asset.known ? asset.symbol : `"${printable(asset.symbol, 12)}"?`}`
  }
  const who = (holder: string | null | undefined): string => (holder == null ? '' : addressOf(holder))
  for (const { chain: on, txid, height, time, transfers, inputs, outputs } of found) {
    const coin = [...assets.values()].find((asset) => asset.chain === on && asset.id.includes('/slip44:'))?.id
    writeLine(context, `${txid} on ${chainName(on)}`, 'bold')
    writeLine(
      context,
      `  ${formatTime(time ?? null)}, block ${height === undefined ? 'unknown' : grouped(height)}`,
    )
    writeTable(
      context,
      [{ head: 'what' }, { head: 'from', max: 90 }, { head: 'to', max: 90 }, { head: 'amount', right: true }],
      [
        ...inputs.map((input) => [
          `input ${input.txid.slice(0, 12)}…:${input.n}`,
          who(input.holder),
          '',
          text(input.amount, coin),
        ]),
        ...outputs.map((output, n) => [`output ${n}`, '', who(output.holder), text(output.amount, coin)]),
        ...transfers.map(({ kind, from, to, asset, amount }) => [
          kind,
          who(from),
          who(to),
          text(amount, asset),
        ]),
      ],
    )
  }
}

/** No source of the ledger has it. */
class UnknownTransactionError extends LootlineError<{
  readonly code: 'CLI_UNKNOWN_TRANSACTION'
  readonly txid: string
}> {
  override readonly name = 'UnknownTransactionError'

  constructor(txid: string) {
    super(
      { code: 'CLI_UNKNOWN_TRANSACTION', txid: printable(txid, 70) },
      `The ledger does not have the transaction ${printable(txid, 70)}.`,
      'Check the id, or import an export that has it.',
    )
  }
}
