/**
 * Secrets of a source, read from where they are at the moment the source is opened.
 * @module
 */
import { closeSync, openSync, readSync } from 'node:fs'
import type { SourceKind } from '../../chain/source.ts'
import { LootlineError } from '../../errors.ts'
import type { Secrets } from '../../net/index.ts'
import type { SecretPlace } from './entry.ts'
import type { GivenUrl } from './givenUrl.ts'
import { programRunner, type RunProgram, readKeyring } from './keyring.ts'

/** What secrets are read from. */
export interface SecretWorld {
  readonly env: Readonly<Record<string, string | undefined>>
  /** For the keyring; default: programs found by `env`. */
  readonly run?: RunProgram
  readonly platform?: NodeJS.Platform
}

/** A cookie of Bitcoin Core is `__cookie__:` and 64 hex digits (src/rpc/request.cpp, GenerateAuthCookie). */
const COOKIE_MAX_BYTES = 1024

/** @throws {MissingSecretError | KeyringError} */
export async function secretsOf(
  kind: SourceKind,
  url: GivenUrl,
  place: SecretPlace | null,
  world: SecretWorld,
): Promise<Secrets> {
  const variable = (name: string): string => {
    const value = world.env[name]
    if (value === undefined || value === '')
      throw new MissingSecretError({ code: 'LIVE_SECRET_MISSING', variable: name })
    return value
  }
  const path = Object.fromEntries(url.inPath.map((name) => [name, variable(name)]))
  const query = Object.fromEntries(url.inQuery.map(([parameter, name]) => [parameter, variable(name)]))
  const placed = await placedSecret(kind, place, variable, world)
  return { path, query: { ...query, ...placed.query }, headers: { ...placed.headers } }
}

async function placedSecret(
  kind: SourceKind,
  place: SecretPlace | null,
  variable: (name: string) => string,
  { env, run = programRunner(env), platform = process.platform }: SecretWorld,
): Promise<Secrets> {
  switch (place?.in) {
    case undefined:
      return {}
    case 'auth-env':
      return basic(variable(place.variable))
    case 'cookie':
      return basic(readCookie(place.file))
    case 'key-env':
      return keyOf(kind, variable(place.variable))
    case 'key-keyring':
      return keyOf(kind, await readKeyring(place, run, platform))
  }
}

/** RFC 7617. */
function basic(userAndPassword: string): Secrets {
  return { headers: { authorization: `Basic ${Buffer.from(userAndPassword).toString('base64')}` } }
}

/**
 * Where an API key goes. Etherscan v2: parameter `apikey` (docs.etherscan.io, "Getting Started"); TronGrid: header
 * `TRON-PRO-API-KEY` (developers.tron.network, "API Key"); all others: a bearer token (RFC 6750 section 2.1).
 */
function keyOf(kind: SourceKind, key: string): Secrets {
  switch (kind) {
    case 'etherscan':
      return { query: { apikey: key } }
    case 'trongrid':
      return { headers: { 'TRON-PRO-API-KEY': key } }
    default:
      return { headers: { authorization: `Bearer ${key}` } }
  }
}

function readCookie(file: string): string {
  const missing = (reason: string): never => {
    throw new MissingSecretError({ code: 'LIVE_SECRET_MISSING', file, reason })
  }
  let text: string
  try {
    const handle = openSync(file, 'r')
    try {
      const bytes = Buffer.alloc(COOKIE_MAX_BYTES + 1)
      text = bytes.toString('utf8', 0, readSync(handle, bytes))
    } finally {
      closeSync(handle)
    }
  } catch (error) {
    return missing(String((error as NodeJS.ErrnoException).code))
  }
  const cookie = text.replace(/\r?\n$/, '')
  return cookie.length <= COOKIE_MAX_BYTES && /^[\x21-\x7e]+:[\x21-\x7e]+$/.test(cookie)
    ? cookie
    : missing('it holds no cookie')
}

type MissingSecret =
  | { readonly code: 'LIVE_SECRET_MISSING'; readonly variable: string }
  | { readonly code: 'LIVE_SECRET_MISSING'; readonly file: string; readonly reason: string }

export class MissingSecretError extends LootlineError<MissingSecret> {
  override readonly name = 'MissingSecretError'
  constructor(data: MissingSecret) {
    if ('variable' in data)
      super(
        data,
        `The environment variable ${data.variable}, which a source needs, is not set.`,
        'Set it and run the same again; Lootline keeps no copy of it.',
      )
    else
      super(
        data,
        `The cookie file ${data.file}, which a source needs, cannot be used: ${data.reason}.`,
        'Check that the node runs, that the path is that of its .cookie, and that this user may read it.',
      )
  }
}
