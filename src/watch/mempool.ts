/**
 * Unconfirmed transactions: who spends what is watched, what spends that, and what takes whose place. Pure.
 * @module
 */
import type { Turn } from '../chain/source.ts'
import type { Input, Transaction } from '../chain/transaction.ts'
import type { AssetId, ChainId, HolderId } from '../units/caip.ts'

/** A transaction without a block, of which a watch was told, or that one descends from; kept as JSON, amounts as strings of digits. */
export interface Unconfirmed {
  readonly chain: ChainId
  readonly txid: string
  readonly inputs: readonly { readonly txid: string; readonly n: number }[]
  readonly outputs: readonly { readonly holder: HolderId | null; readonly amount: string }[]
  readonly turn?: Turn
  /** What of each watch it moves, at most; none of what only has descendants. */
  readonly claims: readonly UnconfirmedClaim[]
  /** Unix seconds of the first sight. */
  readonly since: number
  /** Unix seconds since when no source has it; null while one does. */
  readonly missingSince: number | null
}

export interface UnconfirmedClaim {
  readonly watch: string
  readonly asset: AssetId
  /** Base units, as a string of digits. */
  readonly amount: string
  /** False where it spends whole watched outputs that a trace has measured. */
  readonly atMost: boolean
}

/**
 * Bitcoin Core forgets a transaction after 14 days (DEFAULT_MEMPOOL_EXPIRY_HOURS, src/kernel/mempool_options.h), and may
 * lose it at a restart or when its mempool is full, to have it again from a neighbour soon after. Ten minutes, a block's
 * time, tell one from the other well enough.
 */
export const DROPPED_AFTER_SECONDS = 600

/** What only one transaction can have: an output that it spends, and its sender's turn. */
interface Taker {
  readonly txid: string
  readonly inputs: readonly Pick<Input, 'txid' | 'n'>[]
  readonly turn?: Turn | undefined
}

function takenBy({ inputs, turn }: Taker): string[] {
  const outputs = inputs.map(({ txid, n }) => `${txid}:${n}`)
  return turn === undefined ? outputs : [...outputs, `${turn.sender} ${turn.nonce}`]
}

/** Which of those waiting an answer or a block takes the place of, with their descendants; by what. */
export function replacedBy(
  waiting: Iterable<Unconfirmed>,
  by: readonly Taker[],
  stillThere: ReadonlySet<string>,
): Map<string, string> {
  const all = [...waiting]
  const taker = new Map(by.flatMap((one) => takenBy(one).map((what) => [what, one.txid])))
  const replaced = new Map<string, string>()
  for (const one of all) {
    if (stillThere.has(one.txid)) continue
    const rival = takenBy(one)
      .map((what) => taker.get(what))
      .find((other) => other !== undefined && other !== one.txid)
    if (rival !== undefined) replaced.set(one.txid, rival)
  }
  // What spends an output of a replaced transaction can never be confirmed either.
  for (let before = -1; before !== replaced.size; ) {
    before = replaced.size
    for (const { txid, inputs } of all) {
      if (replaced.has(txid) || stillThere.has(txid)) continue
      const parent = inputs.find((input) => replaced.has(input.txid))
      if (parent !== undefined) replaced.set(txid, replaced.get(parent.txid)!)
    }
  }
  return replaced
}

/**
 * Of what was taken back with its block, those that waiting ones descend from. They wait too, told of to nobody, because
 * what takes their place takes that of their descendants.
 */
export function forebears(waiting: readonly Unconfirmed[], turned: readonly Transaction[]): Unconfirmed[] {
  const left = new Map(turned.map((one) => [one.txid, one]))
  for (const { txid } of waiting) left.delete(txid)
  const found: Transaction[] = []
  const descendants: Pick<Unconfirmed, 'inputs'>[] = [...waiting]
  for (const { inputs } of descendants)
    for (const { txid } of inputs) {
      const parent = left.get(txid)
      if (parent === undefined) continue
      left.delete(txid)
      found.push(parent)
      descendants.push(parent)
    }
  return found.map(({ chain, txid, inputs, outputs, time = 0 }) => ({
    ...{ chain, txid, claims: [], since: time, missingSince: null },
    inputs: inputs.map((input) => ({ txid: input.txid, n: input.n })),
    outputs: outputs.map(({ holder, amount }) => ({ holder, amount: String(amount) })),
  }))
}

/** Those waiting, after a look at a mempool in which only `there` were: what changed, and what is given up. */
export function missing(
  waiting: readonly Unconfirmed[],
  there: ReadonlySet<string>,
  unixSeconds: number,
): { readonly changed: readonly Unconfirmed[]; readonly dropped: readonly Unconfirmed[] } {
  const changed: Unconfirmed[] = []
  const dropped: Unconfirmed[] = []
  for (const one of waiting) {
    const gone = !there.has(one.txid)
    if (!gone && one.missingSince !== null) changed.push({ ...one, missingSince: null })
    else if (gone && one.missingSince === null) changed.push({ ...one, missingSince: unixSeconds })
    else if (gone && unixSeconds - one.missingSince! >= DROPPED_AFTER_SECONDS) dropped.push(one)
  }
  return { changed, dropped }
}
