/**
 * A source as the store keeps it: what the user said, and never a secret. Fields: `docs/formats/sources.md`.
 * @module
 */
import { SOURCE_KINDS, type SourceKind } from '../../chain/source.ts'
import type { ChainId } from '../../units/caip.ts'

export interface SourceEntry {
  readonly name: string
  readonly kind: SourceKind
  /** As it is shown: `{NAME}` stands for what the environment variable of that name holds. */
  readonly url: string
  readonly chain: ChainId
  /** Unix seconds. */
  readonly added: number
  /** Where the key or password is; null where there is none beside those of the URL. */
  readonly secret: SecretPlace | null
  /** Secrets may go over plain http to another machine. */
  readonly insecure: boolean
  /** What differs from the door's own limits. */
  readonly pace: SourcePace
}

/** Where a secret is when it is needed. */
export type SecretPlace =
  /** Environment variable with `user:password`. */
  | { readonly in: 'auth-env'; readonly variable: string }
  /** Bitcoin Core's `.cookie` file, written anew at each start of the node. Absolute path. */
  | { readonly in: 'cookie'; readonly file: string }
  /** Environment variable with an API key. */
  | { readonly in: 'key-env'; readonly variable: string }
  /** The keyring of the operating system, with an API key. */
  | { readonly in: 'key-keyring'; readonly service: string; readonly account: string }

export interface SourcePace {
  readonly perSecond?: number
  /** Requests under way at once. */
  readonly concurrency?: number
  /** Longest time for one answer. */
  readonly timeoutMs?: number
}

/** Names of variables as POSIX has them: IEEE Std 1003.1-2024, XBD 3.216 and 8.1, small letters allowed. */
export const VARIABLE: RegExp = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/

export function isSourceKind(word: string): word is SourceKind {
  return (SOURCE_KINDS as readonly string[]).includes(word)
}
