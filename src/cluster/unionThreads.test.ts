import { describe, expect, it } from 'vitest'
import { random } from '../simulate/index.ts'
import { createParents, find, uniteInputs } from './unionFind.ts'
import { openUnionThreads } from './unionThreads.ts'

function shared(values: Uint32Array): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(values.byteLength))
  copy.set(values)
  return copy
}

describe('openUnionThreads', () => {
  it('clusters as one thread does, while three meet on the same addresses', async () => {
    const addresses = 200_000
    const rows = 300_000
    const dice = random(7)
    const starts = Uint32Array.from({ length: rows + 1 }, (_, t) => 2 * t)
    // A few addresses in most rows: the threads fight for their roots.
    const inputs = Uint32Array.from({ length: 2 * rows }, () =>
      dice.below(dice.chance(1, 4) ? addresses : 1 + (addresses >> 6)),
    )
    const alone = createParents(addresses)
    const merged = uniteInputs(alone, starts, inputs)
    const threads = openUnionThreads(3)
    try {
      for (let round = 0; round < 3; round++) {
        const parent = createParents(addresses, true)
        expect(await threads.unite(parent, shared(starts), shared(inputs))).toBe(merged)
        expect(parent.every((_, i) => find(parent, i) === find(alone, i))).toBe(true)
      }
      await expect(threads.unite(alone, starts, inputs)).rejects.toThrow(TypeError)
    } finally {
      await threads.close()
    }
  })
})
