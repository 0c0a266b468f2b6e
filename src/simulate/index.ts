/**
 * Seeded heists with known truth, on an account chain and a UTXO chain. See docs/methods/simulator.md.
 * @module
 */
export { type Model, SIMULATED_EVM } from './chains.ts'
export type { SimulatedLabel } from './labels.ts'
export {
  type Arrival,
  BadSimulationOptionError,
  type Branches,
  type SimulateOptions,
  type SimulationSettings,
} from './options.ts'
export type { SimulatedPrice } from './price.ts'
export { type Random, random } from './random.ts'
export { type RandomLedger, type RandomLedgerOptions, randomLedger } from './randomLedger.ts'
export { SCENARIOS, type ScenarioName, scenario } from './scenario.ts'
export { type AnnotatedTransaction, type SimulatedSeed, type Simulation, simulate } from './simulate.ts'
export {
  type EndKind,
  type Truth,
  type TruthCrossing,
  type TruthEnd,
  type TruthLookAlike,
  type TruthTheft,
  truthBalance,
} from './truth.ts'
export { type SimulationFiles, writeSimulation } from './writeSimulation.ts'
