/** Where and when a transaction was, as far as it is known. */
export interface Head {
  height: number | null
  index: number | null
  time: number | null
}

/** Fills in what was unknown; returns how many statements contradict. */
export function mergeHead(into: Head, from: Readonly<Head>): number {
  let contradictions = 0
  for (const field of ['height', 'index', 'time'] as const) {
    if (into[field] === null) into[field] = from[field]
    else if (from[field] !== null && from[field] !== into[field]) contradictions++
  }
  return contradictions
}
