/**
 * Several questions at once, in order, a few under way.
 * @module
 */

export interface Outcomes<T> {
  /** What was answered, in the order of the items. */
  readonly values: readonly T[]
  /** The first thing that failed; null where nothing did. */
  readonly failure: { readonly error: unknown } | null
}

/** Begins no more once something failed or `signal` is raised, and waits for what is under way. Throws nothing. */
export async function inParallel<I, T>(
  items: readonly I[],
  concurrency: number,
  signal: AbortSignal,
  work: (item: I) => Promise<T>,
): Promise<Outcomes<T>> {
  const values: (readonly [number, T])[] = []
  let failure: { readonly error: unknown } | null = null
  let next = 0
  const hand = async (): Promise<void> => {
    while (next < items.length && failure === null && !signal.aborted) {
      const at = next++
      try {
        values.push([at, await work(items[at]!)])
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, hand))
  return { values: values.sort(([a], [b]) => a - b).map(([, value]) => value), failure }
}
