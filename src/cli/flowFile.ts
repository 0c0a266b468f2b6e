/**
 * Flow files, as commands are given them.
 * @module
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { LootlineError } from '../errors.ts'
import { readFlow } from '../report/index.ts'
import type { Flow } from '../trace/index.ts'
import type { Context } from './context.ts'
import { fileSize } from './fileSize.ts'

/** Below the longest string of V8, 2^29 - 24 characters (v8.dev, String::kMaxLength). */
const MAX_BYTES = 500_000_000

/** @throws BadFlowError, UnbalancedFlowError, {@link FlowTooLargeError}; errors of the file system */
export function readFlowFile(
  context: Context,
  typed: string,
): { readonly flow: Flow; readonly sha256: string } {
  const path = resolve(context.cwd, typed)
  const size = fileSize(path)
  if (size > MAX_BYTES) throw new FlowTooLargeError(basename(path), size)
  const bytes = readFileSync(path)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return { flow: readFlow(bytes.toString('utf8'), basename(path)), sha256 }
}

/** A flow that does not fit one string. */
class FlowTooLargeError extends LootlineError<{
  readonly code: 'CLI_FLOW_TOO_LARGE'
  readonly file: string
  readonly bytes: number
}> {
  override readonly name = 'FlowTooLargeError'

  constructor(file: string, bytes: number) {
    super(
      { code: 'CLI_FLOW_TOO_LARGE', file, bytes },
      `${file} has ${bytes} bytes; at most ${MAX_BYTES} can be read.`,
      'Trace again with --dust, --max-hops or --until to make a smaller flow.',
    )
  }
}
