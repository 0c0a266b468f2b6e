/**
 * The keyring of the operating system, asked by its own program: `secret-tool` of libsecret (freedesktop.org Secret
 * Service) on Linux, `security` on macOS (its manual page: find-generic-password).
 * @module
 */
import { execFile } from 'node:child_process'
import { LootlineError } from '../../errors.ts'

/** Runs a program without a shell. `code` null: it could not be started, or was ended. */
export type RunProgram = (
  file: string,
  args: readonly string[],
) => Promise<{ readonly code: number | null; readonly stdout: string; readonly missing: boolean }>

/** The keyring may have to ask its owner for a password first. */
const TIMEOUT_MS = 60_000
const MAX_BYTES = 64 * 1024

/** @param env in which programs are found and find their session */
export function programRunner(env: Readonly<Record<string, string | undefined>>): RunProgram {
  return (file, args) =>
    new Promise((resolve) => {
      const options = { env, timeout: TIMEOUT_MS, maxBuffer: MAX_BYTES, windowsHide: true }
      execFile(file, [...args], options, (error, stdout) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
        resolve({ code, stdout, missing: (error as NodeJS.ErrnoException | null)?.code === 'ENOENT' })
      })
    })
}

/**
 * The key that the keyring has for a service and an account.
 * @throws {KeyringError} of which no field holds anything that the keyring said
 */
export async function readKeyring(
  { service, account }: { readonly service: string; readonly account: string },
  run: RunProgram,
  platform: NodeJS.Platform,
): Promise<string> {
  const fail = (problem: KeyringProblem): never => {
    throw new KeyringError({ code: 'LIVE_KEYRING', problem, service, account })
  }
  const command = commandOf(platform, service, account)
  if (command === null) return fail('unsupported')
  const { code, stdout, missing } = await run(...command)
  if (missing) return fail('absent')
  if (code === null) return fail('silent')
  const key = stdout.replace(/\r?\n$/, '')
  return code === 0 && key !== '' ? key : fail('unknown')
}

function commandOf(
  platform: NodeJS.Platform,
  service: string,
  account: string,
): [file: string, args: string[]] | null {
  switch (platform) {
    case 'darwin':
      return ['security', ['find-generic-password', '-s', service, '-a', account, '-w']]
    case 'win32':
      return null
    default:
      return ['secret-tool', ['lookup', 'service', service, 'account', account]]
  }
}

type KeyringProblem = 'unsupported' | 'absent' | 'silent' | 'unknown'

const WORDS: Record<KeyringProblem, readonly [problem: string, next: string]> = {
  unsupported: [
    'this system has no keyring that can be asked',
    'Put the key into an environment variable and use --key-env.',
  ],
  absent: [
    'the program that asks it (secret-tool, or security on macOS) is not installed',
    'Install it (libsecret-tools on Debian and Ubuntu), or use --key-env.',
  ],
  silent: ['it did not answer', 'Unlock it and run the same again, or use --key-env.'],
  unknown: [
    'it has no such key, or is locked',
    'Store it: secret-tool store --label=Lootline service SERVICE account ACCOUNT; on macOS: security add-generic-password -s SERVICE -a ACCOUNT -w.',
  ],
}

export class KeyringError extends LootlineError<{
  readonly code: 'LIVE_KEYRING'
  readonly problem: KeyringProblem
  readonly service: string
  readonly account: string
}> {
  override readonly name = 'KeyringError'
  constructor(data: KeyringError['data']) {
    const [problem, next] = WORDS[data.problem]
    super(data, `The keyring gives no key for ${data.service}/${data.account}: ${problem}.`, next)
  }
}
