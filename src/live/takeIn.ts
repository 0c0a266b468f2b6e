/**
 * Puts fetched transactions into the ledger, such that a kill at any instant loses nothing and repeats no call: first the
 * book says what is about to be put (so that it can be taken out again), then the ledger has it, and only then may the
 * book say that something was looked for.
 * @module
 */
import type { BlockRef, MetAssets, Placed } from '../chain/source.ts'
import type { Transaction, Transfer } from '../chain/transaction.ts'
import { LootlineError } from '../errors.ts'
import { type AppendOptions, type FalsePrevout, type Ledger, NONE } from '../ledger/ledger.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { LiveBook } from './book.ts'
import type { PutRow } from './bookPuts.ts'
import { type ChainLine, ContradictionError, NoSourceError } from './chainLine.ts'
import { withStoreFree } from './storeFree.ts'

/** What keeps the statements about other chains that fetched transactions make. */
export interface CrossLinks {
  addLinks(placed: readonly Placed[]): void
}

export interface Intake {
  readonly ledger: Ledger
  readonly book: LiveBook
  readonly links: CrossLinks
  /** Unix seconds. */
  readonly now: () => number
}

export interface Catch {
  readonly placed: readonly Placed[]
  readonly assets: MetAssets
  /** Holders whose whole history is among these and what the ledger has. */
  readonly whole?: readonly HolderId[]
}

/**
 * Transactions that are not confirmed are left out: a trace rests on blocks. One that the ledger refuses (it spends what
 * another spends) is the source's contradiction, and nothing of the catch is kept. An input that is said to spend what it
 * does not is that of the source that said so, which need not be this one; the catch is then kept until it is taken back.
 * So is one transaction's payment told in two ways by one source; nothing of the catch is kept.
 *
 * @returns movements new to the ledger
 * @throws {ContradictionError}
 */
export async function takeIn(intake: Intake, source: string, caught: Catch): Promise<number> {
  const { ledger, book, links, now } = intake
  const confirmed = caught.placed.flatMap(({ block, ...placed }) =>
    block === null ? [] : [{ ...placed, block }],
  )
  assertOnePayment(intake, source, confirmed)
  const fetched = now()
  const rows = new Map<string, PutRow>()
  for (const { transaction, block } of confirmed) {
    const { chain, txid } = transaction
    // What a file brought stays when its block does not: its source is the user's. Of live sources the first word stays.
    if (numberOf(ledger, chain, txid) !== undefined) continue
    // A block that only vouches for it, of lists that name none, does not tell its place.
    const placed = transaction.index !== undefined || transaction.height !== block.height
    rows.set(txid, { chain, txid, height: block.height, hash: block.hash, source, fetched, placed })
  }
  if (rows.size > 0) book.put([...rows.values()])
  let added = 0
  const falsePrevouts: FalsePrevout[] = []
  const append = async (transactions: readonly Transaction[], options: AppendOptions): Promise<void> => {
    const appended = await withStoreFree(() => ledger.append(transactions, options))
    added += appended.added
    falsePrevouts.push(...appended.falsePrevouts)
  }
  try {
    for (const layer of layers(confirmed)) await append(layer, { assets: caught.assets })
    const holders = caught.whole ?? []
    // Once more as a whole, so that the span they cover is theirs.
    if (holders.length > 0) {
      book.setFetched(holders)
      await append(ofHolders(ledger, holders), { covers: { kind: 'holders', holders } })
    }
  } catch (error) {
    if (!(error instanceof LootlineError) || !REFUSED.has(error.code)) throw error
    throw new ContradictionError(source, error.message)
  }
  links.addLinks(confirmed)
  for (const { chain, txid, prevTxid, said } of falsePrevouts) {
    // A live source's output is covered by its transaction's id, a file's is not.
    const liar = said === 'now' ? source : book.putSource(chain, txid)
    if (liar !== null && book.putSource(chain, prevTxid) !== null)
      throw new ContradictionError(liar, `${txid} is said to spend what ${prevTxid} does not pay`)
  }
  return added
}

/**
 * An EVM transaction pays its chain's coin once by itself (yellow paper, section 4.2: one `to`, one `value`), so two that
 * differ would be counted both.
 * @throws {ContradictionError}
 */
function assertOnePayment(
  { ledger, book }: Pick<Intake, 'ledger' | 'book'>,
  source: string,
  confirmed: readonly { readonly transaction: Transaction }[],
): void {
  const paying = confirmed.flatMap(({ transaction }) => {
    const { chain, transfers } = transaction
    return chain.startsWith('eip155:') && transfers.some(isOwnPayment) ? [transaction] : []
  })
  const numbers = paying.flatMap(({ chain, txid }) =>
    book.putSource(chain, txid) === source ? (numberOf(ledger, chain, txid) ?? []) : [],
  )
  const payments = new Map<string, string>()
  for (const { chain, txid, transfers } of [...ledger.transactions(Uint32Array.from(numbers)), ...paying])
    for (const { from, to, amount } of transfers.filter(isOwnPayment)) {
      const said = `${amount} from ${from} to ${to}`
      const before = payments.get(`${chain} ${txid}`) ?? said
      if (before !== said)
        throw new ContradictionError(source, `${txid} is said to pay ${before}, and ${said}`)
      payments.set(`${chain} ${txid}`, said)
    }
}

const isOwnPayment = ({ kind, amount }: Transfer): boolean => kind === 'native' && amount > 0n

/** What the ledger says of transactions that cannot be. */
const REFUSED = new Set(['LEDGER_DOUBLE_SPEND', 'LEDGER_BAD_TRANSACTION'])

/**
 * A source that lists a transaction's coins and tokens apart gives it several times. Equal transfers of one listing are
 * different ones, those of several are the same (docs/methods/duplicates.md), so each time is a listing of its own.
 */
function layers(placed: readonly Placed[]): Transaction[][] {
  const layers: Transaction[][] = []
  const seen = new Map<string, number>()
  for (const { transaction } of placed) {
    const times = seen.get(transaction.txid) ?? 0
    seen.set(transaction.txid, times + 1)
    layers[times] ??= []
    layers[times].push(transaction)
  }
  return layers
}

/** Its number on that chain. */
export function numberOf(ledger: Ledger, chain: ChainId, txid: string): number | undefined {
  const numbers = ledger.txNumbers(txid)
  const { chain: chains } = ledger.heads(numbers)
  return [...numbers].find((_, i) => chains[i] === chain)
}

function ofHolders(ledger: Ledger, holders: readonly HolderId[]): Transaction[] {
  const numbers = ledger.holderNumbers(holders).filter((number) => number !== NONE)
  return ledger.transactions(Uint32Array.from(new Set(ledger.ofHolders(numbers).tx)))
}

/**
 * Gives transactions of one block their place in it, where their source did not and the order could matter. One question
 * a block with two of them or more.
 *
 * @param heights of blocks that something was taken in from; null: all, for what a killed run left
 */
export async function placeInBlocks(
  { ledger, book }: Intake,
  line: ChainLine,
  heights: Iterable<number> | null,
): Promise<void> {
  const { chain } = line
  for (const { height, hash, txids } of book.unplaced(
    chain,
    heights === null ? null : [...new Set(heights)],
  )) {
    const numbers = Uint32Array.from(txids.flatMap((txid) => numberOf(ledger, chain, txid) ?? []))
    const lacking = ledger.transactions(numbers).filter(({ index }) => index === undefined)
    if (lacking.length > 0) {
      const block: BlockRef = { height, hash, time: lacking[0]!.time ?? 0 }
      const order = await orderOf(book, line, block, lacking)
      if (order === null) return
      // What was taken back meanwhile must not come again.
      const there = lacking.filter(({ txid }) => numberOf(ledger, chain, txid) !== undefined)
      const placed = there.map((transaction) => ({ ...transaction, index: order.get(transaction.txid)! }))
      await withStoreFree(() => ledger.append(placed))
    }
    book.together(() => book.setPlaced(chain, txids))
  }
}

/**
 * Places in a block by transaction id, of one question for the whole block, or where no source answers that, of a node that
 * says each transaction's place. null where none says: the order is then the ledger's best guess (docs/methods/order.md).
 */
async function orderOf(
  book: LiveBook,
  line: ChainLine,
  block: BlockRef,
  lacking: readonly Transaction[],
): Promise<ReadonlyMap<string, number> | null> {
  try {
    return await line.ask(
      ({ txids, matches }) => txids !== undefined || matches !== undefined,
      async (source) => {
        const place = new Map<string, number>()
        if (source.txids !== undefined)
          for (const [index, txid] of (await source.txids(block)).entries()) place.set(txid, index)
        else
          for (const { txid } of lacking) {
            const index = (await source.transaction(txid))?.placed.transaction.index
            if (index !== undefined) place.set(txid, index)
          }
        const lost = lacking.find(({ txid }) => !place.has(txid))
        if (lost === undefined) return place
        // A node without index of transactions says nothing by not having one.
        if (source.txids === undefined) return null
        // Its hash proves what a block has, so whoever put the transaction there was wrong.
        const liar = book.putSource(line.chain, lost.txid)
        if (liar === null) return null
        throw new ContradictionError(liar, `block ${block.hash} is without transaction ${lost.txid}`)
      },
    )
  } catch (error) {
    if (error instanceof NoSourceError) return null
    throw error
  }
}
