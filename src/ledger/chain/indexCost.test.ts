import { afterEach, describe, expect, test } from 'vitest'
import { estimateIndex } from './indexCost.ts'
import { clean, filesOf, index, made, sourceOf, temporary } from './made.test-suite.ts'

afterEach(clean)

describe('estimateIndex', () => {
  test('counts the blocks that a run will read, those it makes again included', async () => {
    const store = temporary()
    const source = sourceOf(made(150))
    const whole = estimateIndex(store, source)
    expect(whole).toMatchObject({ blocks: 150, blockBytes: source.bytes, fits: true })
    expect(whole.storeBytes).toBeGreaterThan(source.bytes * 0.3)
    await index(store, made(140))
    expect(estimateIndex(store, source).blocks, 'a batch of their own').toBe(10)
    await index(store, made(148))
    // 8 blocks are less than twice 2.
    expect(estimateIndex(store, sourceOf(made(153))).blocks).toBe(13)
    await index(store, made(150))
    const files = filesOf(store)
    expect(estimateIndex(store, source).blocks).toBe(0)
    expect(filesOf(store)).toEqual(files)
    source.close()
  })

  test('refuses to begin what the disk cannot hold', () => {
    const source = sourceOf(made(103))
    // 10^17 bytes of blocks.
    const range: typeof source.range = (from, to) => {
      const own = source.range(from, to)
      return { ...own, sizes: new Uint32Array(3e7).fill(2 ** 32 - 1) }
    }
    expect(() => estimateIndex(temporary(), { ...source, range })).toThrow(
      /takes about \d+ MB and the disk has/,
    )
    source.close()
  })
})
