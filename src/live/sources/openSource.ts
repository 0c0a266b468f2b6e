/**
 * From an entry of the store to a source that answers.
 * @module
 */
import type { Source } from '../../chain/source.ts'
import { LootlineError } from '../../errors.ts'
import {
  type Budget,
  type Call,
  type Clock,
  createDoor,
  type Door,
  type Limits,
  SourceError,
} from '../../net/index.ts'
import type { ChainId } from '../../units/caip.ts'
import { printable } from '../../units/text.ts'
import type { SourceEntry, SourcePace } from './entry.ts'
import { type GivenUrl, givenUrl } from './givenUrl.ts'
import type { SourceMakers } from './makers.ts'
import { echoRefuser } from './refuseEcho.ts'
import { type SecretWorld, secretsOf } from './secrets.ts'

export interface OpenOptions extends SecretWorld {
  readonly makers: SourceMakers
  readonly clock?: Clock
  /** In [0, 1), for jitter. */
  readonly random?: () => number
  readonly budget?: Pick<Budget, 'take'>
  readonly onCall?: (call: Call) => void
  /** Asks first which chain it serves: one call, on Bitcoin two. Otherwise only some kinds notice that it is another. */
  readonly verify?: boolean
  /** Puts a door before the one that asks: an archive, say. */
  readonly wrap?: (door: Door) => Door
}

/** What is known of a source before it was asked which chain it serves. */
export type Unasked = Omit<SourceEntry, 'name' | 'chain' | 'added'>

/**
 * Opens a source of the store: asks what its kind must know. Its secrets are read when it first asks.
 *
 * @throws {MissingSecretError | KeyringError | BadSecretError}
 * @throws {OtherChainError} where it is seen to serve another chain than when it was added
 * @throws what `Door.ask` throws
 */
export async function openSource(entry: SourceEntry, options: OpenOptions): Promise<Source> {
  if (options.verify) return meetSource(entry, entry.chain, options)
  return openAs(entry, entry.chain, doorTo(entry, options), options)
}

/**
 * Asks a source which chain it serves, and opens it as one of that chain.
 *
 * @param wanted what the user says; null where nothing is said
 * @throws {OtherChainError} where it serves another one
 * @throws {ChainUnsaidError} where it serves several and nothing is said
 * @throws as {@link openSource}
 */
export async function meetSource(
  source: Unasked,
  wanted: ChainId | null,
  options: OpenOptions,
): Promise<Source> {
  const door = doorTo(source, options)
  const chain = await options.makers[source.kind].probe(door, wanted)
  if (wanted !== null && chain !== wanted) throw new OtherChainError(source.url, wanted, chain)
  return openAs(source, chain, door, options)
}

async function openAs(
  { kind, url }: Unasked,
  chain: ChainId,
  door: Door,
  { makers }: OpenOptions,
): Promise<Source> {
  const source = await makers[kind].open(door, chain)
  if (source.chain !== chain) throw new OtherChainError(url, chain, source.chain)
  return source
}

/**
 * Reads secrets when it first asks: what is answered from memory, or not asked at all, needs none. A cookie file is read again
 * once its source refuses it: Bitcoin Core writes another at each start.
 */
function doorTo(source: Unasked, options: OpenOptions): Door {
  const { clock, random, budget, onCall, wrap = (door) => door } = options
  const url = givenUrl(source.url)
  const make = async (): Promise<OpenDoor> => {
    const secrets = await secretsOf(source.kind, url, source.secret, options)
    const refuseEcho = echoRefuser(secrets)
    const door = createDoor({
      ...{ url: url.base, shown: url.shown, secrets, limits: limitsOf(url, source.pace) },
      ...(clock === undefined ? {} : { clock }),
      ...(random === undefined ? {} : { random }),
      ...(budget === undefined ? {} : { budget }),
      ...(onCall === undefined ? {} : { onCall }),
    })
    return {
      secret: JSON.stringify(secrets),
      ask: (question) =>
        door.ask({
          ...question,
          read(answer) {
            refuseEcho(answer)
            return question.read(answer)
          },
        }),
    }
  }
  let made: Promise<OpenDoor> | undefined
  const opened = (): Promise<OpenDoor> => {
    made ??= make().catch((error) => {
      made = undefined
      throw error
    })
    return made
  }
  return wrap({
    shown: url.shown,
    async ask(question) {
      const door = await opened()
      try {
        return await door.ask(question)
      } catch (error) {
        if (source.secret?.in !== 'cookie' || !isUnauthorised(error)) throw error
        if ((await opened()) === door) made = undefined
        const renewed = await opened()
        if (renewed.secret === door.secret) throw error
        return renewed.ask(question)
      }
    },
  })
}

interface OpenDoor extends Pick<Door, 'ask'> {
  /** To be compared, not shown. */
  readonly secret: string
}

function isUnauthorised(error: unknown): boolean {
  return error instanceof SourceError && error.data.code === 'NET_STATUS' && error.data.status === 401
}

/** Nobody but its owner is troubled by how fast a node on this machine is asked; 8 calls at once keep one busy. */
const OWN_MACHINE: Partial<Limits> = { perSecond: 10_000, burst: 1000, concurrency: 8 }

function limitsOf(
  { loopback }: GivenUrl,
  { perSecond, concurrency, timeoutMs }: SourcePace,
): Partial<Limits> {
  return {
    ...(loopback ? OWN_MACHINE : {}),
    ...(perSecond === undefined ? {} : { perSecond, burst: Math.max(1, Math.ceil(perSecond)) }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(timeoutMs === undefined ? {} : { timeoutMs, silenceMs: timeoutMs }),
  }
}

export class OtherChainError extends LootlineError<{
  readonly code: 'LIVE_OTHER_CHAIN'
  readonly source: string
  readonly expected: ChainId
  readonly got: ChainId
}> {
  override readonly name = 'OtherChainError'
  constructor(source: string, expected: ChainId, got: ChainId) {
    const data = { code: 'LIVE_OTHER_CHAIN', source, expected, got: printable(got, 100) } as const
    super(
      data,
      `${printable(source, 200)} serves ${data.got}, not ${expected}.`,
      'Check the URL, and the chain that was named; a source of another chain is added under its own name.',
    )
  }
}
