/** Streams of randomness of one simulation, so that a change in one part leaves the others' draws alone. */
export const STREAM = {
  address: 1,
  plan: 2,
  planTxid: 3,
  world: 4,
  worldTxid: 5,
  price: 6,
  pace: 7,
  randomLedger: 8,
} as const

/** Second stream number: the same seed gives unrelated chains. */
export const MODEL_STREAM = { account: 0, utxo: 1 } as const
