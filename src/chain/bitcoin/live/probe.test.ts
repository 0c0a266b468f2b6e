import { expect, test } from 'vitest'
import { answerOf, type Door } from '../../../net/index.ts'
import { BITCOIN, BITCOIN_CASH, LITECOIN } from '../../../units/caip.ts'
import { probeBitcoin } from './index.ts'

const GENESIS = '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f'

/** An explorer whose chain ends early. */
const young: Door = {
  shown: 'http://127.0.0.1:1',
  ask: async (question) =>
    question.path === '/block-height/0'
      ? question.read(answerOf(200, Buffer.from(GENESIS)))
      : question.read(answerOf(404, new Uint8Array())),
}

test('before block 478,559 Bitcoin and Bitcoin Cash are one chain, and the user says which it is', async () => {
  expect(await probeBitcoin(young, 'esplora', BITCOIN)).toBe(BITCOIN)
  expect(await probeBitcoin(young, 'esplora', BITCOIN_CASH)).toBe(BITCOIN_CASH)
  for (const wanted of [null, LITECOIN])
    await expect(probeBitcoin(young, 'esplora', wanted)).rejects.toMatchObject({
      data: { code: 'BITCOIN_UNKNOWN_GENESIS' },
      next: expect.stringContaining('--chain'),
    })
})
