import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { FIRST_BLOCK } from '../../chain/tron/tronServer.test-suite.ts'
import { type Asked, type FaultyServer, startFaultyServer } from '../../net/faultyServer.test-suite.ts'
import type { Flow } from '../../trace/index.ts'
import { runCli, temporaryFolder } from '../runCli.test-suite.ts'

const DATA = process.env['LOOTLINE_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')
const FILE = join(DATA, 'tron-seizure', 'trc20_xfers.csv')
const absent = !existsSync(FILE)
if (absent) console.warn(`skipped: no real data in ${DATA}; set LOOTLINE_DATA`)

/** A seized wallet that pays several others of them. */
const WALLET = 'TXRBsytHfJDoAKRdcedgLsoHudh1xJGUdC'
/** The newest block: the day after the last of the transfers. */
const TIP = { height: 53_600_000, time: 1_691_500_000_000 }

type Row = Readonly<Record<string, string>>

/** Each transfer once, oldest first. */
function transfersIn(file: string): Row[] {
  const rows = parse(readFileSync(file), { columns: true, relax_column_count: true }) as Row[]
  const byKey = new Map(
    rows.map((row) => [[row['tx_id'], row['from_address'], row['to_address'], row['quant']].join(), row]),
  )
  return [...byKey.values()].sort((a, b) => Number(a['timestamp']) - Number(b['timestamp']))
}

/** Answers as TronGrid does about these transfers, and knows of no transaction's own bytes, nor its block. */
function serveTransfers(all: readonly Row[]): Promise<FaultyServer> {
  const block = (height: number, time: number, id: string): unknown => ({
    blockID: id,
    block_header: { raw_data: { number: height, timestamp: time, parentHash: '0'.repeat(64) } },
  })
  const tip = block(TIP.height, TIP.time, TIP.height.toString(16).padStart(16, '0') + 'ab'.repeat(24))
  const answer = ({ path, body }: Asked): unknown => {
    const { pathname, searchParams } = new URL(path, 'http://127.0.0.1')
    if (pathname.endsWith('/getnowblock')) return tip
    if (pathname === '/wallet/getblockbynum')
      return (JSON.parse(body) as { num: number }).num === 0 ? block(0, 0, FIRST_BLOCK) : tip
    if (/\/gettransaction(?:info)?byid$/.test(pathname)) return {}
    const [, account, list] = /^\/v1\/accounts\/(\w+)\/transactions(\/trc20)?$/.exec(pathname)!
    const own = list === undefined ? [] : all.filter((row) => isOf(row, account!))
    if (searchParams.get('order_by') === 'block_timestamp,desc') own.reverse()
    const start = Number(searchParams.get('fingerprint') ?? 0)
    const end = start + Number(searchParams.get('limit'))
    const next = end < own.length ? { fingerprint: String(end) } : {}
    return { success: true, data: own.slice(start, end).map(shaped), meta: { at: TIP.time, ...next } }
  }
  return startFaultyServer((asked) => ({ body: answer(asked) }))
}

function isOf(row: Row, account: string): boolean {
  return row['from_address'] === account || row['to_address'] === account
}

function shaped(row: Row): unknown {
  return {
    ...{ transaction_id: row['tx_id'], block_timestamp: Number(row['timestamp']) },
    ...{ from: row['from_address'], to: row['to_address'], type: 'Transfer', value: row['quant'] },
    token_info: {
      ...{ symbol: row['token_abbr'], name: row['token_name'] },
      ...{ address: row['token_id'], decimals: Number(row['token_decimal']) },
    },
  }
}

async function typed(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runCli(args)
  expect([args[0], code, stderr]).toEqual([args[0], 0, expect.anything()])
  return stdout
}

async function traced(store: string, ...more: string[]): Promise<Flow> {
  const args = [
    'trace',
    '--store',
    store,
    '--from',
    WALLET,
    '--asset',
    'USDT',
    '--after',
    '2022-01-01',
    '--json',
    ...more,
  ]
  return JSON.parse(await typed(...args)) as Flow
}

/**
 * What both know: names are the export's alone, what came first within a second is known to neither, and the source knows of
 * every holder that what rests there rests there.
 */
function shared({ seeds, hops, leaves, balance }: Flow): unknown {
  const key = ({ time, txid }: Flow['hops'][number]): string => `${time} ${txid}`
  return {
    seeds,
    hops: hops.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
    leaves: leaves.map(({ labels: _, ...leaf }) => ({
      ...leaf,
      txids: leaf.txids.toSorted(),
      reason: leaf.reason === 'nodata' ? 'held' : leaf.reason,
    })),
    balance: balance.map(({ stolen, accounted }) => ({ stolen, accounted })),
  }
}

describe.skipIf(absent)('seized wallets of Tron', () => {
  test('are traced through TronGrid as from the export of the same transfers', async () => {
    const folder = temporaryFolder()
    const [file, live] = [join(folder, 'file'), join(folder, 'live')]
    await typed('import', FILE, '--store', file)
    await using server = await serveTransfers(transfersIn(FILE))
    await typed('source', 'add', 'trongrid', server.url, '--rate', '1000', '--store', live)
    const expected = await traced(file)
    const flow = await traced(live)
    expect(expected.hops.length).toBeGreaterThan(50)
    expect(shared(flow)).toEqual(shared(expected))
    expect(flow.leaves.map(({ reason }) => reason)).not.toContain('nodata')
    expect(shared(await traced(live, '--offline'))).toEqual(shared(flow))
  })
})
