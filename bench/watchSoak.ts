/**
 * The watcher in real time: the command line's own process over a real node (btcd) or an Esplora server, killed again and
 * again, while stolen coins move, are replaced and turned back, and the webhook fails half the time. At the end everything
 * that happened must have been told, under one key each.
 *
 *     node bench/watchSoak.ts [seconds, default 600] [seed] [calm]
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Transaction } from 'bitcoinjs-lib'
import { fromScript } from '../src/address/index.ts'
import { BTCD, startBtcd } from '../src/chain/bitcoin/btcd.test-suite.ts'
import { serveEsplora } from '../src/chain/bitcoin/esploraServer.test-suite.ts'
import {
  type Coin,
  coinOf,
  MATURITY,
  regtestChain,
  signed,
  testKey,
} from '../src/chain/bitcoin/regtestChain.test-suite.ts'
import { random } from '../src/simulate/random.ts'
import { BITCOIN_REGTEST } from '../src/units/caip.ts'
import type { Alert } from '../src/watch/index.ts'

const SHIM = join(import.meta.dirname, '../bin/lootline.js')
/** Keys that coins go to; the last is labelled as a service. */
const KEYS = Array.from({ length: 12 }, (_, n) => testKey(n + 1))
const SERVICE = KEYS.at(-1)!
/** Who has the stolen coin first. */
const THIEF = testKey(100)
/** Below it nodes relay no output of these scripts, with room to spare (Bitcoin Core: GetDustThreshold, 546 sats). */
const SMALLEST = 20_000
const FEE = 2000

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

/** One unconfirmed transaction of ours. */
interface Pending {
  readonly tx: Transaction
  readonly coins: readonly Coin[]
  readonly keys: readonly (typeof KEYS)[number][]
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

  // --- the chain ----------------------------------------------------------------------------------------------------
  const chain = regtestChain(seed)
  const first = chain.mine(KEYS[0]!.p2wpkh)
  for (let i = 0; i < MATURITY; i++) chain.mine(KEYS[1]!.p2pkh)
  const node = BTCD === undefined || esplora ? null : await startBtcd()
  if (node !== null) stack.defer(() => node.stop())
  await node?.submit(chain.blocks.slice(1))
  const shown = () => ({
    ...{ chain: BITCOIN_REGTEST, blocks: chain.blocks },
    mempool: [...pending.values()].map(({ tx }) => tx.toBuffer()),
  })
  const pending = new Map<string, Pending>()
  const server = node === null ? await serveEsplora(shown()) : null
  if (server !== null) stack.use(server)
  /** Transactions by id, with the keys of their outputs. */
  const all = new Map<string, Pending>()
  const times = new Map<string, { seen: number; mined: number }>()
  const stats = { blocks: 0, reorganisations: 0, replaced: 0, kills: 0, attempts: 0 }

  const pay = async (coins: readonly Coin[], fee: number): Promise<Pending | null> => {
    const total = coins.reduce((sum, { sats }) => sum + sats, 0) - fee
    const parts = draw.between(1, 3)
    const each = Math.floor(total / parts)
    if (each < SMALLEST) return null
    const keys = Array.from({ length: parts }, () => draw.pick(KEYS))
    const pays = keys.map((key, i) => ({
      script: key.p2wpkh,
      sats: i === 0 ? total - each * (parts - 1) : each,
    }))
    return { tx: await signed(coins, pays, { replaceable: true }), coins, keys }
  }
  const offer = async (one: Pending): Promise<boolean> => {
    try {
      await node?.call('sendrawtransaction', one.tx.toHex(), true)
    } catch (error) {
      log(`the node refuses: ${String(error)}`)
      return false
    }
    const id = one.tx.getId()
    pending.set(id, one)
    all.set(id, one)
    times.set(id, { seen: Date.now(), mined: 0 })
    server?.set(shown())
    return true
  }
  const mine = async (take: (tx: Transaction) => boolean): Promise<void> => {
    const confirmed = new Set(all.keys())
    for (const id of pending.keys()) confirmed.delete(id)
    const chosen: Transaction[] = []
    for (const { tx, coins } of pending.values())
      if (coins.every(({ txid }) => txid === theft.getId() || confirmed.has(txid)) && take(tx)) {
        chosen.push(tx)
        confirmed.add(tx.getId())
      }
    // To a key of its own: a node refuses the very block that it turned back.
    chain.mine(testKey(1000 + stats.blocks).p2pkh, chosen)
    stats.blocks++
    for (const tx of chosen) pending.delete(tx.getId())
    mined.push(chosen.map((tx) => tx.getId()))
  }
  /** Ids of our transactions in each block since the theft. */
  const mined: string[][] = []
  const publish = async (from: number): Promise<void> => {
    const now = Date.now()
    for (const id of mined.slice(from - base).flat()) times.get(id)!.mined = now
    await node?.submit(chain.blocks.slice(from))
    server?.set(shown())
  }
  const spendable = (): Coin[] => {
    const spent = new Set(
      [...all.values()].flatMap(({ tx, coins }) => (isAlive(tx.getId()) ? coins.map(key) : [])),
    )
    const alive = [...all.values()].filter(({ tx }) => isAlive(tx.getId()))
    const coins = [
      ...alive.flatMap(({ tx, keys }) => keys.map((owner, n) => ({ coin: coinOf(tx, n, owner), owner }))),
      { coin: coinOf(theft, 0, THIEF), owner: THIEF },
    ]
    // What a service pays out is another's.
    return coins
      .filter(({ coin, owner }) => owner !== SERVICE && !spent.has(key(coin)))
      .map(({ coin }) => coin)
  }
  const key = ({ txid, n }: Coin): string => `${txid}:${n}`
  const isAlive = (id: string): boolean => pending.has(id) || mined.some((ids) => ids.includes(id))

  const theft = await signed(
    [coinOf(first, 0, KEYS[0]!)],
    [{ script: THIEF.p2wpkh, sats: 50_0000_0000 - FEE }],
  )
  chain.mine(KEYS[1]!.p2pkh, [theft])
  const base = chain.blocks.length
  await node?.submit(chain.blocks.slice(base - 1))
  server?.set(shown())

  // --- the receiver -------------------------------------------------------------------------------------------------
  const got = new Map<string, Alert>()
  const firstMs = new Map<string, number>()
  const tried = new Set<string>()
  const faults = { on: true }
  const hook = await serveHook((body, idempotencyKey) => {
    stats.attempts++
    const alert = JSON.parse(body) as Alert
    if (idempotencyKey !== `"${alert.key}"`)
      wrong.push(`the header has another key than alert ${alert.sequence}`)
    // Every other alert fails at first, whatever happens; others by chance.
    const isFirst = !tried.has(alert.key)
    tried.add(alert.key)
    const fails = isFirst && alert.sequence % 2 === 1
    const luck = calm ? 2 : fails ? (alert.sequence >> 1) % 2 : faults.on ? draw.below(8) : 2
    if (luck === 0) return 500
    const before = got.get(alert.key)
    if (before === undefined) firstMs.set(alert.key, Date.now())
    else if (JSON.stringify(before) !== JSON.stringify(alert)) wrong.push(`two alerts under ${alert.key}`)
    got.set(alert.key, alert)
    // Taken, but the watcher never learns it.
    return luck === 1 ? null : 204
  })
  stack.defer(() => void hook.close())
  const wrong: string[] = []

  // --- the watcher --------------------------------------------------------------------------------------------------
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
  if (node === null) await cli('source', 'add', 'esplora', server!.url, '--chain', BITCOIN_REGTEST)
  else await cli('source', 'add', 'bitcoin', node.url, '--auth-env', 'SOAK_LOGIN')
  const { port } = hook.address() as AddressInfo
  await cli('trace', '--from', `heist=${theft.getId()}:0`, '--out', 'flow.json')
  log(await cli('watch', 'add', 'flow.json', '--notify', `http://127.0.0.1:${port}/hook`))
  let upSince = 0
  let watcher: ChildProcess | null = null
  const start = (): void => {
    watcher = spawn(process.execPath, [SHIM, 'watch', 'run', '--json', '--store', store], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    watcher.stderr!.on('data', (bytes: Buffer) => {
      const text = bytes.toString()
      // What it says of its progress is nothing wrong.
      if (!text.startsWith('watching: ')) wrong.push(`the watcher says: ${text.slice(0, 500)}`)
    })
    upSince = Date.now() + 2000
  }
  const stop = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    const ended = once(watcher!, 'exit')
    watcher!.kill(signal)
    await ended
  }
  start()

  // --- what happens -------------------------------------------------------------------------------------------------
  const until = Date.now() + seconds * 1000
  const downtimes: { from: number; to: number }[] = [{ from: 0, to: upSince }]
  while (Date.now() < until) {
    const what = draw.below(calm ? 14 : 20)
    if (what < 9) {
      const coins = spendable()
      const one = coins.length === 0 ? null : await pay([draw.pick(coins)], FEE)
      if (one !== null) await offer(one)
    } else if (what < 14) {
      await mine(() => draw.chance(2, 3))
      await publish(chain.blocks.length - 1)
    } else if (what < 16) {
      const old = [...pending.values()].filter(
        ({ tx }) => ![...pending.values()].some(({ coins }) => coins.some(({ txid }) => txid === tx.getId())),
      )
      if (old.length > 0) {
        const one = draw.pick(old)
        const other = await pay(one.coins, feeOf(one) + 3 * FEE)
        if (other !== null && (await offer(other))) {
          pending.delete(one.tx.getId())
          server?.set(shown())
          stats.replaced++
        }
      }
    } else if (what < 18) {
      const depth = Math.min(draw.between(1, 3), mined.length)
      if (depth > 0) {
        chain.drop(depth)
        const back = mined.splice(mined.length - depth).flat()
        const later = [...pending]
        pending.clear()
        for (const id of back) pending.set(id, all.get(id)!)
        for (const [id, one] of later) pending.set(id, one)
        const from = chain.blocks.length
        for (let i = 0; i <= depth; i++) await mine(() => draw.chance(1, 2))
        await publish(from)
        stats.reorganisations++
      }
    } else if (what === 18) {
      const from = Date.now()
      await stop('SIGKILL')
      stats.kills++
      await wait(draw.below(1500))
      start()
      downtimes.push({ from, to: upSince })
    }
    await wait(draw.below(700))
  }

  // --- all is well again --------------------------------------------------------------------------------------------
  faults.on = false
  await mine(() => true)
  await publish(chain.blocks.length - 1)
  const missing = (): string[] => {
    const told = [...got.values()]
    return mined
      .flat()
      .filter((id) => !told.some(({ kind, txid }) => (kind === 'moved' || kind === 'split') && txid === id))
  }
  for (let quiet = 0, before = -1; quiet < 6; ) {
    await wait(500)
    quiet = missing().length === 0 && got.size === before ? quiet + 1 : 0
    before = got.size
    if (Date.now() > until + 60_000) break
  }
  await stop('SIGTERM')
  wrong.push(...judge([...got.values()], mined.flat(), all, missing()))
  const alerts = JSON.parse(await cli('watch', 'alerts', '--json', '--top', '100000')) as Alert[]
  if (alerts.length !== got.size) wrong.push(`${alerts.length} alerts are stored, ${got.size} came`)

  const isCalm = (from: number, to: number): boolean =>
    !downtimes.some((down) => from < down.to && to > down.from)
  const delays = (kinds: readonly string[], at: 'seen' | 'mined'): number[] =>
    [...got.values()]
      .flatMap(({ kind, txid, key: id }) => {
        const from = times.get(txid ?? '')?.[at] ?? 0
        const to = firstMs.get(id)!
        return kinds.includes(kind) && from > 0 && to > from && isCalm(from, to) ? [to - from] : []
      })
      .sort((a, b) => a - b)
  return {
    ...{ source: node === null ? 'esplora' : 'btcd', wrong, ...stats, alerts: got.size },
    ...{ blockMs: delays(['moved', 'split'], 'mined'), mempoolMs: delays(['unconfirmed'], 'seen') },
  }
}

function feeOf({ tx, coins }: Pending): number {
  return (
    coins.reduce((sum, { sats }) => sum + sats, 0) -
    tx.outs.reduce((sum, { value }) => sum + Number(value), 0)
  )
}

function judge(
  alerts: readonly Alert[],
  chain: readonly string[],
  all: ReadonlyMap<string, Pending>,
  missing: readonly string[],
): string[] {
  const wrong = missing.map((id) => `missed: ${id}`)
  const identities = new Map<string, string>()
  const holds = new Map<string, boolean>()
  for (const { kind, txid, to, by, about, key } of alerts.toSorted((a, b) => a.sequence - b.sequence)) {
    if (kind === 'reversed' || kind === 'restored') {
      if ((holds.get(about!) ?? true) === (kind === 'restored')) wrong.push(`${kind} out of turn: ${about}`)
      holds.set(about!, kind === 'restored')
      continue
    }
    const what = kind === 'split' ? 'moved' : kind
    const identity = JSON.stringify([what, txid, what === 'arrived' ? to[0]!.holder : null, by])
    if (identities.has(identity)) wrong.push(`told under two keys: ${identity}`)
    identities.set(identity, key)
  }
  const inChain = new Set(chain)
  for (const { kind, txid, key } of alerts)
    if (['moved', 'split', 'arrived'].includes(kind) && (holds.get(key) ?? true) !== inChain.has(txid!))
      wrong.push(`${inChain.has(txid!) ? 'said to be reversed' : 'not said to be reversed'}: ${kind} ${txid}`)
  for (const id of chain)
    if (
      all.get(id)!.keys.includes(SERVICE) &&
      !alerts.some(({ kind, txid }) => kind === 'arrived' && txid === id)
    )
      wrong.push(`its arrival was missed: ${id}`)
  return wrong
}

/** `answer` gives a status, or null for a connection that is cut. */
async function serveHook(answer: (body: string, key: string | undefined) => number | null): Promise<Server> {
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const status = answer(body, request.headers['idempotency-key'] as string | undefined)
      if (status === null) request.socket.destroy()
      else response.writeHead(status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
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
