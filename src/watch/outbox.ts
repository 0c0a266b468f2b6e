/**
 * Who still has to be told: one row an alert and receiver, until it is delivered or given up.
 * @module
 */
import { inTransaction, wrapSqlite } from '../store/index.ts'
import type { Alert, DraftAlert } from './alert.ts'
import type { WatchDatabase } from './database.ts'
import type { ReceiverSpec } from './receivers/receiver.ts'

/** An alert on its way to one receiver. */
export interface Delivery {
  readonly alert: Alert
  /** Place in the watch's list of receivers. */
  readonly number: number
  readonly receiver: ReceiverSpec
  /** Attempts that failed so far. */
  readonly attempts: number
  /** Milliseconds since 1970 of when it was first due. */
  readonly firstMs: number
}

/** A delivery that was given up. */
export interface DeadDelivery extends Delivery {
  readonly error: string
}

export interface Outbox {
  /** Due by now, the oldest alert first. */
  due(nowMs: number, limit: number): readonly Delivery[]
  /** When the next one is due; null where nothing waits. */
  nextDue(): number | null
  delivered(delivery: Delivery): void
  /** `nextMs` null gives it up. */
  failed(delivery: Delivery, error: string, nextMs: number | null): void
  dead(limit: number): readonly DeadDelivery[]
  /** Makes those given up due again, of one watch or of all; gives how many. */
  retry(watch: string | undefined, nowMs: number): number
  counts(watch?: string): { readonly pending: number; readonly delivered: number; readonly dead: number }
}

export function createOutbox({ database, file }: WatchDatabase): Outbox {
  const rows = `SELECT outbox.*, alert.json, watch.receivers FROM outbox
    JOIN alert ON alert.id = outbox.alert JOIN watch ON watch.id = alert.watch`
  const due = database.prepare(
    `${rows} WHERE outbox.state = 'pending' AND next_ms <= ? ORDER BY outbox.alert, receiver LIMIT ?`,
  )
  const next = database.prepare(`SELECT min(next_ms) AS at FROM outbox WHERE state = 'pending'`)
  const delivered = database.prepare(
    `UPDATE outbox SET state = 'delivered', error = NULL WHERE alert = ? AND receiver = ?`,
  )
  const failed = database.prepare(
    'UPDATE outbox SET state = ?, attempts = attempts + 1, next_ms = ?, error = ? WHERE alert = ? AND receiver = ?',
  )
  const dead = database.prepare(`${rows} WHERE outbox.state = 'dead' ORDER BY outbox.alert, receiver LIMIT ?`)
  const ofWatch =
    'alert IN (SELECT alert.id FROM alert JOIN watch ON watch.id = alert.watch WHERE ?1 IS NULL OR name = ?1)'
  const retry = database.prepare(
    `UPDATE outbox SET state = 'pending', attempts = 0, first_ms = ?2, next_ms = ?2 WHERE state = 'dead' AND ${ofWatch}`,
  )
  const counts = database.prepare(`SELECT state, count(*) AS n FROM outbox WHERE ${ofWatch} GROUP BY state`)
  return {
    due: (nowMs, limit) =>
      wrapSqlite(file, () => due.all(nowMs, limit)).map((row) => toDelivery(row as never)),
    nextDue: () => (wrapSqlite(file, () => next.get())?.['at'] ?? null) as number | null,
    delivered: ({ alert, number }) =>
      inTransaction(database, file, () => void delivered.run(alert.sequence, number)),
    failed: ({ alert, number }, error, nextMs) =>
      inTransaction(database, file, () => {
        const state = nextMs === null ? 'dead' : 'pending'
        failed.run(state, nextMs ?? 0, error, alert.sequence, number)
      }),
    dead: (limit) =>
      (wrapSqlite(file, () => dead.all(limit)) as unknown as OutboxRow[]).map((row) => ({
        ...toDelivery(row),
        error: row.error ?? '',
      })),
    retry: (watch, nowMs) =>
      inTransaction(database, file, () => Number(retry.run(watch ?? null, nowMs).changes)),
    counts(watch) {
      const found = new Map(
        wrapSqlite(file, () => counts.all(watch ?? null)).map((row) => [row['state'], Number(row['n'])]),
      )
      const of = (state: string): number => found.get(state) ?? 0
      return { pending: of('pending'), delivered: of('delivered'), dead: of('dead') }
    },
  }
}

interface OutboxRow {
  readonly alert: number
  readonly receiver: number
  readonly attempts: number
  readonly first_ms: number
  readonly error: string | null
  readonly json: string
  readonly receivers: string
}

function toDelivery(row: OutboxRow): Delivery {
  const receivers = JSON.parse(row.receivers) as ReceiverSpec[]
  return {
    alert: { ...(JSON.parse(row.json) as DraftAlert), sequence: row.alert },
    number: row.receiver,
    receiver: receivers[row.receiver]!,
    attempts: row.attempts,
    firstMs: row.first_ms,
  }
}
