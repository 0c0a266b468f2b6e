/**
 * The sources that the user named: kept in the store, opened when they are asked.
 * @module
 */
export { ABILITIES, type Ability, AHEAD_SECONDS, checkSource, type SourceCheck } from './checkSource.ts'
export { isSourceKind, type SecretPlace, type SourceEntry, VARIABLE } from './entry.ts'
export { MAKERS } from './makers.ts'
export { meetSource, openSource } from './openSource.ts'
export {
  addSource,
  assertSafe,
  removeSource,
  sourceNamed,
  sourcesOfStore,
} from './registry.ts'
