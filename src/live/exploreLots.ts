/**
 * Asking sources that know by themselves who spends an output.
 * @module
 */
import type { BlockRef, Placed, Source } from '../chain/source.ts'
import { AnswerError } from '../net/index.ts'
import type { Asset } from '../units/asset.ts'
import type { HolderId } from '../units/caip.ts'
import type { LotKey } from './book.ts'
import { type ChainLine, ContradictionError } from './chainLine.ts'
import { type Desk, lotKey } from './desk.ts'
import { canExploreLots, ifRemembered, isBusy, takeInFound } from './explore.ts'
import { inParallel } from './inParallel.ts'

/** Outputs of so many transactions are asked about before what was found is written down. */
const BATCH = 64

/** An output whose spender is wanted. */
export interface AskedLot extends LotKey {
  readonly holder: HolderId | null
}

/** What the source said about the outputs of one transaction. */
interface Spends {
  readonly source: string
  /** As of when it said so, where that was in an earlier run. */
  readonly asOf: BlockRef | null
  readonly unspent: readonly LotKey[]
  readonly spenders: readonly { readonly placed: Placed; readonly assets: readonly Asset[] }[]
}

/**
 * Finds the spenders of outputs, in the order given. Where the source counts transactions, each holder is counted first;
 * one found busy is left for the trace to judge.
 *
 * @returns the spenders, and holders now found busy, whose outputs were not asked about
 * @throws what the first failed question throws, after what was answered is kept
 */
export async function exploreLots(
  desk: Desk,
  line: ChainLine,
  lots: readonly AskedLot[],
): Promise<{ readonly spenders: readonly Placed[]; readonly busy: ReadonlySet<HolderId> }> {
  const all: Placed[] = []
  const busy = new Set<HolderId>()
  const uncounted = new Set(
    lots.flatMap(({ holder }) =>
      holder === null || desk.book.holder(holder).count !== null ? [] : [holder],
    ),
  )
  const follow = async ({ holder }: AskedLot): Promise<boolean> => {
    // What is open though its holder was counted is followed all the same: the trace judges, by seeds and --pass too.
    if (holder === null || !uncounted.has(holder)) return true
    if (!(await isBusy(desk, line, holder))) return true
    busy.add(holder)
    return false
  }
  const groups = [...Map.groupBy(lots, ({ txid }) => txid).values()]
  const spenders = new Map<string, ReturnType<Source['transaction']>>()
  for (let at = 0; at < groups.length && !desk.signal.aborted; at += BATCH) {
    const batch = groups.slice(at, at + BATCH)
    const { values, failure } = await inParallel(batch, desk.concurrency, desk.signal, (group) =>
      ifRemembered(() => spendsOf(desk, line, group, follow, spenders)),
    )
    const tip = await line.tip()
    const isTrusted = (source: string): boolean => desk.book.lieOf(line.chain, source) === null
    for (const [source, own] of Map.groupBy(values.filter(isThere), ({ source }) => source)) {
      if (!isTrusted(source)) continue
      const found = own.flatMap((value) => value.spenders)
      await takeInFound(desk, line, source, found)
      if (!isTrusted(source)) continue
      all.push(...found.map(({ placed }) => placed))
      desk.book.together(() => {
        for (const { unspent, asOf } of own)
          for (const key of unspent)
            desk.book.setUnspent(key, { ...(asOf ?? tip), chain: line.chain, source })
      })
    }
    if (failure !== null) throw failure.error
  }
  return { spenders: all, busy }
}

async function spendsOf(
  desk: Desk,
  line: ChainLine,
  group: readonly AskedLot[],
  follow: (lot: AskedLot) => Promise<boolean>,
  spenders: Map<string, ReturnType<Source['transaction']>>,
): Promise<Spends> {
  const wanted: AskedLot[] = []
  for (const lot of group) if (await follow(lot)) wanted.push(lot)
  return line.ask(canExploreLots, async (source): Promise<Spends> => {
    if (wanted.length === 0) return { source: source.shown, asOf: null, unspent: [], spenders: [] }
    const ask = (): Promise<Spends | Lost> => spendsBy(desk, source, wanted, spenders)
    let said = await ask()
    // What was remembered may have been wrong, and machines behind one address need not be in step.
    if ('lost' in said) said = await desk.archive.anew(ask)
    if (!('lost' in said)) return said
    throw new AnswerError(
      { expected: `the spender that it named of an output of ${group[0]!.txid}`, came: 'none' },
      { source: source.shown, question: `transaction ${said.lost}`, attempts: 1 },
    )
  })
}

/** A spender that a source named and does not have. */
interface Lost {
  readonly lost: string
}

async function spendsBy(
  desk: Desk,
  source: Source,
  wanted: readonly AskedLot[],
  spenders: Map<string, ReturnType<Source['transaction']>>,
): Promise<Spends | Lost> {
  const { txid } = wanted[0]!
  const { value: spends, asOf } = await desk.archive.dated(() => source.spends!(txid))
  const unspent: LotKey[] = []
  const found = new Map<string, Spends['spenders'][number]>()
  for (const lot of wanted) {
    const spend = spends[lot.n]
    if (spend === undefined)
      throw new ContradictionError(source.shown, `transaction ${txid} has no output ${lot.n}`)
    // What is not confirmed may yet be taken back, or replaced.
    if (spend === null || spend.block === null) {
      unspent.push(lot)
      if (spend === null) desk.unconfirmed.delete(lotKey(lot))
      else desk.unconfirmed.set(lotKey(lot), spend.txid)
      continue
    }
    // One source's word is not another's.
    const key = `${source.shown} ${spend.txid}`
    const asked = spenders.get(key) ?? source.transaction(spend.txid)
    spenders.set(key, asked)
    const spender = await asked
    if (spender === null) {
      spenders.delete(key)
      return { lost: spend.txid }
    }
    if (!spender.placed.transaction.inputs.some((input) => input.txid === txid && input.n === lot.n))
      throw new ContradictionError(
        source.shown,
        `${spend.txid} is said to spend ${txid}:${lot.n} and does not`,
      )
    found.set(spend.txid, spender)
  }
  return { source: source.shown, asOf, unspent, spenders: [...found.values()] }
}

const isThere = <T>(value: T | null): value is T => value !== null
