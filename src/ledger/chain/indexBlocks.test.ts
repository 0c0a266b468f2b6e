import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { books, request } from '../../trace/fixtures.ref.ts'
import { flowToJson, traceFlow } from '../../trace/index.ts'
import { BITCOIN_REGTEST, LITECOIN } from '../../units/caip.ts'
import type { Ledger } from '../ledger.ts'
import { openChainLedger } from './chainLedger.ts'
import { indexBlocks } from './indexBlocks.ts'
import {
  answers,
  clean,
  filesOf,
  index,
  made,
  memoryOf,
  sourceOf,
  temporary,
  transactionsIn,
} from './made.test-suite.ts'

afterEach(clean)

/** An index in a process of its own that kills itself `milliseconds` after it comes to `moment`. Returns whether it had ended before. */
async function killedAt(
  store: string,
  blocks: string,
  moment: string,
  milliseconds: number,
): Promise<boolean> {
  const script = `
    const { openBlockSource, indexBlocks } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
    const { blockNetwork } = await import(${JSON.stringify(new URL('../../chain/bitcoin/blockNetwork.ts', import.meta.url).href)})
    const source = openBlockSource(${JSON.stringify(blocks)}, blockNetwork('bitcoin', 'regtest'))
    const kill = () => process.kill(process.pid, 'SIGKILL')
    await indexBlocks(${JSON.stringify(store)}, source, {
      chain: ${JSON.stringify(BITCOIN_REGTEST)}, memory: ${2 ** 18}, threads: 2,
      onProgress: (pass, height) => {
        if (!(pass + ' ' + height).startsWith(${JSON.stringify(moment)})) return
        if (${milliseconds} === 0) kill()
        else setTimeout(kill, ${milliseconds})
      },
    })
    process.exit(0)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code, signal] = await once(child, 'exit')
  expect(signal ?? code, 'it is killed or ends well').toBe(code === 0 ? 0 : 'SIGKILL')
  return code === 0
}

function open(store: string): Ledger {
  return openChainLedger(store)
}

describe('indexBlocks', () => {
  test.each([
    ['many small segments and parts', 2 ** 15],
    ['one segment a batch', 2 ** 26],
  ])('%s: every answer is the memory ledger’s', async (_name, memory) => {
    const blocks = made(120)
    const transactions = transactionsIn(blocks)
    const store = temporary()
    await index(store, blocks, memory)
    const ledger = open(store)
    expect(answers(ledger, transactions)).toBe(answers(memoryOf(transactions), transactions))
    ledger.close()
  })

  test('two threads make the files of one, byte by byte', async () => {
    const blocks = made(160)
    const [one, two] = [temporary(), temporary()]
    await index(one, blocks, 2 ** 16)
    // Memory is divided among the threads.
    await index(two, blocks, 2 ** 17, 2)
    const files = filesOf(one)
    expect(Object.keys(files).filter((name) => name.endsWith('blockHash')).length).toBeGreaterThan(5)
    expect(filesOf(two)).toEqual(files)
  })

  test('what grew in steps answers as what was indexed at once; nothing new changes nothing', async () => {
    const store = temporary()
    for (const blocks of [105, 106, 112, 140]) await index(store, made(blocks))
    const blocks = made(150)
    expect(await index(store, blocks)).toMatchObject({ blocks: 150, added: 10, removed: 0 })
    const before = filesOf(store)
    expect(await index(store, blocks)).toMatchObject({ blocks: 150, added: 0, removed: 0 })
    expect(filesOf(store)).toEqual(before)
    expect(await index(store, made(145)), 'files that lag behind').toMatchObject({ blocks: 150, removed: 0 })
    expect(filesOf(store)).toEqual(before)
    const transactions = transactionsIn(blocks)
    const ledger = open(store)
    expect(answers(ledger, transactions)).toBe(answers(memoryOf(transactions), transactions))
    ledger.close()
  })

  test('a reorganisation rolls back to the fork and forward, shallow, deep, and back again', async () => {
    const store = temporary()
    await index(store, made(120))
    for (const [length, height] of [
      [121, 119],
      [125, 104],
      [130, 0],
    ] as const) {
      const blocks = made(length, height === 0 ? undefined : { height, branch: height })
      const result = await index(store, blocks)
      expect(result.blocks, `${length}`).toBe(length)
      expect(result.removed, `${length}`).toBeGreaterThan(0)
      const transactions = transactionsIn(blocks)
      const ledger = open(store)
      expect(answers(ledger, transactions)).toBe(answers(memoryOf(transactions), transactions))
      ledger.close()
    }
  })

  test('kills at any moment lose and double nothing, and leave the files of a run that was not killed', async () => {
    const store = temporary()
    const whole = temporary()
    const first = made(110)
    const second = made(135)
    await index(store, first)
    await index(whole, first)
    const before = filesOf(store)
    let kills = 0
    let committed = false
    for (const [moment, milliseconds] of [
      ['decode 112', 0],
      ['decode 130', 0],
      ['ids', 0],
      ['addresses', 0],
      ['spends', 0],
      ['postings', 0],
      ['postings', 4],
      ['postings', 8],
    ] as const) {
      if (!(await killedAt(store, second, moment, milliseconds))) kills++
      // Opens, and is the store of before, file by file, or the new one.
      open(store).close()
      const now = filesOf(store)
      for (const [file, sha256] of Object.entries(before))
        if (file !== 'chain.json') expect(now[file], `${file} after ${moment}`).toBe(sha256)
      if (now['chain.json'] !== before['chain.json']) committed = true
      else expect(committed, moment).toBe(false)
    }
    expect(kills).toBeGreaterThan(4)
    await index(store, second)
    await index(whole, second)
    expect(filesOf(store)).toEqual(filesOf(whole))
  })

  test('traces through it are those through the memory ledger', async () => {
    const blocks = made(140)
    const transactions = transactionsIn(blocks)
    const store = temporary()
    await index(store, blocks)
    const ledger = open(store)
    const coinbases = transactions.filter(({ height }) => height! < 20)
    const seeds = coinbases.map(({ txid }, i) => ({
      theft: `theft ${i}`,
      of: { kind: 'lot' as const, txid },
    }))
    for (const rule of ['fifo', 'haircut', 'poison'] as const) {
      const trace = (of: Ledger): string =>
        [...flowToJson(traceFlow(books({ ...of, sources: () => [] }), request({ seeds, rule })))].join('')
      const flow = trace(ledger)
      expect(flow.length).toBeGreaterThan(10_000)
      expect(flow).toBe(trace(memoryOf(transactions)))
    }
    ledger.close()
  })

  test('a store is of one chain', async () => {
    const store = temporary()
    const blocks = made(3)
    await index(store, blocks)
    const source = sourceOf(blocks)
    await expect(indexBlocks(store, source, { chain: LITECOIN, memory: 2 ** 20 })).rejects.toMatchObject({
      data: { code: 'LEDGER_CHAIN_MISMATCH' },
    })
    source.close()
    expect(() => open(store).append([])).toThrow('nothing can be imported')
    expect(() => open(store).forget(Uint32Array.of(0))).toThrow('nothing can be forgotten')
  })
})
