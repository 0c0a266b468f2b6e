/**
 * Names and row widths (bytes) of the columns of the chain store: `docs/formats/chain-store.md`.
 * @module
 */

/** Of a segment: one range of blocks. */
export const SEGMENT_COLUMNS = {
  /** Block hash, internal byte order. */
  blockHash: 32,
  /** u32 unix seconds of the header. */
  blockTime: 4,
  /** u32[blocks + 1] first transaction, from the segment's first. */
  blockTx: 4,
  /** Transaction ids, internal byte order, sorted. */
  txId: 32,
  /** u32 transaction of each id, from the segment's first. */
  txOfId: 4,
  /** u32 place among the sorted ids of each transaction. */
  idOfTx: 4,
  /** u32[transactions + 1] */
  txOutputs: 4,
  txInputs: 4,
  /** u32 virtual bytes (BIP-141). */
  txBytes: 4,
  /** What tells wallets apart: bit 0 locktime is not 0, bit 1 an input signals replacement (BIP-125), then the version, 63 at most. */
  txMarks: 1,
  /** f64 */
  outSats: 8,
  outKind: 1,
  /** u32 address number, NONE where the script has none. */
  outAddress: 4,
  /** u32 spending transaction, where it is of the same batch; else NONE. */
  outSpent: 4,
  /** u32 transaction and output number of the prevout; transaction NONE where it is outside the store. */
  inTx: 4,
  inN: 4,
  inAddress: 4,
  inSats: 8,
  /** Addresses first seen in this segment, sorted by hash, then kind, length and payload. */
  addressHash: 4,
  addressKind: 1,
  /** u32[addresses + 1] into `addressBytes`. */
  addressStart: 4,
  addressBytes: 1,
  /** u32 inputs whose prevout is outside the store, and its transaction id. */
  unknownInput: 4,
  unknownTxId: 32,
  /** 1 where `inAddress` and `inSats` of the unknown input are known all the same: undo data or a file gave them. */
  unknownGiven: 1,
} as const

/** Between the passes; deleted as they are used up. */
export const WORK_COLUMNS = {
  /** Distinct addresses of the segment's outputs, as `address*`. */
  keyHash: 4,
  keyKind: 1,
  keyStart: 4,
  keyBytes: 1,
  /** u32 key of each output, NONE where none. */
  outKey: 4,
  /** Distinct ids of prevouts outside the segment, sorted. */
  prevId: 32,
  /** u32 of each input: place in `prevId`, or 2^31 + transaction of the segment. */
  inRef: 4,
  /**
   * Inputs whose prevout is outside the segment and whose spent output was given (undo data, a file), ascending: u32 row,
   * f64 sats, u32 key or NONE where the script has no address.
   */
  givenInput: 4,
  givenSats: 8,
  givenKey: 4,
  /** u32 address of each `givenKey`. */
  givenAddress: 4,
  /** u32 transaction of each `prevId`, NONE where it is outside the store; and the ids of those. */
  prevTx: 4,
  lostId: 32,
  /** u32 segment that has each key first, and its place among that segment's addresses. */
  keySegment: 4,
  keyRank: 4,
} as const

/** Of a batch: what one run added. */
export const BATCH_COLUMNS = {
  /** u32 addresses that took part, ascending. */
  postingAddress: 4,
  /** f64[addresses + 1] into `postingTx`. */
  postingStart: 8,
  /** u32 transactions of each address, each once, in chain order. */
  postingTx: 4,
  /** Outputs of earlier batches that this one spends, by transaction and number, and the spender. */
  spendTx: 4,
  spendN: 4,
  spendBy: 4,
} as const

/** Bit of `inRef` that says: a transaction of this segment. */
export const OWN: number = 2 ** 31
