import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeFolder } from './makeFolder.ts'

const folder = mkdtempSync(join(tmpdir(), 'lootline-folder-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('makes what is missing and leaves what is there', () => {
  const deep = join(folder, 'a', 'b', 'c')
  makeFolder(deep)
  makeFolder(deep)
  expect(statSync(deep).isDirectory()).toBe(true)
})

test('does not take a file for a folder', () => {
  writeFileSync(join(folder, 'file'), '')
  expect(() => makeFolder(join(folder, 'file'))).toThrow('EEXIST')
  expect(() => makeFolder(join(folder, 'file', 'x'))).toThrow('ENOTDIR')
})

test.skipIf(!existsSync('/proc/self'))('ends where a file system makes no folders', () => {
  expect(() => makeFolder('/proc/lootline/x')).toThrow('ENOENT')
})
