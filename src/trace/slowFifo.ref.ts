/**
 * FIFO over a list of transfers, the slow and obvious way: one queue per account, rows in the order given. No ledger, no
 * reach, no tape; the independent answer that whole traces are compared with.
 * @module
 */

export interface SlowTransfer {
  readonly from: string
  readonly to: string
  readonly amount: bigint
}

export interface SlowResult {
  readonly stolen: bigint
  readonly unknown: bigint
  /** What of the theft each account still has, or got and stopped. */
  readonly at: Map<string, bigint>
}

type Origin = 'theft' | 'unknown' | 'clean'

/**
 * @param sources Accounts of the thief: what they spend beyond their receipts is stolen.
 * @param receivedIsStolen Also what they receive from others.
 * @param stops Accounts where following ends: what arrives counts there and goes on as clean.
 */
export function slowFifo(
  transfers: readonly SlowTransfer[],
  sources: ReadonlySet<string>,
  receivedIsStolen: boolean,
  stops: ReadonlySet<string> = new Set(),
): SlowResult {
  const queues = new Map<string, { origin: Origin; amount: bigint }[]>()
  const stoppedAt = new Map<string, bigint>()
  const queueOf = (account: string): { origin: Origin; amount: bigint }[] => {
    if (!queues.has(account)) queues.set(account, [])
    return queues.get(account)!
  }
  let stolen = 0n
  let unknown = 0n
  for (const { from, to, amount } of transfers) {
    const queue = queueOf(from)
    const moved: { origin: Origin; amount: bigint }[] = []
    let left = amount
    while (left > 0n && queue.length > 0) {
      const lot = queue[0]!
      const part = lot.amount < left ? lot.amount : left
      moved.push({ origin: lot.origin, amount: part })
      lot.amount -= part
      left -= part
      if (lot.amount === 0n) queue.shift()
    }
    if (left > 0n) {
      const origin = stops.has(from) ? 'clean' : sources.has(from) ? 'theft' : 'unknown'
      if (origin === 'theft') stolen += left
      if (origin === 'unknown') unknown += left
      moved.push({ origin, amount: left })
    }
    for (const piece of moved) {
      if (receivedIsStolen && sources.has(to) && !sources.has(from) && piece.origin !== 'theft') {
        stolen += piece.amount
        piece.origin = 'theft'
      }
      if (stops.has(to)) {
        if (piece.origin === 'theft') stoppedAt.set(to, (stoppedAt.get(to) ?? 0n) + piece.amount)
        piece.origin = 'clean'
      }
      queueOf(to).push(piece)
    }
  }
  const at = stoppedAt
  for (const [account, queue] of queues) {
    for (const { origin, amount } of queue)
      if (origin === 'theft') at.set(account, (at.get(account) ?? 0n) + amount)
  }
  return { stolen, unknown, at }
}
