/** @module */
import { LootlineError } from '../errors.ts'
import { readStoredBlock } from '../ledger/chain/index.ts'
import { formatTime, printable } from '../units/index.ts'
import { chainFolder, hasChain } from './books.ts'
import { type Command, command, flag, UsageError } from './command.ts'
import { grouped, writeJson, writeLine, writeTable } from './output.ts'
import { STORE_OPTION, storeToRead } from './storeOption.ts'
import { topOption } from './topOption.ts'

/** `lootline block`: the transactions and fees of a block of an indexed chain. */
export const blockCommand: Command = command({
  name: 'block',
  summary: 'Show a block of an indexed chain: its transactions with their fees.',
  about:
    'Amounts are base units (satoshis). A fee is unknown where the amount of a prevout is: it lies outside the indexed blocks, and neither undo data nor --spent gave it. What the coinbase pays beyond all fees is the subsidy, unless the miner claimed less.',
  arguments: [{ name: '<block>', help: 'A height, or a block hash.' }],
  options: { store: STORE_OPTION, top: topOption(30), json: flag('--json', 'Print JSON, all of it.') },
  examples: [
    { run: 'lootline block 170 --store bitcoin', does: 'shows the first block with a payment' },
    { run: 'lootline block 866342 --json', does: 'prints every fee of a block' },
  ],
  run(context, [typed], { store: named, top, json }) {
    const wanted = blockOf(typed!)
    const folder = chainFolder(storeToRead(context, named).path)
    if (!hasChain(folder)) throw new NoBlockError(typed!, 'The store has no indexed chain')
    const block = readStoredBlock(folder, wanted)
    if (block === undefined) throw new NoBlockError(typed!, 'The store does not have that block')
    if (json) return writeJson(context, block)
    const { height, hash, time, transactions, fees, subsidy } = block
    const sats = (amount: bigint | null): string => (amount === null ? 'unknown' : grouped(amount))
    writeLine(context, `Block ${grouped(height)}, ${hash}`, 'bold')
    writeLine(context, `  ${formatTime(time)}, ${grouped(transactions.length)} transactions`)
    writeLine(
      context,
      `  the coinbase pays ${sats(transactions[0]!.satsOut)}: fees ${sats(fees)}, subsidy ${sats(subsidy)}`,
    )
    if (transactions.length > top)
      writeLine(context, `  the first ${top} of ${grouped(transactions.length)} transactions (--top, --json)`)
    writeTable(
      context,
      [
        { head: 'transaction', max: 70 },
        { head: 'inputs', right: true },
        { head: 'outputs', right: true },
        { head: 'in', right: true },
        { head: 'out', right: true },
        { head: 'fee', right: true },
      ],
      transactions
        .slice(0, top)
        .map(({ txid, inputs, outputs, satsIn, satsOut, fee }, i) => [
          txid,
          i === 0 ? 'coinbase' : grouped(inputs),
          grouped(outputs),
          i === 0 ? '' : sats(satsIn),
          grouped(satsOut),
          i === 0 ? '' : sats(fee),
        ]),
    )
  },
})

function blockOf(typed: string): number | string {
  if (/^[0-9a-fA-F]{64}$/.test(typed)) return typed.toLowerCase()
  const height = Number(typed)
  if (/^\d+$/.test(typed) && Number.isSafeInteger(height)) return height
  throw new UsageError(`"${printable(typed, 70)}" is neither a height nor a block hash.`)
}

/** There is nothing to show. */
class NoBlockError extends LootlineError<{ readonly code: 'CLI_NO_BLOCK'; readonly block: string }> {
  override readonly name = 'NoBlockError'

  constructor(typed: string, reason: string) {
    const block = printable(typed, 70)
    super(
      { code: 'CLI_NO_BLOCK', block },
      `${reason}: ${block}.`,
      'Index blocks with "lootline index", or check --store.',
    )
  }
}
