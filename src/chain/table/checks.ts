/**
 * The checks every cell goes through, whatever the layout. A cell that fails throws {@link CellProblem}.
 * @module
 */
import { assertChainId, chainByName, formatHolder } from '../../address/index.ts'
import { LootlineError } from '../../errors.ts'
import { parseAmount } from '../../units/amount.ts'
import {
  ARBITRUM,
  addressOf,
  BITCOIN_REGTEST,
  BITCOIN_SIGNET,
  BITCOIN_TESTNET,
  BITCOIN_TESTNET4,
  BSC,
  type ChainId,
  ETHEREUM,
  type HolderId,
  LITECOIN,
  POLYGON,
  TRON,
} from '../../units/caip.ts'
import { parseUnixSeconds } from '../../units/time.ts'

/** Why a cell is refused; `column` is its place in the row, or -1 where the row as a whole is at fault. */
export class CellProblem extends Error {
  readonly column: number
  readonly reason: string
  constructor(column: number, reason: string) {
    super(reason)
    this.column = column
    this.reason = reason
  }
}

/** A row's cells, read by column number; a column the file lacks has number -1 and reads as ''. */
export interface Checks {
  /** CAIP-2 id of a chain's name or id. */
  chain(cells: readonly string[], column: number): ChainId
  /** Canonical CAIP-10 id; null for the zero address, which mints and burns. */
  holder(cells: readonly string[], column: number, chain: ChainId): HolderId | null
  /** Lower-case hex, with `0x` on EVM chains only. */
  txid(cells: readonly string[], column: number, chain: ChainId): string
  /** Unix seconds between the chain's genesis and now. */
  time(cells: readonly string[], column: number, chain: ChainId): number
  /** A whole number from 0 to `max`. */
  whole(cells: readonly string[], column: number, max?: number): number
  /** Base units of a decimal quantity; commas between thousands are accepted where `thousands`. */
  amount(cells: readonly string[], column: number, decimals: number, thousands?: boolean): bigint
}

/** Unix seconds of the first block, as each chain's own genesis has it; no public chain is older than Bitcoin. */
const GENESIS: ReadonlyMap<ChainId, number> = new Map([
  [LITECOIN, 1317972665],
  [BITCOIN_TESTNET, 1296688602],
  [BITCOIN_TESTNET4, 1714777860],
  [BITCOIN_REGTEST, 1296688602],
  [BITCOIN_SIGNET, 1598918400],
  [ETHEREUM, 1438269973],
  [BSC, 1587390414],
  [POLYGON, 1590824836],
  [ARBITRUM, 1622240000],
  [TRON, 1529891469],
])
const BITCOIN_GENESIS = 1231006505
/** Bitcoin's MAX_FUTURE_BLOCK_TIME, validation rules of Bitcoin Core: a block may be two hours ahead. */
const AHEAD_SECONDS = 2 * 3600

/** EVM zero address, and the same 20 zero bytes as Tron writes them (0x41 prefix, base58check). */
const ZERO = new Set(['0x0000000000000000000000000000000000000000', 'T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb'])

/** Distinct addresses kept with their canonical form, per chain; some 200 bytes each. */
const MAX_INTERNED = 500_000
/** Chains at a time for which they are kept. */
const MAX_CHAINS = 100

export function createChecks(nowUnixSeconds: number): Checks {
  const interned = new Map<ChainId, Map<string, HolderId | null>>()
  let lastTimeText = ''
  let lastTime = 0

  const canonical = (text: string, column: number, chain: ChainId): HolderId | null => {
    const id = guarded(column, () => formatHolder(chain, text))
    return ZERO.has(addressOf(id)) ? null : id
  }

  const holder: Checks['holder'] = (cells, column, chain) => {
    const text = (cells[column] ?? '').trim()
    const known = interned.get(chain) ?? new Map<string, HolderId | null>()
    const found = known.get(text)
    if (found !== undefined) return found
    if (text === '') throw new CellProblem(column, 'no address')
    const id = canonical(text, column, chain)
    if (known.size >= MAX_INTERNED) known.clear()
    if (known.size === 0 && interned.size >= MAX_CHAINS) interned.clear()
    interned.set(chain, known.set(ownCopy(text), id))
    return id
  }

  return {
    chain: (cells, column) => guarded(column, () => chainIn((cells[column] ?? '').trim())),
    holder,
    txid: (cells, column, chain) => {
      const text = (cells[column] ?? '').trim()
      const isEvm = chain.startsWith('eip155:')
      if (!(isEvm ? EVM_TXID : TXID).test(text)) {
        throw new CellProblem(column, `not a transaction id: ${isEvm ? '0x and 64' : '64'} hex digits`)
      }
      return text.toLowerCase()
    },
    time: (cells, column, chain) => {
      const text = (cells[column] ?? '').trim()
      const seconds = text === lastTimeText ? lastTime : guarded(column, () => parseUnixSeconds(text))
      const genesis = GENESIS.get(chain) ?? BITCOIN_GENESIS
      if (seconds < genesis) throw new CellProblem(column, 'earlier than the first block of the chain')
      if (seconds > nowUnixSeconds + AHEAD_SECONDS) throw new CellProblem(column, 'in the future')
      lastTimeText = text
      lastTime = seconds
      return seconds
    },
    whole: (cells, column, max = Number.MAX_SAFE_INTEGER) => {
      const text = (cells[column] ?? '').trim()
      const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
      if (!(value <= max)) throw new CellProblem(column, `not a whole number from 0 to ${max}`)
      return value
    },
    amount: (cells, column, decimals, thousands = false) =>
      guarded(column, () => parseAmount((cells[column] ?? '').trim(), decimals, { thousands })),
  }
}

/** The chain of a name or a CAIP-2 id. @throws BadIdError */
export function chainIn(text: string): ChainId {
  const chain = chainByName(text) ?? text
  assertChainId(chain)
  // The id that wallets used before the CASA profile of the `tron` namespace.
  return chain === 'tron:0x2b6653dc' ? TRON : chain
}

const EVM_TXID = /^0x[0-9a-f]{64}$/i
const TXID = /^[0-9a-f]{64}$/i

/** The reason of a unit's or an address's refusal, as the refusal of a cell. */
function guarded<T>(column: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof LootlineError)) throw error
    const { reason } = error.data as { reason?: unknown }
    throw new CellProblem(column, typeof reason === 'string' ? reason : error.message)
  }
}

/** A copy that does not keep the chunk alive which the cell is a slice of (V8 sliced strings). */
export function ownCopy(text: string): string {
  return Buffer.from(text).toString()
}
