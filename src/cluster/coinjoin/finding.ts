/**
 * What a detector says of one transaction.
 * @module
 */
export type MixKind =
  | 'joinmarket'
  | 'wasabi-1.0'
  | 'wasabi-1.1'
  | 'wasabi-2.0'
  | 'whirlpool'
  | 'whirlpool-tx0'
  | 'equal-outputs'
  | 'payjoin'

export interface Finding {
  readonly kind: MixKind
  /** 0..100. GraphSense's figures where it has the rule, else ours; none is a measured probability. */
  readonly confidence: number
  /** Facts of this transaction that make it so, one a line. */
  readonly reasons: readonly string[]
}
