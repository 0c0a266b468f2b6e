import { expect, test } from 'vitest'
import { BITCOIN } from '../units/caip.ts'
import { anything, createChainLine } from './chainLine.ts'

test('a chain that nobody can be asked about is called by its name', async () => {
  const line = (lies: readonly string[]) =>
    createChainLine(BITCOIN, {
      sources: lies.map((name) => ({
        ...{ name, shown: name, chain: BITCOIN, kind: 'esplora' as const },
        open: async () => expect.unreachable(),
      })),
      onUse: () => {},
      settle: async () => false,
      lieOf: () => 'two blocks of one height',
      onLie: async () => {},
      lastTip: () => null,
    })
  const ask = (of: ReturnType<typeof line>) => of.ask(anything, async () => null)
  await expect(ask(line([]))).rejects.toThrow('no source of Bitcoin can be asked this')
  await expect(ask(line(['one']))).rejects.toThrow('no source of Bitcoin is left: one')
})
