/**
 * Actors by id and by name, and the actor a wallet's name begins with.
 * @module
 */
import type { Actor } from './statement.ts'

export interface ActorIndex {
  readonly all: readonly Actor[]
  /** By id, else by label or alias without regard to case and punctuation; undefined where no actor or several have it. */
  find(nameOrId: string): Actor | undefined
  /** The actor whose name a wallet's name is, up to words for a wallet's part: `OKX 35`, `Binance-Hot 2`. */
  ofWalletName(name: string): Actor | undefined
}

/** `Gate.io` and `gate_io` are one name. */
function fold(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

/** What may stand beside an owner's name and still mean a wallet of the owner. Seen in Etherscan's and Tronscan's tags. */
const PART =
  /^(?:\d+|v\d+|0x[0-9a-f]*|(?=.*\d)[0-9a-f]{3,8}|[0-9a-f]{4}|hot|cold|warm|main|user|deposit|deposits|withdrawal|withdrawals|wallet|wallets|deployer|router|vault|pool|proxy|contract|multisig|treasury|reserve|fee|fees|old|controller|com|io|[a-z]\d+)$/i
/** Longer names are sentences, not names of wallets. */
const MAX_NAME = 80
/** A name of one or two characters begins too many others. */
const MIN_FOLDED = 3

/** Indexes actors. Cost: one pass; lookups are hash lookups, of a wallet's name at most one for each of its words. */
export function indexActors(all: readonly Actor[]): ActorIndex {
  const byId = new Map(all.map((actor) => [actor.id, actor]))
  const byName = new Map<string, Actor | null>()
  for (const actor of all) {
    const names = new Set([actor.id, actor.label, ...actor.aliases].map(fold))
    for (const name of names) {
      const held = byName.get(name)
      byName.set(name, held === undefined || held?.id === actor.id ? actor : null)
    }
  }
  const named = (name: string): Actor | undefined => byName.get(fold(name)) ?? undefined
  return {
    all,
    find: (nameOrId) => byId.get(nameOrId) ?? named(nameOrId),
    ofWalletName(name) {
      if (name.length > MAX_NAME) return undefined
      const words = name.split(/[^\p{L}\p{N}.]+/u).filter((word) => word !== '')
      for (let n = words.length; n > 0; n--) {
        const start = words.slice(0, n).join('')
        const actor = fold(start).length >= MIN_FOLDED ? named(start) : undefined
        const isPart = (word: string): boolean => PART.test(word) || named(word)?.id === actor?.id
        if (actor !== undefined) return words.slice(n).every(isPart) ? actor : undefined
      }
      return undefined
    },
  }
}
