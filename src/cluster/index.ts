/**
 * Clusters: which addresses one owner controls, with the evidence for every link, and how to undo it.
 * @module
 */

export {
  type BuildOptions,
  type BuildResult,
  buildClusters,
  ClusterMemoryError,
  isUpToDate,
} from './buildClusters.ts'
export { type ChainSource, openChainSource } from './chainSource.ts'
export { CHANGE_RULES, type ChangeRule, type ChangeRuleName } from './change/rules.ts'
export { changeLinks, changeSigns, type OutputSigns, surestChange } from './change/signs.ts'
export { type ChangeWorld, changeWorld } from './change/world.ts'
export { ClusterFileError, type ClusterRecord, readRecord, type SectionRecord } from './clusterFiles.ts'
export {
  type AddOptions,
  addTransactions,
  BadColumnsError,
  type ChangeLinks,
  type Clustering,
  clusterNames,
  clusterOf,
  createClustering,
  dissolve,
  membersOf,
} from './clustering.ts'
export { type ClusterLinks, type Clusters, chainOfEvidence, openClusters } from './clusters.ts'
export { type CoinJoinContext, type CoinJoinVerdict, coinJoin, REFUSED, refusedRows } from './coinJoin.ts'
export { payJoin } from './coinjoin/equalOutputs.ts'
export type { Finding, MixKind } from './coinjoin/finding.ts'
export {
  type ClusterColumns,
  kindOfForm,
  SCRIPT_KINDS,
  type ScriptKind,
  type SpendLinks,
  scriptKind,
  type WalletMarks,
} from './columns.ts'
export { type ClaimedOwner, claimedOwners, conflicting } from './conflicts.ts'
export { type ChangeLinkRule, type Evidence, LINK_RULES, type Link, type LinkRule, why } from './evidence.ts'
export {
  type FollowedHop,
  type FollowedPeel,
  followPeel,
  type PeelEnd,
  type PeelOutput,
} from './followPeel.ts'
export { fromMovements } from './fromMovements.ts'
export { ledgerSource } from './ledgerSource.ts'

export { type Bridge, bridges, type LinkGraph, without } from './linkGraph.ts'
export {
  CHANGE_LINK_RULES,
  DEFAULT_SETTINGS,
  type LinkSettings,
  type Refusal,
} from './linkSettings.ts'
export { type PeelChain, type PeelHop, type PeelSign, peelChains } from './peelChain.ts'
export type { ClusterSource, Section } from './source.ts'
export { SURENESS, type Sureness, sureness, weakest } from './sureness.ts'
export { createParents, find, uniteInputs } from './unionFind.ts'
export { openUnionThreads, type UnionThreads } from './unionThreads.ts'
