/**
 * What an account had before it was looked for: docs/methods/opening-balance.md. A node knows no histories, so a holder is
 * looked for from the block on in which taint first came; what it had and did before, as far as it is not known, is summed
 * up in entries, such that the ledger's balance is then the node's.
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import type { BlockRef } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import type { Amounts, Ledger, Movements } from '../ledger/ledger.ts'
import { isOpeningEntry, OPENING_ENTRY } from '../ledger/openingEntry.ts'
import { type AssetId, addressOf, chainOf, type HolderId } from '../units/caip.ts'
import { anything, type ChainLine, ContradictionError, NoSourceError } from './chainLine.ts'
import type { Desk } from './desk.ts'
import { withStoreFree } from './storeFree.ts'

/**
 * Asks, once for each asset that a holder is seen to pay, what it had before it was looked for, and enters the difference
 * to what the ledger shows: credits from nowhere, or debits to nowhere. Where the ledger shows something else by now, what
 * was entered is taken out and entered anew, without asking.
 *
 * @returns true where a balance became known, or the ledger changed
 */
export async function enterOpenings(
  desk: Books,
  line: Pick<ChainLine, 'ask'>,
  holders: readonly LookedFor[],
): Promise<boolean> {
  const { ledger } = desk
  let changed = false
  for (const { holder, since } of holders) {
    if (since === null || holder.startsWith('bip122:')) continue
    // What the first block itself gives is paid by no transaction.
    const height = Math.max(0, since - 1)
    const movements = ledger.ofHolders(ledger.holderNumbers([holder]))
    for (const asset of assetsPaid(ledger, movements, holder))
      changed = (await enterOpening(desk, line, { holder, asset, height, movements })) || changed
  }
  return changed
}

type Books = Pick<Desk, 'ledger' | 'book' | 'now'>

/** A holder, and the first block from which on everything that it does is in the ledger; null where nothing is said of it. */
export interface LookedFor {
  readonly holder: HolderId
  readonly since: number | null
}

interface Opening {
  readonly holder: HolderId
  readonly asset: AssetId
  /** The block after which the balance is asked. */
  readonly height: number
  readonly movements: Movements
}

async function enterOpening(desk: Books, line: Pick<ChainLine, 'ask'>, asked: Opening): Promise<boolean> {
  const { ledger, book, now } = desk
  const { holder, asset } = asked
  const before = book.opening(holder, asset)
  const known = before ?? (await balanceAfter(line, asked))
  if (known === null) return false
  const isNew = before === null
  if (isNew) book.setOpening(holder, asset, known.height, known.balance)
  if (known.balance === null) return isNew
  const { height } = known
  const shown = shownBefore(ledger, { ...asked, height })
  const wanted = entriesFor(known.balance, shown, height)
  if (isDeepStrictEqual(wanted, shown.entries)) return isNew
  const chain = chainOf(holder)
  const reference = asset.slice(asset.indexOf('/') + 1)
  const kind = asset.includes('/slip44:') ? 'native' : 'token'
  const transactions: Transaction[] = []
  for (const [at, missing] of wanted) {
    const { source, block } = await blockAt(line, at)
    const txid = `${OPENING_ENTRY}${at}:${addressOf(holder)}:${reference}`.toLowerCase()
    book.put([{ chain, txid, height: at, hash: block.hash, source, fetched: now(), placed: true }])
    const [from, to] = missing < 0n ? [holder, null] : [null, holder]
    const transfers = [{ from, to, asset, amount: missing < 0n ? -missing : missing, kind } as const]
    transactions.push({ chain, txid, height: at, time: block.time, transfers, inputs: [], outputs: [] })
  }
  await withStoreFree(() => {
    ledger.forget(Uint32Array.from(shown.entryTxs))
    return ledger.append(transactions)
  })
  return true
}

/** `balance` null where no source knows; null where one that may know failed. */
async function balanceAfter(
  line: Pick<ChainLine, 'ask'>,
  { holder, asset, height }: Opening,
): Promise<{ readonly height: number; readonly balance: bigint | null } | null> {
  try {
    return await line.ask(
      (source) => source.balance !== undefined,
      async (source) => ({ height, balance: await source.balance!(holder, asset, height) }),
    )
  } catch (error) {
    if (!(error instanceof NoSourceError)) throw error
    return error.data.failures.length === 0 ? { height, balance: null } : null
  }
}

const blockAt = (
  line: Pick<ChainLine, 'ask'>,
  height: number,
): Promise<{ source: string; block: BlockRef }> =>
  line.ask(anything, async (source) => {
    const block = await source.blockAt(height)
    if (block === null) throw new ContradictionError(source.shown, `it has no block ${height} below its tip`)
    return { source: source.shown, block }
  })

function amountAt({ narrow, wide }: Amounts, at: number): bigint {
  const value = narrow[at]!
  return value < 0 ? wide[-value - 1]! : BigInt(value)
}

/** Assets of which the holder is seen to pay something: only there does it matter what it had. */
function assetsPaid(ledger: Ledger, movements: Movements, holder: HolderId): AssetId[] {
  const [number] = ledger.holderNumbers([holder])
  const assets = ledger.assets()
  const paid = new Set<AssetId>()
  movements.debitHolder.forEach((debtor, leg) => {
    if (debtor === number) paid.add(assets[movements.debitAsset[leg]!]!.id)
  })
  return [...paid]
}

/** Signed amounts by height: a credit from nowhere, or below zero a debit to nowhere. */
type Entries = ReadonlyMap<number, bigint>

/** What the ledger shows of a holder's asset up to a block. */
interface Shown {
  /** Receipts less payments, without entries. */
  readonly sum: bigint
  /** The most that it ever paid beyond what it had received, without entries: the rules take that from nowhere. */
  readonly shortfall: bigint
  /** Block of the first of them. */
  readonly first: number
  readonly entries: Entries
  /** Numbers of their transactions. */
  readonly entryTxs: readonly number[]
}

/**
 * What is missing, where the rules need it: before the first payment that is known, as much as it takes that none is from
 * nowhere; what is over by then, after all.
 */
function entriesFor(balance: bigint, { sum, shortfall, first }: Shown, height: number): Entries {
  const missing = balance - sum
  const needed = missing > shortfall ? missing : shortfall
  const before = shortfall === 0n || first === 0 ? 0n : needed
  const entries = [
    [first - 1, before],
    [height, missing - before],
  ] as const
  return new Map(entries.filter(([, amount]) => amount !== 0n))
}

function shownBefore(ledger: Ledger, { holder, asset, height, movements }: Opening): Shown {
  const [number] = ledger.holderNumbers([holder])
  const of = ledger.assetNumber(asset)
  const { height: heights, txid: txids } = ledger.heads(movements.tx)
  const { creditStarts, creditHolder, creditAsset, debitStarts, debitHolder, debitAsset } = movements
  let [sum, shortfall, first] = [0n, 0n, height]
  const entries = new Map<number, bigint>()
  const entryTxs: number[] = []
  for (let i = 0; i < movements.n; i++) {
    const at = heights[i]!
    if (!(at <= height)) continue
    let [paid, got, isOf] = [0n, 0n, false]
    for (let leg = debitStarts[i]!; leg < debitStarts[i + 1]!; leg++)
      if (debitHolder[leg] === number && debitAsset[leg] === of) {
        paid += amountAt(movements.debitAmount, leg)
        isOf = true
      }
    for (let leg = creditStarts[i]!; leg < creditStarts[i + 1]!; leg++)
      if (creditHolder[leg] === number && creditAsset[leg] === of) {
        got += amountAt(movements.creditAmount, leg)
        isOf = true
      }
    if (!isOf) continue
    if (isOpeningEntry(txids[i]!)) {
      entries.set(at, (entries.get(at) ?? 0n) + got - paid)
      entryTxs.push(movements.tx[i]!)
      continue
    }
    first = Math.min(first, at)
    if (paid - sum > shortfall) shortfall = paid - sum
    sum += got - paid
  }
  return { sum, shortfall, first, entries, entryTxs }
}
