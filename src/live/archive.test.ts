import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { answerOf, type Door, type Keep, type Question } from '../net/index.ts'
import { createStore } from '../store/index.ts'
import { createArchive } from './archive.ts'
import { archived } from './archived.ts'
import { openLiveFile } from './liveFile.ts'

const folder = mkdtempSync(join(tmpdir(), 'lootline-archive-'))
createStore(join(folder, 's'))
const file = openLiveFile(join(folder, 's'))
const archive = createArchive(file.database, file.path)
afterEach(() => void archive.prune(Number.MAX_SAFE_INTEGER))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))

interface World {
  readonly door: Door
  /** Questions that came through to the source. */
  readonly asked: string[]
  body: Uint8Array
}

function world(options: Partial<Parameters<typeof archived>[2]> = {}, chain = 'bip122:a'): World {
  const asked: string[] = []
  const own: World = {
    asked,
    body: Buffer.from('{"a":1}'),
    door: archived(
      {
        shown: 'http://127.0.0.1:1',
        async ask(question) {
          await Promise.resolve()
          asked.push(question.name)
          return question.read(answerOf(200, own.body))
        },
      },
      archive,
      { chain, refresh: false, offline: false, now: () => 1000, ...options },
    ),
  }
  return own
}

function question(name: string, keep: Keep, path = '/x'): Question<string> {
  return { name, path, read: (answer) => answer.text(), keep: () => keep }
}

describe('an archived door', () => {
  test.each([
    ['never', 'never', 2],
    ['refresh', 'refresh', 1],
    ['as long as a block', { height: 5, hash: 'ab' }, 1],
  ] as const)('asks what is kept "%s" so often: %s', async (_name, keep, times) => {
    const { door, asked } = world()
    expect(await door.ask(question('q', keep))).toBe('{"a":1}')
    expect(await door.ask(question('q', keep))).toBe('{"a":1}')
    expect(asked.length).toBe(times)
  })

  test('asks anew once what is kept until refresh, however young it is', async () => {
    await world().door.ask(question('q', 'refresh'))
    await world().door.ask(question('b', { height: 5, hash: 'ab' }))
    const { door, asked } = world({ refresh: true })
    for (const [name, keep] of [
      ['q', 'refresh'],
      ['q', 'refresh'],
      ['b', { height: 5, hash: 'ab' }],
    ] as const)
      await door.ask(question(name, keep))
    expect(asked).toEqual(['q'])
  })

  test('tells questions apart by name, method, path and body, and sources by their chain', async () => {
    const { door, asked } = world()
    const plain = question('q', 'refresh')
    for (const one of [
      plain,
      { ...plain, path: '/y' },
      { ...plain, body: '{}' },
      { ...plain, method: 'POST' as const },
    ])
      await door.ask(one)
    expect(asked.length).toBe(4)
    const other = world({}, 'bip122:b')
    await other.door.ask(plain)
    expect(other.asked.length).toBe(1)
  })

  test('gives one answer to the same question asked twice at once', async () => {
    const { door, asked } = world()
    const both = [door.ask(question('q', 'never')), door.ask(question('q', 'never'))]
    expect(await Promise.all(both)).toEqual(['{"a":1}', '{"a":1}'])
    expect(asked.length).toBe(1)
  })

  test('reads an answer that two wait for as each of them does', async () => {
    const { door, asked } = world()
    const { read: _, ...rest } = question('q', 'refresh')
    const keep = (): Keep => 'refresh'
    const length: Question<number> = { ...rest, keep, read: (answer) => answer.text().length }
    expect(await Promise.all([door.ask(question('q', 'refresh')), door.ask(length)])).toEqual(['{"a":1}', 7])
    expect(asked).toEqual(['q'])
  })

  test('stores nothing that is not accepted, and drops what is accepted no more', async () => {
    const own = world()
    const strict: Question<string> = {
      ...question('q', 'refresh'),
      read: (answer) => {
        if (answer.text() !== 'good') throw new RangeError('bad')
        return answer.text()
      },
    }
    await expect(own.door.ask(strict)).rejects.toThrow('bad')
    expect(archive.size().answers).toBe(0)
    await own.door.ask(question('q', 'refresh'))
    own.body = Buffer.from('good')
    expect(await own.door.ask(strict)).toBe('good')
    expect(own.asked.length).toBe(3)
  })

  test('asks nothing offline', async () => {
    await world().door.ask(question('q', 'refresh'))
    const { door, asked } = world({ offline: true })
    expect(await door.ask(question('q', 'refresh'))).toBe('{"a":1}')
    await expect(door.ask(question('r', 'refresh'))).rejects.toMatchObject({ data: { code: 'NET_OFFLINE' } })
    expect(asked).toEqual([])
  })

  test('forgets what rests on blocks that were turned back, and whole blocks that a sweep is past', async () => {
    const { door, asked } = world()
    const kept = (height: number, passing: boolean): Question<string> =>
      question(`${height} ${passing}`, { height, hash: 'ab', ...(passing ? { passing: true } : {}) })
    const all = [kept(4, true), kept(5, true), kept(4, false), kept(5, false), kept(6, false)]
    for (const one of all) await door.ask(one)
    archive.dropPassing('bip122:a', 5)
    archive.dropFrom('bip122:a', 6, 0)
    archive.dropFrom('bip122:b', 0, 0)
    asked.length = 0
    for (const one of all) await door.ask(one)
    expect(asked).toEqual(['4 true', '6 false'])
  })

  test('forgets what may tell of blocks that were turned back: kept until refresh, and fetched since', async () => {
    const at = (seconds: number): World => world({ now: () => seconds })
    const [before, after] = [at(1000), at(1001)]
    await before.door.ask(question('old', 'refresh'))
    await after.door.ask(question('young', 'refresh'))
    archive.dropFrom('bip122:a', 6, 1001)
    for (const name of ['old', 'young']) await after.door.ask(question(name, 'refresh'))
    expect(after.asked).toEqual(['young', 'young'])
  })

  test('says as of when the oldest is that it remembered, and forgets what was true as of blocks turned back', async () => {
    const { door, asked } = world()
    const tip = (height: number) => ({ height, hash: `${height}`, time: height })
    const ask = (...names: readonly string[]) =>
      archive.dated(() => Promise.all(names.map((name) => door.ask(question(name, 'refresh')))))
    for (const height of [7, 5, 6]) {
      archive.setTip('bip122:a', tip(height))
      expect((await ask(`${height}`)).asOf).toBe(null)
    }
    const [first, both] = await Promise.all([ask('6', '7', 'new'), ask('6', '5')])
    expect([first.asOf, both.asOf]).toEqual([tip(6), tip(5)])
    archive.dropFrom('bip122:a', 6, Number.MAX_SAFE_INTEGER)
    asked.length = 0
    await ask('5', '6', '7')
    expect(asked).toEqual(['6', '7'])
  })

  test('looks at nothing remembered while it is to ask anew', async () => {
    const { door, asked } = world()
    await door.ask(question('q', { height: 5, hash: 'ab' }))
    await archive.anew(() => door.ask(question('q', { height: 5, hash: 'ab' })))
    expect(asked.length).toBe(2)
  })

  test('waits for what is under way, and counts what is kept and was not there', async () => {
    const before = await archive.kept()
    const { door } = world()
    const since = async (): Promise<number> => (await archive.kept()) - before
    const given = [question('q', 'refresh'), question('never', 'never')].map((each) => door.ask(each))
    expect(await since()).toBe(1)
    await Promise.all(given)
    void archive.anew(() => door.ask(question('q', 'refresh')))
    expect(await since()).toBe(1)
  })

  test('gives back the bytes that came', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), fc.nat(), async (bytes, salt) => {
        const own = world()
        own.body = bytes
        const one: Question<Buffer> = {
          ...{ name: `b${salt}`, path: Buffer.from(bytes).toString('hex').slice(0, 40) },
          read: (answer) => Buffer.from(answer.bytes),
          keep: () => 'refresh',
        }
        expect(await own.door.ask(one)).toEqual(Buffer.from(bytes))
        expect(await world({ offline: true }).door.ask(one)).toEqual(Buffer.from(bytes))
        archive.prune(Number.MAX_SAFE_INTEGER)
      }),
      { numRuns: 50 },
    )
  })

  test('says what it holds, and lets old answers go', async () => {
    const { door } = world()
    await door.ask(question('q', 'refresh'))
    expect(archive.size()).toEqual({ answers: 1, bytes: 7 })
    expect(archive.prune(1000)).toBe(0)
    expect(archive.prune(1001)).toBe(1)
    expect(archive.size()).toEqual({ answers: 0, bytes: 0 })
  })
})
