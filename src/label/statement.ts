/**
 * What every reader of label files yields: statements as the file makes them, before any address is checked.
 * @module
 */
import type { ChainId } from '../units/caip.ts'
import type { TagType } from './stops.ts'

export interface Statement {
  /** Where in the file: "tag 12", "line 3". */
  readonly place: string
  /** As the file has it. */
  readonly address: string
  readonly name: string
  readonly chain: ChainId | null
  /** Asset symbol as stated. */
  readonly currency: string | null
  readonly entity: string | null
  readonly category: string | null
  readonly abuse: string | null
  readonly tagType: TagType
  /** Ladder id as stated; null where the file states none. */
  readonly confidence: string | null
  readonly source: string | null
  /** ISO date. */
  readonly date: string | null
  readonly definesCluster: boolean
  /** True where the file writes every address in lower case. */
  readonly caseLost: boolean
}

/** A line about a party, which tags refer to by id. */
export interface Actor {
  readonly id: string
  readonly label: string
  readonly aliases: readonly string[]
  readonly categories: readonly string[]
  /** ISO 3166 country codes as stated. */
  readonly jurisdictions: readonly string[]
  readonly uri: string | null
  readonly legalName: string | null
}

/** Something of a file that was not stored, and why. */
export interface Rejection {
  readonly place: string
  readonly value: string
  readonly reason: string
}

/** One file, read. */
export interface LabelFile {
  readonly layout: string
  readonly pack: string | null
  /** ISO date the file states of itself. */
  readonly date: string | null
  readonly statements: readonly Statement[]
  readonly actors: readonly Actor[]
  readonly rejected: readonly Rejection[]
}

/** Fills what a file cannot say, or does not. A statement's own word always wins. */
export interface LabelOptions {
  readonly name?: string
  readonly category?: string
  readonly abuse?: string
  /** Ladder id. */
  readonly confidence?: string
  readonly chain?: ChainId
  readonly currency?: string
  readonly source?: string
  /** ISO date. */
  readonly date?: string
}

const BLANK: Statement = {
  place: '',
  address: '',
  name: '',
  chain: null,
  currency: null,
  entity: null,
  category: null,
  abuse: null,
  tagType: 'actor',
  confidence: null,
  source: null,
  date: null,
  definesCluster: false,
  caseLost: false,
}

/** A statement from what is known of it. */
export function statement(
  known: Partial<Statement> & Pick<Statement, 'place' | 'address' | 'name'>,
): Statement {
  return { ...BLANK, ...known }
}

/** Longest text kept of any field: names in real packs stay under 200 characters, contexts are not kept. */
const MAX_TEXT = 1000

/** Trimmed text, or null where it is empty or not text. Numbers become their decimal form. */
export function textOf(value: unknown): string | null {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value !== 'string') return null
  const trimmed = value.trim()
  return trimmed === '' ? null : trimmed.slice(0, MAX_TEXT)
}

/**
 * The ISO day a stated date begins with, or null. `2023-01-02 10:00:00.000000` and `08/20/2026` (OFAC: month first) are read.
 *
 * @example dayOf('2021-11-04 09:12:00.123') // '2021-11-04'
 */
export function dayOf(value: unknown): string | null {
  const text = textOf(value)
  if (text === null) return null
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:$|[T ])/.exec(text)
  const us = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text)
  const day = iso ? `${iso[1]}-${iso[2]}-${iso[3]}` : us ? `${us[3]}-${us[1]}-${us[2]}` : null
  if (day === null) return null
  const time = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== day ? null : day
}
