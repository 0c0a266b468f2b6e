import { rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Column,
  type ColumnWriter,
  createColumn,
  type Numbers,
  openColumn,
  readColumn,
} from './columnFile.ts'
import { SEGMENT_COLUMNS, WORK_COLUMNS } from './layout.ts'
import type { SegmentHead } from './manifest.ts'

export const COLUMNS: typeof SEGMENT_COLUMNS & typeof WORK_COLUMNS = { ...SEGMENT_COLUMNS, ...WORK_COLUMNS }
type ColumnName = keyof typeof COLUMNS

/** A segment as the passes see it: all of the store's in chain order, the new ones last. Plain data. */
export interface WorkSegment {
  readonly head: SegmentHead
  readonly folder: string
  /** False where it belongs to an earlier batch: it is only read. */
  readonly fresh: boolean
  readonly firstTx: number
  /** Where its batch ends: marks in `outSpent` from here on are of blocks that a reorganisation took out. */
  readonly batchEnd: number
  /** 0 for fresh ones until the addresses are resolved. */
  readonly firstAddress: number
  readonly addresses: number
}

/** A batch that was there before: its columns are only read. */
export interface EarlierBatch {
  readonly folder: string
  /** Transaction after its last: its spends from here on are of blocks that a reorganisation took out. */
  readonly end: number
}

export function openOf(segment: WorkSegment, name: ColumnName): Column {
  return openColumn(join(segment.folder, name), COLUMNS[name])
}

export function createOf(segment: WorkSegment, name: ColumnName): ColumnWriter {
  return createColumn(join(segment.folder, name), COLUMNS[name])
}

export function loadOf<A extends Numbers>(
  segment: WorkSegment,
  name: ColumnName,
  make: (elements: number) => A,
): A {
  return readColumn(join(segment.folder, name), COLUMNS[name], make)
}

export function writeOf(segment: WorkSegment, name: ColumnName, rows: Numbers): void {
  const column = createOf(segment, name)
  column.append(rows)
  column.finish()
}

/** Deletes columns that are used up; those that are gone already do not matter. */
export function dropOf(segment: WorkSegment, names: readonly (keyof typeof WORK_COLUMNS)[]): void {
  for (const name of names) rmSync(join(segment.folder, name), { force: true })
}

export const u8s = (n: number): Uint8Array => new Uint8Array(n)
export const u32s = (n: number): Uint32Array => new Uint32Array(n)
export const f64s = (n: number): Float64Array => new Float64Array(n)

/** Place of the segment that holds this transaction. */
export function segmentOfTx(segments: readonly { readonly firstTx: number }[], tx: number): number {
  let low = 0
  let high = segments.length
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (segments[middle]!.firstTx <= tx) low = middle
    else high = middle
  }
  return low
}
