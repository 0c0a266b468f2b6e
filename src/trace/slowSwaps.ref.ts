/**
 * FIFO over one list of all transfers of all assets, swaps applied at once: the slow and obvious way. No ledger, no reach,
 * no tapes and no rounds; the independent answer that whole traces with swaps are compared with.
 *
 * Of a transaction with two parties, each that pays one asset net and gets another net swaps: its payments of the one, less
 * what comes back, leave, and as large a share of what it gets is tainted as was of what it paid. With more parties, the one
 * that only pays swaps for the one that only receives another asset, and the others stand between them. Where nobody only pays,
 * one swaps with `x` alone, and only where nobody else gets more than a fiftieth of what it gets itself.
 * @module
 */

export interface SlowPart {
  readonly from: string
  readonly to: string
  readonly asset: string
  readonly amount: bigint
}

/** Theft's name, or null where it is none's. */
type Origin = string | null
interface Segment {
  origin: Origin
  amount: bigint
}

/**
 * @param thieves what they receive from others, and what they spend without receipt, is stolen, under their name
 * @returns what of each theft is where, by `theft asset reason holder`
 */
export function slowSwaps(
  transactions: readonly (readonly SlowPart[])[],
  thieves: readonly string[],
): Map<string, bigint> {
  const queues = new Map<string, Segment[]>()
  const leaves = new Map<string, bigint>()
  const queueOf = (holder: string, asset: string): Segment[] => {
    const key = `${holder} ${asset}`
    if (!queues.has(key)) queues.set(key, [])
    return queues.get(key)!
  }
  const end = (origin: Origin, asset: string, reason: string, holder: string, amount: bigint): void => {
    if (origin === null || amount === 0n) return
    const key = `${origin} ${asset} ${reason} ${holder}`
    leaves.set(key, (leaves.get(key) ?? 0n) + amount)
  }
  const draw = (holder: string, asset: string, wanted: bigint): Segment[] => {
    const drawn = take(queueOf(holder, asset), wanted)
    const found = drawn.reduce((sum, { amount }) => sum + amount, 0n)
    return found < wanted
      ? [...drawn, { origin: thieves.includes(holder) ? holder : null, amount: wanted - found }]
      : drawn
  }

  for (const parts of transactions) {
    const swaps = parts.length > 1 ? swapsOf(parts, thieves) : []
    for (const [i, { from, to, asset, amount }] of parts.entries()) {
      const paying = swaps.find(({ giver }) => giver === from)
      const refunded = swaps.find(({ giver }) => giver === to)
      const getting = swaps.find(({ receiver }) => receiver === to)
      let money: Segment[]
      if (paying?.out === asset) {
        const backLater = parts
          .slice(i + 1)
          .filter((part) => part.to === from && part.asset === asset)
          .reduce((sum, part) => sum + part.amount, 0n)
        const gone = amount > backLater ? amount - backLater : 0n
        const strip = draw(from, asset, amount)
        for (const { origin, amount: units } of take(strip, gone)) {
          paying.paid += units
          if (origin !== null) paying.taken.set(origin, (paying.taken.get(origin) ?? 0n) + units)
          end(origin, asset, 'swap', to, units)
        }
        paying.waiting.push(...strip)
        // To its payee what is swapped is new money, and what comes back is none.
        money = gone > 0n ? [{ origin: null, amount: gone }] : []
      } else if (refunded?.out === asset) money = take(refunded.waiting, amount)
      else money = draw(from, asset, amount)
      if (getting?.in === asset) {
        // What is tainted of it is known when all is paid.
        queueOf(to, asset).push(...money)
        getting.got.push({ queue: queueOf(to, asset), here: money })
        continue
      }
      if (thieves.includes(to) && !thieves.includes(from) && !getting && !refunded)
        for (const segment of money) segment.origin ??= to
      queueOf(to, asset).push(...money)
    }
    for (const { paid, taken, got } of swaps) {
      const all = got.flatMap(({ here }) => here).reduce((sum, { amount }) => sum + amount, 0n)
      let through = 0n
      let given = 0n
      const shares: Segment[] = []
      for (const thief of thieves) {
        through += taken.get(thief) ?? 0n
        const upTo = paid === 0n ? 0n : (all * through) / paid
        if (upTo > given) shares.push({ origin: thief, amount: upTo - given })
        given = upTo
      }
      shares.push({ origin: null, amount: all - given })
      // What a payer had already tainted stays as it is.
      for (const { queue, here } of got)
        queue.splice(
          queue.indexOf(here[0]!),
          here.length,
          ...here.flatMap(({ origin, amount }) => {
            const own = take(shares, amount)
            return own.map((share) => ({ ...share, origin: origin ?? share.origin }))
          }),
        )
    }
  }
  for (const [key, queue] of queues) {
    const [holder, asset] = key.split(' ') as [string, string]
    for (const { origin, amount } of queue) end(origin, asset, 'held', holder, amount)
  }
  return leaves
}

interface Swap {
  readonly giver: string
  readonly receiver: string
  readonly out: string
  readonly in: string
  paid: bigint
  readonly taken: Map<string, bigint>
  /** Paid, and to come back. */
  readonly waiting: Segment[]
  readonly got: { readonly queue: Segment[]; readonly here: Segment[] }[]
}

function swapsOf(parts: readonly SlowPart[], thieves: readonly string[]): Swap[] {
  const parties = [...new Set(parts.flatMap(({ from, to }) => [from, to]))].map((holder) => {
    const nets = netsOf(holder, parts)
    const outs = [...nets].filter(([, net]) => net < 0n)
    const ins = [...nets].filter(([, net]) => net > 0n)
    return {
      holder,
      out: outs[0]?.[0],
      in: ins[0]?.[0],
      amount: ins[0]?.[1] ?? 0n,
      sides: outs.length + ins.length,
    }
  })
  if (parties.length === 2)
    return parties.flatMap(({ holder, out, in: got, sides }) =>
      sides === 2 && out && got ? [newSwap(holder, holder, out, got)] : [],
    )
  const shared = parties.find(({ holder, out, in: got }) => out && got && !holder.startsWith('x'))
  if (shared?.out && shared.in && parties.some(({ holder }) => holder.startsWith('x'))) {
    const more = parties
      .filter(({ in: got, out }) => got && !out)
      .reduce((sum, { amount }) => sum + amount, 0n)
    return more * 50n > shared.amount ? [] : [newSwap(shared.holder, shared.holder, shared.out, shared.in)]
  }
  const giver = parties.find((party) => party.out && !party.in)
  const receiver = parties.find((party) => party.in && !party.out && party.in !== giver?.out)
  // What is itself stolen was not received for something else.
  if (!giver?.out || !receiver?.in || thieves.includes(receiver.holder)) return []
  return [newSwap(giver.holder, receiver.holder, giver.out, receiver.in)]
}

function newSwap(giver: string, receiver: string, out: string, got: string): Swap {
  return { giver, receiver, out, in: got, paid: 0n, taken: new Map(), waiting: [], got: [] }
}

function netsOf(holder: string, parts: readonly SlowPart[]): Map<string, bigint> {
  const nets = new Map<string, bigint>()
  for (const { from, to, asset, amount } of parts) {
    if (from === to) continue
    if (from === holder) nets.set(asset, (nets.get(asset) ?? 0n) - amount)
    if (to === holder) nets.set(asset, (nets.get(asset) ?? 0n) + amount)
  }
  return nets
}

/** Takes up to so many units off the front. */
function take(queue: Segment[], wanted: bigint): Segment[] {
  const taken: Segment[] = []
  let left = wanted
  while (left > 0n && queue.length > 0) {
    const segment = queue[0]!
    const part = segment.amount < left ? segment.amount : left
    taken.push({ origin: segment.origin, amount: part })
    segment.amount -= part
    left -= part
    if (segment.amount === 0n) queue.shift()
  }
  return taken
}
