/**
 * What is seen now against what was known: the difference is what has to be told. Pure.
 * @module
 */
import { type AssetId, addressOf, type HolderId } from '../units/caip.ts'
import { type AlertLabel, type DraftAlert, type Facts, keyOf, type Party } from './alert.ts'
import type { Change, EventChange, KnownEvent } from './change.ts'
import { draftAlert } from './draft.ts'
import type { Sight, Sighted } from './sight.ts'
import type { Watch } from './watch.ts'

type Told = Required<Pick<Change, 'events' | 'turns' | 'statements' | 'alerts'>>

export interface Before {
  /** By key. */
  readonly known: ReadonlyMap<string, KnownEvent>
  /** Facts of a known event as they were first told; null for a key that is not known. */
  readonly facts: (key: string) => Facts | null
  /** `holder mark` of the statements that were seen. */
  readonly statements: () => ReadonlySet<string>
}

export interface Circumstances {
  /** Since the watch was looked at last: then everybody's are asked for, else only of whom nothing was seen then. */
  readonly labelsChanged: boolean
  /** Blocks were taken back: what is not seen any more was in them, or rested on them. */
  readonly turnedBack: boolean
  /** A watch begins: what is known already is history, of which nobody is told. */
  readonly silent: boolean
  readonly labels: (holders: readonly HolderId[]) => ReadonlyMap<HolderId, readonly AlertLabel[]>
  /** Whole US cents, or `unpriced`. */
  readonly value: (asset: AssetId, amount: bigint, unixSeconds: number) => string
}

type Named = Pick<Watch, 'id' | 'name'>

/** The key of an event of the confirmed chain. */
function eventKey(watch: Named, { class: kind, holder, facts }: Sighted): string {
  return keyOf(watch.id, kind, facts.chain, facts.txid, facts.asset?.id ?? null, holder)
}

/**
 * Every event that was told is in exactly one state afterwards. New ones raise an alert, each amount under one kind;
 * reversed ones that are back are restored; where blocks were taken back, those not seen any more are `turned` until
 * {@link settle}.
 */
export function compare(watch: Named, sight: Sight, before: Before, how: Circumstances): Told {
  const seen = new Map(sight.events.map((event) => [eventKey(watch, event), event]))
  const turns: Told['turns'][number][] = []
  if (how.turnedBack)
    for (const [key, { state, turn }] of before.known)
      if (state === 'standing' && !seen.has(key)) turns.push({ watch: watch.id, key, state: 'turned', turn })
  const turned = new Set(turns.map(({ key }) => key))
  const arrives = (key: string): boolean =>
    seen.has(key) || (before.known.get(key)?.state === 'standing' && !turned.has(key))

  const events: EventChange[] = []
  const alerts: DraftAlert[] = []
  /** Payments that are no news; `back`: not seen, or not so, when labels were asked for last. */
  const old: { readonly facts: Facts; readonly back: boolean }[] = []
  const fresh: Facts[] = []
  for (const [key, event] of seen) {
    const { class: kind, holder, facts } = event
    const known = before.known.get(key)
    const state = { watch: watch.id, key, class: kind, holder, state: 'standing' } as const
    if (known === undefined) {
      const other = otherwiseTold(watch, event, before, arrives)
      if (other.length < facts.to.length) {
        fresh.push(facts)
        events.push({ ...state, facts, turn: 0 })
        if (!how.silent) alerts.push(draftAlert(watch, kindOf(event), key, facts))
        continue
      }
      // What arrives in another event of now is old only if that event is.
      const isOld = (party: Party): boolean => kind !== 'moved' || !seen.has(arrivalKey(watch, event, party))
      old.push({ facts: { ...facts, to: other.filter(isOld) }, back: true })
      continue
    }
    old.push({ facts, back: known.state !== 'standing' })
    if (known.state === 'standing') continue
    // Back again, as it was told; perhaps in another block.
    const told = { ...before.facts(key)!, height: facts.height, time: facts.time }
    const isReversed = known.state === 'reversed'
    const turn = known.turn + (isReversed ? 1 : 0)
    events.push({ ...state, facts: told, turn })
    if (isReversed)
      alerts.push(draftAlert(watch, 'restored', keyOf(watch.id, 'restored', key, turn), told, key))
  }
  const reached = old.flatMap(({ facts, back }) => (back || how.labelsChanged ? [facts] : []))
  const labels = compareLabels(watch, lastPayments(reached), lastPayments(fresh), before, how)
  return { events, turns, statements: labels.statements, alerts: [...labels.alerts, ...alerts] }
}

/** The new best chain is looked through: what was taken back and has not come again is told. */
export function settle(watch: Named, turned: readonly EventChange[]): Pick<Told, 'turns' | 'alerts'> {
  return {
    turns: turned.map(({ key, turn }) => ({ watch: watch.id, key, state: 'reversed', turn: turn + 1 })),
    alerts: turned.map(({ key, turn, facts }) =>
      draftAlert(watch, 'reversed', keyOf(watch.id, 'reversed', key, turn + 1), facts, key),
    ),
  }
}

function kindOf({ class: kind, facts }: Sighted): 'moved' | 'split' | 'arrived' | 'received' {
  return kind === 'moved' && facts.to.length + facts.more.to > 1 ? 'split' : kind
}

function arrivalKey(watch: Named, event: Sighted, { holder }: Party): string {
  return eventKey(watch, { ...event, class: 'arrived', holder })
}

/**
 * Of whom an event pays, those whose money is told under the other kind: what arrived is not told as moved, and what was
 * told as moved arrives nowhere by a label of later, which is news of its own. Of a busy place no label tells.
 */
function otherwiseTold(
  watch: Named,
  event: Sighted,
  { facts: factsOf }: Before,
  arrives: (key: string) => boolean,
): readonly Party[] {
  const { class: kind, facts } = event
  if (kind === 'moved') return facts.to.filter((party) => arrives(arrivalKey(watch, event, party)))
  if (kind === 'received') return []
  const moved = factsOf(eventKey(watch, { ...event, class: 'moved', holder: null }))
  if (moved === null) return []
  const named = new Set(moved.to.map(({ holder }) => holder))
  return facts.to.filter(({ holder, stop }) => stop !== 'busy' && (moved.more.to > 0 || named.has(holder)))
}

/**
 * Labels of those whom known events paid are news where they were not seen; those of whom new events pay are told with
 * these, and from then on known.
 */
function compareLabels(
  watch: Named,
  old: ReadonlyMap<HolderId, Facts>,
  fresh: ReadonlyMap<HolderId, Facts>,
  { statements }: Before,
  how: Circumstances,
): { statements: Told['statements'][number][]; alerts: DraftAlert[] } {
  const stated: Told['statements'][number][] = []
  const alerts: DraftAlert[] = []
  const labels = how.labels([...new Set([...old.keys(), ...fresh.keys()])])
  const before = labels.size === 0 ? new Set() : statements()
  for (const [holder, said] of labels) {
    const facts = old.get(holder)
    for (const label of said) {
      const mark = keyOf('', label.name, label.category, label.stop).slice(0, 16)
      if (before.has(`${holder} ${mark}`)) continue
      stated.push({ watch: watch.id, holder, mark })
      if (facts === undefined) continue
      const party: Party = { holder, amount: facts.amount ?? '0', label, stop: label.stop }
      const told = { ...facts, usd: worth(facts, how), to: [party], more: { from: facts.more.from, to: 0 } }
      alerts.push(draftAlert(watch, 'labelled', keyOf(watch.id, 'labelled', holder, mark), told))
    }
  }
  return { statements: stated, alerts }
}

/** Everybody that was paid, with the last payment, narrowed to what that holder got. */
function lastPayments(payments: readonly Facts[]): Map<HolderId, Facts> {
  const found = new Map<HolderId, Facts>()
  for (const facts of payments)
    for (const party of facts.to)
      if (addressOf(party.holder) !== 'none') found.set(party.holder, { ...facts, amount: party.amount })
  return found
}

function worth({ asset, amount, time }: Facts, { value }: Circumstances): string {
  return asset === null || amount === null || time === null
    ? 'unpriced'
    : value(asset.id, BigInt(amount), time)
}
