/** @module */
type Value = string | number | null

/** Statements on the book's tables. */
export interface BookSql {
  run(text: string, ...values: Value[]): void
  row(text: string, ...values: Value[]): Record<string, unknown> | undefined
  rows(text: string, ...values: Value[]): Record<string, unknown>[]
  together<T>(work: () => T): T
  /** Waits for the disk, though others may not. */
  onDisk(work: () => void): void
}
