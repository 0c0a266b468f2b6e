/**
 * One HTML file from a flow: everything a reader needs to check it, and nothing that is fetched or runs.
 * @module
 */
export type { ReportOptions } from './context.ts'
export { readFlow } from './readFlow.ts'
export { renderReport } from './renderReport.ts'
