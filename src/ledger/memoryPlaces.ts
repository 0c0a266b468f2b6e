/**
 * Where transactions of the memory ledger stand, worked out anew from everything it has: `docs/methods/order.md`.
 * @module
 */
import type { Books } from './memoryBooks.ts'
import { spendDepths } from './order.ts'

export function placeAll(books: Books): void {
  placeInBlocks(books)
  placeChains(books)
}

function placeInBlocks({ txs }: Books): void {
  const edges: [number, number][] = []
  for (const [number, tx] of txs.entries()) {
    tx.depth = 0
    for (const { prevTx } of tx.inputs) {
      const parent = txs[prevTx]!
      const oneBlock =
        tx.height === parent.height && (tx.height !== null || (tx.time !== null && tx.time === parent.time))
      if (parent.real && oneBlock && tx.index === null && parent.index === null) edges.push([number, prevTx])
    }
  }
  for (const [number, depth] of spendDepths(edges)) txs[number]!.depth = depth
}

function placeChains({ txs, chains }: Books): void {
  for (const [rank, name] of [...new Set(txs.map((tx) => tx.chain))].sort().entries()) {
    chains.set(name, { rank, byTime: false })
  }
  for (const { chain, real, height } of txs) {
    if (real && height === null) chains.get(chain)!.byTime = true
  }
}
