import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StoreLockedError, takeWriteLock, withWriteLock } from './lock.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lootline-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function busy(fn: () => unknown): StoreLockedError {
  try {
    fn()
  } catch (error) {
    expect(error).toBeInstanceOf(StoreLockedError)
    return error as StoreLockedError
  }
  throw new Error('was not busy')
}

test('the second comer is told who holds the lock, for what, since when; then it is free again', () => {
  const started = Math.floor(Date.now() / 1000)
  const result = withWriteLock(folder, 'import of a.csv', () => {
    const { data } = busy(() => takeWriteLock(folder, 'import of b.csv'))
    expect(data).toMatchObject({ code: 'STORE_BUSY', what: 'import of a.csv' })
    expect(data.who).toContain(`process ${process.pid} on `)
    expect(data.since).toBeGreaterThanOrEqual(started)
    return 7
  })
  expect(result).toBe(7)
  expect(withWriteLock(folder, 'again', () => 8)).toBe(8)
})

test('a failing callback frees the lock; a promise holds it until it is settled', async () => {
  expect(() =>
    withWriteLock(folder, 'a', () => {
      throw new Error('ours')
    }),
  ).toThrow('ours')
  const { promise, resolve } = Promise.withResolvers<number>()
  const held = withWriteLock(folder, 'b', () => promise)
  busy(() => takeWriteLock(folder, 'c'))
  resolve(9)
  expect(await held).toBe(9)
  takeWriteLock(folder, 'd').release()
})

test('a killed holder leaves no lock behind', async () => {
  const script = `
    const { takeWriteLock } = await import(${JSON.stringify(new URL('./lock.ts', import.meta.url).href)})
    takeWriteLock(${JSON.stringify(folder)}, 'a child')
    process.stdout.write('held')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  expect(busy(() => takeWriteLock(folder, 'mine')).data).toMatchObject({ what: 'a child' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  takeWriteLock(folder, 'mine').release()
})
