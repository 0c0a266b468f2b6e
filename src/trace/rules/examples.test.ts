import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { NONE } from '../../ledger/ledger.ts'
import { FIRST_THEFT, NO_POOL, RULES } from '../tape.ts'
import { RULE_KERNELS } from './index.ts'
import { reverse } from './reverse.ts'
import { rowsOf } from './slow.ref.ts'
import { type Leg, type Plan, tapeOf } from './tapes.ref.ts'

// Every worked example of docs/methods is read from its page and traced.

type Table = string[][]

/** The tables under each heading `### Accounts` or `### Outputs` of a page, without their headers. */
function examplesOf(page: string): { model: Plan['model']; tables: Table[] }[] {
  const text = readFileSync(new URL(`../../../docs/methods/${page}.md`, import.meta.url), 'utf8')
  return text
    .split('\n### ')
    .slice(1)
    .map((section) => ({
      model: section.startsWith('Accounts') ? 'account' : 'utxo',
      tables: [...section.matchAll(/(?:^\|.*\|\n?)+/gm)].map(([table]) =>
        table
          .trim()
          .split('\n')
          .slice(2)
          .map((line) =>
            line
              .split('|')
              .slice(1, -1)
              .map((cell) => cell.trim()),
          ),
      ),
    }))
}

/** `a 10, b 6 (theft)` as names, amounts and whether stolen. */
function sums(cell: string): { name: string; amount: number; stolen: boolean }[] {
  return cell
    .split(', ')
    .filter((sum) => sum !== '')
    .map((sum) => {
      const [, name, amount, theft] = /^(\w+) (\d+)( \(theft\))?$/.exec(sum)!
      return { name: name!, amount: Number(amount), stolen: theft !== undefined }
    })
}

function planOf(model: Plan['model'], ledger: Table): { plan: Plan; names: string[] } {
  const names: string[] = []
  const poolOf = (name: string): number => {
    if (name === 'outside' && model === 'account') return NO_POOL
    if (name === 'outside' || !names.includes(name)) names.push(name)
    return name === 'outside' ? names.length - 1 : names.indexOf(name)
  }
  const seeds: [number, number, number][] = []
  let credits = 0
  const ops = ledger.map(([by, to]) => {
    const debits = sums(by!).map(({ name, amount }): Leg => [poolOf(name), amount])
    const paid = sums(to!).filter(({ name }) => name !== 'fee')
    for (const { amount, stolen } of paid) {
      if (stolen) seeds.push([credits, 0, amount])
      credits++
    }
    return { debits, credits: paid.map(({ name, amount }): Leg => [poolOf(name), amount]) }
  })
  return { plan: { model, pools: names.length, ops, seeds, thefts: 1 }, names }
}

describe.each(RULES)('the page on %s', (rule) => {
  const examples = examplesOf(rule)

  test('has an example for each model the rule takes', () => {
    expect(new Set(examples.map(({ model }) => model))).toEqual(
      new Set(rule === 'libr' ? ['account'] : ['account', 'utxo']),
    )
  })

  test.each(examples)('is right about $model', ({ model, tables }) => {
    const [ledger, rest] = tables as [Table, Table]
    const { plan, names } = planOf(model, ledger)
    const tape = tapeOf(plan)
    const rows = rowsOf(RULE_KERNELS[rule](tape))
    ledger.forEach(([, , arriving], op) => {
      const got = rows.credits
        .filter((row) => row[0] === op)
        .map(
          ([, leg, , amount]) => `${leg === NONE ? 'fee' : names[tape.creditPool[Number(leg)]!]} ${amount}`,
        )
      expect(got.join(', '), `row ${op + 1}`).toBe(arriving)
    })
    const left = new Map<string, number>()
    for (const [, , , amount, pool] of rows.rest) {
      const name = names[Number(pool)]!
      left.set(name, (left.get(name) ?? 0) + Number(amount))
    }
    expect(left).toEqual(new Map(rest.map(([name, amount]) => [name!, Number(amount)])))
  })
})

test('the page on tracing backward is right', () => {
  const [{ model, tables }] = examplesOf('backward') as [{ model: Plan['model']; tables: Table[] }]
  const [ledger, answers] = tables as [Table, Table]
  const { plan } = planOf(model, ledger)
  const tape = tapeOf(plan)
  const paid = ledger.map(([, to]) => to!)
  expect(answers).toHaveLength(2)
  for (const [asked, origins] of answers) {
    const targets = { credit: Uint32Array.of(paid.indexOf(asked!)), label: Uint16Array.of(FIRST_THEFT) }
    const turned = reverse(tape, 'fifo', targets, 1)
    const found = rowsOf(RULE_KERNELS.fifo(turned.tape))
      .credits.filter((row) => row[4] === 3)
      .map(([, leg, , amount]) => `${amount} of payment ${turned.debitOf[Number(leg)]! + 1}`)
    expect(found.reverse().join(', ')).toBe(origins)
  }
})

test('libr refuses a UTXO tape and says why', () => {
  expect(() => RULE_KERNELS.libr(tapeOf({ model: 'utxo', pools: 0, ops: [] }))).toThrow(
    'libr is a rule about the balance of an account; on a UTXO chain each output is spent whole, so there is no balance to follow.',
  )
})
