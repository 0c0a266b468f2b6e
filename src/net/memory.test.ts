import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { type FaultyOptions, type Reply, startFaultyServer } from './faultyServer.test-suite.ts'

const MIB = 2 ** 20

/** Asks `/` in a process of its own; the code of its error, and by how many MiB the process grew. */
async function asked(
  reply: Reply,
  maxMiB: number,
  options: FaultyOptions = {},
): Promise<{ code: string; grownMiB: number }> {
  await using server = await startFaultyServer(() => reply, options)
  const script = `
    const { createDoor } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
    const door = createDoor({ url: ${JSON.stringify(server.url)}, limits: { retries: 0, maxBytes: ${maxMiB * MIB} } })
    const before = process.memoryUsage.rss()
    const read = (answer) => answer.json()
    const code = await door.ask({ name: 'x', path: '/', read, keep: () => 'never' }).then(() => 'none', (e) => e.code)
    console.log(JSON.stringify({ code, grownMiB: process.resourceUsage().maxRSS / 1024 - before / 2 ** 20 }))`
  const child = spawn(process.execPath, ['--max-old-space-size=200', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (text) => {
    said += text
  })
  await once(child, 'close')
  return JSON.parse(said)
}

describe('memory', () => {
  test.each(['endless', 'bomb', 'crumbs'] as const)(
    'a body that is %s costs what may be read of it',
    async (fault) => {
      // A crumb costs the parser as much time as a large piece.
      const maxMiB = fault === 'crumbs' ? 1 : 16
      const { code, grownMiB } = await asked({ body: '' }, maxMiB, { fault: () => fault })
      expect(code).toBe('NET_TOO_LARGE')
      expect(grownMiB).toBeLessThan(120)
    },
  )

  test.each([
    ['that is deep', '['.repeat(60 * MIB)],
    ['of many values', `[${'{},'.repeat(20 * MIB)}{}]`],
    ['of one string', `["${'x'.repeat(60 * MIB)}`],
    ['of escapes', `["${'\\\\"'.repeat(20 * MIB)}`],
  ])('60 MiB of JSON %s are refused', async (_what, body) => {
    const { code, grownMiB } = await asked({ body }, 64)
    expect(code).toBe('NET_BAD_ANSWER')
    // The bytes, while their buffer grows, and the text.
    expect(grownMiB).toBeLessThan(64 * 4 + 60)
  })
})
