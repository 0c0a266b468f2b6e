/**
 * The tape: everything a rule needs, and nothing else. One asset of one chain, operations in chain order, pools instead
 * of addresses, labels instead of names. Rules are pure functions from a tape to a {@link Spool}.
 *
 * A pool is where lots wait to be spent: one outpoint on a UTXO chain, one (holder, asset) on an account chain.
 * An operation draws whole amounts from its debit pools, in order, and fills its credits, in order; what is left over
 * is the fee. Labels: 0 is clean (in the ledger, and not from any theft), 1 is of unknown origin, 2 + k is theft k.
 * @module
 */

export const CLEAN = 0
export const UNKNOWN = 1
/** Label of theft k is FIRST_THEFT + k. */
export const FIRST_THEFT = 2

/** Pool id of money that leaves the accounting: fees, burns, outputs nobody can spend. */
export const NO_POOL = 0xffffffff

/** Amounts of one tape: numbers where every sum on the tape stays below 2^53, bigints otherwise; never mixed. */
export type Column = Float64Array | bigint[]

/** Operations of one (chain, asset), in chain order. */
export interface Tape<C extends Column = Column> {
  /** `account`: pools persist and are drawn in part; `utxo`: each pool is filled once and drawn whole. */
  readonly model: 'account' | 'utxo'
  /** Number of operations. */
  readonly n: number
  readonly pools: number
  /** Thefts on this tape; labels are FIRST_THEFT .. FIRST_THEFT + thefts - 1. */
  readonly thefts: number
  /** u32[n + 1]; debits of op i are `debitStarts[i] .. debitStarts[i + 1]`. */
  readonly debitStarts: Uint32Array
  /** u32[m]; NO_POOL is issuance (clean). */
  readonly debitPool: Uint32Array
  readonly debitAmount: C
  /** u32[n + 1] */
  readonly creditStarts: Uint32Array
  /** u32[k]; NO_POOL is a fee or a burn. */
  readonly creditPool: Uint32Array
  readonly creditAmount: C
  /** [pools]: what each pool holds before the first operation: a clean lot at the head of its queue. */
  readonly opening: C
  /** u8[pools]: 1 where following stops; taint that arrives is recorded as stopped, and the lot goes on as clean. */
  readonly stop: Uint8Array
  /** Credits that carry a theft: the first `amount` units of the credit are stolen unless already tainted. Sorted by `credit`. */
  readonly seeds: { readonly credit: Uint32Array; readonly label: Uint16Array; readonly amount: C }
  /**
   * Shortfalls that are stolen: where pool `pool[i]` cannot cover a debit in an op of [fromOp, toOp), up to `amount`
   * of what is missing is of theft `label`. Sorted by pool. What no entry claims is UNKNOWN.
   */
  readonly missing: {
    readonly pool: Uint32Array
    readonly label: Uint16Array
    readonly fromOp: Uint32Array
    readonly toOp: Uint32Array
    readonly amount: C
  }
  /** Taint of one credit below this many base units is let go, and recorded as dust. 0 follows everything. */
  readonly dust: C extends bigint[] ? bigint : number
}

/** Growing columns, trimmed at the end. */
export interface Log<C extends Column = Column> {
  readonly n: number
  /** u32: op number. */
  readonly op: Uint32Array
  /** u32: debit or credit number on the tape (an index into debitPool / creditPool); NONE for the implicit fee of a UTXO op. */
  readonly leg: Uint32Array
  /** u16 */
  readonly label: Uint16Array
  readonly amount: C
}

/**
 * What a rule says happened to every labelled unit. Amounts are those of the labels >= FIRST_THEFT, except `unknown`, and
 * over zero. Rows ascend by op; within one, `draws` by debit and `credits` in the order the rule fills them (the tape's,
 * but for tiho); within a leg by label, one row a label.
 */
export interface Spool<C extends Column = Column> {
  /** Tainted units leaving each debit. */
  readonly draws: Log<C>
  /**
   * Tainted units arriving at each credit, those its seeds bring included, before any stop; fees too (credit with NO_POOL,
   * or leg NONE).
   */
  readonly credits: Log<C>
  /** u8 per row of `credits`: 0 goes on, 1 stopped (pool is a stop), 2 dust, 3 fee or burn. */
  readonly fate: Uint8Array
  /** Units that entered by a seed: row per seed credit or shortfall. `leg` is the credit, or for shortfalls the debit. */
  readonly entered: Log<C>
  /** u8 per row of `entered`: 0 credit seed, 1 shortfall. */
  readonly enteredBy: Uint8Array
  /**
   * Still there at the end, by pool, in the order it would be spent: per remaining piece, the credit that put it there.
   * haircut and poison melt lots together: one row a label, with the last credit that brought it.
   */
  readonly rest: { readonly pool: Uint32Array; readonly log: Log<C> }
  /** Shortfalls of unknown origin: pool's debit and amount (label UNKNOWN). */
  readonly unknown: Log<C>
  /** A later theft claimed units already tainted: the first taint stays. `label` is the claimant, `first` the holder of the claim. */
  readonly collisions: { readonly log: Log<C>; readonly first: Uint16Array }
}

/** A rule: a pure kernel. Every rule but poison conserves: entered = rest + credits that did not go on, per theft. */
export type Kernel = <C extends Column>(tape: Tape<C>) => Spool<C>

/** The rules by name. `poison` is an upper bound and conserves nothing. */
export const RULES = ['fifo', 'lifo', 'haircut', 'poison', 'tiho', 'libr'] as const
export type Rule = (typeof RULES)[number]
