/**
 * Order within one transaction whose transfers stand in several files (an explorer exports coins, internal transfers and
 * tokens apart), where no file gives positions. The ledger can only settle that by the files' hashes; here money comes
 * before it goes. Definition and limits: `docs/methods/order.md`.
 * @module
 */
import { MOVEMENT_KINDS, type MovementKind, NONE } from '../ledger/ledger.ts'

/** What is needed of the movements, by movement number; account transfers only. */
export interface Ordered {
  readonly n: number
  readonly tx: Uint32Array
  readonly kind: Uint8Array
  /** f64[n]: as the ledger has it. */
  readonly order3: Float64Array
  /** f64[n]: where the order found is written. */
  readonly turn: Float64Array
  payer(movement: number): number
  payee(movement: number): number
  asset(movement: number): number
}

/** The call's own value and its fee come first: everything else happens within the call (Yellow Paper, 8). */
const RANKS: Readonly<Record<MovementKind, number>> = { native: 0, fee: 1, internal: 2, token: 2, utxo: 2 }

/** Movements beyond this in one transaction keep the order of the files: the merge is quadratic. */
const MAX_TRANSFERS = 512

const UTXO = MOVEMENT_KINDS.indexOf('utxo')

/** Places in files are negative, and files 2^32 apart (`src/ledger/order.ts`). */
function fileOf(order3: number): number {
  return Math.floor((order3 + Number.MAX_SAFE_INTEGER) / 2 ** 32)
}

/** The usual case, seen without remembering anything. */
function oneFile({ n, order3 }: Ordered): boolean {
  let file = -1
  for (let movement = 0; movement < n; movement++) {
    if (order3[movement]! >= 0) continue
    if (file === -1) file = fileOf(order3[movement]!)
    else if (fileOf(order3[movement]!) !== file) return false
  }
  return true
}

/**
 * Gives the movements of each such transaction its own places again, in an order in which money comes before it goes as
 * far as the order within each file allows. Returns how many movements it settled: no source gives their order.
 */
export function settleWithinTransactions(ordered: Ordered): number {
  if (oneFile(ordered)) return 0
  const groups = new Map<number, number[]>()
  for (let movement = 0; movement < ordered.n; movement++) {
    if (ordered.order3[movement]! >= 0 || ordered.kind[movement] === UTXO) continue
    const tx = ordered.tx[movement]!
    const group = groups.get(tx)
    if (group) group.push(movement)
    else groups.set(tx, [movement])
  }
  let settled = 0
  for (const group of groups.values()) {
    if (group.length < 2 || group.length > MAX_TRANSFERS) continue
    group.sort((a, b) => ordered.order3[a]! - ordered.order3[b]! || a - b)
    const files = Map.groupBy(group, (movement) => fileOf(ordered.order3[movement]!))
    if (files.size < 2) continue
    const places = group.map((movement) => ordered.order3[movement]!)
    for (const [i, movement] of merged(ordered, [...files.values()]).entries()) {
      ordered.turn[movement] = places[i]!
    }
    settled += group.length
  }
  return settled
}

/** Takes the head of some file again and again: the lowest rank, then one whose payer waits for no money of another's. */
function merged(ordered: Ordered, files: readonly (readonly number[])[]): number[] {
  const rank = (movement: number): number => RANKS[MOVEMENT_KINDS[ordered.kind[movement]!]!]
  const queues = files.map((file) => [...file].sort((a, b) => rank(a) - rank(b)))
  const order: number[] = []
  const waits = (movement: number, own: readonly number[]): boolean =>
    ordered.payer(movement) !== NONE &&
    queues.some(
      (queue) =>
        queue !== own &&
        queue.some(
          (other) =>
            ordered.payee(other) === ordered.payer(movement) &&
            ordered.asset(other) === ordered.asset(movement),
        ),
    )
  for (;;) {
    const open = queues.filter((queue) => queue.length > 0)
    if (open.length === 0) return order
    const lowest = Math.min(...open.map((queue) => rank(queue[0]!)))
    const heads = open.filter((queue) => rank(queue[0]!) === lowest)
    const next = heads.find((queue) => !waits(queue[0]!, queue)) ?? heads[0]!
    order.push(next.shift()!)
  }
}
