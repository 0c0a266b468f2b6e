/**
 * Arrays of strangers as schemas.
 * @module
 */
import { z } from 'zod'

/** In words. */
function bounds(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return `${min} items or more`
  return min === max ? `${min} items` : `${min} to ${max} items`
}

/**
 * Like `z.array(item)`, but the first item that is wrong ends the check, and a list that is too long is not looked through:
 * zod's own makes a complaint for each of a million wrong ones, some 500 bytes each.
 *
 * @param bounds numbers of items, both included
 */
export function listOf<T>(
  item: z.ZodType<T>,
  { min = 0, max = Number.POSITIVE_INFINITY }: { readonly min?: number; readonly max?: number } = {},
): z.ZodType<T[]> {
  return z.transform((value: unknown, context) => {
    const wrong = (message: string): never => {
      context.issues.push({ code: 'custom', message, input: value })
      return z.NEVER
    }
    if (!Array.isArray(value)) return wrong('array')
    if (value.length < min || value.length > max) return wrong(`an array of ${bounds(min, max)}`)
    const items: T[] = []
    for (const [i, each] of value.entries()) {
      const checked = item._zod.run({ value: each, issues: [] }, { async: false })
      if (checked instanceof Promise) throw new TypeError('A schema of answers must not be asynchronous')
      const [first] = checked.issues
      if (first !== undefined) {
        context.issues.push(...z.core.util.prefixIssues(i, [first]))
        return z.NEVER
      }
      items.push(checked.value as T)
    }
    return items
  }) as z.ZodType<T[]>
}
