import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { BlockError } from '../chain/bitcoin/blockError.ts'
import { type FolderSource, openChainLedger } from '../ledger/chain/index.ts'
import { answers, clean, made, memoryOf, temporary, transactionsIn } from '../ledger/chain/made.test-suite.ts'
import { readManifest } from '../ledger/chain/manifest.ts'
import type { Context } from './context.ts'
import { followChain } from './followChain.ts'
import { runCli } from './runCli.test-suite.ts'

const MAIN = join(import.meta.dirname, '../../bin/lootline.js')
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  clean()
})

/** The blocks of a made chain as records of a block file. */
function recordsOf(folder: string): Buffer[] {
  const bytes = readFileSync(join(folder, 'blk00000.dat'))
  const records: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 8 + bytes.readUInt32LE(at + 4))
    records.push(bytes.subarray(at, at + 8 + bytes.readUInt32LE(at + 4)))
  return records
}

interface Line {
  readonly lastHeight: number
  readonly added: number
  readonly removed: number
}

/** A node that writes into space it has reserved, and an index that follows it. */
function following(): {
  readonly blocks: string
  readonly store: string
  readonly typed: string[]
  write(records: readonly Buffer[]): void
  start(): {
    readonly child: ChildProcess
    until(height: number): Promise<Line>
    readonly errors: () => string
  }
} {
  const folder = temporary()
  const blocks = join(folder, 'blocks')
  const store = join(folder, 'store')
  mkdirSync(blocks)
  const file = openSync(join(blocks, 'blk00000.dat'), 'w')
  writeSync(file, Buffer.alloc(2 ** 21), 0, 2 ** 21, 0)
  let at = 0
  const typed = ['index', 'bitcoin', '--network', 'regtest', '--blocks', blocks, '--store', store, '--json']
  return {
    ...{ blocks, store, typed },
    write(records): void {
      for (const record of records) at += writeSync(file, record, 0, record.length, at)
      if (records.length === 0) closeSync(file)
    },
    start() {
      const child = spawn(process.execPath, [MAIN, ...typed, '--follow'], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      children.push(child)
      const lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
      let errors = ''
      child.stderr!.on('data', (text) => {
        errors += text
      })
      return {
        child,
        errors: () => errors,
        async until(height): Promise<Line> {
          for (;;) {
            const { value, done } = await lines.next()
            if (done === true) throw new Error(`it ended: ${errors}`)
            const line = JSON.parse(value) as Line
            if (line.lastHeight === height) return line
          }
        },
      }
    },
  }
}

describe('lootline index --follow', () => {
  test('keeps up with a node that writes, halves and reorganises, while it is read; Ctrl-C leaves it whole', async () => {
    const old = recordsOf(made(112))
    const forked = made(116, { height: 109, branch: 7 })
    const { store, typed, write, start } = following()
    write(old.slice(0, 105))
    const { child, until } = start()
    expect(await until(104)).toMatchObject({ added: 105, removed: 0 })
    const transactions = transactionsIn(made(105))
    const reader = openChainLedger(join(store, 'chain'))
    const before = answers(reader, transactions)
    write(old.slice(105, 107))
    expect(await until(106)).toMatchObject({ added: 2, removed: 0 })
    const next = old[107]!
    write([next.subarray(0, next.length - 300)])
    // Whether the half is seen or not, the whole comes out.
    await setTimeout(1500)
    write([next.subarray(next.length - 300), ...old.slice(108)])
    await until(111)
    // Three of its blocks lose.
    write(recordsOf(forked).slice(109))
    expect((await until(115)).removed).toBeGreaterThanOrEqual(3)
    // What was opened before is still there, file by file.
    expect(answers(reader, transactions)).toBe(before)
    reader.close()
    child.kill('SIGINT')
    expect((await once(child, 'exit'))[0]).toBe(130)
    const again = await runCli(typed)
    expect(JSON.parse(again.stdout)).toMatchObject({ lastHeight: 115, added: 0, removed: 0 })
    const all = transactionsIn(forked)
    const ledger = openChainLedger(join(store, 'chain'))
    expect(answers(ledger, all)).toBe(answers(memoryOf(all), all))
    ledger.close()
    // Files that the first reader kept are gone now that nobody reads.
    const named = readManifest(join(store, 'chain'))!.batches.flatMap(({ segments }) => segments)
    expect(readdirSync(join(store, 'chain/segments')).sort()).toEqual(named.map(({ name }) => name).sort())
    write([])
  }, 120_000)

  test('says so when the folder goes away', async () => {
    const { blocks, write, start } = following()
    write(recordsOf(made(103)))
    const { child, until, errors } = start()
    await until(102)
    rmSync(blocks, { recursive: true })
    expect((await once(child, 'exit'))[0]).toBe(3)
    expect(errors()).toContain('cannot be read (ENOENT)')
    write([])
  }, 60_000)

  test.each([
    ['goes on when it can be read', 0, 'again'],
    ['fails when it stays so while nothing is written', 61_000, 'cannot be read at byte 90'],
  ])(
    'opens the files anew after a block that cannot be read, and %s',
    async (_what, elapsed, ends) => {
      const file = join(temporary(), 'blk00000.dat')
      writeFileSync(file, 'a')
      let [clock, opened, closed, steps] = [0, 0, 0, 0]
      const open = (): FolderSource => {
        const tip = ++opened
        const source = { lastHeight: 0, hashAt: () => Uint8Array.of(tip), close: () => closed++ }
        return source as unknown as FolderSource
      }
      const following = followChain(
        { elapsed: () => (clock += elapsed) } as Context,
        file,
        open,
        async () => {
          if (++steps > 1) throw new Error('again')
          if (elapsed === 0) writeFileSync(file, 'ab')
          throw new BlockError({ file, offset: 8 }, 82, 'the end is missing')
        },
      )
      await expect(following).rejects.toThrow(ends)
      expect([opened, closed]).toEqual(elapsed === 0 ? [2, 2] : [1, 1])
    },
    20_000,
  )
})
