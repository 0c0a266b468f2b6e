import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { SourceKind } from '../../chain/source.ts'
import type { LootlineError } from '../../errors.ts'
import type { SecretPlace } from './entry.ts'
import { givenUrl } from './givenUrl.ts'
import { programRunner, readKeyring } from './keyring.ts'
import { secretsOf } from './secrets.ts'

const folder = mkdtempSync(join(tmpdir(), 'lootline-secrets-'))
afterAll(() => rmSync(folder, { recursive: true }))

const URL_PLAIN = givenUrl('https://rpc.example')
const ENV = { KEY: 'the-key', AUTH: 'user:pa:ss', EMPTY: '' }

function of(kind: SourceKind, secret: SecretPlace | null, url = URL_PLAIN): Promise<unknown> {
  return secretsOf(kind, url, secret, { env: ENV })
}

async function failure(promise: Promise<unknown>): Promise<LootlineError> {
  return (await promise.then(
    () => new Error('no error'),
    (error: unknown) => error,
  )) as LootlineError
}

describe('secretsOf', () => {
  const bearer = { path: {}, query: {}, headers: { authorization: 'Bearer the-key' } }
  test.each([
    ['esplora', bearer],
    ['bitcoin', bearer],
    ['evm', bearer],
    ['etherscan', { path: {}, query: { apikey: 'the-key' }, headers: {} }],
    ['trongrid', { path: {}, query: {}, headers: { 'TRON-PRO-API-KEY': 'the-key' } }],
  ] as const)('puts a key where %s wants it', async (kind, expected) => {
    expect(await of(kind, { in: 'key-env', variable: 'KEY' })).toEqual(expected)
  })

  test('user and password, from the environment or a cookie file, are basic authentication', async () => {
    const basic = (text: string): object => ({
      ...{ path: {}, query: {} },
      headers: { authorization: `Basic ${Buffer.from(text).toString('base64')}` },
    })
    expect(await of('bitcoin', { in: 'auth-env', variable: 'AUTH' })).toEqual(basic('user:pa:ss'))
    const file = join(folder, '.cookie')
    writeFileSync(file, `__cookie__:${'ab'.repeat(32)}`)
    expect(await of('bitcoin', { in: 'cookie', file })).toEqual(basic(`__cookie__:${'ab'.repeat(32)}`))
  })

  test('variables of the URL are read by name', async () => {
    expect(await of('evm', null, givenUrl('https://rpc.example/{KEY}?t={AUTH}'))).toEqual({
      ...{ path: { KEY: 'the-key' }, query: { t: 'user:pa:ss' }, headers: {} },
    })
  })

  test.each(['EMPTY', 'UNSET'])('%s is missing, by name', async (variable) => {
    for (const place of [{ in: 'key-env', variable } as const, { in: 'auth-env', variable } as const]) {
      const error = await failure(of('evm', place))
      expect(error.data).toEqual({ code: 'LIVE_SECRET_MISSING', variable })
    }
    expect((await failure(of('evm', null, givenUrl(`https://rpc.example/{${variable}}`)))).code).toBe(
      'LIVE_SECRET_MISSING',
    )
  })

  test.each([
    ['no such file', undefined, 'ENOENT'],
    ['no colon', 'secret-without-colon', 'it holds no cookie'],
    ['a line end within', 'a:secret\nb', 'it holds no cookie'],
    ['too long', `a:${'secret'.repeat(1000)}`, 'it holds no cookie'],
  ])('a cookie file with %s is named, and nothing of it shown', async (_what, content, reason) => {
    const file = join(folder, 'cookie')
    rmSync(file, { force: true })
    if (content !== undefined) writeFileSync(file, content)
    const error = await failure(of('bitcoin', { in: 'cookie', file }))
    expect(error.data).toEqual({ code: 'LIVE_SECRET_MISSING', file, reason })
    expect(`${error.stack}`).not.toContain('secret-without')
  })
})

describe('readKeyring', () => {
  const place = { service: 'lootline', account: 'etherscan' }

  test.each([
    ['linux', 'secret-tool lookup service lootline account etherscan'],
    ['darwin', 'security find-generic-password -s lootline -a etherscan -w'],
  ] as const)('asks the program of %s', async (platform, line) => {
    const asked: string[] = []
    const key = await readKeyring(
      place,
      async (file, args) => {
        asked.push([file, ...args].join(' '))
        return { code: 0, stdout: 'the-key\n', missing: false }
      },
      platform,
    )
    expect({ key, asked }).toEqual({ key: 'the-key', asked: [line] })
  })

  test.each([
    ['unknown', { code: 1, stdout: 'secret' }, 'linux'],
    ['unknown', { code: 0, stdout: '\n' }, 'linux'],
    ['silent', { code: null, stdout: 'secret' }, 'linux'],
    ['absent', { code: null, stdout: '', missing: true }, 'linux'],
    ['unsupported', { code: 0, stdout: 'secret' }, 'win32'],
  ] as const)('%s is said without what came', async (problem, came, platform) => {
    const error = await failure(readKeyring(place, async () => ({ missing: false, ...came }), platform))
    expect(error.data).toEqual({ code: 'LIVE_KEYRING', problem, ...place })
    expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('secret"')
  })

  test('a program is run without a shell; one that is not there is missing', async () => {
    const run = programRunner({ PATH: process.env['PATH'] })
    const script = 'process.stdout.write(process.argv[1])'
    expect(await run(process.execPath, ['-e', script, '$(id); "x"'])).toEqual({
      ...{ code: 0, stdout: '$(id); "x"', missing: false },
    })
    expect(await run(process.execPath, ['-e', 'process.exit(3)'])).toMatchObject({ code: 3 })
    expect(await run(join(folder, 'nothing-here'), [])).toMatchObject({ code: null, missing: true })
    expect(await run(process.execPath, ['-e', 'console.log("x".repeat(1e6))'])).toMatchObject({ code: null })
  })
})
