import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { hashFile } from './hashFile.ts'
import { openRejects, rejectsPath } from './rejects.ts'
import { tempFiles } from './table.test-suite.ts'

const write = tempFiles()
const reject = {
  line: 3,
  column: 'b',
  value: '=1',
  reason: 'negative',
  record: ['x', '=1+1', '"q",', 'too many'],
}

describe('openRejects', () => {
  test('puts the file in its place when it is complete, safe for a spreadsheet', () => {
    const path = rejectsPath(write('in.csv', ''))
    expect(path).toMatch(/in\.csv\.rejects\.csv$/)
    const file = openRejects(path, ['a', 'b', 'c'])
    file.add(reject)
    expect(existsSync(path)).toBe(false)
    expect(file.close()).toBe(1)
    expect(readFileSync(path, 'utf8')).toBe(
      `a,b,c,rejected_line,rejected_column,rejected_reason\nx,'=1+1,"""q"",",3,b,negative\n`,
    )
    expect(readdirSync(dirname(path)).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  test('writes nothing where nothing was refused, and leaves nothing behind when given up', () => {
    const path = rejectsPath(write('none.csv', ''))
    expect(openRejects(path, ['a']).close()).toBe(0)
    const given = openRejects(path, ['a'])
    given.add(reject)
    given.abort()
    expect(readdirSync(dirname(path)).filter((name) => name.startsWith('none.rejects'))).toEqual([])
  })
})

test('openRejects says where it cannot write', () => {
  const file = openRejects('/nowhere/in.rejects.csv', ['a'])
  expect(() => file.add(reject)).toThrow('in.rejects.csv: it cannot be written (ENOENT)')
})

test('hashFile is SHA-256 (FIPS 180-4, example "abc")', async () => {
  expect(await hashFile(write('abc', 'abc'))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})
