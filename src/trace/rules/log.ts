/**
 * Growing columns of what happened.
 * @module
 */
import type { Column, Log } from '../tape.ts'
import {
  columnOf,
  resizeColumn,
  resizeU8,
  resizeU16,
  resizeU32,
  type UnitColumn,
  type Units,
} from './column.ts'

/** A {@link Log} being written, with one more u32 and u8 a row for whatever the particular log needs beside. */
export interface GrowingLog {
  n: number
  op: Uint32Array<ArrayBuffer>
  leg: Uint32Array<ArrayBuffer>
  label: Uint16Array<ArrayBuffer>
  amount: UnitColumn
  /** u32: pool of a rest, first theft of a collision. */
  extra: Uint32Array<ArrayBuffer>
  /** u8: fate of a credit, way of entering. */
  mark: Uint8Array<ArrayBuffer>
}

const FIRST_ROWS = 4

/** An empty log whose amounts are of the kind of `zero`. */
export function newLog(zero: Units): GrowingLog {
  return {
    n: 0,
    op: new Uint32Array(FIRST_ROWS),
    leg: new Uint32Array(FIRST_ROWS),
    label: new Uint16Array(FIRST_ROWS),
    amount: columnOf(zero, FIRST_ROWS),
    extra: new Uint32Array(FIRST_ROWS),
    mark: new Uint8Array(FIRST_ROWS),
  }
}

/** Writes one row. Amortised constant time. */
export function append(
  log: GrowingLog,
  op: number,
  leg: number,
  label: number,
  amount: Units,
  mark: number,
  extra: number,
): void {
  const row = log.n
  if (row === log.op.length) resize(log, row * 2)
  log.op[row] = op
  log.leg[row] = leg
  log.label[row] = label
  log.amount[row] = amount
  log.mark[row] = mark
  log.extra[row] = extra
  log.n = row + 1
}

/** The log cut to its rows, as the tape's interface has it. */
export function finish<C extends Column>(log: GrowingLog): Log<C> {
  resize(log, log.n)
  const { n, op, leg, label, amount } = log
  return { n, op, leg, label, amount: amount as Column as C }
}

function resize(log: GrowingLog, rows: number): void {
  log.op = resizeU32(log.op, rows)
  log.leg = resizeU32(log.leg, rows)
  log.label = resizeU16(log.label, rows)
  log.amount = resizeColumn(log.amount, rows)
  log.extra = resizeU32(log.extra, rows)
  log.mark = resizeU8(log.mark, rows)
}
