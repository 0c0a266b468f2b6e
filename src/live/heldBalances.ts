/**
 * What is said to be held, beside what accounts have: where a source does not show internal transfers, money may have left by
 * them. Rule: docs/methods/live-tracing.md, "Held, and gone unseen".
 * @module
 */
import { chainName } from '../address/index.ts'
import { NO_INTERNALS } from '../chain/source.ts'
import { LootlineError } from '../errors.ts'
import type { Flow } from '../trace/index.ts'
import { counted, formatAmount } from '../units/amount.ts'
import { type AssetId, addressOf, type ChainId, type HolderId } from '../units/caip.ts'
import { printable } from '../units/text.ts'
import type { Desk } from './desk.ts'
import { inParallel } from './inParallel.ts'

/** A choice of ours: so many balances are asked for on a chain, one call each; of each asset the largest amounts first. */
const MOST_ASKED = 100

type Books = Pick<Desk, 'book' | 'line' | 'signal' | 'concurrency'>

interface Held {
  readonly holder: HolderId
  readonly asset: AssetId
  /** Base units. */
  readonly amount: bigint
}

/**
 * A sentence for each amount that is said to be held where the account has less, after the newest block that the chain was
 * looked at to; and how many could not be compared.
 *
 * @param flow made only where a source of ours does not show internal transfers
 * @throws what {@link ChainLine.ask} throws of blocks that were taken back
 */
export async function heldNotes(desk: Books, flow: () => Flow): Promise<string[]> {
  const isBlind = blindSources(desk)
  if (isBlind === null) return []
  const made = flow()
  const unseen = heldIn(made).filter(({ holder }) => {
    const { moment, sweep } = desk.book.holder(holder)
    return [moment, sweep].some((looked) => looked !== null && isBlind(looked))
  })
  const notes: string[] = []
  for (const [chain, held] of Map.groupBy(unseen, ({ asset }) => asset.slice(0, asset.indexOf('/'))))
    notes.push(...(await compare(desk, made, chain, held)))
  return notes
}

/** null where every source that was ever used shows internal transfers. */
function blindSources({ book }: Books): ((word: { chain: ChainId; source: string }) => boolean) | null {
  const blind = book.used().filter((used) => used.blind.some((what) => what.startsWith(NO_INTERNALS)))
  if (blind.length === 0) return null
  return ({ chain, source }) => blind.some((used) => used.chain === chain && used.source === source)
}

/** Sums over thefts; of a bound, which is no sum, the largest. */
function heldIn({ leaves, rule }: Flow): Held[] {
  const all = new Map<string, Held>()
  for (const { reason, holder, asset, amount: units } of leaves) {
    if (reason !== 'held') continue
    const key = `${holder} ${asset}`
    const [before, amount] = [all.get(key)?.amount ?? 0n, BigInt(units)]
    const sum = rule === 'poison' ? (amount > before ? amount : before) : before + amount
    all.set(key, { holder, asset, amount: sum })
  }
  return [...all.values()]
}

async function compare(
  { book, line, signal, concurrency }: Books,
  { assets }: Flow,
  chain: ChainId,
  held: readonly Held[],
): Promise<string[]> {
  const own = line(chain)
  const height = book.moments().findLast((moment) => moment.chain === chain)?.height
  if (own === null || height === undefined) return []
  const { values, failure } = await inParallel(
    held.slice(0, MOST_ASKED),
    concurrency,
    signal,
    async (one) => {
      const balance = await own.ask(
        (source) => source.balance !== undefined,
        (source) => source.balance!(one.holder, one.asset, height),
      )
      return { ...one, balance }
    },
  )
  if (failure !== null && !isWhy(failure.error)) throw failure.error
  const known = values.flatMap(({ balance, ...one }) => (balance === null ? [] : [{ ...one, balance }]))
  const notes = known
    .filter(({ amount, balance }) => balance < amount)
    .map(({ holder, asset, amount, balance }) => {
      const { symbol, decimals, known: isKnown } = assets.find((one) => one.asset === asset)!
      const name = `${printable(symbol, 20)}${isKnown ? '' : ` (${asset.slice(asset.indexOf('/') + 1)})`}`
      const [said, has] = [amount, balance].map((units) => formatAmount(units, decimals))
      return `${addressOf(holder)} on ${chainName(chain)} is said to hold ${said} ${name} of traced money, and has ${has} after block ${height}: the rest left by transfers that this trace does not see. A new store with a source that shows internal transfers would follow it.`
    })
  const left = held.length - known.length
  if (left > 0) {
    const why =
      failure !== null
        ? printable((failure.error as LootlineError).message, 300)
        : held.length > MOST_ASKED
          ? `At most ${MOST_ASKED} are asked for.`
          : 'The node does not say.'
    notes.push(
      `Not compared with what the accounts have: ${counted(left, 'amount')} said to be held on ${chainName(chain)}. ${why}`,
    )
  }
  return notes
}

/** Ends the asking, not the trace; blocks that were taken back are another matter. */
function isWhy(error: unknown): boolean {
  return error instanceof LootlineError && WHYS.has(error.code)
}
const WHYS: ReadonlySet<string> = new Set(['NET_BUDGET', 'NET_OFFLINE', 'LIVE_NO_SOURCE', 'LIVE_INTERRUPTED'])
