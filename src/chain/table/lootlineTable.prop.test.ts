import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_AMOUNT } from '../../units/amount.ts'
import { BITCOIN, ETHEREUM, holderOf, TRON } from '../../units/caip.ts'
import type { Transaction, Transfer } from '../transaction.ts'
import { readStrict, tempFiles } from './table.test-suite.ts'
import type { TableRow } from './table.ts'
import { toLootlineCsv } from './toLootlineCsv.ts'

const write = tempFiles()
const hex64 = fc.stringMatching(/^[0-9a-f]{64}$/)
const amount = fc.oneof(fc.bigInt(0n, 10n ** 12n), fc.bigInt(0n, MAX_AMOUNT))
const head = {
  height: fc.nat(20_000_000),
  index: fc.nat(5000),
  time: fc.integer({ min: 1600000000, max: 1700000000 }),
}
/** At least one of height and time. */
const someHead = fc.oneof(
  fc.record(head, { requiredKeys: ['time'] }),
  fc.record(head, { requiredKeys: ['height'] }),
)

const holders: Readonly<Record<string, readonly string[]>> = {
  [ETHEREUM]: ['0x7a017E5e9672bC994DCb1A2A27D853c9c629F7c3', '0x1111111111111111111111111111111111111111'],
  [TRON]: ['TS2oMCWeBsYmMFWsXFx5u7M96KDF8BZDyG', 'TDX3tFFdWFwhBP7Cf5gJRpADpUNxQsys6m'],
  [BITCOIN]: ['1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'],
}
const holder = (chain: string): fc.Arbitrary<string | null> =>
  fc.constantFrom(...holders[chain]!.map((address) => holderOf(chain, address)), null)

const account = (chain: string, prefix: string, assets: readonly string[]): fc.Arbitrary<Transaction> =>
  fc
    .tuple(
      hex64,
      someHead,
      fc.array(
        fc.record(
          {
            from: holder(chain),
            to: holder(chain),
            asset: fc.constantFrom(...assets),
            amount,
            kind: fc.constantFrom<Transfer['kind'][]>('native', 'internal', 'token', 'fee'),
            position: fc.nat(1000),
          },
          { requiredKeys: ['from', 'to', 'asset', 'amount', 'kind'] },
        ),
        { minLength: 1, maxLength: 4 },
      ),
    )
    .map(([hash, rest, transfers]) => ({
      chain,
      txid: prefix + hash,
      ...rest,
      transfers,
      inputs: [],
      outputs: [],
    }))

const utxo: fc.Arbitrary<Transaction> = fc
  .tuple(
    hex64,
    someHead,
    fc.array(
      fc.tuple(hex64, fc.nat(9), holder(BITCOIN), fc.option(amount)).map(([txid, n, from, units]) => ({
        txid,
        n,
        ...(from === null ? {} : { holder: from }),
        ...(units === null ? {} : { amount: units }),
      })),
      { maxLength: 4 },
    ),
    fc.array(fc.record({ holder: holder(BITCOIN), amount }), { minLength: 1, maxLength: 4 }),
  )
  .map(([txid, rest, inputs, outputs]) => ({ chain: BITCOIN, txid, ...rest, transfers: [], inputs, outputs }))

const transactions = fc.uniqueArray(
  fc.oneof(
    account(ETHEREUM, '0x', [
      `${ETHEREUM}/slip44:60`,
      `${ETHEREUM}/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7`,
      `${ETHEREUM}/iso4217:USD`,
    ]),
    account(TRON, '', [`${TRON}/trc20:TV7rB5oK44V3MNS3CKWpQBF6piyeQB6fMt`]),
    utxo,
  ),
  { maxLength: 8, selector: ({ txid }) => txid },
)

/** Rows of one transaction put together again, in the order of the file. */
function merged(rows: readonly TableRow[]): Transaction[] {
  const byId = new Map<string, Transaction>()
  for (const { transaction } of rows) {
    const key = `${transaction.chain} ${transaction.txid}`
    const first = byId.get(key)
    byId.set(
      key,
      first === undefined
        ? transaction
        : { ...first, transfers: [...first.transfers, ...transaction.transfers] },
    )
  }
  return [...byId.values()]
}

describe('toLootlineCsv', () => {
  test('writes what openTable reads', async () => {
    let run = 0
    await fc.assert(
      fc.asyncProperty(transactions, fc.boolean(), async (written, coversAll) => {
        const path = write(`${run++ % 4}.csv`, [...toLootlineCsv(written, { coversAll })].join(''))
        const { rows, summary } = await readStrict(path)
        expect(merged(rows)).toEqual(written)
        expect(summary.covers.kind).toBe(coversAll && written.length > 0 ? 'all' : 'none')
      }),
      { seed: 21, numRuns: 200 },
    )
  })
})
