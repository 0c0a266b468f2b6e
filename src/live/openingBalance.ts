/**
 * What an account had before it was looked for: docs/methods/opening-balance.md. A node knows no histories, so a holder is
 * looked for from the block on in which taint first came; what it had and did before is summed up in one entry, such that
 * the ledger's balance is then the node's.
 * @module
 */
import { type Amounts, type Ledger, type Movements, NONE } from '../ledger/ledger.ts'
import { type AssetId, addressOf, chainOf, type HolderId } from '../units/caip.ts'
import { type ChainLine, NoSourceError } from './chainLine.ts'
import type { Desk } from './desk.ts'
import { withStoreFree } from './storeFree.ts'
import { numberOf } from './takeIn.ts'

/**
 * Asks, once for each asset that a holder is seen to pay, what it had before it was looked for, and enters the difference
 * to what the ledger shows: a credit from nowhere, or, where the ledger shows more than there was, a debit to nowhere.
 *
 * @returns true where the ledger changed
 */
export async function enterOpenings(
  desk: Desk,
  line: ChainLine,
  holders: readonly HolderId[],
): Promise<boolean> {
  const { ledger, book } = desk
  let changed = false
  for (const holder of holders) {
    const { since } = book.holder(holder)
    if (since === null || since === 0 || holder.startsWith('bip122:')) continue
    const movements = ledger.ofHolders(ledger.holderNumbers([holder]))
    for (const asset of assetsPaid(ledger, movements, holder)) {
      if (book.opening(holder, asset) !== null) continue
      changed = (await enterOpening(desk, line, { holder, asset, height: since - 1, movements })) || changed
    }
  }
  return changed
}

interface Opening {
  readonly holder: HolderId
  readonly asset: AssetId
  /** The block after which the balance is asked. */
  readonly height: number
  readonly movements: Movements
}

async function enterOpening(desk: Desk, line: ChainLine, opening: Opening): Promise<boolean> {
  const { ledger, book, now } = desk
  const { holder, asset, height, movements } = opening
  const balance = await balanceAt(line, holder, asset, height)
  const chain = chainOf(holder)
  if (balance === null) {
    book.setOpening(holder, asset, height, null)
    return false
  }
  const missing = balance.amount - shownBefore(ledger, movements, holder, asset, height)
  if (missing === 0n) {
    book.setOpening(holder, asset, height, null)
    return false
  }
  const reference = asset.slice(asset.indexOf('/') + 1)
  const txid = `opening-balance:${height}:${addressOf(holder)}:${reference}`.toLowerCase()
  const { hash, time } = balance.block
  book.put([{ chain, txid, height, hash, source: balance.source, fetched: now(), placed: true }])
  const amount = missing < 0n ? -missing : missing
  const [from, to] = missing < 0n ? [holder, null] : [null, holder]
  const kind = asset.includes('/slip44:') ? 'native' : 'token'
  const transfers = [{ from, to, asset, amount, kind } as const]
  await withStoreFree(() =>
    ledger.append([{ chain, txid, height, time, transfers, inputs: [], outputs: [] }]),
  )
  book.setOpening(holder, asset, height, txid)
  return true
}

/** Takes the entries of holders out again that are looked for from an earlier block on. */
export async function takeBackOpenings(
  { ledger, book }: Pick<Desk, 'ledger' | 'book'>,
  holders: readonly HolderId[],
): Promise<void> {
  for (const holder of holders) {
    const chain = chainOf(holder)
    const numbers = book
      .openings(holder)
      .flatMap(({ txid }) => (txid === null ? [] : (numberOf(ledger, chain, txid) ?? [])))
    if (numbers.length > 0) await withStoreFree(() => ledger.forget(Uint32Array.from(numbers)))
    book.dropOpenings(holder)
  }
}

async function balanceAt(
  line: ChainLine,
  holder: HolderId,
  asset: AssetId,
  height: number,
): Promise<{ source: string; amount: bigint; block: { hash: string; time: number } } | null> {
  try {
    return await line.ask(
      (source) => source.balance !== undefined,
      async (source) => {
        const amount = await source.balance!(holder, asset, height)
        const block = amount === null ? null : await source.blockAt(height)
        return amount === null || block === null ? null : { source: source.shown, amount, block }
      },
    )
  } catch (error) {
    if (error instanceof NoSourceError) return null
    throw error
  }
}

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

/** What the ledger shows that a holder had after a block: receipts less payments. */
function shownBefore(
  ledger: Ledger,
  movements: Movements,
  holder: HolderId,
  asset: AssetId,
  height: number,
): bigint {
  const [number] = ledger.holderNumbers([holder])
  const of = ledger.assetNumber(asset)
  if (number === NONE || of === NONE) return 0n
  const { height: heights } = ledger.heads(movements.tx)
  let sum = 0n
  for (let i = 0; i < movements.n; i++) {
    if (!(heights[i]! <= height)) continue
    for (let leg = movements.creditStarts[i]!; leg < movements.creditStarts[i + 1]!; leg++)
      if (movements.creditHolder[leg] === number && movements.creditAsset[leg] === of)
        sum += amountAt(movements.creditAmount, leg)
    for (let leg = movements.debitStarts[i]!; leg < movements.debitStarts[i + 1]!; leg++)
      if (movements.debitHolder[leg] === number && movements.debitAsset[leg] === of)
        sum -= amountAt(movements.debitAmount, leg)
  }
  return sum
}
