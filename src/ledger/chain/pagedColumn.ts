/**
 * Random access to columns through one small cache of pages: a hit costs some 20 ns, a miss one read of a page (4 us from
 * the system's cache).
 * @module
 */
import { type Column, type Numbers, openColumn } from './columnFile.ts'

const PAGE_BYTES = 4096

export interface PageCache {
  /** Opens a column whose pages are kept in this cache. */
  open(path: string, width: number): PagedColumn
  close(): void
}

export interface PagedColumn {
  readonly rows: number
  /** The row as the number it is: for widths 1, 4 and 8 (f64). */
  at(row: number): number
  /** Copies rows from `from` on; long stretches pass the cache by. */
  read(from: number, into: Numbers): void
}

interface Page {
  readonly bytes: Uint8Array
  readonly u32: Uint32Array
  readonly f64: Float64Array
}

/** @param pages kept in memory, 4 KiB each; the oldest go first, a page that was used since gets a second chance */
export function createPageCache(pages = 4096): PageCache {
  const held = new Map<number, Page>()
  const columns: Column[] = []

  const pageOf = (column: Column, file: number, page: number): Page => {
    const key = file * 2 ** 36 + page
    const known = held.get(key)
    if (known !== undefined) return known
    const perPage = PAGE_BYTES / column.width
    const rows = Math.min(perPage, column.rows - page * perPage)
    const bytes = new Uint8Array(PAGE_BYTES)
    column.read(page * perPage, bytes.subarray(0, rows * column.width))
    if (held.size >= pages) {
      let drop = pages >> 3
      for (const old of held.keys()) {
        held.delete(old)
        if (--drop <= 0) break
      }
    }
    const made = { bytes, u32: new Uint32Array(bytes.buffer), f64: new Float64Array(bytes.buffer) }
    held.set(key, made)
    return made
  }

  return {
    open(path, width): PagedColumn {
      const column = openColumn(path, width)
      const file = columns.push(column) - 1
      const perPage = PAGE_BYTES / width
      let last = -1
      let page: Page | undefined
      return {
        rows: column.rows,
        at(row): number {
          const wanted = Math.floor(row / perPage)
          if (wanted !== last || page === undefined) {
            page = pageOf(column, file, wanted)
            last = wanted
          }
          const place = row - wanted * perPage
          return width === 4 ? page.u32[place]! : width === 8 ? page.f64[place]! : page.bytes[place]!
        },
        read(from, into): void {
          if (into.byteLength >= PAGE_BYTES) {
            column.read(from, into)
            return
          }
          const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
          let byte = from * width
          for (let done = 0; done < bytes.length; ) {
            const number = Math.floor(byte / PAGE_BYTES)
            const at = byte - number * PAGE_BYTES
            const part = pageOf(column, file, number).bytes.subarray(at, at + bytes.length - done)
            bytes.set(part, done)
            done += part.length
            byte += part.length
          }
        },
      }
    },
    close(): void {
      for (const column of columns) column.close()
      held.clear()
    },
  }
}

/**
 * First row of an ascending column whose value is at least `wanted`. Values are taken to be spread evenly, as hashes are:
 * some three pages instead of log2(rows); where they are not, every second step halves.
 */
export function lowerBound(column: PagedColumn, wanted: number, from = 0, to: number = column.rows): number {
  let low = from
  let high = to
  let lowValue = 0
  let highValue = 2 ** 32
  for (let step = 0; low < high; step++) {
    const share = highValue > lowValue ? (wanted - lowValue) / (highValue - lowValue) : 0
    const guess = step % 2 === 0 ? low + Math.floor((high - low) * share) : (low + high) / 2
    const middle = Math.min(high - 1, Math.max(low, Math.floor(guess)))
    const value = column.at(middle)
    if (value < wanted) {
      low = middle + 1
      lowValue = value
    } else {
      high = middle
      highValue = value
    }
  }
  return low
}
