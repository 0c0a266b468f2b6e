/**
 * Tables of explorers, CSV and JSON, read as transactions; and our own table, written.
 * @module
 */
export { csvLine } from './csvLine.ts'
export { hashFile } from './hashFile.ts'
export { BadOptionError, DuplicateColumnError, UnknownLayoutError } from './layout.ts'
export { parseMapping } from './mapping.ts'
export { BadRowError, openTable } from './openTable.ts'
export { BadFileError } from './readText.ts'
export { openRejects, type RejectFile, rejectsPath } from './rejects.ts'
export type {
  FileLabel,
  Reject,
  Table,
  TableCovers,
  TableOptions,
  TableRow,
  TableSummary,
} from './table.ts'
export { type LootlineCsvOptions, toLootlineCsv } from './toLootlineCsv.ts'
