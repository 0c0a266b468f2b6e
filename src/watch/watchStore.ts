/**
 * What the watcher knows and may never lose. Everything that belongs together is written by one {@link WatchStore.commit}:
 * the alerts, who has to be told of them, and how far the chain was looked through. A kill before it has done nothing,
 * and a kill after it has done everything.
 * @module
 */

import { inTransaction, integer, wrapSqlite } from '../store/index.ts'
import type { ChainId, HolderId } from '../units/caip.ts'
import type { Alert, DraftAlert, Facts } from './alert.ts'
import type { Change, EventChange, EventState, KnownEvent, Mark, PlacedRow } from './change.ts'
import type { WatchDatabase } from './database.ts'
import type { Unconfirmed } from './mempool.ts'
import type { ReceiverSpec } from './receivers/receiver.ts'
import { requestFromJson, requestToJson } from './requestJson.ts'
import type { AwaitedHolder } from './sight.ts'
import { START_AT_TIP, WATCH_KINDS, type Watch } from './watch.ts'
import { StaleMarkError, WatchNameError } from './watchError.ts'

/** Blocks of each chain whose hashes are kept. Deeper reorganisations are found by the blocks that held something watched. */
const KEPT_BLOCKS = 100

export interface WatchStore {
  /** Grows when another process wrote to the file. */
  version(): number
  watches(): readonly Watch[]
  labelMark(watch: string): string | null
  /** Adds a watch with what is known at its beginning; nobody is told of that. */
  add(watch: Watch, known: Change): void
  /** Removes a watch with its alerts; gives how many deliveries were still open. */
  remove(name: string): number
  known(watch: string): Map<string, KnownEvent>
  /** Facts of a known event as they were first told; null where the key is not known. */
  facts(watch: string, key: string): Facts | null
  /** The whole of one watch's events that are in this state. */
  eventsIn(watch: string, state: EventState): readonly EventChange[]
  /** `holder mark` of every statement that was seen. */
  statements(watch: string): Set<string>
  mark(chain: ChainId): Mark | null
  /** Highest first, then blocks below them that held something watched. */
  marks(chain: ChainId): readonly Mark[]
  placedAbove(chain: ChainId, height: number): readonly PlacedRow[]
  /** Says that these are about to be put into the ledger: a commit of its own, before that is done. */
  intend(chain: ChainId, rows: readonly PlacedRow[]): void
  /** Whether the mark went back for them. */
  isLookedBack(awaited: AwaitedHolder): boolean
  /** Height of the lowest block that is still known to have been looked through. */
  since(chain: ChainId): number
  waiting(chain: ChainId): readonly Unconfirmed[]
  /** @throws {StaleMarkError} where `from` is no longer the mark */
  commit(change: Change): void
  alerts(query: { readonly watch?: string; readonly limit: number }): readonly Alert[]
  close(): void
}

type Statement = ReturnType<WatchDatabase['database']['prepare']>
type SqlValue = string | number | bigint | null

export function createWatchStore({ database, file }: WatchDatabase): WatchStore {
  const prepared = new Map<string, Statement>()
  const statement = (sql: string): Statement => {
    let made = prepared.get(sql)
    if (made === undefined) {
      made = database.prepare(sql)
      prepared.set(sql, made)
    }
    return made
  }
  const all = <T>(sql: string, ...values: SqlValue[]): T[] =>
    wrapSqlite(file, () => statement(sql).all(...values)) as unknown as T[]
  const run = (sql: string, ...values: SqlValue[]): void => void statement(sql).run(...values)
  const mark = (chain: ChainId): Mark | null =>
    all<MarkRow>(`${MARK} WHERE chain = ? ORDER BY height DESC LIMIT 1`, chain).map(toMark)[0] ?? null

  const popTo = (chain: ChainId, { height, hash }: Mark): void => {
    run('DELETE FROM block WHERE chain = ? AND (height > ? OR height = ?)', chain, height, START_AT_TIP)
    // The watch may begin in the middle of nowhere: what is below is not known then.
    if (mark(chain)?.height !== height) run('INSERT INTO block VALUES (?, ?, ?, 0)', chain, height, hash)
  }

  const writeChain = (chain: ChainId, change: Change): void => {
    const { from, connect, lookedBack = [], unplaced = [], waiting = [], notWaiting = [] } = change
    const now = mark(chain)
    if (from !== undefined && (now?.height !== from.height || now.hash !== from.hash))
      throw new StaleMarkError(chain)
    if (change.popTo !== undefined) popTo(chain, change.popTo)
    if (connect !== undefined) {
      const { height, hash, told = false } = connect
      run('INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?)', chain, height, hash, told ? 1 : 0)
      run(PRUNE, chain, chain, KEPT_BLOCKS)
    }
    for (const { holder, sinceTime } of lookedBack)
      run('INSERT OR IGNORE INTO awaited VALUES (?, ?)', holder, sinceTime)
    for (const txid of unplaced) run('DELETE FROM placed WHERE chain = ? AND txid = ?', chain, txid)
    for (const one of waiting)
      run('INSERT OR REPLACE INTO unconfirmed VALUES (?, ?, ?)', chain, one.txid, JSON.stringify(one))
    for (const txid of notWaiting) run('DELETE FROM unconfirmed WHERE chain = ? AND txid = ?', chain, txid)
  }

  const write = (change: Change): void => {
    if (change.chain !== undefined) writeChain(change.chain, change)
    for (const { chain, height } of change.begin ?? [])
      if ((mark(chain)?.height ?? START_AT_TIP) === START_AT_TIP) popTo(chain, { height, hash: null })
    for (const { watch, key, class: kind, holder, state, turn, facts } of change.events ?? [])
      run(
        'INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...([watch, key, kind, holder, state, turn, JSON.stringify(facts)] as const),
      )
    for (const { watch, key, state, turn } of change.turns ?? [])
      run('UPDATE event SET state = ?, turn = ? WHERE watch = ? AND key = ?', state, turn, watch, key)
    for (const { watch, holder, mark: said } of change.statements ?? [])
      run('INSERT OR IGNORE INTO statement VALUES (?, ?, ?)', watch, holder, said)
    for (const { watch, mark: said } of change.labelMarks ?? [])
      run('UPDATE watch SET label_mark = ? WHERE id = ?', said, watch)
    for (const draft of change.alerts ?? []) raise(draft, change.nowMs)
  }

  const raise = (draft: DraftAlert, nowMs: number): void => {
    const seconds = Math.floor(nowMs / 1000)
    // A watch that was removed meanwhile tells nobody anything.
    const receivers = receiversOf(draft.watch.id)
    const known = all('SELECT 1 FROM alert WHERE key = ?', draft.key).length > 0
    if (receivers === null || known) return
    const { lastInsertRowid } = statement(
      'INSERT INTO alert (key, watch, time, json) VALUES (?, ?, ?, ?)',
    ).run(...([draft.key, draft.watch.id, seconds, JSON.stringify(draft)] as const))
    for (const number of receivers.keys())
      run("INSERT INTO outbox VALUES (?, ?, 'pending', 0, ?, ?, NULL)", lastInsertRowid, number, nowMs, nowMs)
  }

  const receiversOf = (watch: string): readonly ReceiverSpec[] | null => {
    const [row] = all<{ receivers: string }>('SELECT receivers FROM watch WHERE id = ?', watch)
    return row === undefined ? null : (JSON.parse(row.receivers) as ReceiverSpec[])
  }

  return {
    version: () => integer(database, 'PRAGMA data_version'),
    watches: () => all<WatchRow>('SELECT * FROM watch ORDER BY added, name').map(toWatch),
    labelMark: (watch) =>
      all<{ label_mark: string | null }>('SELECT label_mark FROM watch WHERE id = ?', watch)[0]?.label_mark ??
      null,
    add(watch, known) {
      inTransaction(database, file, () => {
        if (all('SELECT 1 FROM watch WHERE name = ?', watch.name).length > 0)
          throw new WatchNameError('WATCH_NAME_TAKEN', watch.name)
        const { id, name, kind, request, holders, since, receivers, added } = watch
        run(
          'INSERT INTO watch VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)',
          ...([id, name, kind, requestToJson(request), JSON.stringify(holders)] as const),
          ...([JSON.stringify(since), JSON.stringify(receivers), added] as const),
        )
        for (const [chain, height] of Object.entries(since))
          if (startOf(mark(chain)?.height ?? START_AT_TIP) >= startOf(height))
            popTo(chain, { height, hash: null })
        write(known)
      })
    },
    remove: (name) =>
      inTransaction(database, file, () => {
        const [row] = all<{ id: string }>('SELECT id FROM watch WHERE name = ?', name)
        if (row === undefined) throw new WatchNameError('WATCH_UNKNOWN', name)
        const [open] = all<{ n: number }>(
          "SELECT count(*) AS n FROM outbox JOIN alert ON alert.id = alert WHERE watch = ? AND state <> 'delivered'",
          row.id,
        )
        run('DELETE FROM watch WHERE id = ?', row.id)
        return open?.n ?? 0
      }),
    known: (watch) =>
      new Map(
        all<{ key: string } & KnownEvent>('SELECT key, state, turn FROM event WHERE watch = ?', watch).map(
          ({ key, state, turn }) => [key, { state, turn }],
        ),
      ),
    facts: (watch, key) =>
      all<{ facts: string }>('SELECT facts FROM event WHERE watch = ? AND key = ?', watch, key).map(
        ({ facts }) => JSON.parse(facts) as Facts,
      )[0] ?? null,
    eventsIn: (watch, state) =>
      all<EventRow>('SELECT * FROM event WHERE watch = ? AND state = ? ORDER BY key', watch, state).map(
        (row) => ({ ...row, facts: JSON.parse(row.facts) as Facts }),
      ),
    statements: (watch) =>
      new Set(
        all<{ holder: string; mark: string }>(
          'SELECT holder, mark FROM statement WHERE watch = ?',
          watch,
        ).map(({ holder, mark: said }) => `${holder} ${said}`),
      ),
    mark,
    marks: (chain) => all<MarkRow>(MARKS, chain, chain, chain).map(toMark),
    placedAbove: (chain, height) =>
      all<PlacedRow>(
        'SELECT txid, height, hash FROM placed WHERE chain = ? AND height > ? ORDER BY height, txid',
        chain,
        height,
      ),
    intend(chain, rows) {
      inTransaction(database, file, () => {
        for (const { txid, height, hash } of rows)
          run('INSERT OR REPLACE INTO placed VALUES (?, ?, ?, ?)', chain, txid, height, hash)
      })
    },
    since: (chain) =>
      all<{ height: number }>(
        'SELECT coalesce(min(height), 0) AS height FROM block WHERE chain = ? AND height <> ?',
        ...[chain, START_AT_TIP],
      )[0]!.height,
    isLookedBack: ({ holder, sinceTime }) =>
      all('SELECT 1 FROM awaited WHERE holder = ? AND since = ?', holder, sinceTime).length > 0,
    waiting: (chain) =>
      all<{ json: string }>('SELECT json FROM unconfirmed WHERE chain = ? ORDER BY txid', chain).map(
        ({ json }) => JSON.parse(json) as Unconfirmed,
      ),
    commit: (change) => inTransaction(database, file, () => write(change)),
    alerts: ({ watch, limit }) =>
      all<{ id: number; json: string }>(
        `SELECT alert.id, json FROM alert ${watch === undefined ? '' : 'JOIN watch ON watch.id = alert.watch WHERE watch.name = ?'} ORDER BY alert.id DESC LIMIT ?`,
        ...(watch === undefined ? [limit] : [watch, limit]),
      ).map(({ id, json }) => ({ ...(JSON.parse(json) as DraftAlert), sequence: id })),
    close: () => database.close(),
  }
}

/** The tip, wherever it is, is above every block that is named. */
function startOf(height: number): number {
  return height === START_AT_TIP ? Number.POSITIVE_INFINITY : height
}

const PRUNE = `DELETE FROM block WHERE chain = ? AND height < max(0,
  (SELECT min(height) FROM (SELECT height FROM block WHERE chain = ? ORDER BY height DESC LIMIT ?)))`

const MARK = 'SELECT height, hash, told FROM block'
/** Below the blocks that are kept, those that held something watched. */
const MARKS = `${MARK} WHERE chain = ? UNION
  SELECT height, hash, 0 FROM placed WHERE chain = ? AND height <
    coalesce((SELECT min(height) FROM block WHERE chain = ?), 0) ORDER BY height DESC`

interface MarkRow {
  readonly height: number
  readonly hash: string | null
  readonly told: number
}

function toMark({ height, hash, told }: MarkRow): Mark {
  return { height, hash, told: told === 1 }
}

interface EventRow extends Omit<EventChange, 'facts'> {
  readonly facts: string
}

interface WatchRow {
  readonly id: string
  readonly name: string
  readonly kind: string
  readonly request: string
  readonly holders: string
  readonly since: string
  readonly receivers: string
  readonly added: number
}

function toWatch(row: WatchRow): Watch {
  return {
    id: row.id,
    name: row.name,
    kind: WATCH_KINDS.find((kind) => kind === row.kind)!,
    request: requestFromJson(row.request),
    holders: JSON.parse(row.holders) as HolderId[],
    since: JSON.parse(row.since) as Record<ChainId, number>,
    receivers: JSON.parse(row.receivers) as ReceiverSpec[],
    added: row.added,
  }
}
