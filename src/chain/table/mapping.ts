import { printable } from '../../units/text.ts'
import { BadOptionError, foldColumn } from './layout.ts'
import { LOOTLINE_FIELDS } from './lootlineTable.ts'

/**
 * `from=Sender,to=Receiver,…` as field to column. A comma in a column's name is written `\,`.
 * @throws BadOptionError
 *
 * @example
 * parseMapping('from=Sender,to=Receiver', 'a.csv') // Map { 'from' => 'Sender', 'to' => 'Receiver' }
 */
export function parseMapping(text: string, file: string): Map<string, string> {
  const map = new Map<string, string>()
  for (const part of text.split(/(?<!\\),/)) {
    const equals = part.indexOf('=')
    const field = part.slice(0, equals).trim()
    if (equals < 0 || !LOOTLINE_FIELDS.includes(field) || map.has(field)) {
      throw new BadOptionError(
        file,
        'map',
        `"${printable(part)}" is not one field=column, each field once`,
        `Fields: ${LOOTLINE_FIELDS.join(', ')}.`,
      )
    }
    map.set(
      field,
      part
        .slice(equals + 1)
        .replaceAll('\\,', ',')
        .trim(),
    )
  }
  return map
}

/** The header with mapped columns named as the Lootline layout has them, and the others without a name. */
export function applyMap(
  header: readonly string[],
  map: ReadonlyMap<string, string>,
  file: string,
): string[] {
  const mapped = header.map(() => '')
  const folded = header.map(foldColumn)
  for (const [field, column] of map) {
    const place = folded.indexOf(foldColumn(column))
    const what =
      place < 0
        ? `there is no column "${printable(column)}"`
        : mapped[place] !== ''
          ? `the column "${printable(column)}" is mapped twice`
          : !LOOTLINE_FIELDS.includes(field)
            ? `there is no field "${printable(field)}"`
            : null
    if (what !== null) {
      const columns = header.slice(0, 40).map((name) => printable(name))
      throw new BadOptionError(
        file,
        'map',
        what,
        `Columns: ${columns.join(', ')}. Fields: ${LOOTLINE_FIELDS.join(', ')}.`,
      )
    }
    mapped[place] = field
  }
  return mapped
}
