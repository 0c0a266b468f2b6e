/** @module */
import { chainName } from '../../address/index.ts'
import { crossingsFrom, pendingOf, type TxKey, witnessOf } from '../../cross/index.ts'
import { addressOf, formatTime, printable } from '../../units/index.ts'
import { type Command, command, flag } from '../command.ts'
import { typedTransaction } from '../holders.ts'
import { writeJson, writeLine, writeTable } from '../output.ts'
import { STORE_OPTION } from '../storeOption.ts'
import { notTransaction } from './match.ts'
import { type CrossBooks, printQuestion, withCrossings } from './withCrossings.ts'

/** `lootline crossings show`: what is known of one transaction. */
export const crossingsShowCommand: Command = command({
  name: 'crossings show',
  summary:
    'Show what a transaction says of other chains, what answers it, and what was asked and answered about it.',
  arguments: [{ name: '<txid>', help: 'A transaction id.' }],
  options: { store: STORE_OPTION, json: flag('--json', 'Print JSON.') },
  examples: [{ run: 'lootline crossings show 4bed…', does: 'shows where its money went' }],
  async run(context, [typed], { store: named, json }) {
    const asked = typedTransaction(typed!) ?? notTransaction(typed!)
    await withCrossings(context, named, (books) => {
      const { crossings: book, ledger } = books
      const txs = keysOf(books, asked.txids)
      const found = {
        ...{ links: book.links(txs), questions: book.questionsOf(txs) },
        ...{ crossings: crossingsFrom(book, ledger, txs), pending: pendingOf(book, txs) },
      }
      if (json) return writeJson(context, found)
      if (found.links.length + found.questions.length === 0)
        return writeLine(context, 'Nothing is known of it beyond its own chain.')
      for (const link of found.links) {
        const { side, protocol, id, chain, otherChain, otherHolder, contract } = link
        const where = otherChain === null ? 'another chain' : chainName(otherChain)
        writeLine(
          context,
          `${side === 'out' ? 'leaves' : 'arrives on'} ${chainName(chain)} by ${protocol}`,
          'bold',
        )
        writeTable(
          context,
          [{ head: '' }, { head: '', max: 200 }],
          [
            ['identifier', id],
            [side === 'out' ? 'bound for' : 'comes from', where],
            ['there', otherHolder === null ? 'not said' : addressOf(otherHolder)],
            ['said by', contract === null ? 'a memo' : addressOf(contract)],
          ],
        )
        if (contract !== null && witnessOf(link, book.trusts) === 'stranger')
          writeLine(
            context,
            `  not followed unasked: it is no contract of ${protocol} that is known here. Where it is the protocol's own: lootline crossings trust ${protocol} ${addressOf(contract)} --chain ${chain}`,
          )
      }
      for (const { to, how, confidence, evidence } of found.crossings) {
        writeLine(context, `goes on in ${to.txid} on ${chainName(to.chain)}`, 'bold')
        writeLine(context, `  to ${addressOf(to.holder)}, by ${how}, confidence ${confidence}: ${evidence}`)
      }
      for (const { chain, holder, sinceTime, untilTime } of found.pending)
        writeLine(
          context,
          `not found yet: a payment to ${printable(addressOf(holder), 90)} on ${chainName(chain)}, ${formatTime(sinceTime)} to ${formatTime(untilTime)}`,
        )
      for (const question of found.questions) printQuestion(context, question, ledger.assets())
    })
  },
})

/** The transaction on every chain that may have it: those of the ledger, of the links, and of the questions. */
function keysOf({ crossings: book, ledger }: CrossBooks, txids: readonly string[]): TxKey[] {
  const chains = new Set([
    ...ledger.assets().map(({ chain }) => chain),
    ...book
      .questions()
      .flatMap(({ out, candidates }) => [out.chain, ...candidates.map(({ chain }) => chain)]),
  ])
  return txids.flatMap((txid) => [...chains].map((chain) => ({ chain, txid })))
}
