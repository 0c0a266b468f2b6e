/**
 * The speed of SHA-256 that openssl measures on this machine: with the processor's own instructions where it has them.
 * @module
 */
import { spawnSync } from 'node:child_process'

const OPENSSL = 'openssl'

/** Null where there is no openssl on PATH. */
export function opensslVersion(): string | null {
  const { stdout } = spawnSync(OPENSSL, ['version'], { encoding: 'utf8' })
  return /^OpenSSL (\S+)/.exec(stdout ?? '')?.[1] ?? null
}

const known = new Map<number, number>()

/** Milliseconds that one core takes for a hash of so many bytes, by `openssl speed -evp sha256`. Takes a second. */
export function hashMs(bytes: number): number {
  let ms = known.get(bytes)
  if (ms === undefined) {
    const typed = ['speed', '-mr', '-seconds', '1', '-bytes', String(bytes), '-evp', 'sha256']
    const { stdout } = spawnSync(OPENSSL, typed, { encoding: 'utf8' })
    const bytesPerSecond = Number(/^\+F:\d+:sha256:([\d.]+)/m.exec(stdout)?.[1])
    ms = (bytes / bytesPerSecond) * 1000
    known.set(bytes, ms)
  }
  return ms
}
