/**
 * A decoded block as columns over its bytes: no object per transaction, nothing copied but numbers. The columns belong
 * to the decoder and are overwritten by its next block.
 * @module
 */

/** Offsets are into `bytes`; CSR: inputs of transaction t are `inputStarts[t] .. inputStarts[t + 1]`. */
export interface BlockColumns {
  /** Holds the block; `headerStart` is where its 80-byte header begins. */
  bytes: Uint8Array
  headerStart: number
  /** First byte after the last transaction. */
  end: number
  /** Number of transactions. */
  transactions: number
  /** u32[transactions + 1] first byte of each transaction; the last is `end`. */
  txStarts: Uint32Array
  /** u8[transactions]: 1 where the transaction is in witness form (BIP-144). */
  segwit: Uint8Array
  /** u32[transactions] first byte of the witness data, = first byte of locktime where there is none. */
  witnessStarts: Uint32Array
  /** u32[transactions] */
  versions: Uint32Array
  locktimes: Uint32Array
  /** u32[transactions + 1] */
  inputStarts: Uint32Array
  /** u32[inputs] offset of the 32-byte prevout txid (internal byte order). */
  prevTxids: Uint32Array
  /** u32[inputs] output number of the prevout; 0xffffffff in a coinbase. */
  prevNs: Uint32Array
  /** u32[inputs] */
  sequences: Uint32Array
  /** u32[inputs] offset and length of scriptSig. */
  inputScripts: Uint32Array
  inputScriptLengths: Uint32Array
  /** u32[transactions + 1] */
  outputStarts: Uint32Array
  /** f64[outputs] sats; consensus bounds them by 2.1e15, below 2^53. */
  sats: Float64Array
  /** u32[outputs] offset and length of scriptPubKey. */
  outputScripts: Uint32Array
  outputScriptLengths: Uint32Array
  /** u8[32 * transactions] txids, internal byte order, filled by the hasher. */
  txids: Uint8Array
}

/** The fields of a block header (80 bytes). */
export interface BlockHeader {
  readonly version: number
  /** 32 bytes, internal byte order. */
  readonly hash: Uint8Array
  readonly previous: Uint8Array
  readonly merkleRoot: Uint8Array
  /** Unix seconds. */
  readonly time: number
  readonly bits: number
  readonly nonce: number
}

/**
 * What undo data (rev files) says of each spent output, in input order, coinbase left out. Like the columns of a block, it
 * belongs to its reader and is overwritten by the next block.
 */
export interface SpentOutputs {
  /** Number of inputs covered. */
  n: number
  /** f64[n] */
  sats: Float64Array
  /** u32[n + 1] into `scripts`. */
  scriptStarts: Uint32Array
  /** scriptPubKeys, one after another. */
  scripts: Uint8Array
}
