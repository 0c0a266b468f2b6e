/**
 * The live trace killed in earnest: the command line's own process, ended by SIGKILL at many points, each time in a new
 * store, and run again to its end. The flow must be that of a run that was left alone, byte for byte, and no question may
 * come twice but for the newest block and what was under way at the kill.
 *
 *     node bench/killSoak.ts [kills of each source, default 50] [seed]
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { coreAnswers, serveCore } from '../src/chain/bitcoin/coreNode.test-suite.ts'
import { serveEsplora } from '../src/chain/bitcoin/esploraServer.test-suite.ts'
import { type BitcoinHeist, bitcoinHeist } from '../src/chain/bitcoin/heist.test-suite.ts'
import type { FaultyOptions, FaultyServer } from '../src/net/faultyServer.test-suite.ts'
import { random } from '../src/simulate/random.ts'
import { BITCOIN_REGTEST } from '../src/units/caip.ts'
import { lootline, SHIM } from '../test/spawnLootline.test-suite.ts'

export const SOURCES = ['esplora', 'bitcoin'] as const
export type SourceName = (typeof SOURCES)[number]

export interface KillVerdict {
  readonly source: SourceName
  /** Sentences about what went wrong; none is what is hoped for. */
  readonly wrong: readonly string[]
  /** Processes that were killed while they asked. */
  readonly kills: number
  /** Questions of a run that is left alone. */
  readonly calls: number
  /** Questions answered before each kill, ascending. */
  readonly points: readonly number[]
  /** Questions that came again because they were under way at a kill, in all. */
  readonly again: number
}

/** Questions under way at once, of a source on this machine. */
const CONCURRENCY = 8
/** What was answered is on disk by then. */
const SETTLE_MS = 300
const NEWEST_BLOCK = /\/blocks\/tip\/hash|"getbestblockhash"/

/** What a process asked, in order. */
interface Log {
  readonly questions: string[]
  /** Questions beyond so many are never answered. */
  answers: number
  onQuestion: () => void
}

export async function killSoak(source: SourceName, kills: number, seed: number): Promise<KillVerdict> {
  const draw = random(seed)
  const folder = mkdtempSync(join(tmpdir(), 'lootline-kill-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const heist = await bitcoinHeist()
  let log = logOf()
  const server = stack.use(
    await serve(source, heist, {
      fault(key) {
        log.questions.push(key)
        log.onQuestion()
        return log.questions.length > log.answers ? 'hang' : null
      },
    }),
  )
  const fresh = join(folder, 'fresh')
  await makeStore(fresh, folder, heist, source, server.url)
  let stores = 0
  const copy = (): string => {
    const store = join(folder, `s${++stores}`)
    cpSync(fresh, store, { recursive: true })
    return store
  }
  const trace = (store: string): string[] => [
    'trace',
    '--store',
    store,
    '--from',
    `${heist.txid}:0`,
    '--json',
  ]
  const toEnd = (store: string) => lootline(trace(store), { cwd: folder })

  log = logOf()
  const began = performance.now()
  let first = began
  log.onQuestion = () => {
    if (log.questions.length === 1) first = performance.now()
  }
  const alone = await toEnd(copy())
  let asking = performance.now() - first
  const calls = log.questions.length
  const wrong: string[] = alone.code === 0 ? [] : [`left alone it ends with ${alone.code}: ${alone.stderr}`]
  const points: number[] = []
  let again = 0
  for (let kill = 0; kill < kills && alone.code === 0; kill++) {
    // Every other one at an instant, whatever is under way then.
    const answers = kill % 2 === 0 ? 1 + Math.floor(((kill + 0.5) / kills) * (calls - 1)) : null
    const store = copy()
    log = logOf(answers ?? Number.POSITIVE_INFINITY)
    const child = spawn(process.execPath, [SHIM, ...trace(store)], { stdio: 'ignore' })
    stack.defer(() => void child.kill('SIGKILL'))
    const after = answers === null ? draw.below(Math.ceil(asking)) : SETTLE_MS
    if (!(await killedAfter(child, log, answers === null ? 1 : answers + 1, after))) {
      // It had ended by itself: an earlier instant.
      asking *= 0.8
      kill--
      continue
    }
    const before = log.questions.slice()
    points.push(Math.min(before.length, log.answers))
    log = logOf()
    const resumed = await toEnd(store)
    const where = `killed after ${answers ?? `${after} ms and ${before.length}`} questions`
    if (resumed.code !== 0) wrong.push(`${where} it ends with ${resumed.code}: ${resumed.stderr}`)
    else if (resumed.stdout !== alone.stdout) wrong.push(`${where} the flow is another`)
    const twice = repeated(before, log.questions)
    again += twice.length
    const underWay = before.slice(answers ?? -2 * CONCURRENCY)
    const lost = twice.filter((question) => !underWay.includes(question))
    if (lost.length > 0 || twice.length > CONCURRENCY) wrong.push(`${where} comes again: ${twice.join(', ')}`)
    rmSync(store, { recursive: true })
  }
  points.sort((a, b) => a - b)
  return { source, wrong, kills: points.length, calls, points, again }
}

function logOf(answers: number = Number.POSITIVE_INFINITY): Log {
  return { questions: [], answers, onQuestion: () => {} }
}

/** @returns false where the process had ended by itself before */
async function killedAfter(
  child: ChildProcess,
  log: Log,
  question: number,
  milliseconds: number,
): Promise<boolean> {
  const ended = once(child, 'exit')
  const reached = new Promise<void>((done) => {
    log.onQuestion = () => {
      if (log.questions.length === question) done()
    }
  })
  await Promise.race([reached, ended])
  await Promise.race([wait(milliseconds), ended])
  child.kill('SIGKILL')
  const [, signal] = await ended
  return signal === 'SIGKILL'
}

/** Questions that came more than once in both runs together, but for the newest block. */
function repeated(before: readonly string[], after: readonly string[]): string[] {
  const seen = new Set<string>()
  return [...before, ...after].filter((question) => {
    if (NEWEST_BLOCK.test(question)) return false
    const known = seen.has(question)
    seen.add(question)
    return known
  })
}

function serve(source: SourceName, { chain }: BitcoinHeist, options: FaultyOptions): Promise<FaultyServer> {
  const { blocks } = chain
  return source === 'esplora'
    ? serveEsplora({ chain: BITCOIN_REGTEST, blocks }, options)
    : serveCore(coreAnswers({ blocks }), options)
}

/** A store with a label for the service and the source. */
async function makeStore(
  store: string,
  folder: string,
  { service }: BitcoinHeist,
  source: SourceName,
  url: string,
): Promise<void> {
  const labels = join(folder, 'labels.csv')
  const row = `${service.split(':')[2]},Example Exchange,exchange,bitcoin-regtest`
  writeFileSync(labels, `address,name,category,chain\n${row}\n`)
  const commands = [['init'], ['labels', 'add', labels], ['source', 'add', source, url]]
  for (const command of commands) {
    const { code, stderr } = await lootline([...command, '--store', store], { cwd: folder })
    if (code !== 0) throw new Error(`${command.join(' ')} ends with ${code}: ${stderr}`)
  }
}

if (process.argv[1] === import.meta.filename) {
  const [kills = '50', seed = '1'] = process.argv.slice(2)
  for (const source of SOURCES) {
    const start = performance.now()
    const { wrong, points, ...rest } = await killSoak(source, Number(kills), Number(seed))
    console.log({ ...rest, seconds: Math.round((performance.now() - start) / 1000) })
    console.log(`Questions answered before each kill: ${points.join(' ')}`)
    for (const sentence of wrong) console.log(`WRONG: ${sentence}`)
    if (wrong.length > 0) process.exitCode = 1
  }
}
