/**
 * What commands print: JSON for programs, aligned columns for people.
 * @module
 */
import { printable, printableJson } from '../units/text.ts'
import type { Context } from './context.ts'
import { paint, type Style } from './paint.ts'

/** No line of ours is longer; what strangers wrote is cut there. */
const LINE_MAX = 1000

/** Prints one JSON value; bigints become decimal strings. */
export function writeJson(context: Context, value: unknown): void {
  context.stdout.write(`${toJson(value)}\n`)
}

/** The same on one line: for streams of lines, of which a program reads the last. */
export function writeJsonLine(context: Context, value: unknown): void {
  context.stdout.write(`${toJson(value, 0)}\n`)
}

/** Prints a text that may be longer than the longest string. */
export function writeChunks(context: Context, chunks: Iterable<string>): void {
  for (const chunk of chunks) context.stdout.write(chunk)
}

/** JSON, indented by two spaces unless told otherwise; bigints become decimal strings. */
function toJson(value: unknown, indent = 2): string {
  return printableJson(
    JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part), indent),
  )
}

/** A column: its heading, whether its cells stand flush right, and how long they may be. */
export interface Heading {
  readonly head: string
  readonly right?: boolean
  /** Characters after which a cell is cut; 60 unless told, more than any number has where it stands flush right. */
  readonly max?: number
}

/** An amount can have 255 decimal places, or 78 digits in groups of three. */
const NUMBER_MAX = 400

/** Prints rows under headings (none where all are empty), each column as wide as its widest cell. Cells are made printable here. */
export function writeTable(
  context: Context,
  headings: readonly Heading[],
  rows: readonly (readonly string[])[],
): void {
  const cells = [
    headings.map(({ head }) => head),
    ...rows.map((row) =>
      row.map((cell, i) => {
        const { max, right } = headings[i] ?? {}
        return printable(cell, max ?? (right === true ? NUMBER_MAX : undefined))
      }),
    ),
  ]
  const widths = headings.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)))
  for (const row of headings.every(({ head }) => head === '') ? cells.slice(1) : cells) {
    const line = row.map((cell, i) =>
      headings[i]?.right === true ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!),
    )
    context.stdout.write(`  ${line.join('  ').trimEnd()}\n`)
  }
}

/** Prints a line, in a style where the terminal has one; the text is made printable here. */
export function writeLine(context: Context, text = '', style?: Style): void {
  const line = printable(text, LINE_MAX)
  context.stdout.write(`${style === undefined ? line : paint(context.stdout, context.env)(style, line)}\n`)
}

/** 1234567 → `1,234,567`. */
export function grouped(count: number | bigint): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}
