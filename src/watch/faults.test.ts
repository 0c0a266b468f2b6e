import { expect, test } from 'vitest'
import type { Source } from '../chain/source.ts'
import type { Transaction } from '../chain/transaction.ts'
import { BusyAnswerError, SourceError } from '../net/index.ts'
import { type Random, random } from '../simulate/random.ts'
import { plainRequest } from '../trace/index.ts'
import type { Alert } from './alert.ts'
import { openWatchDatabase } from './database.ts'
import { deliverDue } from './deliver.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { taintOf } from './plainTaint.test-suite.ts'
import { DeliveryError } from './receivers/deliveryError.ts'
import { plainBooks, sightOf } from './simulatedBooks.test-suite.ts'
import { CHAIN, createWorld, type World } from './simulatedChain.test-suite.ts'
import { explorerSource, nodeSource, type SourceFaults } from './simulatedSources.test-suite.ts'
import type { Watch } from './watch.ts'
import { createWatcher } from './watcher.ts'
import { createWatchStore, type WatchStore } from './watchStore.ts'

/** The process is gone; what it held in memory with it. */
class Killed extends Error {}

interface Scenario {
  readonly faults: number
  readonly kills: number
  readonly alerts: readonly Alert[]
  /** Every delivery that came to the receiver, answered or not. */
  readonly received: readonly string[]
  readonly world: World
  readonly outbox: Outbox
}

const ROUNDS = 40
const PLACES = ['node', 'node node', 'explorer', 'node explorer'] as const

/** One life of a watched theft, under faults of every kind, until all is well again and everything was told. */
async function live(seed: number): Promise<Scenario> {
  const draw = random(seed)
  const world = createWorld(random(seed, 1))
  const luck = random(seed, 2)
  let nowMs = 1_700_000_000_000
  let faults = 0
  let kills = 0
  let calm = false
  const clock = { now: () => nowMs, sleep: async () => {} }
  const file = openWatchDatabase(':memory:')
  const kind = PLACES[seed % PLACES.length]!

  /** One process: once it is killed, nothing it does has an effect. */
  const start = () => {
    let dead = false
    const tick = (): void => {
      if (!dead && !calm && luck.chance(1, 90)) {
        dead = true
        kills++
        faults++
      }
      if (dead) throw new Killed()
    }
    const ticked = <T extends object>(target: T, methods: readonly (keyof T)[]): T => {
      const copy = { ...target }
      for (const method of methods) {
        const real = target[method] as (...args: unknown[]) => unknown
        copy[method] = ((...args: unknown[]) => {
          tick()
          const result = real(...args)
          tick()
          return result
        }) as never
      }
      return copy
    }
    const store = ticked(createWatchStore(file), ['commit', 'intend'])
    const outbox = ticked(createOutbox(file), ['delivered', 'failed', 'due'])
    return { store, outbox, tick }
  }

  const sourceFaults = (name: string): SourceFaults & { down: number } => {
    const own = {
      down: 0,
      ask(what: string) {
        if (calm) return 'right' as const
        const place = { source: name, question: what, attempts: 1 }
        // The world does not wait until a pass has ended.
        if (luck.chance(1, 60)) happen(world, luck, () => faults++)
        if (own.down > 0 || luck.chance(1, 40)) {
          own.down = own.down > 0 ? own.down - 1 : luck.below(6)
          faults++
          if (luck.chance(1, 2)) throw new BusyAnswerError({ reason: 'HTTP status 429' }, place)
          throw new SourceError({ code: 'NET_UNREACHABLE', reason: 'ECONNREFUSED', lasting: false }, place)
        }
        if (luck.chance(1, 40)) {
          faults++
          return what === 'matches' ? ('other block' as const) : ('old' as const)
        }
        return 'right' as const
      },
    }
    return own
  }

  // What outlives a kill: the world, the ledger, the database, the receiver.
  let tick: () => void = () => {}
  const books = plainBooks(world, () => tick())
  const sources: Source[] = kind
    .split(' ')
    .map((word, i) =>
      (word === 'node' ? nodeSource : explorerSource)(world, sourceFaults(`${word} ${i}`), `${word} ${i}`),
    )
  const opened = sources.map((source) => ({ shown: source.shown, open: async () => source }))
  const alerts = new Map<string, Alert>()
  const received: string[] = []
  const open = () => ({
    shown: 'receiver',
    async deliver(alert: Alert) {
      tick()
      const chance = calm ? 9 : luck.below(10)
      if (chance < 3) {
        faults++
        throw new DeliveryError('receiver', 'HTTP status 500')
      }
      received.push(alert.key)
      const before = alerts.get(alert.key)
      if (before === undefined) alerts.set(alert.key, alert)
      else expect(alert, 'the same bytes under one key').toEqual(before)
      if (chance < 5) {
        faults++
        throw new DeliveryError('receiver', 'HTTP status 500 after it was taken')
      }
      tick()
    },
  })

  let process = start()
  tick = process.tick
  add(process.store, world, books.sight)
  let watcher = createWatcher({ store: process.store, books, sources: new Map([[CHAIN, opened]]), clock })
  const restart = (): void => {
    process = start()
    tick = process.tick
    watcher = createWatcher({ store: process.store, books, sources: new Map([[CHAIN, opened]]), clock })
  }
  const turn = async (): Promise<boolean> => {
    const work = [
      watcher.pass(CHAIN),
      deliverDue({ outbox: process.outbox, open, clock, random: () => luck.below(1000) / 1000 }),
    ] as const
    const ends = await Promise.allSettled(work)
    const failed = ends.filter((end) => end.status === 'rejected')
    for (const { reason } of failed) if (!(reason instanceof Killed)) throw reason
    if (failed.length > 0) restart()
    return ends[0].status === 'fulfilled' && ends[0].value.atTip
  }

  for (let round = 0; round < ROUNDS; round++) {
    for (let i = draw.below(4); i > 0; i--) happen(world, draw, () => faults++)
    nowMs += draw.below(120_000)
    await turn()
  }
  calm = true
  world.mine(50)
  for (let i = 0; i < 400; i++) {
    const atTip = await turn()
    nowMs += 400_000
    const { pending, dead } = process.outbox.counts()
    if (i > 5 && atTip && pending + dead === 0) break
  }
  return {
    ...{ faults, kills, received, world, outbox: process.outbox },
    alerts: [...alerts.values()].sort((a, b) => a.sequence - b.sequence),
  }
}

function happen(world: World, draw: Random, fault: () => void): void {
  const what = draw.below(20)
  if (what < 8) world.spend()
  else if (what < 15) world.mine(draw.pick([0, 50, 100]))
  else if (what < 17) {
    world.replace()
    fault()
  } else if (what < 19) {
    world.reorganise(draw.pick([1, 1, 2, 3, 5]))
    fault()
  } else world.label()
}

function add(store: WatchStore, world: World, sight: (watch: Watch) => unknown): void {
  const watch: Watch = {
    ...{ id: 'w', name: 'heist', kind: 'lot', holders: [], since: { [CHAIN]: 0 }, added: 0 },
    request: plainRequest({ seeds: [{ theft: 'heist', of: { kind: 'lot', txid: world.theft } }] }),
    receivers: [{ kind: 'command', argv: ['receiver'] }],
  }
  sight(watch)
  store.add(watch, { nowMs: 0 })
}

/** What tells one event from another in the words of an alert alone. */
function identityOf({ kind, chain, txid, asset, to, by, about }: Alert): string {
  const class_ = kind === 'split' ? 'moved' : kind
  const whom = kind === 'arrived' || kind === 'labelled' ? to[0]!.holder : null
  const label = kind === 'labelled' ? to[0]!.label!.name : null
  return JSON.stringify([class_, chain, kind === 'labelled' ? null : txid, asset?.id, whom, label, by, about])
}

/** Everything that is wrong with what was told, as sentences. */
function faultsOf({ alerts, world, outbox, received }: Scenario): string[] {
  const wrong: string[] = []
  const { pending, dead } = outbox.counts()
  if (pending + dead > 0) wrong.push(`${pending} waiting and ${dead} dead deliveries at the end`)
  if (new Set(received).size !== alerts.length)
    wrong.push('the receiver kept something else than it received')

  const keys = new Map<string, string>()
  for (const alert of alerts) {
    if (alert.kind === 'reversed' || alert.kind === 'restored') continue
    const identity = identityOf(alert)
    if (keys.has(identity)) wrong.push(`told under two keys: ${identity}`)
    keys.set(identity, alert.key)
  }

  const chain = world.best.flatMap((block) => block.transactions)
  const inChain = new Set(chain.map(({ txid }) => txid))
  const told = new Map(alerts.map((alert) => [`${identityOf(alert)}`, alert]))
  const standing = new Map<string, boolean>()
  for (const { kind, about } of alerts) {
    if (kind !== 'reversed' && kind !== 'restored') continue
    if ((standing.get(about!) ?? true) === (kind === 'restored')) wrong.push(`${kind} out of turn: ${about}`)
    standing.set(about!, kind === 'restored')
  }

  const sight = sightOf(chain, world.theft, world.labels)
  for (const { class: kind, holder, facts } of sight.events) {
    const { chain: of, txid } = facts
    const toldAs = (class_: string, whom: string | null): Alert | undefined =>
      told.get(JSON.stringify([class_, of, txid, facts.asset!.id, whom, null, null, null]))
    const moved = toldAs('moved', null)
    for (const { holder: whom } of facts.to) {
      const arrived = toldAs('arrived', whom)
      const wasMoved = moved?.to.some((party) => party.holder === whom) === true
      const what = `${kind} ${txid} ${whom}`
      if (wasMoved && arrived !== undefined) wrong.push(`told as moved and as arrived: ${what}`)
      const asLabel = alerts.some((one) => one.kind === 'labelled' && one.to[0]!.holder === whom)
      if (kind === 'arrived' && arrived === undefined && !(wasMoved && asLabel)) wrong.push(`missed: ${what}`)
      if (kind === 'moved' && arrived === undefined && !wasMoved) wrong.push(`missed: ${what}`)
    }
    const alert = holder === null ? moved : toldAs('arrived', holder)
    if (alert !== undefined && standing.get(alert.key) === false)
      wrong.push(`said to be reversed: ${kind} ${txid}`)
  }
  for (const { kind, txid, key } of alerts)
    if (['moved', 'split', 'arrived'].includes(kind) && !inChain.has(txid!) && standing.get(key) !== false)
      wrong.push(`not said to be reversed: ${kind} ${txid}`)

  wrong.push(...mempoolFaults(alerts, world, chain))
  return wrong
}

/** Alerts that take back what was said of an unconfirmed transaction; `reversed` where it was confirmed meanwhile. */
const GONE: ReadonlySet<string> = new Set(['replaced', 'dropped', 'reversed'])

function mempoolFaults(alerts: readonly Alert[], world: World, chain: readonly Transaction[]): string[] {
  const wrong: string[] = []
  const inChain = new Set(chain.map(({ txid }) => txid))
  const waiting = [...world.mempool.values()]
  const tainted = taintOf([...chain, ...waiting], world.theft, world.labels)
  const stops = (txid: string, n: number): boolean =>
    txid !== world.theft && world.labels.has(world.all.get(txid)!.outputs[n]!.holder!)
  const isBehindStop = (txid: string): boolean =>
    world.all.get(txid)!.inputs.some((input) => stops(input.txid, input.n) || isBehindStop(input.txid))
  for (const { txid, inputs } of waiting)
    if (inputs.some((input) => tainted.has(`${input.txid}:${input.n}`) && !stops(input.txid, input.n)))
      if (!alerts.some((alert) => alert.kind === 'unconfirmed' && alert.txid === txid))
        wrong.push(`unconfirmed and missed: ${txid}`)
  for (const { kind, txid } of alerts)
    if (kind === 'unconfirmed' && !inChain.has(txid!) && !world.mempool.has(txid!))
      if (!alerts.some((alert) => GONE.has(alert.kind) && alert.txid === txid) && !isBehindStop(txid!))
        // A label may have ended the interest in it after it was told.
        wrong.push(`not said to be gone: ${txid}`)
  return wrong
}

test('ten thousand seeded faults: nothing is missed, and nothing is told twice', {
  timeout: 120_000,
}, async () => {
  const total = { faults: 0, kills: 0, alerts: 0, received: 0 }
  const kinds = new Set<string>()
  for (let seed = 1; total.faults < 10_000; seed++) {
    const scenario = await live(seed)
    expect(faultsOf(scenario), `seed ${seed}`).toEqual([])
    total.faults += scenario.faults
    total.kills += scenario.kills
    total.alerts += scenario.alerts.length
    total.received += scenario.received.length
    for (const { kind } of scenario.alerts) kinds.add(kind)
  }
  expect([...kinds].sort()).toEqual(
    [
      'arrived',
      'dropped',
      'labelled',
      'moved',
      'replaced',
      'restored',
      'reversed',
      'split',
      'unconfirmed',
    ].sort(),
  )
  // The premise: processes died, and receivers were told again of what they had.
  expect(total.kills).toBeGreaterThan(500)
  expect(total.received).toBeGreaterThan(total.alerts * 1.1)
})
