/**
 * What need not wait for the next trace: where every input of a transaction is stolen whole, so is every output, by every
 * rule. Peel chains, merges and splits of stolen coins are followed so, without tracing again at each hop.
 * @module
 */
import type { Placed } from '../chain/source.ts'
import type { LabelBook } from '../label/label.ts'
import type { OpenLot } from '../trace/index.ts'

export interface Heirs {
  /** Outputs of these transactions that are stolen whole and whose holders nobody has labelled. */
  of(spenders: readonly Placed[]): OpenLot[]
}

/** @param lots outputs and how much of each is stolen */
export function createHeirs(labels: Pick<LabelBook, 'of'>, lots: readonly OpenLot[]): Heirs {
  const stolen = new Map(lots.map(({ txid, n, amount }) => [`${txid}:${n}`, amount]))
  return {
    of(spenders) {
      const heirs = spenders.flatMap(({ transaction, block }): OpenLot[] => {
        const { chain, txid, inputs, outputs } = transaction
        const isWhole = inputs.every(
          (input) => input.amount !== undefined && stolen.get(`${input.txid}:${input.n}`) === input.amount,
        )
        if (!isWhole || block === null) return []
        const { height, time } = block
        return outputs.flatMap(({ holder, amount }, n) => {
          if (amount === 0n || stolen.has(`${txid}:${n}`)) return []
          stolen.set(`${txid}:${n}`, amount)
          return [{ chain, txid, n, holder, amount, height, time }]
        })
      })
      const labelled = labels.of(heirs.flatMap(({ holder }) => holder ?? []))
      return heirs.filter(({ holder }) => holder === null || !labelled.has(holder))
    },
  }
}
