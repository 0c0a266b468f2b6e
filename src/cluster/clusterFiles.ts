/**
 * The files of a clustering: `docs/formats/clusters.md`. What `clusters.json` does not name does not count, and replacing it
 * is the only way a clustering changes.
 * @module
 */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { LootlineError } from '../errors.ts'
import { writeJson } from '../ledger/chain/writeJson.ts'
import type { ChangeLinkRule } from './evidence.ts'
import { CHANGE_LINK_RULES, type LinkSettings } from './linkSettings.ts'

const FORMAT = 'lootline-clusters'
const VERSION = 1
const FILE = 'clusters.json'

/** Bytes of a link: u32 address, u32 address, u32 transaction, u32 rule. */
export const LINK_BYTES = 16
/** Bytes of an address's name: u32. */
export const NAME_BYTES = 4

/** What was made of one section of the source. */
export interface SectionRecord {
  readonly identity: string
  readonly transactions: number
  readonly addresses: number
  /** Column of the links that its transactions made, in the order they were made. */
  readonly file: string
  readonly links: number
  /** Transactions with two payers or more that linked nothing, and that linked though of PayJoin's shape. */
  readonly coinJoins: number
  readonly payJoins: number
}

export interface ClusterRecord {
  readonly format: typeof FORMAT
  readonly version: typeof VERSION
  /** Grows by one with every build; names of new files carry it. */
  readonly generation: number
  readonly settings: LinkSettings
  readonly sections: readonly SectionRecord[]
  /** Links by rules that ask what became later: made anew by every build; null where no such rule was chosen. */
  readonly later: { readonly file: string; readonly links: number } | null
  /** Column of the name of every address's cluster: its smallest address. */
  readonly names: string
  readonly transactions: number
  readonly addresses: number
  readonly clusters: number
  /** Null where counting would have taken more memory than was given. */
  readonly largest: { readonly name: number; readonly members: number } | null
}

const count: z.ZodType<number> = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const file: z.ZodType<string> = z.string().regex(/^[a-z0-9-]{1,64}$/)
const recordSchema: z.ZodType<ClusterRecord> = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  generation: count,
  settings: z.strictObject({
    coinJoin: z.boolean(),
    payJoin: z.boolean(),
    change: z.array(z.enum(CHANGE_LINK_RULES as [ChangeLinkRule, ...ChangeLinkRule[]])),
    refused: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
  }),
  sections: z.array(
    z.strictObject({
      ...{ identity: z.string().max(200), transactions: count, addresses: count, file },
      ...{ links: count, coinJoins: count, payJoins: count },
    }),
  ),
  later: z.strictObject({ file, links: count }).nullable(),
  ...{ names: file, transactions: count, addresses: count, clusters: count },
  largest: z.strictObject({ name: count, members: count }).nullable(),
})

/** Undefined where the folder holds no clustering. @throws {ClusterFileError} */
export function readRecord(folder: string): ClusterRecord | undefined {
  const path = join(folder, FILE)
  if (!existsSync(path)) return undefined
  try {
    return recordSchema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    throw new ClusterFileError(path, `this is no clustering of version ${VERSION}`, error)
  }
}

export function commitRecord(
  folder: string,
  record: Omit<ClusterRecord, 'format' | 'version'>,
): ClusterRecord {
  const whole: ClusterRecord = { format: FORMAT, version: VERSION, ...record }
  writeJson(join(folder, FILE), whole)
  return whole
}

/** Deletes the columns that a record does not name. */
export function tidyFiles(folder: string, record: ClusterRecord | undefined): void {
  const named = new Set([
    record?.names,
    record?.later?.file,
    ...(record?.sections ?? []).map((section) => section.file),
  ])
  for (const name of readdirSync(folder))
    if (/^(?:links|later|names)-[0-9-]+$/.test(name) && !named.has(name)) rmSync(join(folder, name))
}

/** A clustering that is damaged or of another version. */
export class ClusterFileError extends LootlineError<{
  readonly code: 'CLUSTER_BAD_FILE'
  readonly file: string
  readonly reason: string
}> {
  override readonly name = 'ClusterFileError'
  constructor(path: string, reason: string, cause?: unknown) {
    super(
      { code: 'CLUSTER_BAD_FILE', file: path, reason },
      `${path}: ${reason}.`,
      'Delete the folder "clusters" of the store and build the clusters again.',
      { cause },
    )
  }
}
