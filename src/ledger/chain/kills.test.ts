import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { openChainLedger } from './chainLedger.ts'
import { clean, filesOf, index, made, temporary } from './made.test-suite.ts'

afterEach(clean)

/**
 * An index in a process of its own that kills itself before the `last`-th time it makes a file, renames, deletes or flushes.
 * Returns whether it ended before that, and what it printed: the passes it was in.
 */
async function killedAfter(
  store: string,
  blocks: string,
  last: number,
): Promise<{ ended: boolean; said: string }> {
  const script = `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    let left = ${last}
    for (const name of ['openSync', 'renameSync', 'rmSync', 'fsyncSync', 'ftruncateSync', 'mkdirSync']) {
      const real = fs[name]
      fs[name] = (...given) => {
        if (name !== 'openSync' || given[1] !== 'r') left--
        if (left < 0) process.kill(process.pid, 'SIGKILL')
        return real(...given)
      }
    }
    const { openBlockSource, indexBlocks } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
    const { blockNetwork } = await import(${JSON.stringify(new URL('../../chain/bitcoin/blockNetwork.ts', import.meta.url).href)})
    const source = openBlockSource(${JSON.stringify(blocks)}, blockNetwork('bitcoin', 'regtest'))
    syncBuiltinESMExports()
    await indexBlocks(${JSON.stringify(store)}, source, {
      chain: ${JSON.stringify(BITCOIN_REGTEST)}, memory: ${2 ** 17}, threads: 1,
      onProgress: (pass) => fs.writeSync(1, pass + ' '),
    })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (text) => {
    said += text
  })
  const [code, signal] = await once(child, 'close')
  expect(signal ?? code, 'it is killed or ends well').toBe(code === 0 ? 0 : 'SIGKILL')
  return { ended: code === 0, said }
}

/** Killed when its blocks are decoded, and some of what they were for is used up. */
async function killedInPasses(store: string, blocks: string): Promise<void> {
  for (let run = 0; !existsSync(join(store, 'work/ids.done')); run++) {
    expect(run).toBeLessThan(20)
    expect((await killedAfter(store, blocks, 120)).ended).toBe(false)
  }
}

describe('a run that is killed', () => {
  test.each([
    ['often', [111, 131, 97, 151]],
    ['seldom', [373, 297, 451]],
  ])(
    '%s, and again as it goes on, ends with the files of one that was not',
    async (_how, steps) => {
      const store = temporary()
      const whole = temporary()
      const [first, second] = [made(110), made(128)]
      await index(store, first)
      await index(whole, first)
      const before = filesOf(store)
      const killedIn = new Set<string>()
      let decodedAgain = 0
      for (let run = 0; ; run++) {
        expect(run, 'it gets on').toBeLessThan(40)
        const planned = existsSync(join(store, 'work/plan.json'))
        const { ended, said } = await killedAfter(store, second, steps[run % steps.length]!)
        if (planned && said.includes('decode')) decodedAgain++
        openChainLedger(store).close()
        if (ended) break
        killedIn.add(said.trim().split(' ').at(-1)!)
        const now = filesOf(store)
        if (now['chain.json'] !== before['chain.json']) continue
        for (const [file, sha256] of Object.entries(before))
          expect(now[file], `${file} after run ${run}`).toBe(sha256)
      }
      expect(decodedAgain, 'blocks decoded again although there was a plan').toBe(0)
      if (steps[0]! < 200) expect([...killedIn]).toEqual(expect.arrayContaining(['decode', 'ids', 'spends']))
      await index(whole, second)
      expect(filesOf(store)).toEqual(filesOf(whole))
      expect(readdirSync(store)).not.toContain('work')
    },
    120_000,
  )

  test('gives up its work where the chain has turned meanwhile', async () => {
    const store = temporary()
    await index(store, made(105))
    await killedInPasses(store, made(125))
    const turned = made(126, { height: 108, branch: 3 })
    expect(await index(store, turned)).toMatchObject({ blocks: 126, removed: 0 })
    const whole = temporary()
    await index(whole, made(105))
    await index(whole, turned)
    expect(filesOf(store)).toEqual(filesOf(whole))
  }, 60_000)

  test('ends what it began before it takes in what has come since', async () => {
    const store = temporary()
    await index(store, made(105))
    await killedInPasses(store, made(115))
    expect(await index(store, made(118))).toMatchObject({ blocks: 118, added: 13, removed: 0 })
  }, 60_000)
})
