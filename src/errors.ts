/**
 * Every failure a user can mend is a {@link LootlineError}: a code, the data behind it, and the next thing to do.
 * The message is made from the data, so that a log, an API and a person see the same facts.
 * @module
 */

/** What every error carries beside its own fields. */
export interface ErrorData {
  /** Stable, upper-case, prefixed by the room: `TABLE_BAD_ROW`. */
  readonly code: string
}

/**
 * A failure caused by input, environment or use, never by a bug of ours.
 *
 * @example
 * throw new LootlineError({ code: 'TABLE_BAD_ROW', file: 'a.csv', line: 3 }, 'a.csv:3: …', 'Mend the row or use --skip-bad.')
 */
export class LootlineError<D extends ErrorData = ErrorData> extends Error {
  override readonly name: string = 'LootlineError'
  readonly data: D
  /** One sentence: what the operator can do now. */
  readonly next: string

  constructor(data: D, message: string, next: string, options?: { cause?: unknown }) {
    super(message, options)
    this.data = data
    this.next = next
  }

  get code(): D['code'] {
    return this.data.code
  }

  /** The same facts as plain data, for `--json` and logs. Bigints become decimal strings. */
  toJSON(): { code: string; message: string; next: string; data: unknown } {
    const data: unknown = JSON.parse(
      JSON.stringify(this.data, (_key, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    )
    return { code: this.data.code, message: this.message, next: this.next, data }
  }
}
