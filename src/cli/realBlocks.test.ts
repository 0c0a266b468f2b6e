import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { fromScript } from '../address/index.ts'
import type { Flow } from '../trace/index.ts'
import { BITCOIN, fromHex } from '../units/index.ts'
import { type SlowBlock, slowBlock, slowTrace } from './realBlocks.ref.ts'
import { runCli, temporaryFolder } from './runCli.test-suite.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const BLOCKS = resolve(ROOT, process.env['LOOTLINE_DATA'] ?? '../shared/data', 'bitcoin-blocks')
const absent = !existsSync(BLOCKS)
if (absent) console.warn(`skipped: no real blocks in ${BLOCKS}; set LOOTLINE_DATA`)

const MAIN_702861 = 'mainnet_block_000000000000000000000c835b2adcaedc20fdf6ee440009c249452c726dafae.raw'

const at = (name: string): string => join(BLOCKS, name)

function bytesOf(name: string): Uint8Array {
  const bytes = readFileSync(at(name))
  return name.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes
}

/** Indexes into a new store; returns it, and the last line of the output. */
async function index(
  blocks: string,
  ...more: string[]
): Promise<{ store: string; said: Record<string, unknown> }> {
  const store = join(temporaryFolder(), 'store')
  const { code, stdout, stderr } = await runCli([
    ...['index', 'bitcoin', '--blocks', blocks, '--store', store, '--memory', '64MiB', '--json'],
    ...more,
  ])
  expect(code, stderr).toBe(0)
  expect(stdout.trimEnd(), 'one line').not.toContain('\n')
  return { store, said: JSON.parse(stdout) as Record<string, unknown> }
}

async function json<T>(...argv: string[]): Promise<T> {
  const { code, stdout, stderr } = await runCli([...argv, '--json'])
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as T
}

interface BlockSaid {
  readonly height: number
  readonly fees: string | null
  readonly subsidy: string | null
  readonly transactions: readonly { readonly txid: string; readonly fee: string | null }[]
}

/** What each non-coinbase input spends, in order, as the files beside the blocks list it. */
function spentIn(name: string): bigint[] {
  const bytes = Buffer.from(bytesOf(name))
  if (name.endsWith('.zst')) {
    const list = JSON.parse(bytes.toString()) as { txout: { value: number } }[]
    return list.map(({ txout }) => BigInt(txout.value))
  }
  const amounts: bigint[] = []
  for (let from = 0; from < bytes.length; ) {
    amounts.push(bytes.readBigUInt64LE(from))
    const wide = bytes[from + 8] === 0xfd
    from += wide ? 11 + bytes.readUInt16LE(from + 9) : 9 + bytes[from + 8]!
  }
  return amounts
}

function feesOf({ transactions }: SlowBlock, spent: readonly bigint[]): bigint[] {
  let next = 0
  return transactions.slice(1).map(({ ins, outs }) => {
    let fee = 0n
    for (const _ of ins) fee += spent[next++]!
    for (const { value } of outs) fee -= value
    return fee
  })
}

describe.skipIf(absent)('lootline index on real blocks', () => {
  test.each([
    ['blk00000.dat', [], { blocks: 300, transactions: 307, firstHeight: 0, prevoutsOutside: 0 }],
    ['blk00001.dat', ['--first-height', '300'], { blocks: 300, transactions: 309, firstHeight: 300 }],
    ['block227835.dat', ['--first-height', '227835'], { transactions: 122, firstHeight: 227835 }],
    ['block227836.dat', [], { transactions: 100, firstHeight: 227836, lastHeight: 227836 }],
    ['block300025.raw', [], { transactions: 461, firstHeight: 300025 }],
    ['block_367891_raw.zst', [], { transactions: 420, firstHeight: 367891, inputs: 20817 }],
    ['block370661.dat', [], { transactions: 708, firstHeight: 370661 }],
    ['block481829.dat', [], { transactions: 2020, firstHeight: 481829 }],
    [MAIN_702861, [], { transactions: 2500, firstHeight: 702861 }],
    ['block_866342_raw.zst', [], { transactions: 4864, firstHeight: 866342, inputs: 7972 }],
    ['block928848.raw', ['--network', 'test'], { transactions: 676, firstHeight: 928848 }],
    ['block928849.raw', ['--network', 'test'], { transactions: 993, firstHeight: 928849 }],
  ])('%s alone', async (name, more, expected) => {
    const { said } = await index(at(name), ...more)
    expect(said).toMatchObject({ blocks: 1, ...expected })
    expect(said['prevoutsUnknown']).toBe(said['prevoutsOutside'])
  })

  test('blocks that do not say their height are refused until it is given', async () => {
    const store = join(temporaryFolder(), 'store')
    const { stderr } = await runCli(['index', 'bitcoin', '--blocks', at('block227835.dat'), '--store', store])
    expect(stderr).toContain('the blocks do not say their height')
    expect(stderr).toContain('--first-height')
  })

  test('the folder: blk*.dat alone; without them every file that is a block, and the pairs link', async () => {
    const { stdout } = await runCli([
      ...['index', 'bitcoin', '--blocks', BLOCKS, '--store', join(temporaryFolder(), 'store')],
    ])
    expect(stdout).toContain('Blocks 0 to 599, ')
    expect(stdout).toContain(`${readdirSync(BLOCKS).length - 3} other files are left alone.`)
    const folder = join(temporaryFolder(), 'loose')
    mkdirSync(folder)
    const names = readdirSync(BLOCKS).filter((name) => /^block928|^block22783|spent|rev/.test(name))
    for (const name of names) copyFileSync(at(name), join(folder, name))
    const { said } = await index(folder, '--network', 'test')
    // Nothing in a raw block tells the networks apart: most work wins, and it is on the later pair.
    expect(said).toMatchObject({ blocks: 2, firstHeight: 928848, orphans: 2, otherFiles: names.length - 4 })
  })

  test.each([
    [866342, 'block_866342_raw.zst', 'block_866342_spent_utxos.zst', 312_500_000n],
    [367891, 'block_367891_raw.zst', 'block_367891_spent_utxos.zst', 2_500_000_000n],
    [300025, 'block300025.raw', 'block300025-undo.raw', 2_500_000_000n],
  ])('%i: every fee is what the given spent outputs leave', async (height, name, spent, subsidy) => {
    const { store, said } = await index(at(name), '--spent', at(spent))
    expect(said['prevoutsOutside']).toBeGreaterThan(1000)
    expect(said['prevoutsUnknown']).toBe(0)
    const block = await json<BlockSaid>('block', String(height), '--store', store)
    const slow = slowBlock(bytesOf(name))
    const fees = feesOf(slow, spentIn(spent))
    expect(block.transactions.map(({ txid }) => txid)).toEqual(slow.transactions.map((each) => each.getId()))
    expect(block.transactions.slice(1).map(({ fee }) => fee)).toEqual(fees.map(String))
    const paid = slow.transactions[0]!.outs.reduce((sum, { value }) => sum + value, 0n)
    expect(block).toMatchObject({ height, fees: String(paid - subsidy), subsidy: String(subsidy) })
  })

  test('the testnet pair with both lists, and lists of other blocks refused', async () => {
    const folder = join(temporaryFolder(), 'pair')
    mkdirSync(folder)
    for (const height of [928848, 928849])
      copyFileSync(at(`block${height}.raw`), join(folder, `${height}.raw`))
    const lists = ['block928849-undo.raw', 'block928848-undo.raw']
    const { store, said } = await index(
      folder,
      '--network',
      'test',
      ...lists.flatMap((name) => ['--spent', at(name)]),
    )
    expect(said).toMatchObject({ blocks: 2, prevoutsUnknown: 0 })
    for (const height of [928848, 928849]) {
      const { fees } = await json<BlockSaid>('block', String(height), '--store', store)
      const expected = feesOf(slowBlock(bytesOf(`block${height}.raw`)), spentIn(`block${height}-undo.raw`))
      expect(fees).toBe(String(expected.reduce((sum, fee) => sum + fee, 0n)))
    }
    const wrong = await runCli([
      ...['index', 'bitcoin', '--blocks', at('block300025.raw'), '--spent', at(lists[0]!)],
      ...['--store', join(temporaryFolder(), 'store')],
    ])
    expect(wrong.code).toBe(3)
    expect(wrong.stderr).toContain(
      'block928849-undo.raw: block 300025: lists 8,594 outputs, the block spends 1,427.',
    )
  })

  test('without the list a block says which fees are unknown', async () => {
    const { store } = await index(at('block_866342_raw.zst'))
    const { fees, subsidy, transactions } = await json<BlockSaid>('block', '866342', '--store', store)
    expect([fees, subsidy]).toEqual([null, null])
    const slow = slowBlock(bytesOf('block_866342_raw.zst')).transactions
    const ids = new Set(slow.map((each) => each.getId()))
    const inside = slow.map(({ ins }) =>
      ins.every(({ hash }) => ids.has(Buffer.from(hash).reverse().toString('hex'))),
    )
    expect(transactions.map(({ fee }) => fee !== null)).toEqual(inside)
  })

  test.each([
    ['its chain of 25', 'block_866342_raw.zst', 25, 'block_866342_spent_utxos.zst'],
    ['its chain of 72', 'block370661.dat', 72, undefined],
    ['money that meets given outputs', 'block_866342_raw.zst', undefined, 'block_866342_spent_utxos.zst'],
  ])('through %s, in %s: traces balance and are the slow ones', async (_what, name, length, spent) => {
    const slow = slowBlock(bytesOf(name))
    if (length !== undefined) expect(slow.deepest.length).toBe(length)
    const seed = length === undefined ? slow.mixed : slow.deepest.txid
    const amounts = spent === undefined ? [] : spentIn(spent)
    const given = new Map(
      slow.transactions
        .slice(1)
        .flatMap(({ ins }) => ins)
        .map(({ hash, index: n }, i) => [`${Buffer.from(hash).reverse().toString('hex')}:${n}`, amounts[i]]),
    )
    let asked = 0
    const { store } = await index(at(name), ...(spent === undefined ? [] : ['--spent', at(spent)]))
    for (const rule of ['fifo', 'lifo', 'haircut', 'poison'] as const) {
      const flow = await json<Flow>('trace', '--store', store, '--from', `theft=${seed}`, '--rule', rule)
      // Of 370661 no amounts are given, but only what the seed itself spends is outside.
      expect(flow.coverage.unknownPrevouts, rule).toBe(spent === undefined ? 1 : 0)
      const expected = slowTrace(slow, seed, rule, (txid, n) => {
        asked++
        return given.get(`${txid}:${n}`)!
      })
      const leaves = new Map<string, bigint>()
      for (const { reason, holder, amount } of flow.leaves) {
        const key = reason === 'fee' ? 'fee' : `${reason} ${holder}`
        leaves.set(key, (leaves.get(key) ?? 0n) + BigInt(amount))
      }
      const wanted = new Map<string, bigint>([['fee', expected.fee]])
      for (const [script, sats] of expected.held) {
        const holder = `held ${BITCOIN}:${fromScript(fromHex(script), BITCOIN) ?? 'none'}`
        wanted.set(holder, (wanted.get(holder) ?? 0n) + sats)
      }
      const sorted = (of: Map<string, bigint>): unknown => [...of].filter(([, sats]) => sats > 0n).sort()
      expect(sorted(leaves), rule).toEqual(sorted(wanted))
      const [{ stolen, accounted, bound }] = flow.balance as [Flow['balance'][number]]
      expect([stolen, bound]).toEqual([String(expected.stolen), rule === 'poison'])
      if (!bound) expect(accounted).toBe(stolen)
    }
    expect(asked > 0, 'outputs from outside are met').toBe(length === undefined)
    const tiho = await json<Flow>('trace', '--store', store, '--from', `theft=${seed}`, '--rule', 'tiho')
    expect(tiho.balance[0]!.accounted).toBe(tiho.balance[0]!.stolen)
  })

  test('a trace that meets outputs of unknown amount says how many, and balances', async () => {
    const { store } = await index(at('block370661.dat'))
    const seed = slowBlock(bytesOf('block370661.dat')).mixed
    for (const rule of ['fifo', 'haircut'] as const) {
      const flow = await json<Flow>('trace', '--store', store, '--from', `theft=${seed}`, '--rule', rule)
      expect(flow.coverage.unknownPrevouts).toBeGreaterThan(100)
      expect(BigInt(flow.coverage.unknownOrigin[0]!.amount)).toBeGreaterThan(0n)
      expect(flow.balance[0]!.accounted).toBe(flow.balance[0]!.stolen)
    }
  })
})
