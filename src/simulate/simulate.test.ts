import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseHolder } from '../address/index.ts'
import type { Transaction } from '../chain/transaction.ts'
import { type SimulateOptions, type Simulation, simulate } from './index.ts'
import { SCENARIOS, scenario } from './scenario.ts'
import { toTruthJson } from './truth.ts'

const SMALL: readonly SimulateOptions[] = [
  { seed: 1, model: 'account', transactions: 1_500, thefts: 2, dust: 3, commingle: true },
  {
    seed: 1,
    model: 'utxo',
    transactions: 1_500,
    thefts: 2,
    dust: 3,
    commingle: true,
    coinjoinPerThousand: 50,
  },
]

function digest(simulation: Simulation): string {
  const hash = createHash('sha256')
  const text = (value: unknown): string =>
    JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
  for (const transaction of simulation.ledger) hash.update(`${text(transaction)}\n`)
  hash.update(text([simulation.labels, simulation.prices, simulation.seeds]))
  hash.update(toTruthJson(simulation.truth))
  return hash.digest('hex').slice(0, 16)
}

function holdersOf({ transfers, inputs, outputs }: Transaction): string[] {
  return [
    ...transfers.flatMap(({ from, to }) => [from, to]),
    ...inputs.map(({ holder }) => holder ?? null),
    ...outputs.map(({ holder }) => holder),
  ].filter((holder) => holder !== null)
}

describe('simulate', () => {
  test('gives the same bytes for the same options, and others for another seed', () => {
    expect(SMALL.map((options) => digest(simulate(options)))).toMatchInlineSnapshot(`
      [
        "12c6e678bebf9a35",
        "49f37362f7947adc",
      ]
    `)
    expect(scenario('demo').map(digest)).toMatchInlineSnapshot(`
      [
        "a4c71a3a3da3f2a1",
        "c429d6f558a4a16a",
      ]
    `)
    expect(digest(simulate({ ...SMALL[0]!, seed: 2 }))).not.toBe(digest(simulate(SMALL[0]!)))
  })

  test('can be read twice', () => {
    const { ledger } = simulate({ seed: 3, model: 'utxo', transactions: 200 })
    expect([...ledger]).toEqual([...ledger])
  })

  test.each(SMALL)('is in chain order, with every transaction id once ($model)', (options) => {
    const seen = new Set<string>()
    let [height, index] = [-1, 0]
    for (const transaction of simulate(options).ledger) {
      const inOrder =
        transaction.height! > height || (transaction.height === height && transaction.index === index + 1)
      expect(inOrder, transaction.txid).toBe(true)
      if (transaction.height! > height) expect(transaction.index).toBe(0)
      height = transaction.height!
      index = transaction.index!
      seen.add(transaction.txid)
    }
    expect(seen.size).toBe([...simulate(options).ledger].length)
  })

  test('never lets an account owe: issued is held plus fees, for every asset that is not a counterfeit', () => {
    const { ledger, assets } = simulate(SMALL[0]!)
    const real = new Set(assets.filter(({ known }) => known).map(({ id }) => id))
    const held = new Map<string, bigint>()
    const totals = { issued: 0n, fees: 0n }
    for (const { txid, transfers } of ledger) {
      for (const { from, to, asset, amount, kind } of transfers) {
        if (!real.has(asset)) continue
        const add = (holder: string, change: bigint): void => {
          const key = `${holder} ${asset}`
          const now = (held.get(key) ?? 0n) + change
          expect(now >= 0n, `${key} in ${txid}`).toBe(true)
          held.set(key, now)
        }
        if (from === null) totals.issued += amount
        else add(from, -amount)
        if (to === null) totals.fees += amount
        else add(to, amount)
        expect(to === null).toBe(kind === 'fee')
      }
    }
    expect([...held.values()].reduce((sum, amount) => sum + amount, totals.fees)).toBe(totals.issued)
    expect(totals.fees > 0n).toBe(true)
  })

  test('spends every output once, as it was made: mined is held plus fees', () => {
    const unspent = new Map<string, { holder: string | null; amount: bigint }>()
    let [mined, fees] = [0n, 0n]
    for (const { txid, inputs, outputs } of simulate(SMALL[1]!).ledger) {
      let left = 0n
      for (const { txid: from, n, holder, amount } of inputs) {
        expect(unspent.get(`${from}:${n}`), `${from}:${n}`).toEqual({ holder, amount })
        unspent.delete(`${from}:${n}`)
        left += amount!
      }
      for (const [n, output] of outputs.entries()) {
        left -= output.amount
        unspent.set(`${txid}:${n}`, output)
      }
      if (inputs.length === 0) mined -= left
      else {
        expect(left > 0n, `fee of ${txid}`).toBe(true)
        fees += left
      }
    }
    expect([...unspent.values()].reduce((sum, { amount }) => sum + amount, fees)).toBe(mined)
  })

  test.each(SMALL)('has only valid addresses in canonical form ($model)', (options) => {
    const holders = new Set([...simulate(options).ledger].flatMap(holdersOf))
    for (const holder of holders) expect(parseHolder(holder), holder).toBe(holder)
    expect(holders.size).toBeGreaterThan(500)
  })

  test.each(SMALL)(
    'labels no thief and no deposit address, and the thieves only pay labelled exchanges ($model)',
    (options) => {
      const { labels, truth } = simulate(options)
      const secret = new Set([...truth.controlled, ...truth.deposits.map(({ holder }) => holder)])
      expect(labels.filter(({ holder }) => secret.has(holder))).toEqual([])
      const named = labels.map(({ name }) => name)
      for (const { exchange } of truth.deposits) expect(named).toContain(`${exchange} hot wallet`)
    },
  )

  test.each(SMALL)('has every kind of end and of traffic ($model)', (options) => {
    const { annotated, truth } = simulate(options)
    const kinds = new Set(truth.ends.map(({ kind }) => kind))
    const common = ['exchange-deposit', 'mixer', 'bridge', 'dust', 'held', 'fee']
    expect([...kinds].sort()).toEqual([...common, ...(options.model === 'account' ? ['swap'] : [])].sort())
    const activities = new Set([...annotated].map(({ activity }) => activity))
    const own = options.model === 'account' ? ['swap', 'gas', 'poisoning'] : ['coinjoin', 'consolidation']
    for (const activity of [
      'issue',
      'payment',
      'deposit',
      'sweep',
      'withdrawal',
      'theft',
      'laundering',
      ...own,
    ])
      expect(activities, activity).toContain(activity)
  })

  test('marks change that its payer owns, at every place among the outputs', () => {
    const places = new Set<number>()
    const { annotated, truth } = simulate({ seed: 4, model: 'utxo', transactions: 2_000 })
    const told = new Map(truth.change.map(({ txid, n }) => [txid, n]))
    for (const { transaction, change, payers, payees, activity } of annotated) {
      if (activity === 'laundering' || activity === 'mixer-deposit') {
        expect(told.get(transaction.txid) ?? change, transaction.txid).toBe(change)
      }
      if (change === null) continue
      expect(payees[change], transaction.txid).toBe(payers[0])
      if (activity === 'payment') places.add(change)
    }
    expect([...places].sort()).toEqual([0, 1])
  })

  test('makes look-alikes that share four leading and six trailing digits, of all three kinds', () => {
    const { truth, ledger, assets } = simulate({ seed: 6, model: 'account', poisonings: 40 })
    const ends = (holder: string) => {
      const hex = holder.slice(holder.indexOf('0x') + 2).toLowerCase()
      return `${hex.slice(0, 4)}…${hex.slice(-6)}`
    }
    for (const { holder, imitates } of truth.lookAlikes) {
      expect(ends(holder)).toBe(ends(imitates))
      expect(holder).not.toBe(imitates)
    }
    expect(new Set(truth.lookAlikes.map(({ kind }) => kind)).size).toBe(3)
    const counterfeits = new Set(assets.filter(({ known }) => !known).map(({ id }) => id))
    const transfers = [...ledger].flatMap(({ transfers }) => transfers)
    expect(transfers.some(({ asset }) => counterfeits.has(asset))).toBe(true)
    expect(transfers.some(({ amount, kind }) => amount === 0n && kind === 'token')).toBe(true)
  })

  test('drops the beginning on request, and with it the origin of money', () => {
    const whole = [...simulate(SMALL[0]!).ledger]
    const { ledger, settings, seeds } = simulate({ ...SMALL[0]!, dropSeconds: 86_400 })
    const cut = [...ledger]
    expect(cut).toEqual(whole.filter(({ time }) => time! >= settings.startTime + 86_400))
    expect(cut.length).toBeLessThan(whole.length)
    expect(cut.some(({ txid }) => txid === seeds[0]?.txid)).toBe(true)
  })

  test('ends even where one transaction is asked for over ten years: gaps beyond 2^32 ms once hung the generator', () => {
    const { ledger } = simulate({
      seed: 1_649_469_782,
      model: 'account',
      transactions: 1,
      days: 3_650,
      thefts: 1,
    })
    expect([...ledger].length).toBeGreaterThan(100)
  })

  test('walks prices day by day, with the stablecoin at one dollar', () => {
    const { prices } = simulate({ seed: 1, model: 'account', days: 30 })
    const of = (symbol: string) => prices.filter((bar) => bar.symbol === symbol)
    expect(of('SIM').length).toBeGreaterThan(30)
    for (const { lowE12, highE12, openE12, closeE12, day } of prices)
      expect(lowE12 <= openE12 && lowE12 <= closeE12 && highE12 >= openE12 && highE12 >= closeE12, day).toBe(
        true,
      )
    expect(new Set(of('SIMUSD').map(({ closeE12 }) => closeE12))).toEqual(new Set([10n ** 12n]))
    expect(new Set(of('SIM').map(({ closeE12 }) => closeE12)).size).toBeGreaterThan(25)
  })

  test('carries what crossed the bridge over to the other chain in the demo', () => {
    const [account, utxo] = scenario('demo')
    const bridged = account!.truth.ends.filter(({ kind }) => kind === 'bridge').map(({ txid }) => txid)
    const arrived = utxo!.truth.crossings.filter(({ kind }) => kind === 'bridge').map(({ gave }) => gave.txid)
    expect(arrived.length).toBeGreaterThan(0)
    for (const txid of arrived) expect(bridged).toContain(txid)
    expect(SCENARIOS).toContain('demo')
  })
})
