/**
 * What answers of several kinds of sources have in common.
 * @module
 */
import { z } from 'zod'
import { MAX_AMOUNT } from '../units/amount.ts'

/** What a source may leave out. */
export type Maybe<T> = T | null | undefined

/** Base units as decimal text: at most 78 digits, and no more than a word of the EVM holds. */
export const amountText: z.ZodType<bigint> = z
  .string()
  .regex(/^\d{1,78}$/, 'a whole number of base units')
  .transform(BigInt)
  .refine((value) => value <= MAX_AMOUNT, 'at most 2^256 - 1')
