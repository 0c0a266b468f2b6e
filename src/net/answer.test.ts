import { expect, test } from 'vitest'
import { answerOf } from './answer.ts'

test('a slice of an answer is a copy, also where its bytes came in a Buffer', () => {
  const { bytes } = answerOf(200, Buffer.from('abc').subarray(1))
  bytes.slice().reverse()
  expect([...bytes]).toEqual([98, 99])
})
