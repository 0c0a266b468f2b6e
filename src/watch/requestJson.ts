/**
 * Trace requests as JSON: amounts become strings of digits.
 * @module
 */
import type { SeedSpec, TraceRequest } from '../trace/index.ts'

export function requestToJson(request: TraceRequest): string {
  return JSON.stringify(request, (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
}

/** The inverse of {@link requestToJson}; for rows of our own database only. */
export function requestFromJson(json: string): TraceRequest {
  const { seeds, dust, ...rest } = JSON.parse(json) as TraceRequest
  return {
    ...rest,
    seeds: seeds.map((seed): SeedSpec => {
      const { amount, ...spec } = seed
      return amount === undefined ? spec : { ...spec, amount: BigInt(amount) }
    }),
    dust: dust === null ? null : { ...dust, amount: BigInt(dust.amount) },
  }
}
