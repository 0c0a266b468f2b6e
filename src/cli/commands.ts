/**
 * Every command, in the order of the help page.
 * @module
 */
import { blockCommand } from './block.ts'
import { clusterBridgesCommand } from './cluster/bridges.ts'
import { clusterBuildCommand } from './cluster/build.ts'
import { clusterChangeCommand } from './cluster/change.ts'
import { clusterConflictsCommand } from './cluster/conflicts.ts'
import { clusterPeelCommand } from './cluster/peel.ts'
import { clusterShowCommand } from './cluster/show.ts'
import { clusterWhyCommand } from './cluster/why.ts'
import { clusterWithoutCommand } from './cluster/without.ts'
import type { Command } from './command.ts'
import { demoCommand } from './demo/demo.ts'
import { helpCommand } from './help.ts'
import { importCommand } from './import/import.ts'
import { indexCommand } from './indexChain.ts'
import { initCommand } from './init.ts'
import { labelsAddCommand } from './labels/add.ts'
import { labelsConflictsCommand } from './labels/conflicts.ts'
import { labelsSearchCommand } from './labels/search.ts'
import { labelsShowCommand } from './labels/show.ts'
import { labelsSourcesCommand } from './labels/sources.ts'
import { pathsCommand } from './paths.ts'
import { pricesAddCommand } from './prices/add.ts'
import { pricesAtCommand } from './prices/at.ts'
import { pricesCheckCommand } from './prices/check.ts'
import { pricesSourcesCommand } from './prices/sources.ts'
import { reportCommand } from './report.ts'
import { showCommand } from './show.ts'
import { simulateCommand } from './simulate.ts'
import { statusCommand } from './status.ts'
import { traceCommand } from './trace/trace.ts'

/** What the nouns with verbs of their own are. */
export const GROUPS: Readonly<Record<string, string>> = {
  cluster: 'Which addresses one owner controls, and what says so.',
  labels: 'Statements about addresses: who is behind them, according to whom.',
  prices: 'Daily prices in US dollars, each with its source.',
  store: 'What this store holds.',
}

export const COMMANDS: readonly Command[] = [
  demoCommand,
  initCommand,
  labelsAddCommand,
  labelsShowCommand,
  labelsSearchCommand,
  labelsConflictsCommand,
  labelsSourcesCommand,
  pricesAddCommand,
  pricesAtCommand,
  pricesCheckCommand,
  pricesSourcesCommand,
  importCommand,
  indexCommand,
  clusterBuildCommand,
  clusterShowCommand,
  clusterWhyCommand,
  clusterWithoutCommand,
  clusterBridgesCommand,
  clusterConflictsCommand,
  clusterChangeCommand,
  clusterPeelCommand,
  statusCommand,
  showCommand,
  blockCommand,
  traceCommand,
  pathsCommand,
  reportCommand,
  simulateCommand,
  helpCommand,
]
