/**
 * The process around the command line: streams, signals, exit codes.
 * @module
 */
import type { Context, Sink } from './context.ts'
import { EXIT_CODES } from './exitCodes.ts'
import { run } from './program.ts'

/** Runs the process's own command line and sets its exit code. */
export async function main(): Promise<void> {
  // A reader that has seen enough (`| head`) closes the pipe: that is no failure.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT_CODES.ok.code)
      if (stream === process.stdout && error.code === 'ENOSPC') {
        process.stderr.write(
          'error STORE_FULL: no space left where the output goes.\nnext: Make room and run the same again.\n',
        )
        process.exit(EXIT_CODES.store.code)
      }
      throw error
    })
  const interrupt = (): void => {
    // From here on a second Ctrl-C ends the process the system's way.
    process.off('SIGINT', interrupt)
    process.exit(EXIT_CODES.interrupted.code)
  }
  process.on('SIGINT', interrupt)
  const context: Context = {
    stdout: sinkOf(process.stdout),
    stderr: sinkOf(process.stderr),
    env: process.env,
    cwd: currentFolder(),
    now: () => Math.floor(Date.now() / 1000),
    elapsed: () => performance.now(),
    onInterrupt: (stop) => {
      const once = (): void => {
        back()
        stop()
      }
      const back = (): void => {
        process.off('SIGTERM', once)
        process.off('SIGINT', once)
        process.off('SIGINT', interrupt)
        process.on('SIGINT', interrupt)
      }
      process.off('SIGINT', interrupt)
      process.on('SIGINT', once)
      process.on('SIGTERM', once)
      return back
    },
    interruptible: (work) => {
      // While only computing, the event loop cannot deliver the signal; without a listener the system's default ends us.
      process.off('SIGINT', interrupt)
      try {
        return work()
      } finally {
        process.on('SIGINT', interrupt)
      }
    },
  }
  process.exitCode = await run(process.argv.slice(2), context)
  // Calls that an interrupted trace no longer waits for would keep the process.
  if (process.exitCode === EXIT_CODES.interrupted.code) process.stdout.write('', () => process.exit())
}

function sinkOf(stream: NodeJS.WriteStream): Sink {
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY === true,
    ...(stream.columns === undefined ? {} : { columns: stream.columns }),
  }
}

/** The folder the process is in; one that was deleted meanwhile counts as the root, so that absolute paths still work. */
function currentFolder(): string {
  try {
    return process.cwd()
  } catch {
    return '/'
  }
}
