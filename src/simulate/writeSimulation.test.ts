import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { simulate } from './simulate.ts'
import { writeSimulation } from './writeSimulation.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lootline-simulate-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('writeSimulation', () => {
  test('writes four files, of which only the truth knows the thieves', async () => {
    const simulation = simulate({ seed: 1, model: 'account', transactions: 5_000 })
    const files = await writeSimulation(join(folder, 'new'), simulation)
    expect((await readdir(join(folder, 'new'))).sort()).toEqual([
      'account-labels.csv',
      'account-ledger.csv',
      'account-prices.csv',
      'account-truth.json',
    ])
    const ledger = await readFile(files.ledger, 'utf8')
    const rows = [...simulation.ledger].reduce((sum, { transfers }) => sum + transfers.length, 0)
    expect(ledger.trimEnd().split('\n').length).toBe(rows + 1)
    for (const word of ['theft', 'laundering', 'mule', 'Exchange']) expect(ledger).not.toContain(word)

    const truth = JSON.parse(await readFile(files.truth, 'utf8'))
    expect(truth).toMatchObject({ format: 'lootline-truth', version: 1, seed: 1, model: 'account' })
    const sum = truth.ends
      .filter(
        (end: { crossing: null; asset: string }) =>
          end.crossing === null && end.asset === truth.thefts[0].asset,
      )
      .reduce((total: bigint, { amount }: { amount: string }) => total + BigInt(amount), 0n)
    expect(sum).toBe(BigInt(truth.thefts[0].amount))

    const labels = await readFile(files.labels, 'utf8')
    expect(labels.split('\n')[0]).toBe('address,name,chain,category,confidence,source,date')
    expect(labels).toContain('Kelp Mixer')
    const prices = await readFile(files.prices, 'utf8')
    expect(prices.split('\n')[0]).toBe('Date,Symbol,Open,High,Low,Close')
    expect(prices).toContain('2024-01-01,SIM,3000.000000000000,')
  })

  test('claims to cover all holders only where nothing is dropped', async () => {
    const options = { seed: 1, model: 'utxo', transactions: 100 } as const
    const whole = await writeSimulation(folder, simulate(options))
    expect((await readFile(whole.ledger, 'utf8')).split('\n')[1]).toMatch(/,\*$/)
    const cut = await writeSimulation(folder, simulate({ ...options, dropSeconds: 86_400 }))
    expect((await readFile(cut.ledger, 'utf8')).split('\n')[1]).toMatch(/,$/)
  })
})
