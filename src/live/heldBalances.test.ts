import { describe, expect, test } from 'vitest'
import { NO_INTERNALS } from '../chain/source.ts'
import { BudgetError } from '../net/index.ts'
import type { Flow } from '../trace/index.ts'
import type { Desk } from './desk.ts'
import { heldNotes } from './heldBalances.ts'

const CHAIN = 'eip155:1'
const COIN = `${CHAIN}/slip44:60`
const TOKEN = `${CHAIN}/erc20:0x00000000000000000000000000000000000000aa`
const account = (n: number): string => `${CHAIN}:0x${n.toString(16).padStart(40, '0')}`

type Leaf = readonly [holder: string, asset: string, amount: number, reason?: string]

function flowOf(leaves: readonly Leaf[], rule = 'fifo'): Flow {
  return {
    rule,
    assets: [
      { asset: COIN, symbol: 'ETH', decimals: 0, known: true },
      { asset: TOKEN, symbol: 'USDT', decimals: 1, known: false },
    ],
    leaves: leaves.map(([holder, asset, amount, reason = 'held']) => ({
      ...{ holder, asset, amount: String(amount), reason },
    })),
  } as unknown as Flow
}

/** A node without traces, looked at up to block 9, and how often it was asked what somebody has. */
function deskOf(
  balance: (holder: string, asset: string, height: number) => Promise<bigint | null>,
  blind = [`${NO_INTERNALS}: for a test.`],
): Desk & { readonly asked: () => number } {
  let asked = 0
  const moment = { chain: CHAIN, height: 9, hash: '', time: 0, source: 'node' }
  const source = {
    balance: (...args: [string, string, number]) => {
      asked++
      return balance(...args)
    },
  }
  return {
    book: {
      used: () => [{ source: 'node', chain: CHAIN, kind: 'evm', blind }],
      holder: (holder: string) => ({ moment: null, sweep: holder.endsWith(':none') ? null : moment }),
      moments: () => [moment],
    },
    line: () => ({ ask: (_can: unknown, question: (one: typeof source) => unknown) => question(source) }),
    ...{ signal: new AbortController().signal, concurrency: 2, asked: () => asked },
  } as unknown as Desk & { asked: () => number }
}

describe('heldNotes', () => {
  test('names what is held by the flow and not by the account, over all thefts', async () => {
    const desk = deskOf(async (holder, asset, height) => {
      expect(height).toBe(9)
      return holder === account(1) ? 9n : asset === TOKEN ? 4n : 100n
    })
    const leaves: Leaf[] = [
      ...([[account(1), COIN, 5] as const, [account(1), COIN, 5] as const] satisfies Leaf[]),
      ...([[account(2), COIN, 100] as const, [account(2), TOKEN, 15] as const] satisfies Leaf[]),
      ...([
        [account(3), COIN, 101, 'service'] as const,
        [`${CHAIN}:none`, COIN, 101] as const,
      ] satisfies Leaf[]),
    ]
    const flow = flowOf(leaves)
    expect((await heldNotes(desk, () => flow)).map((note) => note.split(':')[0])).toEqual([
      '0x0000000000000000000000000000000000000001 on Ethereum is said to hold 10 ETH of traced money, and has 9 after block 9',
      '0x0000000000000000000000000000000000000002 on Ethereum is said to hold 1.5 USDT (erc20',
    ])
    expect(desk.asked()).toBe(3)
    // A bound is no sum.
    expect(await heldNotes(desk, () => flowOf(leaves.slice(0, 2), 'poison'))).toEqual([])
  })

  test('asks nothing, and makes no flow, where every source shows internal transfers', async () => {
    const desk = deskOf(async () => 0n, ['Something else.'])
    const unwanted = (): never => {
      throw new Error('a flow was made')
    }
    expect(await heldNotes(desk, unwanted)).toEqual([])
  })

  test('says how many it could not compare, and why', async () => {
    const many = flowOf(Array.from({ length: 103 }, (_, i): Leaf => [account(i + 1), COIN, 1]))
    const desk = deskOf(async () => 1n)
    const few = 'Not compared with what the accounts have: 3 amounts said to be held on Ethereum.'
    expect(await heldNotes(desk, () => many)).toEqual([`${few} At most 100 are asked for.`])
    expect(desk.asked()).toBe(100)

    const pruned = deskOf(async () => null)
    const one = flowOf([[account(1), COIN, 1]])
    expect(await heldNotes(pruned, () => one)).toEqual([expect.stringMatching(/1 amount .* does not say/)])

    const cut = deskOf(async () => {
      throw new BudgetError(7)
    })
    expect(await heldNotes(cut, () => one)).toEqual([expect.stringMatching(/1 amount .*7 calls/)])

    const broken = deskOf(async () => {
      throw new Error('a bug')
    })
    await expect(heldNotes(broken, () => one)).rejects.toThrow('a bug')
  })
})
