/**
 * An answer's bytes as text and as JSON.
 * @module
 */
import { printable } from '../units/text.ts'
import { boundedJson } from './boundedJson.ts'
import type { Answer } from './door.ts'
import { AnswerError } from './sourceError.ts'

/** An answer of these bytes, as it came or as it was remembered. */
export function answerOf(status: number, given: Uint8Array): Answer {
  // A Buffer's slices share its memory: a reader that turns round a copy of a hash would turn it in the answer.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.length)
  const text = (): string => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch {
      throw new AnswerError({ expected: 'UTF-8', came: `${bytes.length} bytes that are none` })
    }
  }
  return {
    status,
    bytes,
    text,
    json() {
      const document = text()
      const parsed = boundedJson(document)
      if (parsed.ok) return parsed.value
      const head = document.slice(0, 500).trimStart()
      const came =
        head === '' ? 'an empty answer' : /^<(?:!doctype|html|\?xml)/i.test(head) ? 'HTML' : parsed.came
      const quote = head === '' ? '' : `: ${printable(head, 120)}`
      throw new AnswerError({ expected: 'JSON', came: came + quote, cut: parsed.cut && came !== 'HTML' })
    },
  }
}
