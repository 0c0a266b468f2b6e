/**
 * Where a source's key or password is, as options: never the secret itself.
 * @module
 */
import { resolve } from 'node:path'
import { type SecretPlace, VARIABLE } from '../../live/sources/index.ts'
import { type Option, UsageError, value } from '../command.ts'
import type { Context } from '../context.ts'

interface SecretOptions {
  readonly authEnv: Option<string | undefined>
  readonly cookie: Option<string | undefined>
  readonly keyEnv: Option<string | undefined>
  readonly keyKeyring: Option<Extract<SecretPlace, { in: 'key-keyring' }> | undefined>
}

export const SECRET_OPTIONS: SecretOptions = {
  authEnv: value('--auth-env <name>', 'Environment variable that holds user:password.', variable),
  cookie: value('--cookie <file>', "Bitcoin Core's .cookie file, read at each use."),
  keyEnv: value('--key-env <name>', 'Environment variable that holds an API key.', variable),
  keyKeyring: value(
    '--key-keyring <service/account>',
    "Take the API key from the system's keyring (secret-tool on Linux, security on macOS).",
    keyringPlace,
  ),
}

/** @throws {UsageError} where more than one is given */
export function secretPlace(
  { cwd }: Context,
  given: { readonly [K in keyof SecretOptions]: SecretOptions[K]['initial'] },
): SecretPlace | null {
  const { authEnv, cookie, keyEnv, keyKeyring } = given
  const places: SecretPlace[] = []
  if (authEnv !== undefined) places.push({ in: 'auth-env', variable: authEnv })
  if (cookie !== undefined) places.push({ in: 'cookie', file: resolve(cwd, cookie) })
  if (keyEnv !== undefined) places.push({ in: 'key-env', variable: keyEnv })
  if (keyKeyring !== undefined) places.push(keyKeyring)
  if (places.length > 1)
    throw new UsageError(
      `A source has one key or password: ${places.map((place) => `--${place.in}`).join(' and ')} were given.`,
      'Leave all but one out; further keys can stand in the URL as {NAME}.',
    )
  return places[0] ?? null
}

/** What was typed is not repeated: it may be the secret itself. */
function variable(typed: string): string {
  if (VARIABLE.test(typed)) return typed
  throw new UsageError(
    'This is no name of an environment variable (letters, digits and underscores).',
    'Put the secret into a variable, and give the name of the variable: --key-env ETHERSCAN_KEY.',
  )
}

/** No part begins with a hyphen: it would be an option of the program that is asked. */
function keyringPlace(typed: string): Extract<SecretPlace, { in: 'key-keyring' }> {
  const [, service, account] = /^([\w.@][\w.@ :-]{0,99})\/([\w.@][\w.@ :/-]{0,99})$/.exec(typed) ?? []
  if (service === undefined || account === undefined)
    throw new UsageError(
      '--key-keyring takes the service and the account, with a slash between.',
      'Such as --key-keyring lootline/etherscan.',
    )
  return { in: 'key-keyring', service, account }
}
