/**
 * Transactions in blocks before those that made what they spend: a trace does not go on there, and one of the two was put
 * into a wrong block.
 * @module
 */
import type { BlockRef, Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { type Ledger, NONE } from '../ledger/ledger.ts'
import type { ChainId } from '../units/caip.ts'
import { type ChainLine, ContradictionError, NoSourceError } from './chainLine.ts'
import { holdersOf } from './takeBack.ts'
import { type Intake, numberOf } from './takeIn.ts'

type Books = Pick<Intake, 'ledger' | 'book'>

/**
 * Looks at transactions that a source told of just now, whoever put them into the ledger. Where one source said both, it
 * contradicts itself. Otherwise blocks are asked, whose hashes prove what they have; where that tells nothing, all stays.
 *
 * @throws {ContradictionError} where one source said both
 */
export async function blameMisplaced(
  { ledger, book }: Books,
  line: ChainLine,
  txids: readonly string[],
): Promise<void> {
  for (const { spender, spent } of misplaced(ledger, line.chain, txids)) {
    const liar = book.putSource(line.chain, spender)
    if (liar !== null && liar === book.putSource(line.chain, spent))
      throw new ContradictionError(
        liar,
        `${spender} is said to stand in a block before ${spent}, which it spends`,
      )
    for (const txid of [spender, spent]) await proveInBlock({ ledger, book }, line, txid)
  }
}

interface Misplaced {
  readonly spender: string
  readonly spent: string
}

/** Among what these spend, and what spends these. */
function misplaced(ledger: Ledger, chain: ChainId, txids: readonly string[]): Misplaced[] {
  const own = Uint32Array.from(txids.flatMap((txid) => numberOf(ledger, chain, txid) ?? []))
  const { n, tx, debitStarts, debitLotTx, creditStarts, creditN } = ledger.ofTransactions(own)
  const spenders: number[] = []
  const spent: number[] = []
  const lotTx: number[] = []
  const lotN: number[] = []
  for (let i = 0; i < n; i++) {
    for (let leg = debitStarts[i]!; leg < debitStarts[i + 1]!; leg++) {
      if (debitLotTx[leg] === NONE) continue
      spenders.push(tx[i]!)
      spent.push(debitLotTx[leg]!)
    }
    for (let leg = creditStarts[i]!; leg < creditStarts[i + 1]!; leg++) {
      lotTx.push(tx[i]!)
      lotN.push(creditN[leg]!)
    }
  }
  for (const [i, spender] of ledger.spenders(Uint32Array.from(lotTx), Uint32Array.from(lotN)).entries()) {
    if (spender === NONE) continue
    spenders.push(spender)
    spent.push(lotTx[i]!)
  }
  const after = ledger.heads(Uint32Array.from(spenders))
  const before = ledger.heads(Uint32Array.from(spent))
  return after.txid.flatMap((spender, i) =>
    after.height[i]! < before.height[i]! ? [{ spender, spent: before.txid[i]! }] : [],
  )
}

/** Blames whoever put it into a block that is without it; a file's word is left as it is. */
async function proveInBlock({ ledger, book }: Books, line: ChainLine, txid: string): Promise<void> {
  const { chain } = line
  try {
    await line.ask(
      ({ txids, matches }) => txids !== undefined || matches !== undefined,
      async (source) => {
        // Asked again where somebody was blamed: it may be gone.
        const liar = book.putSource(chain, txid)
        const number = numberOf(ledger, chain, txid)
        const block = book.putBlock(chain, txid)
        if (liar === null || number === undefined || block === null) return
        const [transaction] = ledger.transactions(Uint32Array.of(number))
        if (await isIn(source, { ...block, time: transaction!.time ?? 0 }, transaction!)) return
        throw new ContradictionError(liar, `block ${block.hash} is without transaction ${txid}`)
      },
    )
  } catch (error) {
    if (!(error instanceof NoSourceError)) throw error
  }
}

async function isIn(source: Source, block: BlockRef, transaction: Transaction): Promise<boolean> {
  const { txid, inputs } = transaction
  if (source.txids !== undefined) return (await source.txids(block)).includes(txid)
  const holders = new Set(holdersOf(transaction))
  const { transactions } = await source.matches!(block, {
    spends: (prevTxid, n) => inputs.some((input) => input.txid === prevTxid && input.n === n),
    touches: (holder) => holders.has(holder),
  })
  return transactions.some((one) => one.transaction.txid === txid)
}
