/**
 * Transactions asked for by their ids.
 * @module
 */
import type { Source } from '../chain/source.ts'
import type { ChainId } from '../units/caip.ts'
import { type ChainLine, NoSourceError } from './chainLine.ts'
import type { Desk } from './desk.ts'
import { takeInFound } from './explore.ts'
import { type Trouble, troubles } from './trouble.ts'

export interface WantedTransaction {
  readonly txid: string
  readonly chain: ChainId | null
}

/** A transaction that a source has, but in no block yet, or that it would not have if it were in one. */
export interface Unplaced {
  readonly txid: string
  /** URL without secrets. */
  readonly source: string
  readonly isUnconfirmed: boolean
}

export interface FetchById {
  /** Each from the first source that has it in a block; those that none has stay unknown. */
  get(wanted: readonly WantedTransaction[]): Promise<void>
  /** What sources said of transactions that none has in a block. */
  readonly unplaced: readonly Unplaced[]
}

export function createFetchById(desk: Desk, chains: readonly ChainId[], trouble: Trouble): FetchById {
  const unplaced: Unplaced[] = []

  async function get(wanted: readonly WantedTransaction[]): Promise<void> {
    for (const { txid, chain } of wanted) {
      for (const one of chain === null ? chains.filter((own) => mayHave(own, txid)) : [chain]) {
        const line = desk.line(one)
        if (line !== null) await fetchTransaction(line, txid)
      }
    }
  }

  /** From the first source that has it in a block; what the others said of it is noted. */
  async function fetchTransaction(line: ChainLine, txid: string): Promise<void> {
    const answered = new Set<Source>()
    const lacking: Unplaced[] = []
    let isDenied = false
    while (!trouble.dead.has(line.chain)) {
      const before = troubles(line)
      try {
        const isNew = (source: Source): boolean => !answered.has(source)
        const { source, answer } = await line.ask(isNew, async (source) => ({
          source,
          answer: await source.transaction(txid),
        }))
        answered.add(source)
        if (answer?.placed.block) {
          await takeInFound(desk, line, source.shown, [answer])
          break
        }
        const said = { txid, source: source.shown, isUnconfirmed: answer !== null }
        if (answer !== null) unplaced.push(said)
        else if (source.lacksTransactions) lacking.push(said)
        else isDenied = true
      } catch (error) {
        if (error instanceof NoSourceError && answered.size > 0) break
        await trouble.meet(line, error, before)
      }
    }
    if (!isDenied) unplaced.push(...lacking)
  }

  return { get, unplaced }
}

/** EVM chains write transaction ids with `0x`, others without. */
function mayHave(chain: ChainId, txid: string): boolean {
  return chain.startsWith('eip155:') === txid.startsWith('0x')
}
