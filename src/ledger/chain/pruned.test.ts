import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { openChainLedger } from './chainLedger.ts'
import { indexBlocks } from './indexBlocks.ts'
import { answers, clean, made, memoryOf, sourceOf, temporary, transactionsIn } from './made.test-suite.ts'

afterEach(clean)

/** Writes the records of a made chain, so many to a file. */
function inFiles(folder: string, chain: string, perFile: number): void {
  mkdirSync(folder, { recursive: true })
  const bytes = readFileSync(join(chain, 'blk00000.dat'))
  let block = 0
  const files: Buffer[][] = []
  for (let at = 0; at < bytes.length; block++) {
    const end = at + 8 + bytes.readUInt32LE(at + 4)
    if (block % perFile === 0) files.push([])
    files.at(-1)!.push(bytes.subarray(at, end))
    at = end
  }
  for (const [number, records] of files.entries())
    writeFileSync(join(folder, `blk${String(number).padStart(5, '0')}.dat`), Buffer.concat(records))
}

describe('a node that prunes', () => {
  const options = { chain: BITCOIN_REGTEST, memory: 2 ** 18, threads: 1 }

  test.each([
    ['followed', false],
    ['opened anew', true],
  ])('is gone on with, %s, as long as the files reach the store', async (_how, anew) => {
    const [blocks, store] = [join(temporary(), 'blocks'), temporary()]
    inFiles(blocks, made(118), 20)
    let source = sourceOf(blocks)
    await indexBlocks(store, source, options)
    for (const file of ['blk00000.dat', 'blk00001.dat', 'blk00002.dat']) rmSync(join(blocks, file))
    const whole = made(125)
    inFiles(join(blocks, 'new'), whole, 20)
    for (const file of ['blk00005.dat', 'blk00006.dat'])
      writeFileSync(join(blocks, file), readFileSync(join(blocks, 'new', file)))
    if (anew) {
      source.close()
      source = sourceOf(blocks)
    } else source = source.refresh()
    expect(source.firstHeight).toBe(60)
    expect(await indexBlocks(store, source, options)).toMatchObject({
      ...{ firstHeight: 0, blocks: 125, added: 7, removed: 0 },
    })
    const transactions = transactionsIn(whole)
    const ledger = openChainLedger(store)
    expect(answers(ledger, transactions)).toBe(answers(memoryOf(transactions), transactions))
    ledger.close()
    source.close()
  })

  test('is refused by the numbers of the blocks that are missing where they do not', async () => {
    const [blocks, store] = [join(temporary(), 'blocks'), temporary()]
    inFiles(blocks, made(118), 20)
    const source = sourceOf(blocks)
    // The store ends before what is left begins.
    const early = { ...source, lastHeight: 30 }
    await indexBlocks(store, early, options)
    for (const file of ['blk00000.dat', 'blk00001.dat', 'blk00002.dat']) rmSync(join(blocks, file))
    const left = source.refresh()
    await expect(indexBlocks(store, left, options)).rejects.toMatchObject({
      data: { code: 'LEDGER_MISSING_BLOCKS', from: 31, to: 59 },
    })
    rmSync(blocks, { recursive: true })
    expect(() => left.refresh()).toThrow('cannot be read (ENOENT)')
    source.close()
  })
})
