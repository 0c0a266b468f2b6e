import fc from 'fast-check'

/** A document with one of its values put in another's place, or changed for anything. `wanted`: names of fields that may. */
export function mutated(
  document: unknown,
  wanted: (key: string) => boolean = () => true,
): fc.Arbitrary<unknown> {
  const paths: (readonly string[])[] = []
  const visit = (value: unknown, path: readonly string[]): void => {
    paths.push(path)
    if (typeof value === 'object' && value !== null)
      for (const [key, child] of Object.entries(value)) if (wanted(key)) visit(child, [...path, key])
  }
  visit(document, [])
  return fc.tuple(fc.constantFrom(...paths), fc.jsonValue()).map(([path, value]) => {
    if (path.length === 0) return value
    const copy = structuredClone(document) as Record<string, unknown>
    let at = copy
    for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
    at[path.at(-1)!] = value
    return copy
  })
}
