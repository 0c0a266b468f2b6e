import { hash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toHex } from '../../units/hex.ts'
import { concat, naiveMerkleRoot } from './madeBlocks.test-suite.ts'
import { merkleRoot } from './merkle.ts'
import { openSha256, type Sha256 } from './sha256.ts'

const ENGINES: readonly [string, Sha256][] = [
  ['four lanes', openSha256()],
  ['Node alone', openSha256({ engine: 'node' })],
]

it('runs in four lanes here', () => {
  expect(ENGINES.map(([, { engine }]) => engine)).toEqual(['wasm', 'node'])
})

describe.each(ENGINES)('openSha256, %s', (_, sha256) => {
  it('hashes every length across all paddings and both ways', () => {
    const bytes = Uint8Array.from({ length: 1700 }, (_, i) => (i * 31 + (i >> 3)) & 255)
    const out = new Uint8Array(32 * 1700)
    sha256.begin(bytes, 0, bytes.length, 1700)
    for (let length = 8; length < 1700; length++) sha256.add(length, 0, 4, length - 4, length)
    sha256.finish(out)
    for (let length = 8; length < 1700; length++) {
      const expected = hash('sha256', hash('sha256', bytes.subarray(0, length), 'buffer'), 'hex')
      expect(toHex(out.subarray(32 * length, 32 * length + 32)), String(length)).toBe(expected)
    }
  })

  it('leaves out what is cut from a message, in any order and mix', () => {
    const message = fc
      .tuple(fc.nat(500), fc.nat(10), fc.nat(1800), fc.nat(300))
      .map(([start, cut, body, witness]) => ({
        start,
        from: start + 4 + cut,
        until: start + 4 + cut + body,
        end: start + 4 + cut + body + witness + 4,
      }))
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 1, maxLength: 40 }),
        fc.uint8Array({ minLength: 3000, maxLength: 3000 }),
        fc.nat(20),
        (messages, bytes, before) => {
          const out = new Uint8Array(32 * messages.length)
          const source = concat([new Uint8Array(before), bytes])
          sha256.begin(source, before, source.length, messages.length)
          for (const [i, m] of messages.entries()) {
            sha256.add(i, before + m.start, before + m.from, before + m.until, before + m.end)
          }
          sha256.finish(out)
          const expected = messages.map(({ start, from, until, end }) => {
            const parts = [bytes.slice(start, start + 4), bytes.slice(from, until), bytes.slice(end - 4, end)]
            return hash('sha256', hash('sha256', concat(parts), 'buffer'), 'hex')
          })
          expect(messages.map((_, i) => toHex(out.subarray(32 * i, 32 * i + 32)))).toEqual(expected)
        },
      ),
      { seed: 180, numRuns: 150 },
    )
  })

  it('makes the merkle root that the plain way makes', () => {
    const hashes = fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { minLength: 1, maxLength: 70 })
    fc.assert(
      fc.property(hashes, (leaves) => {
        const { root } = merkleRoot(concat(leaves), leaves.length, sha256)
        expect(toHex(root)).toBe(toHex(naiveMerkleRoot(leaves)))
      }),
      { seed: 2012, numRuns: 200 },
    )
  })
})
