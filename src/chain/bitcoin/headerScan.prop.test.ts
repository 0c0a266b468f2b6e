import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { BlockFiles } from './blockFiles.ts'
import { scanHeaders } from './headerScan.ts'
import { concat, hashOf, inFile, makeBlock } from './madeBlocks.test-suite.ts'

const MAGIC = Uint8Array.of(0xf9, 0xbe, 0xb4, 0xd9)

/** Files in memory. */
function inMemory(contents: Uint8Array[]): BlockFiles {
  return {
    paths: contents.map((_, i) => `blk0000${i}.dat`),
    loose: false,
    others: 0,
    kind: () => 'blocks',
    refresh: () => {},
    size: (file) => contents[file]!.length,
    read(file, offset, into) {
      const part = contents[file]!.subarray(offset, offset + into.length)
      into.set(part)
      return part.length
    },
    isPadding: (_, bytes) => bytes.every((byte) => byte === 0),
    undo: () => undefined,
    place: (file, offset) => ({ file: String(file), offset }),
    close: () => {},
  }
}

const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.array(fc.constantFrom(...MAGIC, 0, 1, 200), { maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)),
  // A magic, a length and little else.
  fc
    .nat(300)
    .map((length) => concat([MAGIC, Uint8Array.of(length & 255, length >> 8, 0, 0), new Uint8Array(90)])),
)

it.each([
  ['where headers prove nothing', undefined],
  ['where they lack their work', 0x1d00ffff],
])('rows and gaps cover a file exactly, whatever is in it and however it grew: %s', (_where, workLimit) => {
  const network = { magics: [MAGIC], ...(workLimit === undefined ? {} : { workLimit }) }
  const blocks: Uint8Array[] = []
  for (let i = 0; i < 8; i++)
    blocks.push(makeBlock({ nonce: i, ...(i > 0 && { previous: hashOf(blocks[i - 1]!) }) }))
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.nat(7).map((i) => inFile(MAGIC, blocks[i]!)) },
    { weight: 1, arbitrary: garbage },
  )
  let found = 0
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.nat(3000), (pieces, cutAt) => {
      const whole = concat(pieces)
      const files = [whole.subarray(0, cutAt)]
      const grown = scanHeaders(inMemory(files), network)
      files[0] = whole
      scanHeaders(inMemory(files), network, grown)
      const { n, gaps, gapCount } = grown
      expect(gapCount).toBe(gaps.length)
      found += n
      const parts = [
        ...Array.from({ length: n }, (_, row) => [grown.offsets[row]! - 8, grown.sizes[row]! + 8] as const),
        ...gaps.map(({ offset, bytes }) => [offset, bytes] as const),
      ].sort((a, b) => a[0] - b[0])
      let at = 0
      for (const [offset, bytes] of parts) {
        // Duplicates have no row.
        expect(offset).toBeGreaterThanOrEqual(at)
        at = offset + bytes
      }
      expect(at).toBeLessThanOrEqual(whole.length)
      if (grown.duplicates === 0) {
        expect(parts.reduce((sum, [, bytes]) => sum + bytes, 0)).toBe(whole.length)
      }
    }),
    { seed: 2009, numRuns: 1000 },
  )
  expect(found).toBeGreaterThan(2500)
})
