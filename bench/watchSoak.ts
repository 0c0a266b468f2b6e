/**
 * The watcher in real time: the command line's own process over a real node (btcd) or an Esplora server, killed again and
 * again, while stolen coins move, are replaced and turned back, traces run beside it, and the webhook fails half the time. At the end everything
 * that happened must have been told, under one key each.
 *
 *     node bench/watchSoak.ts [seconds, default 600] [seed] [calm]
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fromScript } from '../src/address/index.ts'
import { random } from '../src/simulate/random.ts'
import { BITCOIN_REGTEST } from '../src/units/caip.ts'
import type { Alert } from '../src/watch/index.ts'
import { SERVICE, type SoakChain, startSoakChain } from './soakChain.ts'
import { type SoakHook, startSoakHook } from './soakHook.ts'
import { judge, missing } from './soakJudge.ts'

const SHIM = join(import.meta.dirname, '../bin/lootline.js')

export interface SoakVerdict {
  readonly source: 'btcd' | 'esplora'
  /** Sentences about what went wrong; none is what is hoped for. */
  readonly wrong: readonly string[]
  readonly blocks: number
  readonly reorganisations: number
  readonly replaced: number
  readonly kills: number
  readonly alerts: number
  /** Deliveries that came to the webhook, those refused included. */
  readonly attempts: number
  /** Milliseconds from a block, or a transaction, to the webhook, where neither was down; ascending. */
  readonly blockMs: readonly number[]
  readonly mempoolMs: readonly number[]
}

export interface SoakOptions {
  readonly seconds: number
  readonly seed: number
  readonly log: (line: string) => void
  /** An Esplora server though there is a node. */
  readonly esplora?: boolean
  /** Nothing fails, nothing is killed or turned back: for the delays. */
  readonly calm?: boolean
}

/** When the watcher was down, in milliseconds. */
interface Downtime {
  readonly from: number
  readonly to: number
}

export async function soak({
  seconds,
  seed,
  log,
  esplora = false,
  calm = false,
}: SoakOptions): Promise<SoakVerdict> {
  const draw = random(seed)
  const folder = mkdtempSync(join(tmpdir(), 'lootline-soak-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const chain = stack.use(await startSoakChain(draw, seed, esplora, log))
  const hook = stack.use(await startSoakHook(draw, calm))
  const wrong: string[] = []

  const env = { ...process.env, SOAK_LOGIN: 'test:secret', NO_COLOR: '1' }
  const store = join(folder, 'store')
  const cli = async (...args: string[]): Promise<string> => {
    const child = spawn(process.execPath, [SHIM, ...args, '--store', store], { env, cwd: folder })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text))
    const [code] = (await once(child, 'close')) as [number]
    if (code !== 0) throw new Error(`lootline ${args.join(' ')}: ${code}\n${said}`)
    return said
  }
  const address = fromScript(SERVICE.p2wpkh, BITCOIN_REGTEST)!
  writeFileSync(
    join(folder, 'labels.csv'),
    `address,name,chain,category,confidence\n${address},Test exchange,${BITCOIN_REGTEST},exchange,service_data\n`,
  )
  await cli('init')
  await cli('labels', 'add', 'labels.csv')
  if (chain.source === 'esplora') await cli('source', 'add', 'esplora', chain.url, '--chain', BITCOIN_REGTEST)
  else await cli('source', 'add', 'bitcoin', chain.url, '--auth-env', 'SOAK_LOGIN')
  const trace = (out: string): Promise<string> =>
    cli('trace', '--from', `heist=${chain.theft}:0`, '--refresh', '--out', out)
  await trace('flow.json')
  log(await cli('watch', 'add', 'flow.json', '--notify', hook.url))

  let watcher: ChildProcess | null = null
  /** Gives when it can be taken to be up. */
  const start = (): number => {
    watcher = spawn(process.execPath, [SHIM, 'watch', 'run', '--json', '--store', store], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    watcher.stderr!.on('data', (bytes: Buffer) => {
      const text = bytes.toString()
      // What it says of its progress is nothing wrong.
      if (!text.startsWith('watching: ')) wrong.push(`the watcher says: ${text.slice(0, 500)}`)
    })
    return Date.now() + 2000
  }
  const stop = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const ended = once(watcher!, 'exit')
    watcher!.kill(signal)
    await ended
  }
  const downtimes: Downtime[] = [{ from: 0, to: start() }]

  const until = Date.now() + seconds * 1000
  while (Date.now() < until) {
    const what = draw.below(calm ? 14 : 20)
    if (what < 9) await chain.spend()
    else if (what < 14) await chain.mine([2, 3])
    else if (what < 16) await chain.replace()
    else if (what < 18) await chain.reorganise()
    else if (what === 18) {
      const from = Date.now()
      await stop('SIGKILL')
      await wait(draw.below(1500))
      downtimes.push({ from, to: start() })
    } else await trace('beside.json')
    await wait(draw.below(700))
  }

  // All is well again.
  hook.calm()
  await chain.mine([1, 1])
  for (let quiet = 0, before = -1; quiet < 6; ) {
    await wait(500)
    const isTold = missing(hook.got.values(), chain.confirmed(), chain.all).length === 0
    quiet = isTold && hook.got.size === before ? quiet + 1 : 0
    before = hook.got.size
    if (Date.now() > until + 60_000) break
  }
  await stop('SIGTERM')
  wrong.push(...hook.wrong, ...judge([...hook.got.values()], chain.confirmed(), chain.all))
  const alerts = JSON.parse(await cli('watch', 'alerts', '--json', '--top', '100000')) as Alert[]
  if (alerts.length !== hook.got.size) wrong.push(`${alerts.length} alerts are stored, ${hook.got.size} came`)
  return {
    ...{ source: chain.source, wrong, ...chain.counts, kills: downtimes.length - 1 },
    ...{ alerts: hook.got.size, attempts: hook.attempts() },
    blockMs: delays(hook, chain, downtimes, ['moved', 'split', 'arrived'], 'mined'),
    mempoolMs: delays(hook, chain, downtimes, ['unconfirmed'], 'seen'),
  }
}

function delays(
  { got, firstMs }: SoakHook,
  { times }: SoakChain,
  downtimes: readonly Downtime[],
  kinds: readonly string[],
  at: 'seen' | 'mined',
): number[] {
  const wasUp = (from: number, to: number): boolean =>
    !downtimes.some((down) => from < down.to && to > down.from)
  return [...got.values()]
    .flatMap(({ kind, txid, key }) => {
      const from = times.get(txid ?? '')?.[at] ?? 0
      const to = firstMs.get(key)!
      return kinds.includes(kind) && from > 0 && to > from && wasUp(from, to) ? [to - from] : []
    })
    .sort((a, b) => a - b)
}

/** `median / 95th percentile / largest` of some. */
function spread(sorted: readonly number[]): string {
  if (sorted.length === 0) return 'none'
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!
  return `${at(0.5)} / ${at(0.95)} / ${at(1)} ms of ${sorted.length}`
}

if (process.argv[1] === import.meta.filename) {
  const [seconds = '600', seed = '1', how] = process.argv.slice(2)
  const { wrong, blockMs, mempoolMs, ...rest } = await soak({
    ...{ seconds: Number(seconds), seed: Number(seed), calm: how === 'calm', log: console.log },
  })
  console.log(rest)
  console.log(`block to webhook: ${spread(blockMs)}; mempool to webhook: ${spread(mempoolMs)}`)
  for (const sentence of wrong) console.log(`WRONG: ${sentence}`)
  console.log(
    wrong.length === 0 ? 'Nothing was missed and nothing told twice.' : `${wrong.length} things are wrong.`,
  )
  process.exitCode = wrong.length === 0 ? 0 : 1
}
