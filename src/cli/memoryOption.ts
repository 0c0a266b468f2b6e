/** @module */
import { type Option, UsageError, value } from './command.ts'

/** Less would cut a chain into thousands of segments. */
const LEAST_BYTES = 2 ** 26

/** `--memory <size>`, in bytes. */
export function memoryOption(help: string): Option<number | undefined> {
  return value('--memory <size>', help, memoryOf)
}

function memoryOf(typed: string): number {
  const [, digits, unit] = /^(\d{1,6})(MiB|GiB)$/.exec(typed) ?? []
  const bytes = Number(digits) * (unit === 'GiB' ? 2 ** 30 : 2 ** 20)
  if (unit === undefined || bytes < LEAST_BYTES)
    throw new UsageError(`--memory: "${typed}" is not a size of at least 64MiB, such as 512MiB or 4GiB.`)
  return bytes
}
