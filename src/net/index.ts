/**
 * The network: doors to the sources that the user named, and nothing else.
 * @module
 */
export { answerOf } from './answer.ts'
export { type Budget, BudgetError, createBudget } from './budget.ts'
export { systemClock } from './clock.ts'
export { type Call, createDoor, DEFAULT_LIMITS, type DoorOptions, type Limits } from './createDoor.ts'
export type { Answer, Clock, Door, Keep, Question } from './door.ts'
export { listOf } from './listOf.ts'
export { answerError, checkJson, readJson } from './readJson.ts'
export { isBusyRpc, type RpcCall, rpcBatch, rpcQuestion } from './rpc.ts'
export { BadSecretError, redactor, type Secrets } from './secrets.ts'
export { AnswerError, BusyAnswerError, OfflineError, RpcError, SourceError } from './sourceError.ts'
export { BadUrlError } from './sourceUrl.ts'
