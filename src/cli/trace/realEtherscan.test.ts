import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import {
  type EtherscanServer,
  type Row,
  serveLists,
} from '../../chain/evm/etherscan/etherscanServer.test-suite.ts'
import type { Flow } from '../../trace/index.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')
const FOLDER = join(DATA, 'ethereum-harmony')
const absent = !existsSync(FOLDER)
if (absent) console.warn(`skipped: no real data in ${DATA}; set LOOTLINE_DATA`)

/** One of the source addresses. */
const THIEF = '0x7a017e5e9672bc994dcb1a2a27d853c9c629f7c3'
/** The flows are in dollars and name no token: served as one whose base unit is a cent. */
const TOKEN = `0x${'cc'.repeat(20)}`
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
const hashOf = (height: number): string => `0x${height.toString(16).padStart(64, '0')}`
const hex = (number: number): string => `0x${number.toString(16)}`

/**
 * The flows in the order of the chain. Within a block they stand by transaction, as they come in the file, and within a
 * transaction, which the file does not order, money comes before it goes.
 */
function flowsIn(file: string): Row[] {
  const flows = parse(readFileSync(file), { columns: true }) as Row[]
  const byTransaction = Map.groupBy(flows, ({ Tx_hash }) => Tx_hash)
  const ordered = [...byTransaction.values()].map((rows) => {
    const left = [...rows]
    const next = (): Row => {
      const free = left.findIndex(({ From }) => left.every(({ To }) => To !== From))
      return left.splice(Math.max(free, 0), 1)[0]!
    }
    return rows.map(next)
  })
  return ordered.sort(([a], [b]) => Number(a!['Block']) - Number(b!['Block'])).flat()
}

/** The rows of `tokentx` that say the same. */
function rowsOf(flows: readonly Row[]): Row[] {
  const places = new Map<string, Set<string>>()
  return flows.map((flow): Row => {
    const { Block = '', Tx_hash = '', From = '', To = '' } = flow
    const block = places.get(Block) ?? new Set()
    places.set(Block, block.add(Tx_hash))
    const [dollars = '', cents = ''] = flow['Value_in_USD']!.split('.')
    return {
      ...{ blockNumber: Block, blockHash: hashOf(Number(Block)), hash: Tx_hash, from: From, to: To },
      ...{
        contractAddress: TOKEN,
        tokenSymbol: 'USD',
        tokenDecimal: '2',
        value: dollars + cents.padEnd(2, '0'),
      },
      timeStamp: String(Date.parse(`${flow['Timestamp']!.replace(' ', 'T')}Z`) / 1000),
      transactionIndex: String(block.size - 1),
    }
  })
}

/** The receipt of one transaction's rows, which are its logs. */
function receiptOf(rows: readonly Row[]): unknown {
  const { hash, blockHash } = rows[0]!
  const word = (hex = ''): string => `0x${hex.replace('0x', '').padStart(64, '0')}`
  const logs = rows.map(({ from, to, value }) => ({
    ...{ address: TOKEN, data: word(BigInt(value!).toString(16)) },
    topics: [TRANSFER, word(from), word(to)],
  }))
  const gas = { gasUsed: '0x0', cumulativeGasUsed: '0x0', logsBloom: '0x' }
  return { transactionHash: hash, blockHash, ...gas, logs }
}

function serve(rows: readonly Row[]): Promise<EtherscanServer> {
  const newest = rows.at(-1)!
  const lists = { tokentx: rows }
  return serveLists(1, lists, async (query) => {
    if (query.get('action') === 'eth_getTransactionCount') return { jsonrpc: '2.0', id: 1, result: '0x0' }
    if (query.get('action') === 'eth_getTransactionReceipt')
      return {
        jsonrpc: '2.0',
        id: 1,
        result: receiptOf(rows.filter(({ hash }) => hash === query.get('txhash'))),
      }
    const height = Number(newest['blockNumber'])
    const timestamp = hex(Number(newest['timeStamp']))
    const header = { number: hex(height), hash: hashOf(height), parentHash: hashOf(height - 1), timestamp }
    return { jsonrpc: '2.0', id: 1, result: header }
  })
}

async function traced(store: string, ...more: string[]): Promise<Flow> {
  // The file names holders, and the source does not: nobody is to be stopped at for a name.
  const limits = ['--chain', 'ethereum', '--min-confidence', '100']
  const args = ['trace', '--store', store, '--from', THIEF, ...limits, '--json', ...more]
  return JSON.parse(await typed(...args)) as Flow
}

async function typed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args)
  expect([args[0], code, stderr]).toEqual([args[0], 0, expect.anything()])
  return stdout
}

/** What both know: another asset, and no names. */
function shared({ hops, leaves, balance }: Flow): unknown {
  return {
    hops: hops.map(({ from, to, txid, time, height, amount }) => ({ from, to, txid, time, height, amount })),
    leaves: leaves.map(({ holder, reason, amount, txids }) => ({ holder, reason, amount, txids })),
    balance: balance.map(({ stolen, accounted }) => ({ stolen, accounted })),
  }
}

describe.skipIf(absent)('the laundering of what was taken from Harmony', () => {
  test("is traced through Etherscan's API as from the published flows", async () => {
    const folder = temporaryFolder()
    const [file, live] = [join(folder, 'file'), join(folder, 'live')]
    const flows = flowsIn(join(FOLDER, 'flow_records.csv'))
    const ordered = join(folder, 'flows.csv')
    const lines = [Object.keys(flows[0]!), ...flows.map((flow) => Object.values(flow))]
    writeFileSync(ordered, lines.map((cells) => `${cells.join()}\n`).join(''))
    await typed('import', ordered, '--store', file)
    await using server = await serve(rowsOf(flows))
    const source = ['etherscan', server.url, '--chain', 'ethereum', '--rate', '1000']
    await typed('source', 'add', ...source, '--store', live)
    const expected = await traced(file)
    const flow = await traced(live)
    expect(expected.hops.length).toBeGreaterThan(50)
    expect(shared(flow)).toEqual(shared(expected))
    expect(shared(await traced(live, '--offline'))).toEqual(shared(flow))
  })
})
