/**
 * Flow files, versions 1 and 2 (docs/formats/flow.md), read with distrust: every field checked, sums checked again.
 * @module
 */
import { z } from 'zod'
import { LootlineError } from '../errors.ts'
import { FLOW_FORMAT, FLOW_VERSION, type Flow, LEAF_REASONS, RULES } from '../trace/index.ts'
import { printable } from '../units/index.ts'

/** A flow is 6 deep: document, coverage, unknownOrigin, entry, holders, holder. */
const MAX_DEPTH = 16
/** A hop has 13 values in some 450 bytes: the largest file that is read, 500 MB, has fewer. */
const MAX_VALUES = 20_000_000

/** A uint256 has 78 digits; sums of many have a few more. */
const amount = z.string().regex(/^\d{1,90}$/, 'a whole number of base units, as a string of digits')
const cents = z.string().regex(/^(?:\d{1,90}|unpriced)$/, 'whole cents as a string of digits, or "unpriced"')
const text = z.string()
/** Unix seconds that a date can show; 2^53 / 1000 is past year 200,000. */
const time = z.number().min(-8.64e12).max(8.64e12).nullable()
const count = z.number().int().min(0)
const reason = z.enum(LEAF_REASONS)
const txids = z.array(text)

const label = z.object({
  name: text,
  entity: text.nullable(),
  category: text.nullable(),
  stop: z.enum(['service', 'mixer', 'bridge', 'sanctioned']).nullable(),
  confidence: z.number().min(0).max(100),
  source: text,
  url: text.nullable(),
  date: text.nullable(),
  inferred: z.boolean(),
  caseInsensitive: z.boolean(),
})

const when = { firstTime: time, lastTime: time }
const place = { theft: text, chain: text, asset: text, holder: text, amount }

const schema = z.object({
  format: z.literal(FLOW_FORMAT),
  version: z.literal(FLOW_VERSION),
  lootline: text,
  rule: z.enum(RULES),
  direction: z.enum(['forward', 'backward']),
  options: z.object({
    maxHops: count.nullable(),
    dust: amount.nullable(),
    until: time,
    busy: count,
    minConfidence: z.number(),
    passThrough: z.array(text),
    followSwaps: z.boolean(),
    followCrossings: z.boolean(),
    refuseSwaps: z.array(text),
    seedMode: z.enum(['auto', 'received', 'missing']),
  }),
  // EIP-20: decimals is a uint8.
  assets: z.array(
    z.object({ asset: text, symbol: text, decimals: z.number().int().min(0).max(255), known: z.boolean() }),
  ),
  seeds: z.array(
    z.object({
      ...place,
      ...when,
      basis: z.enum(['received', 'missing', 'lot', 'swap', 'crossing']),
      usd: cents,
      txids,
      from: z
        .object({
          chain: text,
          asset: text,
          amount,
          txid: text,
          holder: text.nullable(),
          how: z.enum(['balance', 'identifier', 'analyst', 'candidate']),
          protocol: text.nullable(),
          confidence: z.number().min(0).max(100),
          evidence: text,
        })
        .exactOptional(),
    }),
  ),
  leaves: z.array(
    z.object({
      ...place,
      ...when,
      reason,
      labels: z.array(label),
      usd: cents,
      usdAtArrival: cents,
      txids,
      into: z.array(z.object({ asset: text, amount, txid: text, holder: text })).exactOptional(),
      window: z.object({ from: z.number(), to: z.number() }).exactOptional(),
      busy: z.object({ transactions: count, atLeast: z.boolean() }).exactOptional(),
      deposits: z
        .array(z.object({ holder: text, amount, confidence: z.number(), rule: text }))
        .exactOptional(),
    }),
  ),
  balance: z.array(
    z.object({
      theft: text,
      asset: text,
      stolen: amount,
      accounted: amount,
      stolenUsd: cents,
      accountedUsd: cents,
      byReason: z.partialRecord(reason, amount),
      bound: z.boolean(),
    }),
  ),
  hops: z.array(
    z.object({
      theft: text,
      txid: text,
      chain: text,
      time,
      height: z.number().nullable(),
      asset: text,
      from: text,
      to: text,
      amount,
      of: amount,
      usd: cents,
      stop: reason.exactOptional(),
    }),
  ),
  holders: z.array(z.object({ holder: text, labels: z.array(label) })),
  collisions: z.array(
    z.object({ first: text, claimant: text, txid: text, holder: text, asset: text, amount }),
  ),
  prices: z.array(
    z.object({
      symbol: text,
      day: text,
      usd: text,
      low: text.nullable(),
      high: text.nullable(),
      source: text,
      disputedBy: z.array(text),
    }),
  ),
  coverage: z.object({
    transactions: count,
    movements: count,
    holders: count,
    ledgerTransactions: count,
    firstTime: time,
    lastTime: time,
    ties: count,
    unknownOrigin: z.array(
      z.object({
        asset: text,
        amount,
        holders: z.array(z.object({ holder: text, amount })),
        more: z.object({ holders: count, amount }),
      }),
    ),
    unknownPrevouts: count,
    holdersWhole: count,
    holdersPartial: count,
    sources: z.array(
      z.object({
        role: z.enum(['ledger', 'live', 'labels', 'prices']),
        name: text,
        sha256: text,
        date: text.nullable(),
        detail: text,
      }),
    ),
    uncountedReceipts: z.array(z.object({ theft: text, asset: text, amount })),
    notes: z.array(text),
  }),
}) satisfies z.ZodType<Flow>

/**
 * @param file Name for messages only.
 * @throws BadFlowError for what is no JSON, no flow, another version, or a field that is wrong.
 * @throws UnbalancedFlowError where seeds, leaves and balance do not agree to the last unit.
 */
export function readFlow(text: string, file: string): Flow {
  let value: unknown
  if (isUnbounded(text)) {
    throw new BadFlowError(file, '', `nested deeper than ${MAX_DEPTH}, or of more than ${MAX_VALUES} values`)
  }
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new BadFlowError(
      file,
      '',
      `not JSON (${printable(String(cause instanceof Error ? cause.message : cause), 120)})`,
    )
  }
  const head: { format?: unknown; version?: unknown; options?: unknown } =
    typeof value === 'object' && value !== null ? value : {}
  if (head.format !== FLOW_FORMAT) throw new BadFlowError(file, 'format', `expected "${FLOW_FORMAT}"`)
  if (head.version !== 1 && head.version !== FLOW_VERSION) {
    throw new BadFlowError(
      file,
      'version',
      `got ${printable(String(head.version), 40)}, expected 1 or ${FLOW_VERSION}`,
    )
  }
  const result = schema.safeParse(head.version === 1 ? fromVersion1(head) : value)
  if (!result.success) {
    const issue = result.error.issues[0]
    throw new BadFlowError(
      file,
      printable((issue?.path ?? []).join('.'), 80),
      printable(issue?.message ?? 'invalid', 160),
    )
  }
  assertSums(result.data, file)
  return result.data
}

/** Version 1 has no swaps and no crossings. */
function fromVersion1(flow: { readonly options?: unknown }): unknown {
  const { options } = flow
  if (typeof options !== 'object' || options === null) return flow
  const none = { followSwaps: false, followCrossings: false, refuseSwaps: [] }
  return { ...flow, version: FLOW_VERSION, options: { ...none, ...options } }
}

/** Counted before anything is made of it: 100 MB of opening brackets took `JSON.parse` 5.5 GB. */
function isUnbounded(text: string): boolean {
  let depth = 0
  let values = 0
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c === 34) {
      for (i++; i < text.length && text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++
    } else if (c === 44) values++
    else if (c === 91 || c === 123) {
      values++
      depth++
    } else if (c === 93 || c === 125) depth--
    if (depth > MAX_DEPTH || values > MAX_VALUES) return true
  }
  return false
}

/** The balance is the proof; a report repeats it only after adding it up again. */
function assertSums(flow: Flow, file: string): void {
  const key = (row: { theft: string; asset: string }): string => JSON.stringify([row.theft, row.asset])
  const sums = (rows: readonly { theft: string; asset: string; amount: string }[]): Map<string, bigint> => {
    const out = new Map<string, bigint>()
    for (const row of rows) out.set(key(row), (out.get(key(row)) ?? 0n) + BigInt(row.amount))
    return out
  }
  const seeds = sums(flow.seeds)
  const leaves = sums(flow.leaves)
  const rows = new Map(flow.balance.map((row) => [key(row), row]))
  for (const id of new Set([...seeds.keys(), ...leaves.keys(), ...rows.keys()])) {
    const row = rows.get(id)
    const [seeded, reached] = [seeds.get(id) ?? 0n, leaves.get(id) ?? 0n]
    if (row === undefined || seeded !== BigInt(row.stolen)) {
      throw new UnbalancedFlowError(file, id, 'seeds', seeded, row?.stolen ?? '0')
    }
    if (reached !== BigInt(row.accounted)) {
      throw new UnbalancedFlowError(file, id, 'leaves', reached, row.accounted)
    }
    if (!row.bound && row.stolen !== row.accounted) {
      throw new UnbalancedFlowError(file, id, 'accounted', BigInt(row.accounted), row.stolen)
    }
  }
}

/** A file that is not a flow of this version. */
export class BadFlowError extends LootlineError<{
  readonly code: 'REPORT_BAD_FLOW'
  readonly file: string
  readonly place: string
  readonly problem: string
}> {
  override readonly name = 'BadFlowError'
  constructor(file: string, place: string, problem: string) {
    super(
      { code: 'REPORT_BAD_FLOW', file, place, problem },
      `${printable(file)}${place === '' ? '' : `, ${place}`}: ${problem}.`,
      'Give a flow file that `lootline trace --out` of this version has written.',
    )
  }
}

/** A flow whose parts do not add up: changed by hand, cut off, or a bug. */
export class UnbalancedFlowError extends LootlineError<{
  readonly code: 'REPORT_UNBALANCED_FLOW'
  readonly file: string
  readonly row: string
  readonly part: string
  readonly got: bigint
  readonly expected: string
}> {
  override readonly name = 'UnbalancedFlowError'
  constructor(file: string, row: string, part: string, got: bigint, expected: string) {
    super(
      { code: 'REPORT_UNBALANCED_FLOW', file, row, part, got, expected },
      `${printable(file)}: ${part} of ${printable(row, 120)} sum up to ${got}, but the balance says ${expected}.`,
      'Make the flow again with `lootline trace`; do not use this file.',
    )
  }
}
