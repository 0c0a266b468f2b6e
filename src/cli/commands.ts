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
import { crossingsAnswerCommand } from './crossings/answer.ts'
import { crossingsListCommand } from './crossings/list.ts'
import { crossingsMatchCommand } from './crossings/match.ts'
import { crossingsShowCommand } from './crossings/show.ts'
import { crossingsTrustCommand } from './crossings/trust.ts'
import { crossingsTrustedCommand } from './crossings/trusted.ts'
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
import { sourceAddCommand } from './source/add.ts'
import { sourceCheckCommand } from './source/check.ts'
import { sourceListCommand } from './source/list.ts'
import { sourceRemoveCommand } from './source/remove.ts'
import { statusCommand } from './status.ts'
import { traceCommand } from './trace/trace.ts'
import { watchAddCommand } from './watch/add.ts'
import { watchAlertsCommand } from './watch/alerts.ts'
import { watchDeadCommand } from './watch/dead.ts'
import { watchListCommand } from './watch/list.ts'
import { watchRemoveCommand } from './watch/remove.ts'
import { watchRetryCommand } from './watch/retry.ts'
import { watchRunCommand } from './watch/run.ts'
import { watchShowCommand } from './watch/show.ts'
import { watchTestCommand } from './watch/test.ts'

/** What the nouns with verbs of their own are. */
export const GROUPS: Readonly<Record<string, string>> = {
  cluster: 'Which addresses one owner controls, and what says so.',
  crossings: 'Money that goes to another chain: where it arrives, and what is asked about it.',
  labels: 'Statements about addresses: who is behind them, according to whom.',
  prices: 'Daily prices in US dollars, each with its source.',
  source: 'Nodes, explorers and indexers that traces may ask.',
  store: 'What this store holds.',
  watch: 'Stolen money as it moves: what is watched, and who is told.',
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
  sourceAddCommand,
  sourceListCommand,
  sourceCheckCommand,
  sourceRemoveCommand,
  clusterBuildCommand,
  clusterShowCommand,
  clusterWhyCommand,
  clusterWithoutCommand,
  clusterBridgesCommand,
  clusterConflictsCommand,
  clusterChangeCommand,
  clusterPeelCommand,
  crossingsListCommand,
  crossingsMatchCommand,
  crossingsAnswerCommand,
  crossingsShowCommand,
  crossingsTrustCommand,
  crossingsTrustedCommand,
  statusCommand,
  showCommand,
  blockCommand,
  traceCommand,
  pathsCommand,
  reportCommand,
  watchAddCommand,
  watchListCommand,
  watchShowCommand,
  watchRunCommand,
  watchAlertsCommand,
  watchTestCommand,
  watchDeadCommand,
  watchRetryCommand,
  watchRemoveCommand,
  simulateCommand,
  helpCommand,
]
