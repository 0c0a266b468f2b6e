import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { BITCOIN, BITCOIN_CASH } from '../../units/caip.ts'
import { fromHex, toHex } from '../../units/hex.ts'
import { openBlockFiles } from './blockFiles.ts'
import { scanHeaders } from './headerScan.ts'
import { COINBASE, makeBlock } from './madeBlocks.test-suite.ts'
import { blockReader } from './readBlock.ts'

const CATEGORY = 'bb'.repeat(32)
/** P2PKH, as in the examples of CHIP-2022-02. */
const PAYS = `76a914${'11'.repeat(20)}88ac`

it('scripts of Bitcoin Cash begin after valid tokens, and those of other chains where they begin', () => {
  // By the CHIP's grammar: bitfield, commitment, amount; then what it calls invalid.
  const valid = [
    '1001',
    '10fdfd00',
    '20',
    '6001cc',
    '710acccccccccccccccccccc01',
    '62' + '02cccc',
    '30ffffffffffffffff7f',
  ]
  const invalid = [
    '00',
    '80',
    '1000',
    '6000',
    '50' + '01cc' + '01',
    '2301',
    '11' + '01',
    '10fd0100',
    '6064cc',
  ]
  const scripts = [...valid, ...invalid].map((token) => `ef${CATEGORY}${token}${PAYS}`)
  scripts.push('ef', `ef${CATEGORY}`, `ef${CATEGORY}20`)
  const block = makeBlock({
    transactions: [
      { ...COINBASE, outputs: scripts.map((script) => ({ sats: 800, script: fromHex(script) })) },
    ],
  })
  const folder = mkdtempSync(join(tmpdir(), 'lootline-tokens-'))
  writeFileSync(join(folder, 'block.raw'), block)
  const files = openBlockFiles(join(folder, 'block.raw'), [])
  const scan = scanHeaders(files, { magics: [] })
  const read = (chain: string): string[] => {
    const c = blockReader(files, { chain }).read(scan, 0)
    return scripts.map((_, o) =>
      toHex(c.bytes.slice(c.outputScripts[o], c.outputScripts[o]! + c.outputScriptLengths[o]!)),
    )
  }
  expect(read(BITCOIN)).toEqual(scripts)
  expect(read(BITCOIN_CASH)).toEqual([...valid.map(() => PAYS), ...scripts.slice(valid.length, -1), ''])
  files.close()
  rmSync(folder, { recursive: true })
})
