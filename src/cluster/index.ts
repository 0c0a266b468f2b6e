/**
 * Clusters: which addresses one owner controls, with the evidence for every link, and how to undo it.
 * @module
 */
export { CHANGE_RULES, type ChangeRule, type ChangeRuleName } from './change/rules.ts'
export { changeLinks, changeSigns, type OutputSigns, surestChange } from './change/signs.ts'
export { type ChangeWorld, changeWorld } from './change/world.ts'
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
export { type ClaimedOwner, labelConflicts } from './conflicts.ts'
export { type Evidence, LINK_RULES, type Link, type LinkRule, why } from './evidence.ts'
export { fromMovements } from './fromMovements.ts'
export { type Bridge, bridges, type LinkGraph, without } from './linkGraph.ts'
export {
  type ClusterOptions,
  clusterFromLedger,
  type LedgerCluster,
  type NamedLink,
  NotInLedgerError,
} from './ofLedger.ts'
export { type PeelChain, type PeelHop, type PeelSign, peelChains } from './peelChain.ts'
export { createParents, find, uniteInputs } from './unionFind.ts'
export { openUnionThreads, type UnionThreads } from './unionThreads.ts'
