import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { blockNetwork } from '../../chain/bitcoin/blockNetwork.ts'
import { LootlineError } from '../../errors.ts'
import { BITCOIN_REGTEST } from '../../units/caip.ts'
import { type MadeNames, type MadeTransaction, transactionsOf } from '../madeBlocks.test-suite.ts'
import { openBlockSource } from './blockSource.ts'
import { openChainLedger } from './chainLedger.ts'
import { indexBlocks } from './indexBlocks.ts'
import { answers, clean, memoryOf, temporary } from './made.test-suite.ts'
import { verifyStore } from './verifyStore.ts'
import { writeMade } from './writeMade.test-suite.ts'

const GOLDEN = join(import.meta.dirname, 'golden', 'chain-store.json')

/** Kinds with and without address, a spend within a block, one from outside, a payee of several blocks. */
const BLOCKS: readonly (readonly MadeTransaction[])[] = [
  [{ name: 'm0', inputs: [], outputs: [['ann', 5_000_000_000]] }],
  [
    { name: 'm1', inputs: [], outputs: [['bob', 5_000_000_100]] },
    {
      name: 'pay',
      inputs: [['m0', 0]],
      outputs: [
        ['bob', 2_000_000_000],
        [null, 0],
        ['ann', 2_999_999_900],
      ],
    },
    { name: 'on', inputs: [['pay', 0]], outputs: [['cy', 2_000_000_000]] },
  ],
  [
    { name: 'm2', inputs: [], outputs: [[null, 5_000_000_000]] },
    {
      name: 'mix',
      inputs: [
        ['on', 0],
        ['elsewhere', 3],
        ['m1', 0],
      ],
      outputs: [['ann', 7_000_000_100]],
    },
  ],
]

const FIRST = 8

async function indexed(): Promise<{ store: string; names: MadeNames }> {
  const [files, store] = [temporary(), temporary()]
  const names = writeMade(files, BLOCKS, FIRST)
  const source = openBlockSource(files, blockNetwork('bitcoin', 'regtest'), { firstHeight: FIRST })
  await indexBlocks(store, source, { chain: BITCOIN_REGTEST, memory: 2 ** 20, threads: 1 })
  source.close()
  return { store, names }
}

function filesIn(store: string): string[] {
  return readdirSync(store, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.includes('.lock') && statSync(join(store, name)).isFile())
    .sort()
}

afterAll(clean)

describe('the golden chain store', () => {
  test('the same blocks make the same bytes', async () => {
    const { store } = await indexed()
    const bytes = filesIn(store).map((name) => [name, readFileSync(join(store, name)).toString('base64')])
    await expect(`${JSON.stringify(Object.fromEntries(bytes), null, 1)}\n`).toMatchFileSnapshot(GOLDEN)
  })

  test('and those bytes are still read as these blocks', () => {
    const store = temporary()
    const bytes = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, string>
    for (const [name, base64] of Object.entries(bytes)) {
      mkdirSync(dirname(join(store, name)), { recursive: true })
      writeFileSync(join(store, name), base64, 'base64')
    }
    const transactions = transactionsOf(BLOCKS, writeMade(temporary(), BLOCKS, FIRST), FIRST)
    const ledger = openChainLedger(store)
    expect(answers(ledger, transactions)).toBe(answers(memoryOf(transactions), transactions))
    ledger.close()
    expect(verifyStore(store)).toMatchObject({
      damage: [],
      fees: { transactions: 6, unknown: 1, fees: 100n },
    })
  })
})

describe('a damaged chain store', () => {
  let whole: string
  let names: MadeNames
  let files: string[]
  let expected: string
  beforeAll(async () => {
    const made = await indexed()
    whole = join(temporary(), 'whole')
    cpSync(made.store, whole, { recursive: true })
    names = made.names
    files = filesIn(whole)
    expected = everything(whole)
  })

  /** Every answer of a store; the error where it refuses. */
  function everything(store: string): string {
    let ledger: ReturnType<typeof openChainLedger> | undefined
    try {
      ledger = openChainLedger(store)
      const transactions = transactionsOf(BLOCKS, names, FIRST)
      return answers(ledger, transactions)
    } catch (error) {
      if (!(error instanceof LootlineError)) throw error
      expect(error.message.length).toBeLessThan(500)
      return `refused: ${error.message}`
    } finally {
      ledger?.close()
    }
  }
  function damaged(): string {
    const store = temporary()
    cpSync(whole, store, { recursive: true })
    return store
  }
  /** What verifying says of the damage: the files that it names. */
  function blamed(store: string): string[] {
    try {
      return verifyStore(store).damage.map(({ file }) => file)
    } catch (error) {
      if (!(error instanceof LootlineError)) throw error
      return [error.message]
    }
  }

  test('any byte changed: verifying names the file; reading answers or refuses, and does not crash', () => {
    const property = fc.property(
      fc.nat(),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (which, where, bits) => {
        const store = damaged()
        const name = files[which % files.length]!
        const bytes = readFileSync(join(store, name))
        const at = where % bytes.length
        bytes[at]! ^= bits
        writeFileSync(join(store, name), bytes)
        const said = everything(store)
        if (name.endsWith('.json')) return
        expect(blamed(store).join(), name).toContain(name)
        // The header's bytes are all checked when the store is opened.
        if (at < 64) expect(said, `${name}, byte ${at}`).toContain(name)
        rmSync(store, { recursive: true })
      },
    )
    fc.assert(property, { seed: 20261124, numRuns: 150 })
  })

  test('any file cut, longer or missing is refused by name at once', () => {
    for (const name of files.filter((file) => !file.endsWith('.json'))) {
      for (const change of ['cut', 'longer', 'missing']) {
        const store = damaged()
        const path = join(store, name)
        if (change === 'missing') rmSync(path)
        else if (change === 'longer') writeFileSync(path, 'more', { flag: 'a' })
        else truncateSync(path, statSync(path).size - 1)
        expect(everything(store), `${name} ${change}`).toContain(name)
        rmSync(store, { recursive: true })
      }
    }
  })

  test('a chain.json of a newer version, of other counts, or of something else is refused by name', () => {
    const store = damaged()
    const path = join(store, 'chain.json')
    const text = readFileSync(path, 'utf8')
    const changes = [
      text.replace('"version": 1', '"version": 2'),
      text.replace('"outputs": 8', '"outputs": 9'),
      text.replace('"transactions": 6', '"transactions": 7'),
      text.replace('s1-8', 's1-1'),
      '{}',
      '[',
      '',
    ]
    for (const changed of changes) {
      expect(changed).not.toBe(text)
      writeFileSync(path, changed)
      expect(everything(store), changed.slice(0, 60)).toMatch(/^refused: .*(chain\.json|s1-1)/)
    }
    writeFileSync(path, text)
    expect(everything(store)).toBe(expected)
  })
})
