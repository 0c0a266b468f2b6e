/**
 * What ends the asking of a chain, and what only interrupts it.
 * @module
 */
import { OfflineError } from '../net/index.ts'
import type { ChainId } from '../units/caip.ts'
import { type ChainLine, ContradictionError, NoSourceError } from './chainLine.ts'
import { ForkError } from './reorganise.ts'

/** As often as this in one run a chain may be found reorganised while its blocks are read. */
const FORKS = 8

export interface Trouble {
  /** Why nothing more can be asked of a chain, in words. */
  readonly dead: ReadonlyMap<ChainId, string>
  /** Notes a chain of which nothing more can be asked; false for every other failure. */
  ends(chain: ChainId, error: unknown): boolean
  /**
   * A reorganisation met on the way, or a source that failed while another can do the same otherwise; else the end of the
   * chain's asking.
   * @param before the chain's troubles before what was tried
   * @returns whether it is to be tried again
   * @throws what is none of these
   */
  meet(line: ChainLine, error: unknown, before: number): Promise<boolean>
}

export function createTrouble(): Trouble {
  const dead = new Map<ChainId, string>()
  const forks = new Map<ChainId, number>()

  /** Notes a chain of which nothing more can be asked; false for every other failure. */
  const ends = (chain: ChainId, error: unknown): boolean => {
    if (!(error instanceof NoSourceError || error instanceof OfflineError)) return false
    dead.set(chain, error.message)
    return true
  }

  /** A reorganisation met on the way, or a source that failed while another can do the same otherwise. */
  async function goesOn(line: ChainLine, error: unknown, failuresBefore: number): Promise<boolean> {
    const met = forks.get(line.chain) ?? 0
    const contradicts = error instanceof ContradictionError
    if (error instanceof ForkError || (contradicts && met < FORKS && (await line.hasTurned()))) {
      if (met === FORKS) return false
      forks.set(line.chain, met + 1)
      if (!contradicts) await line.recheck()
      return true
    }
    if (contradicts) await line.blame(error)
    return (contradicts || error instanceof NoSourceError) && troubles(line) > failuresBefore
  }

  return {
    dead,
    ends,
    async meet(line, error, before) {
      if (await goesOn(line, error, before)) return true
      if (!ends(line.chain, error)) throw error
      return false
    },
  }
}

/** Sources that were lost in this run, and those found to lie. */
export const troubles = (line: ChainLine): number => line.failures().length + line.blamed()
