import { expect, test } from 'vitest'
import { formatGrouped } from '../units/index.ts'
import type { Context } from './context.ts'
import { writeTable } from './output.ts'

test('a number keeps every digit, however many a token has', () => {
  const lines: string[] = []
  const context = { stdout: { write: (text: string) => lines.push(text) } } as unknown as Context
  const amounts = [formatGrouped(2n ** 256n - 1n, 0), formatGrouped(2n ** 256n - 1n, 255)]
  writeTable(
    context,
    [{ head: 'amount', right: true }, { head: 'name' }],
    amounts.map((amount) => [amount, 'x'.repeat(100)]),
  )
  for (const amount of amounts) expect(lines.join('')).toContain(amount)
  expect(lines.join('')).not.toContain('x'.repeat(61))
})
