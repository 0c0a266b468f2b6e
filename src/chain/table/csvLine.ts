/** What a spreadsheet takes for a formula at the start of a cell (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/
const NEEDS_QUOTES = /[",;\t\r\n]/

/**
 * One CSV record with its line end. Text that a spreadsheet would run as a formula gets an apostrophe before it.
 *
 * @example
 * csvLine(['=1+1', 'a,b']) // `'=1+1,"a,b"\n`
 */
export function csvLine(cells: readonly string[]): string {
  const safe = cells.map((cell) => {
    const text = FORMULA.test(cell) ? `'${cell}` : cell
    return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${safe.join(',')}\n`
}
