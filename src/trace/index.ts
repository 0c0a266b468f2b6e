/**
 * Tracing: reach, rules, stops, balance, paths.
 * @module
 */
export {
  type Beyond,
  type Crossing,
  type Frontier,
  NOTHING_BEYOND,
  type OpenDeparture,
  type OpenHolder,
  type OpenLot,
} from './beyond.ts'
export { type ComparedRow, type Comparison, compareRules } from './compare.ts'
export * from './flow.ts'
export { NoSeedError } from './noSeedError.ts'
export { type FlowPath, largestPaths, type PathOrigin, targetMatcher } from './paths.ts'
export {
  DEFAULT_BUSY,
  DEFAULT_MIN_CONFIDENCE,
  plainRequest,
  SEED_MODES,
  type SeedMode,
  type SeedSpec,
  type TraceBooks,
  type TraceRequest,
} from './request.ts'
export { type MissingSeeds, missingSeeds } from './seeds.ts'
export { RULES, type Rule } from './tape.ts'
export { type Prepared, type Probe, prepareTrace, traceFlow, traceFrontier } from './trace.ts'
export { flowToJson } from './writeFlow.ts'
