/**
 * Watching: what is stolen is followed as it moves, and whoever should know is told once.
 * @module
 */
export type { Alert, DraftAlert } from './alert.ts'
export { beginWatch } from './beginWatch.ts'
export { openWatchDatabase } from './database.ts'
export type { Attempt } from './deliver.ts'
export { flowRequest, sameSeeds, UnwatchableFlowError } from './flowRequest.ts'
export { createOutbox, type Outbox } from './outbox.ts'
export { openReceiver } from './receivers/openReceiver.ts'
export { parseReceiver } from './receivers/parseReceiver.ts'
export { type ReceiverSpec, shownReceiver } from './receivers/receiver.ts'
export { runOnce, runWatcher } from './run.ts'
export { type SharedLedger, shareLedger } from './sharedLedger.ts'
export { testAlert } from './testAlert.ts'
export { sinceOf, tracedBooks, traceWatch } from './tracedBooks.ts'
export { START_AT_TIP, type Watch, type WatchKind } from './watch.ts'
export { WatchNameError } from './watchError.ts'
export { createWatcher, type Pass, type Watcher, type WatchSource } from './watcher.ts'
export { createWatchStore, type WatchStore } from './watchStore.ts'
