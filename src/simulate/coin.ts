/**
 * Money under a thief's eyes: whose it is, unit by unit, as the thief means it.
 * @module
 */

/** Units of one origin. `theft` null is a mule's own clean money. */
export interface Part {
  readonly theft: number | null
  /** Crossing it came out of, by number; null where it never left its trail. */
  readonly crossing: number | null
  readonly amount: bigint
  /** Split from a pot of several origins at least once. */
  readonly mixed: boolean
}

/** A credit that a thief's wallet has not spent: an output, or a balance brought by one transaction. */
export interface Coin {
  readonly wallet: number
  readonly asset: number
  readonly amount: bigint
  readonly parts: readonly Part[]
  /** Unix seconds of arrival. */
  readonly time: number
  readonly txid: string
  /** Output number; 0 on the account chain. */
  readonly n: number
}

function sameOrigin(a: Part, b: Part): boolean {
  return a.theft === b.theft && a.crossing === b.crossing
}

/** Joins the parts of several coins, equal origins together, stolen money first. */
export function joinParts(coins: readonly { readonly parts: readonly Part[] }[]): Part[] {
  const joined: Part[] = []
  for (const part of coins.flatMap(({ parts }) => parts)) {
    const at = joined.findIndex((other) => sameOrigin(part, other) && part.mixed === other.mixed)
    if (at < 0) joined.push(part)
    else joined[at] = { ...part, amount: joined[at]!.amount + part.amount }
  }
  return [...joined.filter(({ theft }) => theft !== null), ...joined.filter(({ theft }) => theft === null)]
}

/** Fills the amounts in order from the parts in order; amounts add up to the parts. Marks what was split from a pot. */
export function pour(parts: readonly Part[], amounts: readonly bigint[]): Part[][] {
  const split =
    amounts.filter((amount) => amount > 0n).length > 1 && parts.some((part) => !sameOrigin(part, parts[0]!))
  const queue = parts.map((part) => ({ ...part, mixed: part.mixed || split }))
  let at = 0
  return amounts.map((amount) => {
    const poured: Part[] = []
    let open = amount
    while (open > 0n) {
      const head = queue[at]
      if (head === undefined) throw new RangeError(`poured ${amount} from parts that hold less`)
      const taken = head.amount < open ? head.amount : open
      poured.push({ ...head, amount: taken })
      head.amount -= taken
      open -= taken
      if (head.amount === 0n) at++
    }
    return poured
  })
}
