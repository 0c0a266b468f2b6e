/**
 * A store with one good file, and what every test of the front door asks of it.
 * @module
 */
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { runCli } from '../src/cli/runCli.test-suite.ts'
import { type Ended, lootline } from './spawnLootline.test-suite.ts'

export const HEADER: string = 'chain,txid,time,from,to,asset,amount\n'
export const UTXO_HEADER: string = 'chain,txid,height,index,time,kind,n,prev_txid,prev_n,from,to,amount\n'
export const THIEF: string = `0x${'1'.repeat(40)}`
export const MULE: string = `0x${'2'.repeat(40)}`
/** EIP-55's own example with its last letter in the wrong case. */
export const MISSPELT = '0x52908400098527886E0F7030069857D2E4169Ee7'
export const BITCOIN_ADDRESS = '1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu'
/** What a refusal may take; Node and our sources alone take some 115. */
export const PEAK_MIB = 400
/** nobody: Debian policy 9.2. */
export const NOBODY = 65_534
export const root: boolean = process.getuid?.() === 0

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0')
export const txid = (n: number): string => `0x${hex(n, 64)}`
export const address = (n: number): string => `0x${hex(n, 40)}`
export const row = (
  n: number,
  said: Partial<Record<'time' | 'from' | 'to' | 'asset' | 'amount', string>> = {},
): string => {
  const { time = '2023-01-13 20:34:11', from = THIEF, to = MULE, asset = 'native', amount = '1000' } = said
  return `eip155:1,${txid(n)},${time},${from},${to},${asset},${amount}\n`
}
export const GOOD: string = HEADER + row(1) + row(2, { from: MULE, to: address(3), amount: '400' })
export const bigCsv = (rows: number): string =>
  HEADER + Array.from({ length: rows }, (_, i) => row(i + 10, { to: address(i + 10) })).join('')

export let folder: string
export let flow: Record<string, unknown>
export let baseLedger: unknown
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lootline-hostile-'))
  // Halves the time a process takes to start.
  process.env['NODE_COMPILE_CACHE'] ??= join(folder, 'compiled')
  writeFileSync(join(folder, 'good.csv'), GOOD)
  writeFileSync(join(folder, 'more.csv'), HEADER + row(7, { from: address(3), to: address(4) }))
  expect((await run('import', 'good.csv', '--store', 'base')).code).toBe(0)
  expect((await run('trace', '--from', THIEF, '--store', 'base', '--out', 'flow.json')).code).toBe(0)
  flow = JSON.parse(readFileSync(join(folder, 'flow.json'), 'utf8')) as typeof flow
  baseLedger = await ledgerOf(join(folder, 'base'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

export const run = (...args: string[]): Promise<Ended> => lootline(args, { cwd: folder })

let made = 0
/** A folder of its own for a test, with a copy of the store. */
export function room(): string {
  const cwd = join(folder, `room-${++made}`)
  cpSync(join(folder, 'base'), join(cwd, 'store'), { recursive: true })
  return cwd
}

/** What the ledger has, whenever it was imported. */
export async function ledgerOf(store: string): Promise<unknown> {
  const { code, stdout, stderr } = await runCli(['store', 'status', '--store', store, '--json'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const { ledger } = JSON.parse(stdout) as { ledger: { sources: { name: string; added: number }[] } }
  return { ...ledger, sources: ledger.sources.map(({ name, added }) => [name, added]) }
}

/** The store is as it was, and takes the next file. */
export async function expectUntouched(store: string): Promise<void> {
  expect(await ledgerOf(store)).toEqual(baseLedger)
  expect((await runCli(['import', join(folder, 'more.csv'), '--store', store])).code).toBe(0)
}

/** One failure, in two lines: what, and what to do. Progress, which slow machines show, is passed over. */
export function expectFailure(
  { code: exitCode, stdout, stderr, peakMiB }: Ended,
  exit: number,
  code: string,
  ...says: string[]
): void {
  const said = stderr.replace(/^(?:import .+ rows.*\n)+/, '')
  expect({ exitCode, stdout, said }).toEqual({
    exitCode: exit,
    stdout: '',
    said: expect.stringMatching(TWO_LINES),
  })
  for (const words of [`error ${code}: `, ...says]) expect(said).toContain(words)
  expect(peakMiB).toBeLessThan(PEAK_MIB)
}
const TWO_LINES = /^error [A-Z_]+: .+\nnext: .+\n$/

/** Lets every user into a folder and write below it, all but `a.csv`. */
export function openTo(cwd: string): void {
  chmodSync(folder, 0o755)
  for (const path of [
    cwd,
    join(cwd, 'store'),
    ...readdirSync(join(cwd, 'store')).map((name) => join(cwd, 'store', name)),
  ])
    chmodSync(path, 0o777)
}
