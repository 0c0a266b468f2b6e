/**
 * What is seen now against what was known: the difference is what has to be told. Pure.
 * @module
 */
import { addressOf, type HolderId } from '../units/caip.ts'
import { type AlertLabel, type DraftAlert, type Facts, keyOf, type Party } from './alert.ts'
import { draftAlert } from './draft.ts'
import type { Sight, Sighted } from './sight.ts'
import type { Watch } from './watch.ts'
import type { Change, EventChange, KnownEvent } from './watchStore.ts'

type Told = Required<Pick<Change, 'events' | 'turns' | 'statements' | 'alerts'>>

export interface Before {
  /** By key. */
  readonly known: ReadonlyMap<string, KnownEvent>
  /** `holder mark` of the statements that were seen; null where labels are as they were. */
  readonly statements: ReadonlySet<string> | null
}

export interface Circumstances {
  /** Blocks were taken back: what is not seen any more was in them, or rested on them. */
  readonly turnedBack: boolean
  /** A watch begins: what is known already is history, of which nobody is told. */
  readonly silent: boolean
  readonly labels: (holders: readonly HolderId[]) => ReadonlyMap<HolderId, readonly AlertLabel[]>
}

/** The key of an event of the confirmed chain. */
function eventKey(watch: Pick<Watch, 'id'>, { class: kind, holder, facts }: Sighted): string {
  return keyOf(watch.id, kind, facts.chain, facts.txid, facts.asset?.id ?? null, holder)
}

/**
 * Every event is in exactly one state afterwards. New ones raise an alert; reversed ones that are back are restored; where
 * blocks were taken back, those not seen any more are `turned` until {@link settle}.
 */
export function compare(watch: Watch, sight: Sight, before: Before, how: Circumstances): Told {
  const events: EventChange[] = []
  const seen = new Map(sight.events.map((event) => [eventKey(watch, event), event]))
  const { statements, alerts, newly } = compareLabels(watch, seen, before, how)
  for (const [key, event] of seen) {
    const known = before.known.get(key)
    if (known?.state === 'standing') continue
    const { class: kind, holder, facts } = event
    const isBack = known?.state === 'reversed'
    const turn = (known?.turn ?? 0) + (isBack ? 1 : 0)
    events.push({ watch: watch.id, key, class: kind, holder, facts, state: 'standing', turn })
    if (isBack) alerts.push(draftAlert(watch, 'restored', keyOf(watch.id, 'restored', key, turn), facts, key))
    else if (known === undefined && !how.silent && !isOldArrival(watch, event, before, newly))
      alerts.push(draftAlert(watch, kindOf(event), key, facts))
  }
  const turns: Told['turns'][number][] = []
  if (how.turnedBack)
    for (const [key, { state, turn }] of before.known)
      if (state === 'standing' && !seen.has(key)) turns.push({ watch: watch.id, key, state: 'turned', turn })
  return { events, turns, statements, alerts }
}

/** The new best chain is looked through: what was taken back and has not come again is told. */
export function settle(watch: Watch, turned: readonly EventChange[]): Pick<Told, 'turns' | 'alerts'> {
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

/** A label has made a place of an old payment where following stops: the label is the news, and is told as such. */
function isOldArrival(
  watch: Watch,
  event: Sighted,
  { known }: Before,
  newly: ReadonlySet<HolderId>,
): boolean {
  if (event.class !== 'arrived' || event.holder === null || !newly.has(event.holder)) return false
  return known.has(eventKey(watch, { ...event, class: 'moved', holder: null }))
}

/**
 * Labels of those whom known events paid are news where they were not seen; those of whom new events pay are told with
 * these, and from then on known.
 */
function compareLabels(
  watch: Watch,
  seen: ReadonlyMap<string, Sighted>,
  { known, statements: before }: Before,
  how: Circumstances,
): { statements: Told['statements'][number][]; alerts: DraftAlert[]; newly: ReadonlySet<HolderId> } {
  const statements: Told['statements'][number][] = []
  const alerts: DraftAlert[] = []
  const newly = new Set<HolderId>()
  const old = lastPayments([...seen].filter(([key]) => known.has(key)))
  const fresh = lastPayments([...seen].filter(([key]) => !known.has(key)))
  const asked = new Set([...(before === null ? [] : old.keys()), ...fresh.keys()])
  for (const [holder, labels] of how.labels([...asked])) {
    const facts = old.get(holder)
    for (const label of labels) {
      const mark = keyOf('', label.name, label.category, label.stop).slice(0, 16)
      if (before?.has(`${holder} ${mark}`) === true) continue
      statements.push({ watch: watch.id, holder, mark })
      if (before === null || facts === undefined) continue
      newly.add(holder)
      const party: Party = { holder, amount: facts.amount ?? '0', label, stop: label.stop }
      const told = { ...facts, to: [party], more: { from: facts.more.from, to: 0 } }
      alerts.push(draftAlert(watch, 'labelled', keyOf(watch.id, 'labelled', holder, mark), told))
    }
  }
  return { statements, alerts, newly }
}

/** Everybody that was paid, with the last payment, narrowed to what that holder got. */
function lastPayments(events: readonly (readonly [string, Sighted])[]): Map<HolderId, Facts> {
  const found = new Map<HolderId, Facts>()
  for (const [, { facts }] of events)
    for (const party of facts.to)
      if (addressOf(party.holder) !== 'none') found.set(party.holder, { ...facts, amount: party.amount })
  return found
}
