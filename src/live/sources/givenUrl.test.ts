import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LootlineError } from '../../errors.ts'
import { givenUrl, looksSecret } from './givenUrl.ts'

function codeOf(typed: string): string {
  try {
    givenUrl(typed)
  } catch (error) {
    return (error as LootlineError).code
  }
  return 'none'
}

const ALPHABETS = {
  hex: '0123456789abcdef',
  base32: 'abcdefghijklmnopqrstuvwxyz234567',
  base58: '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz',
  base64url: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
}
const key = fc
  .constantFrom(...Object.values(ALPHABETS))
  .chain((alphabet) => fc.string({ unit: fc.constantFrom(...alphabet), minLength: 32, maxLength: 64 }))
  // Generators like to repeat one character; a key does not.
  .filter((text) => new Set(text).size >= 10)

describe('givenUrl', () => {
  test.each([
    ['http://127.0.0.1:3002/api/', 'http://127.0.0.1:3002/api'],
    ['HTTPS://Mempool.Space/api', 'https://mempool.space/api'],
    ['http://[::1]:8332', 'http://[::1]:8332'],
    ['https://mainnet.infura.io/v3/{INFURA_KEY}', 'https://mainnet.infura.io/v3/{INFURA_KEY}'],
    ['https://rpc.example/?apikey={RPC_KEY}', 'https://rpc.example?apikey={RPC_KEY}'],
    ['https://rpc.example/ext/bc/C/rpc', 'https://rpc.example/ext/bc/C/rpc'],
    [
      'https://ethereum-mainnet-archive-node.example/rpc',
      'https://ethereum-mainnet-archive-node.example/rpc',
    ],
  ])('takes %s', (typed, shown) => {
    expect(givenUrl(typed).shown).toBe(shown)
    expect(givenUrl(shown).shown).toBe(shown)
  })

  test('says which variables are needed, and where', () => {
    const { base, inPath, inQuery } = givenUrl('https://rpc.example/{A}/v2/{B}?token={C}')
    expect({ base, inPath, inQuery }).toEqual({
      base: 'https://rpc.example/{A}/v2/{B}',
      inPath: ['A', 'B'],
      inQuery: [['token', 'C']],
    })
  })

  test.each([
    ['http://user:pass@127.0.0.1:8332', 'LIVE_SECRET_IN_URL'],
    ['http://user@127.0.0.1:8332', 'LIVE_SECRET_IN_URL'],
    ['https://mainnet.infura.io/v3/0123456789abcdef0123456789abcdef', 'LIVE_SECRET_IN_URL'],
    ['https://x.quiknode.pro/8c6976e5b5410415bde908bd4dee15dfb167a9c8/', 'LIVE_SECRET_IN_URL'],
    ['https://rpc.example/3f1b2c4d-5e6f-4a1b-8c2d-9e0f1a2b3c4d', 'LIVE_SECRET_IN_URL'],
    ['https://rpc.example/%30%31%32%33%34%35%36%37%38%39abcdef0123456789', 'LIVE_SECRET_IN_URL'],
    ['https://api.etherscan.io/v2/api?apikey=short', 'LIVE_SECRET_IN_URL'],
    ['https://rpc.example/#0123456789abcdef0123456789abcdef', 'LIVE_SECRET_IN_URL'],
    ['https://rpc.example/?network=main', 'LIVE_BAD_URL'],
    ['https://rpc.example/#top', 'LIVE_BAD_URL'],
    ['ftp://rpc.example/', 'LIVE_BAD_URL'],
    ['127.0.0.1:3002', 'LIVE_BAD_URL'],
    ['https://rpc.example/{A B}', 'LIVE_BAD_URL'],
    ['https://rpc.example/{A', 'LIVE_BAD_URL'],
    ['https://{HOST}/api', 'LIVE_BAD_URL'],
    ['https://rpc.example/%', 'LIVE_BAD_URL'],
    [`https://rpc.example/${'a/'.repeat(1000)}`, 'LIVE_BAD_URL'],
    ['', 'LIVE_BAD_URL'],
  ])('refuses %s: %s', (typed, code) => {
    expect(codeOf(typed)).toBe(code)
  })

  test('a key anywhere is refused, and stands in no part of the error', () => {
    fc.assert(
      fc.property(
        key,
        fc.constantFrom(
          (text: string) => `https://rpc.example/${text}`,
          (text: string) => `https://rpc.example/v3/${text}/rpc`,
          (text: string) => `https://rpc.example/rpc?a=${text}`,
          (text: string) => `https://rpc.example/rpc?${text}`,
          (text: string) => `https://rpc.example/rpc?a={B}#${text}`,
          (text: string) => `https://${text}@rpc.example/`,
          (text: string) => `https://u:${text}@rpc.example/`,
          (text: string) => `ftp://rpc.example/${text}`,
        ),
        (secret, place) => {
          let caught: unknown
          try {
            givenUrl(place(secret))
          } catch (error) {
            caught = error
          }
          const error = caught as LootlineError
          expect(error.code).toMatch(/^LIVE_(SECRET_IN_URL|BAD_URL)$/)
          expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(secret)
        },
      ),
      { seed: 20260601, numRuns: 300 },
    )
  })

  test('ends, with a shown form that is its own, whatever is typed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true })), (typed) => {
        let shown: string
        try {
          shown = givenUrl(typed).shown
        } catch (error) {
          expect((error as LootlineError).code).toMatch(/^LIVE_/)
          return
        }
        expect(givenUrl(shown).shown).toBe(shown)
      }),
      { seed: 20260602, numRuns: 500 },
    )
  })

  test.each([
    ['http://127.0.0.1:1/', true, false],
    ['http://127.9.9.9/', true, false],
    ['http://localhost/', true, false],
    ['http://node.localhost/', true, false],
    ['http://[::1]/', true, false],
    ['http://localhost.example/', false, true],
    ['http://10.0.0.1/', false, true],
    ['https://10.0.0.1/', false, false],
  ])('%s: loopback %s, open %s', (typed, loopback, open) => {
    expect(givenUrl(typed)).toMatchObject({ loopback, open })
  })
})

test.each([
  '/electrs/api/testnet',
  '/ethereum-mainnet-archive-node',
  '/api-v2-ethereum-mainnet-rpc',
  '/00000000000000000000',
])('%s is no key', (path) => {
  expect(looksSecret(path)).toBe(false)
})
