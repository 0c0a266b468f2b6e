import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { coreAnswers, serveCore } from '../../chain/bitcoin/coreNode.test-suite.ts'
import { serveCoreRest } from '../../chain/bitcoin/coreRest.test-suite.ts'
import { serveEsplora } from '../../chain/bitcoin/esploraServer.test-suite.ts'
import { expectSameFlow } from '../../live/liveWorld.test-suite.ts'
import type { Flow } from '../../trace/index.ts'
import { BITCOIN } from '../../units/caip.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')
const FILES = ['blk00000.dat', 'blk00001.dat'].map((name) => join(DATA, 'bitcoin-blocks', name))
const absent = !FILES.every((file) => existsSync(file))
if (absent) console.warn(`skipped: no real data in ${DATA}; set LOOTLINE_DATA`)

/** The first payment between two people, 12 January 2009, of Nakamoto to Finney. */
const FIRST_PAYMENT = 'f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16'

/** Records of a block file: magic, length, block. */
function blocksIn(file: string): Uint8Array[] {
  const bytes = readFileSync(file)
  const blocks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 8 + bytes.readUInt32LE(at + 4)
    blocks.push(new Uint8Array(bytes.subarray(at + 8, end)))
    at = end
  }
  return blocks
}

async function typed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args)
  expect([args[0], code, stderr]).toEqual([args[0], 0, expect.anything()])
  return stdout
}

async function traced(store: string): Promise<Flow> {
  return JSON.parse(await typed('trace', '--store', store, '--from', FIRST_PAYMENT, '--json')) as Flow
}

describe.skipIf(absent)('600 real blocks of January 2009', () => {
  test('are traced by an explorer and by a node as by their index', async () => {
    const folder = temporaryFolder()
    const blocks = FILES.flatMap(blocksIn)
    expect(blocks).toHaveLength(600)
    await using esplora = await serveEsplora({ chain: BITCOIN, blocks })
    await using core = await serveCore(coreAnswers({ blocks }))
    await using rest = await serveCoreRest({ blocks })
    mkdirSync(join(folder, 'blocks'))
    for (const [i, file] of FILES.entries()) copyFileSync(file, join(folder, 'blocks', `blk0000${i}.dat`))
    const index = join(folder, 'index')
    await typed('index', 'bitcoin', '--blocks', join(folder, 'blocks'), '--store', index, '--json')
    const expected = await traced(index)
    expect(expected.hops.length).toBeGreaterThan(8)
    for (const [kind, { url }] of [
      ['esplora', esplora],
      ['bitcoin', core],
      ['bitcoin-rest', rest],
    ] as const) {
      const store = join(folder, kind)
      await typed('source', 'add', kind, url, '--chain', 'bitcoin', '--store', store)
      const flow = await traced(store)
      expectSameFlow(flow, expected)
      expect(flow.leaves.map(({ reason, amount }) => [reason, amount])).toEqual([
        ['held', '1800000000'],
        ['held', '1100000000'],
        ['held', '1000000000'],
        ['held', '1000000000'],
        ['held', '100000000'],
      ])
    }
  })
})
