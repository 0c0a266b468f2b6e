/**
 * The peel chain that a transaction is part of, followed step by step, forward and back, and why it ends where it does.
 * Definition and error modes: docs/methods/peel-chains.md.
 * @module
 */
import { NONE } from '../ledger/ledger.ts'
import type { ChangeWorld } from './change/world.ts'
import { continuation, hopOf, type PeelSign, step } from './peelChain.ts'
import type { ClusterSource } from './source.ts'

/** Why a chain goes no further. */
export type PeelEnd =
  | 'start'
  | 'unspent'
  | 'no step'
  | 'none goes on'
  | 'both go on'
  | 'too few signs'
  | 'too long'

export interface FollowedHop {
  /** The source's number of the transaction. */
  readonly tx: number
  /** Sats brought in; NaN where unknown. */
  readonly inputSats: number
  /** What goes on: null in the last hop. */
  readonly next: PeelOutput | null
  /** What is peeled off; in the last hop all that is paid. */
  readonly peeled: readonly PeelOutput[]
  readonly feeSats: number
  readonly signs: readonly PeelSign[]
}

export interface PeelOutput {
  readonly n: number
  readonly sats: number
  /** NONE where the script has none. */
  readonly address: number
}

export interface FollowedPeel {
  /** First to last. Empty where the transaction itself is no step. */
  readonly hops: readonly FollowedHop[]
  readonly began: PeelEnd
  readonly ended: PeelEnd
}

/** Signs that an output needs to be followed without asking, as for change. */
const ENOUGH = 2
/** Nobody reads more hops; a chain may be made as long as somebody pays for it. */
const MOST_HOPS = 10_000

/** @param tx the source's number of a transaction of the chain */
export function followPeel(source: ClusterSource, tx: number): FollowedPeel {
  const own = look(source, tx)
  if (step(own.world, own.row) === null) return { hops: [], began: 'no step', ended: 'no step' }
  const back: number[] = []
  let began: PeelEnd = 'start'
  for (let here = own; ; ) {
    const { columns, links } = here.world
    const input = columns.inputStarts[here.row]!
    const maker = links.inputMaker[input]!
    if (maker === NONE) break
    const there = look(source, columns.txs[maker]!)
    const next = goesOn(there.world, there.row)
    if (typeof next === 'string') {
      began = step(there.world, there.row) === null ? 'no step' : next
      break
    }
    if (there.world.columns.txs[there.world.links.outputSpender[next]!] !== columns.txs[here.row]) {
      began = 'none goes on'
      break
    }
    if (back.length >= MOST_HOPS) {
      began = 'too long'
      break
    }
    back.push(there.world.columns.txs[there.row]!)
    here = there
  }
  const hops: FollowedHop[] = []
  let ended: PeelEnd = 'too long'
  for (let here = look(source, back.at(-1) ?? tx); hops.length < 2 * MOST_HOPS; ) {
    const next = goesOn(here.world, here.row)
    hops.push(hop(here.world, here.row, typeof next === 'string' ? NONE : next))
    if (typeof next === 'string') {
      ended = next
      break
    }
    const { columns, links } = here.world
    here = look(source, columns.txs[links.outputSpender[next]!]!)
  }
  return { hops, began, ended }
}

function look(source: ClusterSource, tx: number): { world: ChangeWorld; row: number } {
  const world = source.around(Uint32Array.of(tx))
  return { world, row: world.columns.txs.indexOf(tx) }
}

/** Place of the output that goes on, or why none does. */
function goesOn(world: ChangeWorld, row: number): number | PeelEnd {
  const next = continuation(world, row)
  const { outputSpender } = world.links
  if (next === NONE) {
    const outputs = step(world, row) ?? []
    if (outputs.every((place) => outputSpender[place] === NONE)) return 'unspent'
    const on = outputs.filter(
      (place) => outputSpender[place] !== NONE && step(world, outputSpender[place]!) !== null,
    )
    return on.length > 1 ? 'both go on' : 'none goes on'
  }
  return hopOf(world, row, next).signs.length >= ENOUGH ? next : 'too few signs'
}

function hop(world: ChangeWorld, row: number, next: number): FollowedHop {
  const { columns } = world
  const found = hopOf(world, row, next)
  const output = (place: number): PeelOutput => ({
    n: place - columns.outputStarts[row]!,
    sats: columns.outputSats[place]!,
    address: columns.outputAddress[place]!,
  })
  const inputSats = columns.inputSats[columns.inputStarts[row]!]!
  let feeSats = inputSats
  for (let place = columns.outputStarts[row]!; place < columns.outputStarts[row + 1]!; place++)
    feeSats -= columns.outputSats[place]!
  return {
    tx: columns.txs[row]!,
    inputSats,
    next: next === NONE ? null : output(next),
    peeled: found.peeled.map(output),
    feeSats,
    signs: found.signs,
  }
}
