/**
 * A flow as JSON text, piece by piece: a flow of a million hops is longer than the longest string.
 * @module
 */
import { printableJson } from '../units/text.ts'
import type { Flow } from './flow.ts'

/** Chunks of one JSON document: a member a line, long lists an element a line. Same flow, same bytes. */
export function* flowToJson(flow: Flow): Generator<string> {
  let separator = '{\n'
  for (const [key, value] of Object.entries(flow)) {
    yield `${separator}"${key}": `
    if (Array.isArray(value)) yield* list(value)
    else yield printableJson(JSON.stringify(value))
    separator = ',\n'
  }
  yield '\n}\n'
}

function* list(values: readonly unknown[]): Generator<string> {
  if (values.length === 0) {
    yield '[]'
    return
  }
  let separator = '[\n'
  for (const value of values) {
    yield `${separator}${printableJson(JSON.stringify(value))}`
    separator = ',\n'
  }
  yield '\n]'
}
