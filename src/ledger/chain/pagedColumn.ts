/**
 * Random access to columns through one bounded cache of pages. A row of the page read last costs some 5 ns, a row of
 * another page in the cache 30 to 60, a page that is not there 2 us where the system has it (10^6 made transactions, 2 cores
 * with a load of 3 besides).
 * @module
 */
import { type Column, ColumnError, type Numbers, openColumn } from './columnFile.ts'

/**
 * 4,096 rows of u32: about the square root of a large segment's rows, which is how far a first guess at a hash is off. A
 * trace on a store that fits in the cache takes as long with 4 KiB or 64 KiB.
 */
const PAGE_BYTES = 2 ** 14
/** What the pages of one reader may take, unless it is told otherwise. */
const CACHE_BYTES = 2 ** 28
/** Files held open, where the system allows as many: a chain of 130 segments has over 3,000. */
const MAX_OPEN = 2 ** 13

export interface PageCache {
  /** Opens a column whose pages are kept in this cache; its header is checked at once. */
  open(path: string, width: number): PagedColumn
  /** Pages read from files so far. */
  readonly reads: number
  close(): void
}

export interface PagedColumn {
  readonly path: string
  readonly rows: number
  /** Bytes of a row. */
  readonly width: number
  /** The row as the number it is: for widths 1, 4 and 8 (f64). @throws {ColumnError} where there is no such row */
  at(row: number): number
  /** Copies `count` numbers from row `from` on into `into`, from `start` on. For widths 1, 4 and 8. */
  take(from: number, count: number, into: Numbers, start: number): void
  /** Copies whole rows as bytes; long stretches pass the cache by. */
  read(from: number, into: Numbers): void
}

/** One page's place in memory. Whose it is changes: it is only valid while owner and number say so. */
interface Page {
  owner: object | null
  number: number
  /** Since the hand passed last. */
  used: boolean
  table: Int32Array
  readonly bytes: Uint8Array
  readonly u32: Uint32Array
  readonly f64: Float64Array
}

/**
 * A page that was used since the hand passed it last gets a second chance (the clock algorithm).
 *
 * @param bytes bound of all pages together; 4 bytes more for each page of the files that were touched
 */
export function createPageCache(bytes: number = CACHE_BYTES): PageCache {
  const most = Math.max(4, Math.floor(bytes / PAGE_BYTES))
  const pages: Page[] = []
  const nobody = pageFor()
  let hand = 0
  let reads = 0
  const open: { file: Column | undefined }[] = []

  const freePage = (): number => {
    if (pages.length < most) return pages.push(pageFor()) - 1
    for (;;) {
      hand = hand + 1 < most ? hand + 1 : 0
      const page = pages[hand]!
      if (!page.used) {
        page.table[page.number] = 0
        return hand
      }
      page.used = false
    }
  }

  const closeOldest = (): void => {
    for (const own of open.splice(0, Math.ceil(open.length / 4))) {
      own.file?.close()
      own.file = undefined
    }
  }

  return {
    get reads(): number {
      return reads
    },
    open(path, width): PagedColumn {
      const checked = openColumn(path, width)
      const { rows } = checked
      checked.close()
      const perPage = PAGE_BYTES / width
      const own = { file: undefined as Column | undefined }
      let table: Int32Array | undefined
      let page = nobody

      const fileOf = (): Column => {
        if (own.file !== undefined) return own.file
        if (open.length === MAX_OPEN) closeOldest()
        try {
          own.file = openColumn(path, width)
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'EMFILE' || open.length === 0) throw error
          closeOldest()
          own.file = openColumn(path, width)
        }
        open.push(own)
        return own.file
      }
      const turnTo = (number: number): Page => {
        table ??= new Int32Array(Math.ceil(rows / perPage))
        const slot = table[number]!
        if (slot !== 0) page = pages[slot - 1]!
        else {
          const free = freePage()
          page = pages[free]!
          page.owner = null
          const first = number * perPage
          fileOf().read(first, page.bytes.subarray(0, Math.min(perPage, rows - first) * width))
          reads++
          page.owner = own
          page.number = number
          page.table = table
          table[number] = free + 1
        }
        page.used = true
        return page
      }
      const numbersOf = (of: Page): Numbers => (width === 4 ? of.u32 : width === 8 ? of.f64 : of.bytes)
      const assertRows = (from: number, count: number): void => {
        if (!(from >= 0 && from + count <= rows))
          throw new ColumnError(path, `row ${from + count - 1} is asked of ${rows}`)
      }

      return {
        path,
        rows,
        width,
        at(row): number {
          const number = Math.floor(row / perPage)
          if (page.number !== number || page.owner !== own) {
            assertRows(row, 1)
            turnTo(number)
          }
          const place = row - number * perPage
          if (row >= rows) assertRows(row, 1)
          return width === 4 ? page.u32[place]! : width === 8 ? page.f64[place]! : page.bytes[place]!
        },
        take(from, count, into, start): void {
          assertRows(from, count)
          for (let done = 0; done < count; ) {
            const number = Math.floor((from + done) / perPage)
            if (page.number !== number || page.owner !== own) turnTo(number)
            const place = from + done - number * perPage
            const some = Math.min(count - done, perPage - place)
            const numbers = numbersOf(page)
            for (let i = 0; i < some; i++) into[start + done + i] = numbers[place + i]!
            done += some
          }
        },
        read(from, into): void {
          const wanted = into.byteLength / width
          assertRows(from, wanted)
          if (into.byteLength >= PAGE_BYTES) {
            fileOf().read(from, into)
            return
          }
          const target = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
          let byte = from * width
          for (let done = 0; done < target.length; ) {
            const number = Math.floor(byte / PAGE_BYTES)
            if (page.number !== number || page.owner !== own) turnTo(number)
            const at = byte - number * PAGE_BYTES
            const part = page.bytes.subarray(at, at + target.length - done)
            target.set(part, done)
            done += part.length
            byte += part.length
          }
        },
      }
    },
    close(): void {
      for (const own of open.splice(0)) own.file?.close()
      pages.length = 0
    },
  }
}

function pageFor(): Page {
  const bytes = new Uint8Array(PAGE_BYTES)
  return {
    ...{ owner: null, number: -1, used: false, table: new Int32Array(0), bytes },
    ...{ u32: new Uint32Array(bytes.buffer), f64: new Float64Array(bytes.buffer) },
  }
}

type Searched = Pick<PagedColumn, 'at' | 'rows'>

/** Guesses made before stepping: each is off by about the square root of what the one before was. */
const GUESSES = 3
const FIRST_STEP = 8

/**
 * First row of an ascending column whose value is at least `wanted`. Guesses by an even spread, then goes on in doubling
 * steps and halves: few pages where values are spread evenly, 2 log2(rows) rows where they are not.
 */
export function lowerBound(column: Searched, wanted: number, from = 0, to: number = column.rows): number {
  if (to <= from || wanted <= column.at(from)) return from
  if (wanted > column.at(to - 1)) return to
  const first = column.at(from)
  const rowsPerValue = (to - 1 - from) / (column.at(to - 1) - first)
  return around(column, wanted, from, to, from + Math.floor((wanted - first) * rowsPerValue), rowsPerValue)
}

/** {@link lowerBound} in a column of u32 hashes: one page, or two, since their ends need not be looked at. */
export function hashBound(column: Searched, hash: number): number {
  const rowsPerValue = column.rows / 2 ** 32
  if (column.rows === 0) return 0
  return around(column, hash, 0, column.rows, Math.floor(hash * rowsPerValue), rowsPerValue)
}

/** Searches from a guess on. */
function around(
  column: Searched,
  wanted: number,
  from: number,
  to: number,
  first: number,
  rowsPerValue: number,
): number {
  let guess = first
  for (let i = 1; i < GUESSES; i++) {
    const off = Math.floor((wanted - column.at(guess)) * rowsPerValue)
    guess = Math.min(to - 1, Math.max(from, guess + off))
    if (Math.abs(off) < FIRST_STEP) break
  }
  let low = from
  let high = to
  if (column.at(guess) < wanted) {
    low = guess + 1
    for (let step = FIRST_STEP; low + step < high; step *= 2) {
      if (column.at(low + step) >= wanted) {
        high = low + step
        break
      }
      low += step + 1
    }
  } else {
    high = guess
    for (let step = FIRST_STEP; high - step > low; step *= 2) {
      if (column.at(high - step) < wanted) {
        low = high - step + 1
        break
      }
      high -= step
    }
  }
  return halve(column, wanted, low, high)
}

function halve(column: Searched, wanted: number, from: number, to: number): number {
  let low = from
  let high = to
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (column.at(middle) < wanted) low = middle + 1
    else high = middle
  }
  return low
}

/** Rows beside the answer before that are looked at first. */
const NEAR = 32

/** {@link lowerBound} of a whole column for questions that mostly ascend. */
export function createFinder(column: Searched): (wanted: number) => number {
  const { rows } = column
  let row = 0
  let asked = 0
  return (wanted) => {
    const from = wanted < asked ? 0 : row
    const near = Math.min(rows, from + NEAR)
    asked = wanted
    row =
      near === rows || column.at(near - 1) >= wanted
        ? halve(column, wanted, from, near)
        : lowerBound(column, wanted, near)
    return row
  }
}
