/**
 * Stores that are damaged, shared, full or left in the middle of something; see docs/hostile-input.md.
 * @module
 */
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { runCli } from '../src/cli/runCli.test-suite.ts'
import { takeWriteLock } from '../src/store/index.ts'
import {
  baseLedger,
  bigCsv,
  expectFailure,
  expectUntouched,
  folder,
  HEADER,
  ledgerOf,
  NOBODY,
  openTo,
  room,
  root,
  row,
  THIEF,
} from './frontDoor.test-suite.ts'
import { lootline, SHIM } from './spawnLootline.test-suite.ts'

describe.concurrent('a store', () => {
  const DAMAGES: readonly [what: string, damage: (store: string) => void, code: string][] = [
    [
      'of a newer version',
      (store) => writeFileSync(join(store, 'store.json'), '{"format":"lootline-store","version":2}'),
      'STORE_NEWER',
    ],
    [
      'with a ledger of a newer version',
      (store) => inLedger(store, 'PRAGMA user_version=99'),
      'STORE_VERSION',
    ],
    [
      'with another database as its ledger',
      (store) => inLedger(store, 'PRAGMA application_id=7'),
      'STORE_FOREIGN',
    ],
    [
      'with noise as its ledger',
      (store) => writeFileSync(join(store, 'ledger.sqlite'), 'noise'.repeat(9999)),
      'STORE_CORRUPT',
    ],
    ['with its ledger cut off', (store) => truncateSync(join(store, 'ledger.sqlite'), 5000), 'STORE_CORRUPT'],
    ['with flipped bits', flipBits, 'STORE_CORRUPT'],
  ]
  test.each(DAMAGES)('%s is refused by reading and by adding', async (_what, damage, code) => {
    const cwd = room()
    damage(join(cwd, 'store'))
    const ledger = join(cwd, 'store', 'ledger.sqlite')
    const before = readFileSync(ledger)
    expectFailure(
      await lootline(['import', '../more.csv', '--store', 'store'], { cwd }),
      4,
      code,
      join(cwd, 'store'),
    )
    const read = await runCli(['show', THIEF, '--store', join(cwd, 'store')])
    expect(read).toMatchObject({ code: 4, stderr: expect.stringContaining(code) })
    expect(readFileSync(ledger).equals(before)).toBe(true)
  })

  test.each([
    ['a file', '../good.csv', 'STORE_UNWRITABLE'],
    ['a folder of other things', '..', 'STORE_NOT_EMPTY'],
  ])('that is %s is refused', async (_what, path, code) => {
    const cwd = room()
    expectFailure(await lootline(['import', '../more.csv', '--store', path], { cwd }), 4, code)
  })

  test('that is missing is refused with the command that makes one', async () => {
    const ended = await lootline(['show', THIEF, '--store', 'none'], { cwd: folder })
    expectFailure(ended, 4, 'STORE_MISSING', 'lootline init --store')
  })

  test('in a folder that may not be written is refused', async () => {
    const cwd = room()
    openTo(cwd)
    const store = join(cwd, 'store')
    for (const name of readdirSync(store)) chmodSync(join(store, name), 0o444)
    chmodSync(store, 0o555)
    const where = root ? { cwd, user: NOBODY } : { cwd }
    expectFailure(await lootline(['import', '../more.csv', '--store', 'store'], where), 4, 'STORE_READ_ONLY')
    chmodSync(store, 0o777)
  })

  test('that another process writes to says who, and is taken when that has ended', async () => {
    const cwd = room()
    const lock = takeWriteLock(join(cwd, 'store'), 'import of other.csv')
    const ended = await lootline(['import', '../more.csv', '--store', 'store'], { cwd })
    lock.release()
    expectFailure(ended, 4, 'STORE_BUSY', `process ${process.pid}`, 'other.csv')
    await expectUntouched(join(cwd, 'store'))
  })

  test('takes two imports at once one after the other, or tells one of them to wait', async () => {
    const cwd = room()
    const names = ['a.csv', 'b.csv']
    for (const [i, name] of names.entries())
      writeFileSync(
        join(cwd, name),
        HEADER + Array.from({ length: 5000 }, (_, n) => row(10 + 5000 * i + n)).join(''),
      )
    const add = (name: string) => lootline(['import', name, '--store', 'store'], { cwd })
    const both = await Promise.all(names.map(add))
    expect(both.map(({ code }) => code)).toContain(0)
    for (const [i, ended] of both.entries()) {
      if (ended.code === 0) continue
      expectFailure(ended, 4, 'STORE_BUSY')
      expect((await add(names[i]!)).code).toBe(0)
    }
    expect(await ledgerOf(join(cwd, 'store'))).toMatchObject({ transactions: 10_002 })
  })
})

function inLedger(store: string, sql: string): void {
  const database = new DatabaseSync(join(store, 'ledger.sqlite'))
  database.exec(sql)
  database.close()
}

/** Every byte behind the first page: what a failing disk leaves. */
function flipBits(store: string): void {
  const path = join(store, 'ledger.sqlite')
  const bytes = readFileSync(path)
  for (let i = 4096; i < bytes.length; i++) bytes[i]! ^= 0x5a
  writeFileSync(path, bytes)
}

describe('what is cut short', () => {
  const ROWS = 30_000

  test('an import killed with -9, at several instants, is absent or whole, and goes on', async () => {
    const cwd = room()
    writeFileSync(join(cwd, 'a.csv'), bigCsv(ROWS))
    const args = ['import', 'a.csv', '--store', 'store']
    for (const killAfterMilliseconds of [350, 500, 700]) {
      await lootline(args, { cwd, killAfterMilliseconds })
      const { transactions } = (await ledgerOf(join(cwd, 'store'))) as { transactions: number }
      expect([2, ROWS + 2]).toContain(transactions)
    }
    expect((await lootline(args, { cwd })).code).toBe(0)
    expect(await ledgerOf(join(cwd, 'store'))).toMatchObject({
      transactions: ROWS + 2,
      movements: ROWS + 2,
      sources: [
        ['good.csv', 2],
        ['a.csv', ROWS],
      ],
    })
  })

  test('a report killed with -9 leaves the older one whole', async () => {
    const cwd = room()
    const out = join(cwd, 'r.html')
    expect((await lootline(['report', '../flow.json', '--out', 'r.html'], { cwd })).code).toBe(0)
    const whole = readFileSync(out, 'utf8')
    for (const killAfterMilliseconds of [200, 260, 320, 400]) {
      writeFileSync(out, 'old')
      await lootline(['report', '../flow.json', '--out', 'r.html'], { cwd, killAfterMilliseconds })
      expect(['old', whole]).toContain(readFileSync(out, 'utf8'))
    }
  })

  test('a reader that closes the pipe is no failure', () => {
    const line = `"${process.execPath}" "${SHIM}" trace --from ${THIEF} --store base --json | head -c 10`
    const { stderr, stdout } = spawnSync('sh', ['-c', line], { cwd: folder, encoding: 'utf8' })
    expect({ stderr, stdout }).toEqual({ stderr: '', stdout: '{\n"format"' })
  })

  test('an import on a full disk leaves the store as it was, and goes on once there is room', async ({
    skip,
  }) => {
    const mount = mkdtempSync(join(folder, 'disk-'))
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount], {
      encoding: 'utf8',
    })
    if (status !== 0) skip(`no small disk can be mounted here: ${stderr}`)
    try {
      cpSync(join(folder, 'base'), join(mount, 'store'), { recursive: true })
      const cwd = room()
      const store = join(mount, 'store')
      writeFileSync(join(cwd, 'a.csv'), bigCsv(ROWS))
      expectFailure(await lootline(['import', 'a.csv', '--store', store], { cwd }), 4, 'STORE_FULL')
      const rest = join(mount, 'rest')
      expect(() => writeFileSync(rest, Buffer.alloc(2 << 20))).toThrow('ENOSPC')
      const report = join(mount, 'r.html')
      expectFailure(await lootline(['report', '../flow.json', '--out', report], { cwd }), 4, 'STORE_FULL')
      rmSync(rest)
      expect(readdirSync(mount)).toEqual(['store'])
      execFileSync('mount', ['-o', 'remount,size=64m', mount])
      expect(await ledgerOf(store)).toEqual(baseLedger)
      expect((await lootline(['import', 'a.csv', '--store', store], { cwd })).code).toBe(0)
      expect(await ledgerOf(store)).toMatchObject({ transactions: ROWS + 2 })
    } finally {
      execFileSync('umount', [mount])
    }
  })
})
