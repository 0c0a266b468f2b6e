/**
 * The line to one chain: its sources in the order in which the user added them, opened when they are first needed. Where
 * one fails, the next is asked and the failure is noted. Before anything else is asked, the newest block that the store
 * knows is compared with the source's: what a reorganisation took back is forgotten.
 * @module
 */
import { chainName } from '../address/index.ts'
import type { BlockRef, Source } from '../chain/source.ts'
import { LootlineError } from '../errors.ts'
import { OfflineError, SourceError } from '../net/index.ts'
import { type ChainId, printable } from '../units/index.ts'
import { ForkError } from './reorganise.ts'

/** A source that the user named. */
export interface LiveSource {
  readonly name: string
  readonly chain: ChainId
  /** URL without secrets. */
  readonly shown: string
  /** Asks the source who it is and what it can. */
  open(): Promise<Source>
}

/** What comes of one source that failed, for the coverage. */
export interface Failure {
  readonly chain: ChainId
  readonly source: string
  readonly message: string
  /** It was caught contradicting itself, which the book remembers. */
  readonly lied: boolean
}

export interface ChainLine {
  readonly chain: ChainId
  /**
   * Gives the question to the first source that can be asked it. Where a source is caught contradicting itself, what
   * rests on its word is forgotten, and the question is asked again.
   *
   * @throws {NoSourceError} where none can, or all that can have failed
   * @throws {BudgetError | OfflineError}
   */
  ask<T>(can: (source: Source) => boolean, question: (source: Source) => Promise<T>): Promise<T>
  /** The newest block when this run began to ask. */
  tip(): Promise<BlockRef>
  /** Compares again, after blocks did not fit together. */
  recheck(): Promise<void>
  /**
   * Asks a source no more that was caught contradicting itself, and forgets what rests on its word.
   * @returns false where it had been caught before
   */
  blame(error: ContradictionError): Promise<boolean>
  /** How many sources were blamed in this run: where it grew, what was known may be known no more. */
  blamed(): number
  /** Asks whether blocks were taken back since the newest was asked for; what rested on them is then forgotten. */
  hasTurned(): Promise<boolean>
  /** How often blocks were taken back in this run. */
  turns(): number
  failures(): readonly Failure[]
}

export interface ChainLineOptions {
  readonly sources: readonly LiveSource[]
  /** Called as a source is first used, and again as it turns out to be blind to more. */
  readonly onUse: (source: Source) => void
  /**
   * Compares what is remembered with the source, whose newest block is given; before the first question.
   * @returns whether blocks were taken back
   */
  readonly settle: (source: Source, tip: BlockRef) => Promise<boolean>
  /** What a source was caught with in an earlier run; null: nothing. */
  readonly lieOf: (shown: string) => string | null
  /** Called as a source is caught contradicting itself: forgets what rests on its word. */
  readonly onLie: (lie: ContradictionError['data']) => Promise<void>
  /** What to take for the newest block where nothing may be asked. */
  readonly lastTip: () => BlockRef | null
}

/** Asked of every source: none is needed that can do more. */
export const anything = (): boolean => true

export function createChainLine(chain: ChainId, options: ChainLineOptions): ChainLine {
  const opened = new Map<LiveSource, Promise<Source>>()
  const failed = new Map<LiveSource, Failure>()
  const blamed = new Set<string>()
  let begun: Promise<BlockRef> | undefined
  let turns = 0

  const fail = (own: LiveSource, error: LootlineError): void => {
    const lied = error instanceof ContradictionError
    failed.set(own, { chain, source: own.name, message: error.message, lied })
  }
  for (const own of options.sources) {
    const what = options.lieOf(own.shown)
    if (what !== null) fail(own, new ContradictionError(own.shown, what))
  }

  const told = new Map<Source, number>()
  const tell = (source: Source): void => {
    if (told.get(source) === source.blind.length) return
    told.set(source, source.blind.length)
    options.onUse(source)
  }

  const open = (own: LiveSource): Promise<Source> => {
    let source = opened.get(own)
    if (source === undefined) {
      source = own.open().then((ready) => {
        tell(ready)
        return ready
      })
      opened.set(own, source)
    }
    return source
  }

  async function first<T>(
    can: (source: Source) => boolean,
    question: (source: Source) => Promise<T>,
  ): Promise<T> {
    for (const own of options.sources) {
      if (failed.has(own)) continue
      try {
        const source = await open(own)
        if (!can(source)) continue
        const answer = await question(source)
        tell(source)
        return answer
      } catch (error) {
        if (!(error instanceof SourceError)) throw error
        fail(own, error)
      }
    }
    throw new NoSourceError({
      code: 'LIVE_NO_SOURCE',
      chain,
      failures: [...failed.values()].map(({ source, message }) => `${source}: ${printable(message, 300)}`),
    })
  }

  async function begin(): Promise<BlockRef> {
    try {
      return await first(anything, async (source) => {
        const tip = await source.tip()
        if (await options.settle(source, tip)) turns++
        return tip
      })
    } catch (error) {
      const last = error instanceof OfflineError ? options.lastTip() : null
      if (last === null) throw error
      return last
    }
  }

  const tip = (): Promise<BlockRef> => {
    begun ??= begin()
    return begun
  }
  /** Whether blocks were taken back since this run began to ask: what does not fit then is nobody's lie. */
  async function isTurned(source: Source): Promise<boolean> {
    const now = await source.tip()
    if (!(await options.settle(source, now))) return false
    turns++
    begun = Promise.resolve(now)
    return true
  }
  async function unlessTurned<T>(source: Source, question: (source: Source) => Promise<T>): Promise<T> {
    const before = turns
    try {
      return await question(source)
    } catch (error) {
      if (!mayComeOfTurning(error)) throw error
      const turned = turns > before || (await isTurned(source).catch(unlessBudget))
      throw turned ? new ForkError(chain, (await tip()).height) : error
    }
  }

  async function blame(error: ContradictionError): Promise<boolean> {
    const { source } = error.data
    for (const own of options.sources) if (own.shown === source && !failed.has(own)) fail(own, error)
    if (blamed.has(source)) return false
    blamed.add(source)
    // The newest block may be its word.
    begun = undefined
    await options.onLie(error.data)
    return true
  }
  return {
    chain,
    async ask(can, question) {
      for (;;) {
        await tip()
        try {
          return await first(can, (source) => unlessTurned(source, question))
        } catch (error) {
          if (!(error instanceof ContradictionError)) throw error
          if (!(await blame(error)) && !options.sources.some(({ shown }) => shown === error.data.source))
            throw error
        }
      }
    },
    tip,
    hasTurned: () => first(anything, isTurned),
    async recheck() {
      begun = undefined
      await tip()
    },
    blame,
    blamed: () => blamed.size,
    turns: () => turns,
    failures: () => [...failed.values()],
  }
}

/** Refused as unknown, or not what was promised: as of a block that is no longer there. */
function mayComeOfTurning(error: unknown): boolean {
  if (error instanceof ContradictionError) return true
  if (!(error instanceof SourceError)) return false
  const { data } = error
  return data.code === 'NET_BAD_ANSWER' || (data.code === 'NET_STATUS' && data.status < 500)
}

/** A source that cannot say has not turned; what ends the run goes on. */
function unlessBudget(error: unknown): false {
  if (error instanceof SourceError) return false
  throw error
}

/** No source of the chain can answer. */
export class NoSourceError extends LootlineError<{
  readonly code: 'LIVE_NO_SOURCE'
  readonly chain: ChainId
  readonly failures: readonly string[]
}> {
  override readonly name = 'NoSourceError'
  constructor(data: {
    readonly code: 'LIVE_NO_SOURCE'
    readonly chain: ChainId
    readonly failures: readonly string[]
  }) {
    super(
      data,
      data.failures.length === 0
        ? `no source of ${chainName(data.chain)} can be asked this`
        : `no source of ${chainName(data.chain)} is left: ${data.failures.join('; ')}`,
      'See `lootline source check`, or add another source with `lootline source add`.',
    )
  }
}

/** A source that contradicts itself, or what the ledger has. */
export class ContradictionError extends LootlineError<{
  readonly code: 'LIVE_CONTRADICTION'
  readonly source: string
  readonly what: string
}> {
  override readonly name = 'ContradictionError'
  constructor(source: string, what: string) {
    super(
      { code: 'LIVE_CONTRADICTION', source, what },
      `${printable(source, 200)} contradicts itself: ${printable(what, 300)}`,
      'Nothing that it said is kept, and it is asked no more until --refresh. Compare with another source of the chain.',
    )
  }
}
