/**
 * Hops of one transaction and asset without those who only pass money on. Pure.
 * @module
 */
import type { FlowHop } from '../trace/index.ts'

interface Way {
  readonly from: string
  /** The hop by which it arrives. */
  readonly last: FlowHop
  readonly amount: bigint
  /** null where unpriced. */
  readonly cents: bigint | null
}

/**
 * What comes to a holder and goes on from it is one way, from its payer to its payee, in whatever order the hops stand;
 * what comes back to its payer is none. So by holder the ways add up to the hops' net, and no holder both pays and is
 * paid, but where following stops: what arrived there has arrived. `of` is that of the last hop.
 */
export function netHops(hops: readonly FlowHop[]): FlowHop[] {
  const payees = new Set(hops.map(({ to }) => to))
  let ways = hops.map(
    (last): Way => ({
      ...{ last, from: last.from, amount: BigInt(last.amount) },
      cents: last.usd === 'unpriced' ? null : BigInt(last.usd),
    }),
  )
  for (const holder of new Set(hops.map(({ from }) => from))) {
    if (payees.has(holder)) ways = without(holder, ways)
  }
  return ways.map(({ last, from, amount, cents }) => ({
    ...{ ...last, from, amount: String(amount), usd: cents === null ? 'unpriced' : String(cents) },
  }))
}

function without(holder: string, ways: readonly Way[]): Way[] {
  const comes = ({ last }: Way): boolean => last.to === holder && last.stop === undefined
  const goes = ({ from }: Way): boolean => from === holder
  const coming = ways.filter((way) => comes(way) && !goes(way)).toReversed()
  const going = ways.filter((way) => goes(way) && !comes(way)).toReversed()
  const net = ways.filter((way) => !comes(way) && !goes(way))
  while (coming.length > 0 && going.length > 0) {
    const [came, gone] = [coming.pop()!, going.pop()!]
    const amount = came.amount < gone.amount ? came.amount : gone.amount
    const [first, ...cameLater] = cut(came, amount)
    const [, ...goneLater] = cut(gone, amount)
    coming.push(...cameLater)
    going.push(...goneLater)
    if (first.from !== gone.last.to || gone.last.stop !== undefined) net.push({ ...first, last: gone.last })
  }
  return [...net, ...coming.toReversed(), ...going.toReversed()]
}

/** The first so many units, and the rest where there is one. */
function cut(way: Way, amount: bigint): [Way, ...Way[]] {
  if (amount === way.amount) return [way]
  const cents = way.cents === null ? null : (way.cents * amount) / way.amount
  const left = way.cents === null || cents === null ? null : way.cents - cents
  return [
    { ...way, amount, cents },
    { ...way, amount: way.amount - amount, cents: left },
  ]
}
