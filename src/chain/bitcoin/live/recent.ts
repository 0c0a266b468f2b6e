/**
 * A bounded memory of what was met last.
 * @module
 */
export interface Recent<K, V> {
  get(key: K): V | undefined
  set(key: K, value: V): void
}

/** Forgets what was set longest ago once there are more than `most`. */
export function createRecent<K, V>(most: number): Recent<K, V> {
  const held = new Map<K, V>()
  return {
    get: (key) => held.get(key),
    set(key, value) {
      held.delete(key)
      held.set(key, value)
      if (held.size > most) held.delete(held.keys().next().value!)
    },
  }
}
