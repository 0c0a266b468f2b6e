import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { filesUnder, readUpTo, UnreadablePathError } from './filesUnder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lootline-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('filesUnder', () => {
  test('every file, in order; what is no data, and links, are passed over', () => {
    mkdirSync(join(folder, 'b'))
    for (const name of ['b/z.csv', 'a.yaml', 'LICENSE', 'b/README.md', '.hidden']) {
      writeFileSync(join(folder, name), '')
    }
    symlinkSync(folder, join(folder, 'loop'))
    expect(filesUnder(folder).map(({ path, skip }) => [relative(folder, path), skip])).toEqual([
      ['.hidden', true],
      ['LICENSE', true],
      ['a.yaml', false],
      ['b/README.md', true],
      ['b/z.csv', false],
      ['loop', true],
    ])
    expect(filesUnder(join(folder, 'LICENSE'))).toEqual([{ path: join(folder, 'LICENSE'), skip: false }])
  })

  test('folders too deep are passed over, and paths that do not exist refused', () => {
    const deep = join(folder, ...Array.from({ length: 20 }, () => 'd'))
    mkdirSync(deep, { recursive: true })
    writeFileSync(join(deep, 'x.csv'), '')
    expect(filesUnder(folder)).toMatchObject([{ skip: true }])
    expect(() => filesUnder(join(folder, 'none'))).toThrow(UnreadablePathError)
    expect(() => filesUnder('/dev/zero')).toThrow('neither a regular file nor a folder')
  })
})

describe('readUpTo', () => {
  test('one byte more than allowed at most', () => {
    const path = join(folder, 'x')
    writeFileSync(path, 'abcdef')
    expect(String(readUpTo(path, 3))).toBe('abcd')
    expect(String(readUpTo(path, 10))).toBe('abcdef')
    expect(() => readUpTo(folder, 10)).toThrow(UnreadablePathError)
  })
})
