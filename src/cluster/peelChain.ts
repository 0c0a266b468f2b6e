/**
 * Peel chains: one coin, of which a little is peeled off at every step. Definition, sources and error modes:
 * docs/methods/peel-chains.md.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import { type ChangeWorld, span } from './change/world.ts'
import { scriptKind } from './columns.ts'
import { sameWallet } from './peelShape.ts'

/** What agrees that an output is the one that goes on. */
export type PeelSign = 'fresh' | 'larger' | 'script' | 'wallet'

export interface PeelHop {
  readonly row: number
  /** Place in `outputAddress` of the coin that goes on; NONE in the last hop. */
  readonly next: number
  /** Places of what is peeled off; in the last hop all that is paid, the larger first. */
  readonly peeled: readonly number[]
  readonly signs: readonly PeelSign[]
}

export interface PeelChain {
  readonly hops: readonly PeelHop[]
  /** Sum of what was peeled off before the last hop, sats. */
  readonly peeledSats: number
}

/** Less is dust beside OP_RETURN: a fifth of all steps in Hopline's sample. */
const LEAST_PEEL_SATS = 1000
const DATA = scriptKind('data')

/**
 * All maximal chains of at least `leastHops` hops, in the order of their first rows. No row is in two.
 * Cost: linear in the rows.
 */
export function peelChains(world: ChangeWorld, leastHops = 3): PeelChain[] {
  const { columns, links } = world
  const next = new Uint32Array(columns.n).fill(NONE)
  const entered = new Uint8Array(columns.n)
  for (let row = 0; row < columns.n; row++) {
    next[row] = continuation(world, row)
    if (next[row] !== NONE) entered[links.outputSpender[next[row]!]!] = 1
  }
  const chains: PeelChain[] = []
  for (let start = 0; start < columns.n; start++) {
    if (entered[start] === 1 || next[start] === NONE) continue
    const hops: PeelHop[] = []
    let row = start
    for (;;) {
      hops.push(hopOf(world, row, next[row]!))
      if (next[row] === NONE) break
      row = links.outputSpender[next[row]!]!
    }
    if (hops.length < leastHops) continue
    const peeled = hops.slice(0, -1).flatMap((hop) => hop.peeled)
    chains.push({
      hops,
      peeledSats: peeled.reduce((sum, place) => sum + columns.outputSats[place]!, 0),
    })
  }
  return chains
}

/** The outputs worth a step: two of them, paid from one coin; null where the row is no step. */
export function step({ columns }: ChangeWorld, row: number): number[] | null {
  if (columns.inputStarts[row + 1]! - columns.inputStarts[row]! !== 1) return null
  const paid = span(columns.outputStarts, row).filter(
    (i) => columns.outputKind[i] !== DATA && columns.outputSats[i]! >= LEAST_PEEL_SATS,
  )
  return paid.length === 2 ? paid : null
}

/** The one output whose spender is a step of the same wallet, to an address not seen before; NONE where none or both are. */
export function continuation(world: ChangeWorld, row: number): number {
  const { columns, links, fresh } = world
  const candidates = (step(world, row) ?? []).filter((place) => {
    const spender = links.outputSpender[place]!
    if (spender === NONE || step(world, spender) === null || !sameWallet(columns, row, spender)) return false
    return columns.outputAddress[place] === NONE || fresh[place] === 1
  })
  return candidates.length === 1 ? candidates[0]! : NONE
}

export function hopOf({ columns, links }: ChangeWorld, row: number, next: number): PeelHop {
  const { outputStarts, outputSats, outputKind, outputAddress, inputStarts, inputKind, marks } = columns
  const paid = span(outputStarts, row).filter((i) => i !== next && outputKind[i] !== DATA)
  if (next === NONE) {
    return { row, next, peeled: paid.sort((a, b) => outputSats[b]! - outputSats[a]! || a - b), signs: [] }
  }
  const signs: PeelSign[] = []
  if (outputAddress[next] !== NONE) signs.push('fresh')
  if (paid.every((i) => outputSats[i]! < outputSats[next]!)) signs.push('larger')
  const kind = inputKind[inputStarts[row]!]
  if (outputKind[next] === kind && paid.some((i) => outputKind[i] !== kind)) signs.push('script')
  if (marks !== null && links.outputSpender[next] !== NONE) signs.push('wallet')
  return { row, next, peeled: paid, signs }
}
