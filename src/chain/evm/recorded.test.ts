import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import * as viem from 'viem'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createMetadata } from './metadata.ts'
import { type Payment, readFrames, readTraces } from './payments.ts'
import { headerHash, listRoot, receiptBytes, signedBytes } from './proof.ts'
import { tokenMoves } from './tokens.ts'
import {
  blockSchema,
  bytes,
  headerSchema,
  quantity,
  receiptSchema,
  tracedBlockSchema,
  traceSchema,
} from './wire.ts'

/** Answers of real nodes, and the rows that ethereum-etl makes of them. */
const FOLDER = join(process.env['LOOTLINE_DATA'] ?? '../shared/data', 'ethereum-fixtures')
const isThere = existsSync(FOLDER)
if (!isThere) console.warn(`Skipped: recorded answers are not there (${FOLDER}); set LOOTLINE_DATA.`)

const files = (pattern: string): string[] => globSync(join(FOLDER, pattern)).sort()
const resultOf = (path: string): unknown =>
  (JSON.parse(readFileSync(path, 'utf8')) as { result: unknown }).result
const rowsOf = (path: string): Record<string, string>[] => parse(readFileSync(path), { columns: true })

/** What expected rows say was paid below a transaction's own call. */
function paidIn(rows: readonly Record<string, string>[]): string[] {
  const paying = rows.filter((row) => {
    const isCall = row['trace_type'] === 'call' && row['call_type'] === 'call'
    const isMoving = isCall || row['trace_type'] === 'create' || row['trace_type'] === 'suicide'
    return isMoving && row['trace_address'] !== '' && row['status'] === '1' && BigInt(row['value'] || 0) > 0n
  })
  return paying.map(
    (row) => `${row['transaction_hash']} ${row['from_address']} ${row['to_address']} ${row['value']}`,
  )
}

const lineOf = (txid: string, { from, to, value }: Payment): string => `${txid} ${from} ${to} ${value}`

/** How each answer is read; of what is not here nothing is ever asked. */
const SCHEMAS: readonly (readonly [name: RegExp, schema: z.ZodType])[] = [
  [/eth_chainId_/, quantity],
  [/eth_call_data_/, bytes],
  [/eth_getBlockByNumber_.*_true|eth_getBlockByNumber\.json/, blockSchema],
  [/eth_getBlockByNumber_.*_false/, headerSchema],
  [/eth_getTransactionReceipt_/, receiptSchema],
  [/trace_block_/, z.array(traceSchema)],
  [/debug_traceBlockByNumber_/, tracedBlockSchema],
]

describe.skipIf(!isThere)('recorded answers', () => {
  test('are read, all of them', () => {
    const read = files('**/*{eth,trace,debug}_*.json').flatMap((path) => {
      const schema = SCHEMAS.find(([name]) => name.test(path))?.[1]
      return schema === undefined ? [] : [{ path, success: schema.safeParse(resultOf(path)).success }]
    })
    expect(read.length).toBeGreaterThanOrEqual(40)
    expect(read.filter(({ success }) => !success)).toEqual([])
  })

  test.each(files('test_export_traces_job/*/web3_response.trace_block*.json'))('trace_block: %s', (path) => {
    const traces = z.array(traceSchema).parse(resultOf(path))
    const own = Map.groupBy(
      traces.filter(({ type }) => type !== 'reward'),
      ({ transactionHash }) => transactionHash!,
    )
    const found = [...own].flatMap(([txid, list]) => {
      const traced = readTraces(list)!
      return traced.failed ? [] : traced.payments.map((payment) => lineOf(txid, payment))
    })
    expect(found).toEqual(paidIn(rowsOf(join(dirname(path), 'expected_traces.csv'))))
  })

  test("geth's call trees say the same as trace_block", () => {
    for (const name of ['block_with_create', 'block_with_error', 'block_with_subtraces']) {
      const [path] = files(`test_extract_geth_traces_job/${name}/web3_response*.json`)
      const [other] = files(`test_export_traces_job/${name}/web3_response*.json`)
      const trees = tracedBlockSchema.parse(resultOf(path!)).map(({ result }) => readFrames(result)!)
      const traces = z.array(traceSchema).parse(resultOf(other!))
      const own = Map.groupBy(
        traces.filter(({ type }) => type !== 'reward'),
        ({ transactionHash }) => transactionHash!,
      )
      const flat = [...own.values()].map((list) => readTraces(list)!)
      expect(trees.map(({ failed, payments }) => ({ failed, payments }))).toEqual(
        flat.map(({ failed, payments }) => ({ failed, payments })),
      )
    }
  })

  test('token transfers of two blocks of 2023', () => {
    const read = (name: string): string[] =>
      readFileSync(join(FOLDER, 'test_stream/blocks_17173049_17173050', name), 'utf8')
        .trim()
        .split('\n')
    const logs = read('expected_logs.json').map((line) => {
      return JSON.parse(line) as { address: string; topics: string[]; data: string; transaction_hash: string }
    })
    const found = logs.flatMap((log) =>
      tokenMoves([log]).flatMap(({ standard, contract, from, to, amount, tokenId }) =>
        // They have no EIP-1155, and the piece's number for its amount.
        standard === 'erc1155'
          ? []
          : [[log.transaction_hash, contract, from, to, tokenId ?? String(amount)].join(' ')],
      ),
    )
    const expected = read('expected_token_transfers.json').map((line) => {
      const row = JSON.parse(line) as Record<string, string>
      const [, value] = /"value": (\d+)/.exec(line)!
      return [
        row['transaction_hash'],
        row['token_address'],
        row['from_address'],
        row['to_address'],
        value,
      ].join(' ')
    })
    expect(found.length).toBeGreaterThan(250)
    expect(found).toEqual(expected)
  })

  test('blocks hash to their hashes, transactions to their ids', () => {
    const paths = files('**/web3_response.eth_getBlockByNumber_0x*_true.json')
    expect(paths.length).toBeGreaterThanOrEqual(6)
    let transactions = 0
    for (const path of paths) {
      const block = blockSchema.parse(resultOf(path))
      expect([path, headerHash(viem, block)]).toEqual([path, block.hash])
      for (const transaction of block.transactions) {
        expect(viem.keccak256(signedBytes(viem, transaction)!)).toBe(transaction.hash)
        transactions++
      }
    }
    expect(transactions).toBeGreaterThan(4)
  })

  test('transactions and receipts have the roots of their header', () => {
    const folder = join(FOLDER, 'test_stream/blocks_1755634_1755635')
    const block = blockSchema.parse(
      resultOf(join(folder, 'web3_response.eth_getBlockByNumber_0x1ac9f3_true.json')),
    )
    const receipts = block.transactions.map(({ hash }) =>
      receiptSchema.parse(resultOf(join(folder, `web3_response.eth_getTransactionReceipt_${hash}.json`))),
    )
    expect(
      listRoot(
        viem,
        block.transactions.map((one) => signedBytes(viem, one)!),
      ),
    ).toBe(block['transactionsRoot'])
    expect(
      listRoot(
        viem,
        receipts.map((one) => receiptBytes(viem, one)!),
      ),
    ).toBe(block['receiptsRoot'])
  })

  test.each([
    ['token_with_alternative_return_type', '0x86fa049857e0209aa7d9e616f7eb3b3b78ecfdb0', 'EOS', 18],
    ['token_with_invalid_data', '0xf763be8b3263c268e9789abfb3934564a7b80054', 'ETH', 18],
  ])("a token's words: %s", async (name, contract, symbol, decimals) => {
    const words = await createMetadata(viem, async (to, data) => {
      const [path] = files(
        `test_export_tokens_job/${name}/web3_response.eth_call_data_${data}_to_${to}_latest.json`,
      )
      return resultOf(path!) as string
    })(contract)
    expect(words).toEqual({ symbol, decimals })
  })
})
