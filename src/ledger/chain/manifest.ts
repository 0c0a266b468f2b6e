/**
 * `chain.json`: which segments and batches a chain store consists of. Replacing it is the only way the store changes.
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { LootlineError } from '../../errors.ts'
import { writeJson } from './writeJson.ts'

const FORMAT = 'lootline-chain'
const VERSION = 1
const MANIFEST = 'chain.json'

const count: z.ZodType<number> = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const name: z.ZodType<string> = z.string().regex(/^[a-z0-9-]{1,64}$/)
const hash: z.ZodType<string> = z.string().regex(/^[0-9a-f]{64}$/)

/** What a decoded segment is; the content of its `segment.json`. */
export interface SegmentHead {
  readonly name: string
  readonly firstHeight: number
  readonly blocks: number
  /** Hex, internal byte order. */
  readonly firstHash: string
  readonly lastHash: string
  readonly transactions: number
  readonly outputs: number
  readonly inputs: number
}

/** A whole segment. */
export interface SegmentRecord extends SegmentHead {
  /** Addresses first seen in it. */
  readonly addresses: number
}

/** What one run added: its segments, and the postings and spends over all of them. */
export interface BatchRecord {
  readonly name: string
  /** In chain order. After a reorganisation only those before the fork are left. */
  readonly segments: readonly SegmentRecord[]
  /** Where that has happened: some of its postings and spends are of blocks taken out since. */
  readonly cut?: true | undefined
}

export interface Manifest {
  readonly format: typeof FORMAT
  readonly version: typeof VERSION
  readonly chain: string
  /** Grows by one with every batch; names of new segments carry it. */
  readonly generation: number
  readonly batches: readonly BatchRecord[]
}

const segmentFields = {
  ...{ name, firstHeight: count, blocks: count, firstHash: hash, lastHash: hash },
  ...{ transactions: count, outputs: count, inputs: count },
}
export const segmentSchema: z.ZodType<SegmentHead> = z.strictObject(segmentFields)
export const manifestSchema: z.ZodType<Manifest> = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  chain: z.string().max(64),
  generation: count,
  batches: z.array(
    z.strictObject({
      name,
      segments: z.array(z.strictObject({ ...segmentFields, addresses: count })).min(1),
      cut: z.literal(true).optional(),
    }),
  ),
})

export function emptyManifest(chain: string): Manifest {
  return { format: FORMAT, version: VERSION, chain, generation: 0, batches: [] }
}

/** Undefined where the folder holds no chain store. */
export function readManifest(folder: string): Manifest | undefined {
  const file = join(folder, MANIFEST)
  if (!existsSync(file)) return undefined
  return parse(file, manifestSchema)
}

export function commitManifest(folder: string, manifest: Manifest): void {
  writeJson(join(folder, MANIFEST), manifest)
}

/** The head of a decoded segment; undefined where its decoding did not end. */
export function readSegmentHead(folder: string): SegmentHead | undefined {
  const file = join(folder, 'segment.json')
  return existsSync(file) ? parse(file, segmentSchema) : undefined
}

function parse<T>(file: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new ManifestError(file, error)
  }
}

/** A manifest that is damaged or of another version. */
export class ManifestError extends LootlineError<{
  readonly code: 'LEDGER_BAD_MANIFEST'
  readonly file: string
}> {
  override readonly name = 'ManifestError'
  constructor(file: string, cause: unknown) {
    super(
      { code: 'LEDGER_BAD_MANIFEST', file },
      `${file}: this is no chain store of version ${VERSION}.`,
      'Run the same lootline index again where it was stopped or the file was lost; else index the blocks into a new folder.',
      { cause },
    )
  }
}
