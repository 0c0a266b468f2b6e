import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { Transaction, Transfer } from '../chain/transaction.ts'
import { BITCOIN, ETHEREUM } from '../units/caip.ts'
import { dump } from './dump.test-suite.ts'
import { begin, importRows, sha } from './ledger.test-suite.ts'
import type { Covers, ImportRow, Ledger } from './ledger.ts'
import { createMemoryLedger } from './memoryLedger.ts'
import { sqliteMaker } from './sqlite/sqliteMaker.test-suite.ts'

const NAMES = ['a', 'b', 'c', 'd']
const HOLDERS = [ETHEREUM, BITCOIN].flatMap((chain) => NAMES.map((name) => `${chain}:${name}`))
const ACCOUNT_TXIDS = ['0x0', '0x1', '0x2', '0x3', '0x4', '0x5']
const UTXO_TXIDS = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5']
const TXIDS = [...ACCOUNT_TXIDS, ...UTXO_TXIDS]

interface File {
  readonly rows: readonly ImportRow[]
  readonly covers: Covers
  readonly appended: boolean
}

const party = fc.option(fc.constantFrom(...NAMES.map((name) => `${ETHEREUM}:${name}`)), { freq: 5 })
const transfer: fc.Arbitrary<Transfer> = fc
  .record({
    from: party,
    to: party,
    asset: fc.constantFrom(`${ETHEREUM}/slip44:60`, `${ETHEREUM}/erc20:0x1`),
    amount: fc.constantFrom(0n, 1n, 2n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 256n - 1n),
    kind: fc.constantFrom('native', 'internal', 'token', 'fee'),
    position: fc.option(fc.nat(3), { nil: undefined }),
  })
  .map(({ position, ...rest }) =>
    position === undefined ? rest : { ...rest, position: 4 * hashOf(Object.values(rest).join()) + position },
  )

/** Different transfers of one transaction never have the same position. */
function hashOf(text: string): number {
  return Number.parseInt(createHash('sha256').update(text).digest('hex').slice(0, 7), 16)
}

/** What is said of a transaction is always the same, or nothing, so that no file contradicts another. */
function place(
  number: number,
  says: { height: boolean; index: boolean; time: boolean },
): Partial<Transaction> {
  return {
    ...(says.height ? { height: Math.floor(number / 3) } : {}),
    ...(says.index ? { index: number } : {}),
    ...(says.time || !says.height ? { time: 100 + Math.floor(number / 2) } : {}),
  }
}

const says = fc.record({ height: fc.boolean(), index: fc.boolean(), time: fc.boolean() })
const accountTransaction = fc
  .record({
    number: fc.nat(ACCOUNT_TXIDS.length - 1),
    transfers: fc.array(transfer, { maxLength: 3 }),
    says,
  })
  .map(
    ({ number, transfers, says }): Transaction => ({
      ...{ chain: ETHEREUM, txid: ACCOUNT_TXIDS[number]!, transfers, inputs: [], outputs: [] },
      ...place(number, says),
    }),
  )
/** Transaction k spends output 0 or 1 of k - 1 and output 2 of one outside: nothing is spent twice. */
const utxoTransaction = fc
  .record({ number: fc.nat(UTXO_TXIDS.length - 1), says, told: fc.boolean() })
  .map(({ number, says, told }): Transaction => {
    const holder = (n: number): string => `${BITCOIN}:${NAMES[(number + n) % NAMES.length]}`
    const before = { txid: number === 0 ? 'outside' : UTXO_TXIDS[number - 1]!, n: number % 2 }
    const prevHolder = `${BITCOIN}:${NAMES[(number - 1 + before.n) % NAMES.length]}`
    const known =
      told && number > 0 ? { amount: BigInt(10 * (number - 1) + before.n), holder: prevHolder } : {}
    return {
      ...{ chain: BITCOIN, txid: UTXO_TXIDS[number]!, transfers: [] },
      inputs: [
        { ...before, ...known },
        { txid: `outside${number}`, n: 2 },
      ],
      outputs: [0, 1].map((n) => ({ holder: holder(n), amount: BigInt(10 * number + n) })),
      ...place(number, says),
    }
  })
const transaction = fc.oneof({ weight: 3, arbitrary: accountTransaction }, utxoTransaction)
const covers: fc.Arbitrary<Covers> = fc.oneof(
  fc.constantFrom({ kind: 'all' } as const, { kind: 'none' } as const),
  fc.subarray(HOLDERS).map((holders) => ({ kind: 'holders', holders }) as const),
)
const file: fc.Arbitrary<File> = fc
  .record({
    listed: fc.array(fc.record({ listing: fc.constantFrom('', 'x', 'y'), transaction }), { maxLength: 8 }),
    newestFirst: fc.boolean(),
    covers,
    appended: fc.boolean(),
  })
  .map(({ listed, newestFirst, covers, appended }) => {
    const time = ({ transaction }: { transaction: Transaction }): number => transaction.time ?? 0
    if (newestFirst) listed.sort((a, b) => time(b) - time(a))
    return { rows: listed.map((row, i) => ({ ...row, row: i + 1 })), covers, appended }
  })

/** Hashes with different first digits: equal ones would tie. */
function shaOf(number: number): string {
  return sha(['7', '2', 'c', '5', 'a'][number]!)
}

/** Every UTXO transaction spends the one before. */
function withSpenders(txids: readonly string[]): string[] {
  const first = UTXO_TXIDS.findIndex((txid) => txids.includes(txid))
  return [
    ...txids.filter((txid) => !UTXO_TXIDS.includes(txid)),
    ...(first < 0 ? [] : UTXO_TXIDS.slice(first)),
  ]
}

function importFiles(ledger: Ledger, files: readonly (readonly [number, File])[]): unknown[] {
  return files.map(([number, { rows, covers, appended }]) => {
    if (appended)
      return ledger.append(
        rows.map((row) => row.transaction),
        { covers },
      )
    const { source, ...result } = importRows(ledger, shaOf(number), rows, covers)
    return { ...result, source: { ...source, importedTime: 0 } }
  })
}

describe('ledgers', () => {
  const maker = sqliteMaker()
  afterEach(() => maker.clean())

  test('memory and SQLite give the same answers to everything, and a second import changes nothing', () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 4 }), (files) => {
        const memory = createMemoryLedger()
        const sqlite = maker.open()
        const numbered = [...files.entries()]
        expect(importFiles(sqlite, numbered)).toEqual(importFiles(memory, numbered))
        const answers = dump(sqlite, TXIDS, HOLDERS)
        expect(answers).toEqual(dump(memory, TXIDS, HOLDERS))
        for (const { rows, appended } of files) {
          if (appended) {
            expect(sqlite.append(rows.map((row) => row.transaction)).added).toBe(0)
          }
        }
        expect(dump(sqlite, TXIDS, HOLDERS)).toEqual(answers)
        maker.clean()
      }),
      { seed: 20260501, numRuns: 40 },
    )
  })

  test('memory and SQLite name the same false prevouts, and keep nothing of them', () => {
    const lie = fc
      .record({ transaction: utxoTransaction, amount: fc.bigInt(0n, 12n), name: fc.constantFrom(...NAMES) })
      .map(({ transaction, amount, name }): Transaction => {
        const [first, ...others] = transaction.inputs
        const inputs = [{ ...first!, amount, holder: `${BITCOIN}:${name}` }, ...others]
        return { ...transaction, inputs }
      })
    const batches = fc.array(fc.array(fc.oneof(utxoTransaction, lie), { maxLength: 4 }), { maxLength: 4 })
    fc.assert(
      fc.property(batches, (batches) => {
        const [memory, sqlite] = [createMemoryLedger(), maker.open()]
        for (const batch of batches) {
          const [plain, told] = [memory, sqlite].map((ledger) => {
            const { falsePrevouts, ...counts } = ledger.append(batch)
            return { ...counts, falsePrevouts: falsePrevouts.map((one) => Object.values(one).join()).sort() }
          })
          expect(told).toEqual(plain)
        }
        expect(dump(sqlite, TXIDS, HOLDERS)).toEqual(dump(memory, TXIDS, HOLDERS))
        maker.clean()
      }),
      { seed: 20261201, numRuns: 80 },
    )
  })

  test('appending and forgetting in any order gives what a fresh ledger of what remains gives', () => {
    const step = fc.oneof(
      // Oldest first: whether a listing is turned round depends on all of its rows, the forgotten ones included.
      {
        weight: 2,
        arbitrary: fc
          .array(transaction, { maxLength: 6 })
          .map((batch) => batch.sort((a, b) => (a.time ?? 0) - (b.time ?? 0))),
      },
      fc.record({ forget: fc.subarray(TXIDS) }),
    )
    // Known before and after: numbers and assets of forgotten transactions stay.
    const known = ['always', ...TXIDS]
    const always: Transaction[] = HOLDERS.map((holder, i) => ({
      ...{ chain: holder.slice(0, holder.lastIndexOf(':')), txid: `always${i}`, inputs: [], outputs: [] },
      height: 0,
      transfers: [`${ETHEREUM}/slip44:60`, `${ETHEREUM}/erc20:0x1`]
        .filter((asset) => holder.startsWith(asset.split('/')[0]!))
        .map((asset) => ({ from: null, to: holder, asset, amount: 1n, kind: 'native' })),
      ...(holder.startsWith(BITCOIN) ? { outputs: [{ holder, amount: 1n }] } : {}),
    }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const ledgers = [createMemoryLedger(), maker.open()]
        let remaining: Transaction[][] = [always]
        for (const ledger of ledgers) ledger.append(always)
        for (const step of steps) {
          if ('forget' in step) {
            const gone = withSpenders(step.forget)
            const results = ledgers.map((ledger) =>
              ledger.forget(Uint32Array.from(gone.flatMap((txid) => [...ledger.txNumbers(txid)]))),
            )
            expect(results[1]).toEqual(results[0])
            remaining = remaining.map((batch) => batch.filter(({ txid }) => !gone.includes(txid)))
          } else {
            for (const ledger of ledgers) ledger.append(step)
            remaining.push(step)
          }
        }
        const fresh = createMemoryLedger()
        for (const batch of remaining) fresh.append(batch)
        const answers = dump(fresh, known, HOLDERS, false)
        for (const ledger of ledgers) expect(dump(ledger, known, HOLDERS, false)).toEqual(answers)
        maker.clean()
      }),
      { seed: 20260504, numRuns: 60 },
    )
  })

  test('the order of imports changes no answer', () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 5 }), fc.nat(), (files, rotation) => {
        const numbered = [...files.map((one) => ({ ...one, appended: false })).entries()]
        const cut = files.length === 0 ? 0 : rotation % files.length
        const turned = [...numbered.slice(cut), ...numbered.slice(0, cut)].reverse()
        const first = createMemoryLedger()
        const second = createMemoryLedger()
        importFiles(first, numbered)
        importFiles(second, turned)
        const answers = (ledger: Ledger): unknown => ({
          ...(dump(ledger, TXIDS, HOLDERS) as object),
          ...{ sources: null, transactions: null },
        })
        expect(answers(first)).toEqual(answers(second))
      }),
      { seed: 20260502, numRuns: 150 },
    )
  })

  test('imports killed anywhere, and resumed, lose and double nothing', () => {
    fc.assert(
      fc.property(file, fc.array(fc.nat(4), { maxLength: 4 }), ({ rows, covers }, steps) => {
        let sqlite = maker.open()
        for (const step of steps) {
          const session = begin(sqlite, shaOf(0))
          session.add(rows.slice(session.stagedRows, session.stagedRows + step))
          sqlite = maker.reopen(sqlite)
        }
        const session = begin(sqlite, shaOf(0))
        session.add(rows.slice(session.stagedRows))
        session.commit(covers, { rows: rows.length, rejected: 0 })
        const whole = createMemoryLedger()
        importRows(whole, shaOf(0), rows, covers)
        expect(dump(sqlite, TXIDS, HOLDERS)).toEqual(dump(whole, TXIDS, HOLDERS))
        maker.clean()
      }),
      { seed: 20260503, numRuns: 25 },
    )
  })
})
