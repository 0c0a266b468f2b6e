import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Comparison, Flow } from '../trace/index.ts'
import type { Outcome } from './runCli.test-suite.ts'
import { temporaryFolder } from './runCli.test-suite.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const SHIM = join(ROOT, 'bin/lootline.js')
const DATA = resolve(ROOT, process.env['LOOTLINE_DATA'] ?? '../shared/data')

/** Runs a program as a shell would, with a clean environment. */
function execute(
  program: string,
  args: readonly string[],
  cwd: string,
  stopAfter?: RegExp,
): Promise<Outcome & { signal: string | null }> {
  return new Promise((done, fail) => {
    const { NO_COLOR: _, LOOTLINE_STORE: __, ...env } = process.env
    const child = spawn(program, args, { cwd, env })
    const outcome = { stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      outcome.stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      outcome.stderr += text
      if (stopAfter?.test(outcome.stderr)) child.kill('SIGINT')
    })
    child.on('error', fail).on('close', (code, signal) => done({ ...outcome, code: code ?? -1, signal }))
  })
}

const lootline = (cwd: string, ...args: string[]) => execute(process.execPath, [SHIM, ...args], cwd)

describe('bin/lootline.js', () => {
  test('starts from a link, as in node_modules/.bin, and warns of nothing', async () => {
    const cwd = temporaryFolder()
    const link = join(cwd, 'lootline')
    symlinkSync(SHIM, link)
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }
    expect(await execute(process.execPath, [link, '--version'], cwd)).toEqual({
      code: 0,
      signal: null,
      stdout: `${version}\n`,
      stderr: '',
    })
    expect(await lootline(cwd, 'store', 'status', '--store', 'none')).toMatchObject({ code: 4, stdout: '' })
    expect((await lootline(cwd, 'init')).stderr).toBe('')
  })

  test('a reader that has seen enough ends it quietly', async () => {
    const { code, stdout, stderr } = await execute(
      'sh',
      ['-c', `"${process.execPath}" "${SHIM}" trace --help | head -n 1`],
      temporaryFolder(),
    )
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'Usage: lootline trace [options]\n',
      stderr: '',
    })
  })

  test('a bug ends with an apology, and with the stack only where it is asked for', async () => {
    const cwd = temporaryFolder()
    // The clock stands for anything that a command does not expect to fail.
    const broken = `import { run } from '${join(ROOT, 'src/cli/program.ts')}'
      const sink = { write: (text) => process.stdout.write(text), isTTY: false }
      const now = () => { throw new TypeError('\\u001b[31mclock') }
      const context = { stdout: sink, stderr: sink, env: process.env, cwd: '.', now, elapsed: now, interruptible: (work) => work() }
      process.exitCode = await run(['labels', 'add', '${join(ROOT, 'README.md')}', '--store', 'store'], context)`
    const { code, stdout } = await execute(process.execPath, ['--input-type=module', '-e', broken], cwd)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^Sorry, this is a bug of Lootline: \\u\{1b\}\[31mclock\nPlease report it.+\nnext: .+\n$/,
    )
  })
})

describe('import', () => {
  test('Ctrl-C ends it with 130, and the same command goes on to the same ledger', async () => {
    const cwd = temporaryFolder()
    // Enough rows to take more than the second after which progress is shown, on any machine.
    const rows = Array.from({ length: 120_000 }, (_, i) => {
      const hex = i.toString(16)
      return `eip155:1,0x${hex.padStart(64, '0')},${i},0x${'1'.repeat(40)},0x${hex.padStart(40, '0')},native,1`
    })
    writeFileSync(join(cwd, 'big.csv'), `chain,txid,height,from,to,asset,amount\n${rows.join('\n')}\n`)
    const args = [SHIM, 'import', 'big.csv', '--store', 'store', '--json']
    const stopped = await execute(process.execPath, args, cwd, /rows/)
    expect(stopped).toMatchObject({ code: 130, signal: null, stdout: '' })
    const nothing = await lootline(cwd, 'store', 'status', '--store', 'store', '--json')
    expect(JSON.parse(nothing.stdout)).toMatchObject({ ledger: { transactions: 0, sources: [] } })
    const { code, stdout } = await execute(process.execPath, args, cwd)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject([
      { rows: 120_000, transactions: 120_000, added: 120_000, duplicates: 0 },
    ])
    expect(readdirSync(cwd).sort()).toEqual(['big.csv', 'store'])
  })
})

describe('demo', () => {
  test('runs twice from nothing, and says the same', async () => {
    const cwd = temporaryFolder()
    const first = await lootline(cwd, 'demo', '--json')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    const [account] = JSON.parse(first.stdout) as { report: string }[]
    expect(readFileSync(account!.report, 'utf8')).toContain('Content-Security-Policy')
    const second = await lootline(cwd, 'demo', '--json')
    expect(second.stdout).toBe(first.stdout)
    expect(readdirSync(join(cwd, 'demo')).filter((name) => name.startsWith('.'))).toEqual([])
  })
})

const harmony = join(DATA, 'ethereum-harmony')
const haveData = existsSync(harmony)
if (!haveData) console.log(`skipped: the real cases need ${DATA} (LOOTLINE_DATA)`)

/** Cents at a holder, any spelling of its address. */
function at(flow: Flow, address: string): string {
  const leaves = flow.leaves.filter(({ holder }) => holder.toLowerCase().endsWith(address.toLowerCase()))
  return String(leaves.reduce((sum, leaf) => sum + BigInt(leaf.amount), 0n))
}

function outside(flow: Flow, file: string): { cents: string; reached: number } {
  const terminals = new Set(readFileSync(file, 'utf8').toLowerCase().split(/\s+/).filter(Boolean))
  const within = flow.leaves.filter(({ holder }) => terminals.has(holder.toLowerCase().split(':').at(-1)!))
  const sum = (leaves: Flow['leaves']): bigint => leaves.reduce((all, leaf) => all + BigInt(leaf.amount), 0n)
  return {
    cents: String(sum(flow.leaves) - sum(within)),
    reached: new Set(within.map(({ holder }) => holder)).size,
  }
}

describe.skipIf(!haveData)('real cases', () => {
  test('the Harmony theft, from labels to report', async () => {
    const cwd = temporaryFolder()
    const sources = join(harmony, 'source_addresses.csv')
    const run = async (...args: string[]): Promise<Outcome> => {
      const outcome = await lootline(cwd, ...args)
      expect(outcome, args.join(' ')).toMatchObject({ code: 0 })
      return outcome
    }
    await run('labels', 'add', join(DATA, 'labels/tagpacks'), '--store', 'harmony')
    await run('prices', 'add', join(DATA, 'prices'), '--store', 'harmony')
    const [imported] = JSON.parse(
      (await run('import', join(harmony, 'flow_records.csv'), '--store', 'harmony', '--json')).stdout,
    ) as [Record<string, unknown>]
    expect(imported).toMatchObject({
      layout: 'laundernet',
      rows: 3887,
      transactions: 3348,
      rejected: 0,
      already: false,
    })
    const [again] = JSON.parse(
      (await run('import', join(harmony, 'flow_records.csv'), '--store', 'harmony', '--json')).stdout,
    ) as [Record<string, unknown>]
    expect(again).toMatchObject({ already: true, transactions: 3348 })

    const { stdout } = await run(
      'trace',
      '--store',
      'harmony',
      '--from-file',
      sources,
      '--rule',
      'fifo',
      '--json',
    )
    const flow = JSON.parse(stdout) as Flow
    expect(flow.balance).toHaveLength(1)
    expect(flow.balance[0]).toMatchObject({
      stolen: '7052514727',
      accounted: '7052514727',
      stolenUsd: '7052514727',
    })
    expect(at(flow, '0xcac725bef4f114f728cbcfd744a731c2a463c3fc')).toBe('1940213604')
    expect(at(flow, '0x28ffe35688ffffd0659aee2e34778b0ae4e193ad')).toBe('1667197539')
    expect(at(flow, '0x28c6c06298d514db089934071355e5743bf21d60')).toBe('1345799485')
    expect(at(flow, '0xf7858da8a6617f7c6d0ff2bcafdb6d2eedf64840')).toBe('78999939')
    expect(outside(flow, join(harmony, 'terminal_addresses.csv')).cents).toBe('752603409')
    expect(flow.coverage.unknownOrigin.map(({ amount }) => amount)).toEqual(['4611225028'])

    const out = join(cwd, 'flow.json')
    await run('trace', '--store', 'harmony', '--from-file', sources, '--out', out)
    expect(readFileSync(out, 'utf8')).toBe(stdout)
    const compared = await run('trace', '--store', 'harmony', '--from-file', sources, '--compare', '--json')
    const comparison = JSON.parse(compared.stdout) as Comparison
    expect(comparison.rules.map(({ rule }) => rule)).toEqual([
      'fifo',
      'lifo',
      'haircut',
      'poison',
      'tiho',
      'libr',
    ])
    await run('report', 'flow.json', '--out', 'harmony.html')
    expect(statSync(join(cwd, 'harmony.html')).size).toBeGreaterThan(100_000)
    const paths = await run(
      'paths',
      'flow.json',
      '--to',
      '0x28c6c06298d514db089934071355e5743bf21d60',
      '--top',
      '2',
      '--json',
    )
    expect(JSON.parse(paths.stdout)).toHaveLength(2)
  })

  test('the Atomic Wallet theft: the ledger begins with the thieves', async () => {
    const cwd = temporaryFolder()
    const atomic = join(DATA, 'ethereum-atomic')
    expect(await lootline(cwd, 'import', join(atomic, 'flow_records.csv'), '--store', 's')).toMatchObject({
      code: 0,
    })
    const { stdout } = await lootline(
      cwd,
      'trace',
      '--store',
      's',
      '--from-file',
      join(atomic, 'source_addresses.csv'),
      '--json',
    )
    const flow = JSON.parse(stdout) as Flow
    expect(flow.balance[0]).toMatchObject({ stolen: '623122882', accounted: '623122882' })
    expect(outside(flow, join(atomic, 'terminal_addresses.csv'))).toEqual({
      cents: String(623122882 - 480157757),
      reached: 77,
    })
  })
})
